# Data files that ship as C text: embed.awk -v array=NAME FILE...; name and content, in pairs, in the order given.
BEGIN {
    printf "#include <stddef.h>\n\nextern const char *const %s[];\nconst char *const %s[] = {\n", array, array
}
FNR == 1 {
    if (NR > 1)
        print "    ,"
    name = FILENAME
    gsub(/.*\/|\.yaml$/, "", name)
    printf "    \"%s\",\n", name
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    printf "    \"%s\\n\"\n", $0
}
END {
    print "    , NULL};"
}
