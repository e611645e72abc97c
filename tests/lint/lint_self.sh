#!/bin/sh
# The lint is tested on trees with one planted violation each; a clean tree passes, and an empty one fails.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0
cases=0

clean_tree() {
    rm -rf "$tree/harness" "$tree/instances" "$tree/solvers"
    mkdir -p "$tree/harness/base" "$tree/harness/model" "$tree/harness/run" "$tree/harness/store" \
        "$tree/harness/stats" "$tree/harness/report" "$tree/harness/cli" "$tree/instances" \
        "$tree/solvers/kernels" "$tree/solvers/tabu" "$tree/solvers/glpk"
    cat >"$tree/harness/base/text.c" <<'C'
#include "harness/base/text.h"
#include <jansson.h>
/* exit(1), TODOs in words like "mastodon", SELECT x FROM y and atoi() in comments are no matter: system() */
const char *text = "atoi(x) \" system(y)"; // rand()
int snprintf_is_fine(void) { return snprintf(0, 0, "x") + my_atoi(2) + s.time(3) + strtoll("1", 0, 10); }
C
    echo '#include "solvers/kernels/tabu.h"' >"$tree/solvers/tabu/tabu.c"
}

# expect FILE LINE-OF-CODE MESSAGE: the line, planted in a clean tree, gives exactly this message.
expect() {
    clean_tree
    printf '/* first line */\n%s\n' "$2" >"$tree/$1"
    cases=$((cases + 1))
    if got=$("$here/lint.sh" "$tree"); then
        echo "not found in $1: $2"
        failed=$((failed + 1))
    elif [ "$(echo "$got" | head -n -1)" != "$1:2: $3" ]; then
        printf 'for %s in %s\n  expected %s\n  got      %s\n' "$2" "$1" "$1:2: $3" "$got"
        failed=$((failed + 1))
    fi
}

accept() {
    clean_tree
    printf '/* first line */\n%s\n' "$2" >"$tree/$1"
    cases=$((cases + 1))
    "$here/lint.sh" "$tree" >/dev/null || {
        echo "wrongly refused in $1: $2"
        failed=$((failed + 1))
    }
}

expect harness/base/x.c '#include "harness/model/problem.h"' 'base may not include model: "harness/model/problem.h"'
expect harness/model/x.c '#include "solvers/solver.h"' 'model may not include solvers: "solvers/solver.h"'
expect instances/x.c '#include "solvers/solver.h"' 'instances may not include solvers: "solvers/solver.h"'
expect solvers/tabu/x.c '#include "instances/instances.h"' 'solvers may not include instances: "instances/instances.h"'
expect solvers/tabu/x.c '#include "harness/run/run.h"' 'solvers may not include run: "harness/run/run.h"'
expect solvers/tabu/x.c '#include "solvers/glpk/glpk_solver.h"' 'only glpk itself may include "solvers/glpk/glpk_solver.h"'
expect solvers/kernels/x.c '#include "solvers/tabu/tabu.h"' 'only tabu itself may include "solvers/tabu/tabu.h"'
expect solvers/tabu/x.c '#include "harness/base/clock.h"' 'a solver may not see "harness/base/clock.h"'
expect solvers/tabu/x.c '#include "harness/base/budget_host.h"' 'a solver may not see "harness/base/budget_host.h"'
expect solvers/tabu/x.c '#include "solvers/kernels/statevector.h"' 'a solver may not see amplitudes: "solvers/kernels/statevector.h"'
expect solvers/tabu/x.c '#include "solvers/kernels/measure.h"' 'a solver may not see amplitudes: "solvers/kernels/measure.h"'
expect solvers/tabu/x.c 'double best(const qb_diagonal *d) { return qb_diagonal_best(d); }' 'a solver may not look at a table of costs: qb_diagonal_best'
accept solvers/kernels/x.c '#include "solvers/kernels/statevector.h"'
accept solvers/tabu/x.c '#include "solvers/kernels/qaoa_state.h"'
expect harness/run/x.c '#include "harness/store/store.h"' 'run may not include store: "harness/store/store.h"'
expect harness/store/x.c '#include "harness/report/report.h"' 'store may not include report: "harness/report/report.h"'
expect harness/stats/x.c '#include "harness/model/problem.h"' 'stats may not include model: "harness/model/problem.h"'
expect harness/report/x.c '#  include  "harness/cli/command.h"' 'report may not include cli: "harness/cli/command.h"'
expect harness/run/x.c '#include "plan.h"' '"plan.h" belongs to no layer: name it from the source root'
expect solvers/tabu/x.c '#include <glpk.h>' '<glpk.h> belongs to solvers/glpk'
expect harness/run/x.c '#include <sqlite3.h>' '<sqlite3.h> belongs to harness/store'
expect harness/report/x.c '#include <jansson.h>' '<jansson.h> belongs to harness/base'
expect harness/report/x.c '#include <gsl/gsl_cdf.h>' '<gsl/gsl_cdf.h> belongs to solvers harness/stats'
expect harness/cli/x.c '#include <openssl/evp.h>' '<openssl/evp.h> belongs to harness/base'
expect harness/base/x.c 'int x = atoi("1");' 'banned function atoi'
expect harness/run/x.c '    system ("ls");' 'banned function system'
expect harness/base/x.c 'strcpy(a, b);' 'banned function strcpy'
expect harness/base/x.c '/* fine */ exit(1);' 'banned function exit'
expect harness/cli/x.c 'exit(1);' 'banned function exit'
expect harness/model/x.c 'printf("hello");' 'a library prints: printf'
expect solvers/tabu/x.c 'clock_gettime(CLOCK_MONOTONIC, &t);' 'a solver reads clock or environment: clock_gettime'
expect solvers/tabu/x.c 'getenv("HOME");' 'a solver reads clock or environment: getenv'
expect harness/report/x.c 'f("SELECT id FROM run");' 'SQL outside harness/store'
expect harness/cli/x.c 'f("insert", "INSERT OR IGNORE INTO run");' 'SQL outside harness/store'
expect harness/base/x.c '/* TODO: later */' 'something is left to do'
expect harness/base/x.c '#if 0' '#if 0'

accept harness/cli/main.c 'exit(printf("bye"));'
accept solvers/glpk/glpk.c '#include <glpk.h>'
accept solvers/tabu/x.c '#include "solvers/solver.h"'
accept solvers/tabu/x.c '#include "solvers/tabu/tabu.h"'
accept harness/report/x.c '#include "harness/stats/gap.h"'
accept harness/store/x.c 'f("SELECT id FROM run");'
accept harness/run/x.c '_exit(1); fprintf(stream, "x"); snprintf(b, 1, "y");'
accept harness/cli/x.c "int quote = '\"'; /* system( */ int c = '\\\\''; printf(\"x\");"

mkdir "$tree/empty"
mkdir "$tree/empty/harness" "$tree/empty/instances" "$tree/empty/solvers"
cases=$((cases + 1))
if "$here/lint.sh" "$tree/empty" </dev/null >/dev/null; then
    echo "an empty tree passes"
    failed=$((failed + 1))
fi

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
