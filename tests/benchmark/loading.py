#!/usr/bin/env python3
"""Loading and annealing a million variables: loading.py QUBOUT [VARIABLES [COUPLINGS [REPEATS]]].

A sparse QUBO, a ring with chords of weights -9 to 9, is written as `.qubo`, `.mc` and `.sparse` and read (`info`, which is the
whole process: reading, checking, the model), the minimum over the repeats; then `anneal` has ten seconds of CPU time on it, and
prints what it made of them: flips attempted, memory beside the shared instance, and the value, which has to be negative.
Exit status 1: a format takes 5 s or more at 10^7 couplings, or the run fails.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

GOAL_S = 5


def couplings(n, count):
    """(i, j, w), distinct: chords of the ring of n, length by length."""
    rng = random.Random(1)
    weights = [w for w in range(-9, 10) if w]
    for k in range(count):
        i, length = k % n, 1 + k // n * 7919 % (n // 2 - 1)
        yield i, (i + length) % n, rng.choice(weights)


HEADERS = {"qubo": (0, "p qubo 0 {n} 0 {m}"), "mc": (1, "{n} {m}"), "sparse": (1, "{n} {m}")}


def write(path, n, count):
    first, header = HEADERS[path.suffix[1:]]
    with open(path, "w") as file:
        file.write(header.format(n=n, m=count) + "\n")
        file.writelines(f"{min(i, j) + first} {max(i, j) + first} {w}\n" for i, j, w in couplings(n, count))


def timed(command):
    start = time.monotonic()
    out = subprocess.run(command, capture_output=True, text=True)
    return time.monotonic() - start, json.loads(out.stdout)


def main():
    qubout = sys.argv[1]
    n, count, repeats = (int(float(a)) for a in (sys.argv[2:] + ["1e6", "1e7", "3"][len(sys.argv) - 2:])[:3])
    failed = False
    print("| format | variables | couplings | MB | load s | goal s |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for suffix in HEADERS:
            path = pathlib.Path(folder) / f"big.{suffix}"
            write(path, n, count)
            results = [timed([qubout, "info", path, "--json"]) for _ in range(repeats)]
            load = min(seconds for seconds, _ in results)
            failed |= load >= GOAL_S * max(1, count / 1e7) or results[0][1]["nonzeros"] != count
            print(f"| {suffix} | {n} | {count} | {path.stat().st_size / 1e6:.0f} | {load:.2f} | {GOAL_S} |", flush=True)
            if suffix != "sparse":
                path.unlink()
        run = timed([qubout, "solve", path, "--solver", "anneal", "--cpu-time", "10s", "--json"])[1]
    print(f"\nanneal, 10 s: {run['status']}, objective {run['objective']:.0f}, set-up {run['setup_s']:.2f} s, "
          f"{run['work'] / count:.0f} times all couplings, {run['overshoot_s'] * 1e3:.1f} ms late, {run['peak_rss_kib'] / 1024:.0f} MiB; "
          f"{run['details']}")
    failed |= run["status"] != "budget" or not run["objective"] < 0
    return 1 if failed else 0


sys.exit(main())
