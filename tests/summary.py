#!/usr/bin/env python3
"""Counts what really ran: summary.py STATUS REPORTS BUILD...

Criterion exits 0 when no test ran, and a sanitizer's report in a forked test does not fail it; so every Criterion program must
have tested something, and any sanitizer report file is a failure.  Prints `N passed, N failed` as the last line.
"""
import json
import pathlib
import re
import sys

SYNTHESIS = re.compile(r"Tested:\D*(\d+)\D*Passing:\D*(\d+)\D*Failing:\D*(\d+)\D*Crashing:\D*(\d+)")
UNITTEST = re.compile(r"Ran (\d+) tests? in")
UNITTEST_BAD = re.compile(r"(?:failures|errors)=(\d+)")
FINDING = re.compile(r"ERROR: (Address|Leak)Sanitizer: |runtime error: ")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def count(test):
    """(passed, failed, skipped) of one entry of meson's testlog.json."""
    text = COLOUR.sub("", (test.get("stdout") or "") + (test.get("stderr") or ""))
    if test["result"] == "SKIP":
        return 0, 0, 1
    found = SYNTHESIS.search(text)
    good = test["result"] == "OK"
    ran = UNITTEST.search(text)
    if found:
        tested, passing, failing, crashing = map(int, found.groups())
        failed = failing + crashing
    elif ran:
        tested, failed = int(ran.group(1)), sum(map(int, UNITTEST_BAD.findall(text)))
        passing = max(tested - failed, 0)
    else:
        return (1, 0, 0) if good else (0, 1, 0)
    if tested == 0 or (not good and failed == 0):
        failed += 1
        print(f"{test['name']}: {'no test ran' if tested == 0 else test['result']}")
    return passing, failed, 0


def main():
    status, reports, builds = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    passed = failed = skipped = 0
    for build in builds:
        log = pathlib.Path(build, "meson-logs", "testlog.json")
        for line in log.read_text().splitlines():
            counts = count(json.loads(line))
            passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
    for report in sorted(reports.iterdir()):
        text = report.read_text()
        print(f"--- {report.name}\n{text[:4000]}")
        # A leak checker that broke down itself (it stops all threads by ptrace at exit) has found nothing either way.
        failed += not ("LeakSanitizer has encountered a fatal error" in text and not FINDING.search(text))
    if status and not failed:
        failed = 1
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
