# Reads C files (named relative to the source root) and prints FILE:LINE: what breaks the rules of the tree.
#
#   layers     base <- model <- {solvers, instances} <- run <- store <- report <- cli; stats stands on base
#   solvers    see neither instances, runs, clocks, files nor each other
#   honest     a solver sees a circuit's shots and measures, never its costs or amplitudes
#   foreign    a library's header is included in its owner's folder only
#   words      no banned function, no output from libraries, no SQL outside the store, nothing left to do
#
# The end says how many files were read, so that "nothing found" cannot mean "nothing read".

BEGIN {
    # what a layer may include, itself aside
    above["base"] = ""
    above["model"] = "base"
    above["instances"] = "base model"
    above["solvers"] = "base model"
    above["run"] = "base model instances solvers"
    above["store"] = "base model instances solvers run"
    above["stats"] = "base"
    above["report"] = "base model instances solvers run store stats"
    above["cli"] = "base model instances solvers run store stats report"

    # header -> layers (or folders) that own it
    owner["glpk.h"] = "solvers/glpk"
    owner["sqlite3.h"] = "harness/store"
    owner["jansson.h"] = owner["yaml.h"] = owner["csv.h"] = owner["zlib.h"] = owner["spawn.h"] = "harness/base"
    owner["hwloc.h"] = "harness/run"
    owner["nlopt.h"] = owner["omp.h"] = owner["immintrin.h"] = "solvers"
    prefix_owner["openssl"] = "harness/base"
    prefix_owner["Random123"] = "harness/base solvers/kernels"
    prefix_owner["gsl"] = "solvers harness/stats"
    prefix_owner["criterion"] = "tests"

    # what a solver must not see of base: the budget's other side, clocks, files, other programs
    hidden = " budget_host.h channel.h clock.h file.h scratch.h spawn.h "
    # the adapter to programs outside is there to see these
    seen["external"] = " clock.h file.h scratch.h spawn.h "

    # the insides of a circuit (solvers/kernels/qaoa_state.h is its outside)
    insides = " statevector.h statevector_state.h statevector_pass.h product_state.h grover_state.h measure.h " \
              "site_mixer.h "
    costs = "qb_diagonal_survey qb_diagonal_fill qb_diagonal_entry qb_diagonal_best qb_subspace_diagonal"

    banned = "atoi atol atof rand srand strcpy strcat sprintf vsprintf gets strtok tmpnam mktemp " \
             "gettimeofday system popen"
    output = "printf puts putchar perror"
    clocks = "clock_gettime clock time getenv"
}

function complain(what) {
    print FILENAME ":" FNR ": " what
    complaints++
}

# The layer of a path: the folder below harness/, else instances or solvers.
function layer_of(path,    part) {
    split(path, part, "/")
    return part[1] == "harness" ? part[2] : part[1]
}

# The solver that a path belongs to; "" for what every solver may use.
function solver_of(path,    part, count) {
    count = split(path, part, "/")
    return part[1] == "solvers" && count > 2 && part[2] != "kernels" ? part[2] : ""
}

function has_word(list, word) {
    return index(" " list " ", " " word " ") > 0
}

function is_hidden(solver, header) {
    return has_word(hidden, header) && !has_word(seen[solver], header)
}

function starts_with_any(path, folders,    part, count, k) {
    count = split(folders, part, " ")
    for (k = 1; k <= count; k++)
        if (index(path, part[k] "/") == 1)
            return 1
    return 0
}

# Sets CODE (the line without comments and with empty strings) and TEXT (what stood in strings).
function take_apart(line,    rest, quote, at) {
    CODE = TEXT = ""
    rest = line
    while (rest != "") {
        if (in_comment) {
            at = index(rest, "*/")
            if (!at)
                return
            in_comment = 0
            rest = substr(rest, at + 2)
        } else if (match(rest, /\/\*|\/\/|"|'/)) {
            CODE = CODE substr(rest, 1, RSTART - 1)
            quote = substr(rest, RSTART, 1)
            if (quote == "/") {
                if (substr(rest, RSTART, 2) == "//")
                    return
                in_comment = 1
                rest = substr(rest, RSTART + 2)
            } else {
                rest = substr(rest, RSTART + 1)
                if (quote == "\"")
                    match(rest, /^([^"\\]|\\.)*"/)
                else
                    match(rest, /^([^'\\]|\\.)*'/)
                TEXT = TEXT " " substr(rest, 1, RLENGTH - 1)
                CODE = CODE quote quote
                rest = RLENGTH > 0 ? substr(rest, RLENGTH + 1) : ""
            }
        } else {
            CODE = CODE rest
            return
        }
    }
}

# Is one of the functions called?  Returns its name.
function called(functions,    part, count, k) {
    count = split(functions, part, " ")
    for (k = 1; k <= count; k++)
        if (match(CODE, "(^|[^A-Za-z0-9_.>])" part[k] "[ \t]*\\("))
            return part[k]
    return ""
}

function check_own(header,    from, to, mine, theirs) {
    from = layer_of(FILENAME)
    to = layer_of(header)
    mine = solver_of(FILENAME)
    theirs = solver_of(header)
    if (!(to in above))
        complain("\"" header "\" belongs to no layer: name it from the source root")
    else if (from != to && !has_word(above[from], to))
        complain(from " may not include " to ": \"" header "\"")
    else if (to == "solvers" && theirs != "" && theirs != mine)
        complain("only " theirs " itself may include \"" header "\"")
    else if (mine != "" && to == "base" && is_hidden(mine, substr(header, length("harness/base/") + 1)))
        complain("a solver may not see \"" header "\"")
    else if (mine != "" && index(header, "solvers/kernels/") == 1 && has_word(insides, substr(header, length("solvers/kernels/") + 1)))
        complain("a solver may not see amplitudes: \"" header "\"")
}

function check_foreign(header,    folder, allowed) {
    folder = header
    sub(/\/.*/, "", folder)
    allowed = header in owner ? owner[header] : folder in prefix_owner ? prefix_owner[folder] : ""
    if (allowed != "" && !starts_with_any(FILENAME, allowed))
        complain("<" header "> belongs to " allowed)
}

function check_words(    layer, word) {
    layer = layer_of(FILENAME)
    if ((word = called(banned)) != "")
        complain("banned function " word)
    if (FILENAME != "harness/cli/main.c" && called("exit") != "")
        complain("banned function exit")
    if (layer != "cli" && (word = called(output)) != "")
        complain("a library prints: " word)
    if (solver_of(FILENAME) != "" && (word = called(costs)) != "")
        complain("a solver may not look at a table of costs: " word)
    if (layer == "solvers" && (word = called(clocks)) != "")
        complain("a solver reads clock or environment: " word)
    if (layer != "store" && TEXT ~ /(SELECT .*FROM |INSERT (OR [A-Z]+ )?INTO |CREATE (TABLE|VIEW|INDEX) |DELETE FROM |PRAGMA )/)
        complain("SQL outside harness/store")
    if ($0 ~ /(^|[^A-Za-z])(TODO|FIXME|XXX)([^A-Za-z]|$)/)
        complain("something is left to do")
    if (CODE ~ /^[ \t]*#[ \t]*if[ \t]+0([^0-9xX]|$)/)
        complain("#if 0")
}

FNR == 1 {
    files++
    in_comment = 0
}

{
    take_apart($0)
    if (match(CODE, /^[ \t]*#[ \t]*include[ \t]*""/)) {
        header = TEXT
        sub(/^ /, "", header)
        check_own(header)
    } else if (match(CODE, /^[ \t]*#[ \t]*include[ \t]*<[^>]*>/)) {
        header = substr(CODE, RSTART, RLENGTH)
        gsub(/.*<|>/, "", header)
        check_foreign(header)
    }
    check_words()
}

END {
    if (!files) {
        print "no file was read"
        exit 1
    }
    printf "%d files, %d complaints\n", files, complaints
    exit complaints > 0
}
