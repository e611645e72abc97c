#!/bin/sh
# Every prefix of the chain of libraries links by itself, with no symbol left over:
#   links.sh COMPILER... -- LIBRARY FOREIGN... -- LIBRARY FOREIGN... -- ...
# Each group is one layer: our library and the foreign ones that it brings along.
set -eu
compiler=
while [ "$1" != -- ]; do
    compiler="$compiler $1"
    shift
done
out=$(mktemp)
trap 'rm -f "$out"' EXIT
ours= foreign= layers=0 failed=0

link() {
    [ -n "$ours" ] || return 0
    layers=$((layers + 1))
    # shellcheck disable=SC2086 # lists of options
    $compiler -shared -Wl,--no-undefined -o "$out" -Wl,--whole-archive $ours -Wl,--no-whole-archive $foreign -lm || {
        echo "does not link:$ours"
        failed=$((failed + 1))
    }
}

for word in "$@"; do
    case $word in
    --) link ;;
    -*) foreign="$foreign $word" ;;
    *) ours="$ours $word" ;;
    esac
done
link
echo "$layers prefixes, $failed failed"
[ "$failed" -eq 0 ] && [ "$layers" -gt 0 ]
