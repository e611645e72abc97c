#!/usr/bin/env python3
"""Golden runs on work budgets: golden.py QUBOUT [--update].

Each case is one `qubout solve --work N --seed S`; what must not change is the work, the objective, the solution and every point of
the trajectory.  Solvers on integer arithmetic must give it on every tier of this machine; the others on the portable tier.
After a deliberate change: golden.py QUBOUT --update, and say why in the commit.
"""
import json
import os
import pathlib
import subprocess
import sys

FILE = pathlib.Path(__file__).with_name("golden.json")
TIERS = ("portable", "avx2", "avx512")


def solve(qubout, case, tier):
    """The run's facts, or None where this machine lacks the tier."""
    done = subprocess.run([qubout, "solve", case["instance"], "--solver", case["solver"], "--work", str(case["work"]),
                           "--seed", str(case["seed"]), "--json"], capture_output=True, text=True,
                          env={**os.environ, "QB_SIMD": tier})
    if done.returncode == 2 and "this machine" in done.stderr:
        return None
    if done.returncode not in (0, 4):
        sys.exit(f"{case}: exit {done.returncode}: {done.stderr}")
    run = json.loads(done.stdout)
    return {"status": run["status"], "work": run["work"], "objective": run["objective"], "solution": run["solution"],
            "trajectory": [[point["work"], point["objective"]] for point in run["trajectory"]]}


def main():
    qubout, update = sys.argv[1], "--update" in sys.argv[2:]
    cases = json.loads(FILE.read_text())
    failed = 0
    for case in cases:
        if update:
            case["expect"] = solve(qubout, case, "portable")
            continue
        for tier in TIERS if case["tiers"] == "all" else ("portable",):
            got = solve(qubout, case, tier)
            if got is None:
                print(f"skipped: {tier} is not on this machine")
            elif got != case["expect"]:
                failed += 1
                print(f"{case['instance']} {case['solver']} on {tier}:\n  expected {case['expect']}\n  got      {got}")
    if update:
        FILE.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    return 1 if failed else 0


sys.exit(main())
