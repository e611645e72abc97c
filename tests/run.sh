#!/bin/sh
# Builds twice (release with warnings as errors; AddressSanitizer and UBSan) and runs the tests of both.
# Called by ./check; arguments are passed on to `meson test` (e.g. --suite unit).
set -eu
cd "$(dirname "$0")/.."
. ./setup.sh

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

qb_build build-check -Dwerror=true -Dtests=enabled
CC=clang qb_build build-asan -Dtests=enabled -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false

# A leak report or a sanitizer's finding in a child process does not fail a Criterion test: any report file does.
export ASAN_OPTIONS="log_path=$reports/asan:detect_stack_use_after_return=1:allocator_may_return_null=1"
export UBSAN_OPTIONS="log_path=$reports/ubsan:halt_on_error=1:print_stacktrace=1"
export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"
export QB_SHARED="${QB_SHARED:-$PWD/../shared}"

status=0
meson test -C build-check --no-suite campaign --print-errorlogs "$@" || status=1
meson test -C build-asan --no-suite campaign --no-suite lint --timeout-multiplier 6 --print-errorlogs "$@" || status=1
python3 tests/summary.py "$status" "$reports" build-check build-asan
