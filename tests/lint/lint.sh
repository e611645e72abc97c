#!/bin/sh
# Checks layering and banned words of the sources below ROOT: lint.sh ROOT
set -eu
rules=$(cd "$(dirname "$0")" && pwd)/lint.awk
cd "$1"
# Examples are programs of their own.  File names hold no blanks here; one awk sees them all.
exec awk -f "$rules" $(find harness instances solvers -name '*.[ch]' ! -path '*/examples/*' | LC_ALL=C sort)
