# The definitions that ship as C text: name and content, in pairs, in the order given.
BEGIN {
    print "#include \"solvers/external/definition.h\"\n\nconst char *const qb_external_shipped[] = {"
}
FNR == 1 {
    if (NR > 1)
        print "    ,"
    name = FILENAME
    gsub(/.*\/|\.yaml$/, "", name)
    printf "    \"%s\",\n", name
}
{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    printf "    \"%s\\n\"\n", $0
}
END {
    print "    , NULL};"
}
