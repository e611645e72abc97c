#!/bin/sh
# Every test that a list of rules names exists: rules.sh TESTS FILE.
# SUITE/NAME is a Criterion test, CLASS.NAME a Python one, and a single word a test of meson's.
set -eu
tests=$1 file=$2
names=0 missing=0

exists() {
    case $1 in
    */*) grep -rqE "^(Test\(${1%/*}, ${1#*/}[,)]|TEST_ALL_WAYS\(${1#*/}\))" --include='*.c' "$tests" ;;
    *.*) grep -rq "def ${1#*.}(self" --include='*.py' "$tests" ;;
    validation-*) grep -rq "^foreach part : .*'${1#validation-}'" --include=meson.build "$tests" ;;
    *) grep -rq "test('$1'," --include=meson.build "$tests" ;;
    esac
}

for name in $(sed -n 's/^|[^|]*|\(.*\)|$/\1/p' "$file" | grep -o '`[^`]*`' | tr -d '`'); do
    names=$((names + 1))
    exists "$name" || {
        echo "$file: no test '$name'"
        missing=$((missing + 1))
    }
done
echo "$names tests named, $missing missing"
[ "$missing" -eq 0 ] && [ "$names" -gt 0 ]
