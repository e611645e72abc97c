#!/usr/bin/env python3
"""Time to the best known value: time_to_best.py QUBOUT INSTANCES [SEEDS [NAME...]].

Each case is `qubout solve --target BEST` with one thread, budget and referee in the loop; the time is the CPU time of the run,
set-up included, reading not.  Prints a Markdown table of medians over the seeds, beside the best anchor and the goal.
INSTANCES is a folder of published instances; what is missing there is skipped out loud, what can be generated is.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

# name, file or generator, solver, best known in the file's own sense, limit, seconds of the best anchor, goal in seconds
CASES = (
    ("G1", "maxcut_gset/G1.mc.gz", "anneal", 11624, 10, "D-Wave SA 0.28", 0.28 / 17),
    ("G43", "maxcut_gset/G43.mc.gz", "anneal", 6660, 10, "D-Wave SA 0.92", 0.92 / 29),
    ("G22", "maxcut_gset/G22.mc.gz", "anneal", 13359, 20, "none in 10 s", 0.5),
    ("G55", "maxcut_gset/G55.mc.gz", "anneal", 10299, 90, "none in 10 s", 30),
    ("K2000", "maxcut_gset/K2000.mc.gz", "anneal", 33337, 60, "none in 10 s", 3),
    ("bqp1000-2", "qubo_biqmac/bqp1000-2.sparse.gz", "tabu", -354932, 10, "like bqp1000.1: MQLib 0.09", 0.09 / 60),
    ("p3000.1", ("size=3000", "density=50", "31000"), "tabu", -3931583, 20, "MQLib 4.8", 4.8 / 60),
    ("p5000.1", ("size=5000", "density=50", "51000"), "tabu", -8559680, 60, "none in 10 s", 2),
)


def generate(qubout, folder, name, source):
    path = folder / f"{name}.qubo"
    subprocess.run([qubout, "generate", "palubeckis", *source[:2], "--seed", source[2], "--out", path], check=True)
    return path


def main():
    qubout, instances = sys.argv[1], pathlib.Path(sys.argv[2])
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 11
    wanted = sys.argv[4:] or [case[0] for case in CASES]
    print("| instance | solver | reached | median s | slowest s | best anchor | goal s |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, source, solver, best, limit, anchor, goal in CASES:
            if name not in wanted:
                continue
            if isinstance(source, str) and not (instances / source).exists():
                print(f"skipped: '{source}' is not in '{instances}'")
                continue
            path = instances / source if isinstance(source, str) else generate(qubout, pathlib.Path(folder), name, source)
            times = []
            for seed in range(1, seeds + 1):
                out = subprocess.run([qubout, "solve", path, "--solver", solver, "--seed", str(seed), "--target", str(best),
                                      "--cpu-time", f"{limit}s", "--json"], capture_output=True, text=True, check=True)
                run = json.loads(out.stdout)
                times.append(run["cpu_s"] if run["status"] == "target" else float("inf"))
            reached = sum(t < float("inf") for t in times)
            print(f"| {name} | {solver} | {reached}/{seeds} | {statistics.median(times):.3g} | {max(times):.3g} | {anchor} | "
                  f"{goal:.3g} |", flush=True)
    return 0


sys.exit(main())
