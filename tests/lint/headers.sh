#!/bin/sh
# Every header compiles alone: headers.sh ROOT BUILD COMPILER...
set -eu
root=$1 build=$2
shift 2
cd "$root"
count=0 failed=0
for header in $(find harness instances solvers -name '*.h' | LC_ALL=C sort); do
    count=$((count + 1))
    # bodies and templates are included by tier files on purpose and say so in their name
    case $header in *_body.h | *_tmpl.h) continue ;; esac
    printf '#include "%s"\nextern int so_that_it_is_not_empty;\n' "$header" |
        "$@" -std=c17 -Wall -Wextra -Wpedantic -Wno-unused-function -Wno-psabi -Werror -fsyntax-only -I. -I"$build" -x c - || {
        echo "$header does not compile alone"
        failed=$((failed + 1))
    }
done
echo "$count headers, $failed failed"
[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
