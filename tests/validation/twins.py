#!/usr/bin/env python3
"""A/A end to end (METHOD.md, "How the tool proves itself", 3): twins.py QUBOUT twins|hog [EXPERIMENTS SEEDS BUDGET].

twins  the same solver under two labels on 20 generated instances, again and again: no seed is shared, p-values are uniform,
       void is rare.  Under a work budget the same on every machine, but without verdicts, which are about time
hog    a process that never sleeps on the runs' core flags them

A slow-down is planted in slow_down.c.  Prints every figure; exit status 1 when one is wrong.  Hogs want a machine with nothing else
to do.
"""
import json
import math
import multiprocessing
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

QUBOUT = pathlib.Path(sys.argv[1]).resolve()
REPEATS, SEEDS = (int(word) for word in (sys.argv[3:5] or (100, 20)))
TIMED = len(sys.argv) < 6
ANNEAL = "" if TIMED else ", params: {kernel: scalar, sweeps: 10}"  # answers for little work
BUDGET = "{" + ("cpu_time: 10ms" if TIMED else sys.argv[5]) + "}"
failed = 0


def check(right, text):
    global failed
    print(("ok      " if right else "FAILED  ") + text, flush=True)
    failed += not right


def qubout(folder, *words, codes=(0,)):
    done = subprocess.run([QUBOUT, *words], cwd=folder, capture_output=True, text=True)
    if done.returncode not in codes:
        sys.exit(f"{words}: exit {done.returncode}: {done.stderr}")
    return done


def experiment(name, seed, budget, seeds, extra=""):
    return (f"experiment: {name}\ninstances:\n"
            "  - generate: {family: sk, size: 200, count: 20, seed: 1}\n"
            f"solvers:\n  - {{name: anneal{ANNEAL}, label: old, role: baseline}}\n"
            f"  - {{name: anneal{ANNEAL}, label: old-twin, role: baseline}}\n  - {{name: greedy, label: new}}\n"
            f"budget: {budget}\nrepeats: {seeds}\nseed: {seed}\n{extra}")


def rows(path, text):
    with sqlite3.connect(path) as db:
        return db.execute(text).fetchall()


def twins(folder):
    """p-values of REPEATS experiments that differ in nothing but their seed."""
    decision = "decision: {minimum_effect: 0.05, flagged: 1}\n"
    values, void, shared = [], 0, 0
    for repeat in range(REPEATS):
        name = f"twins{repeat}"
        (folder / f"{name}.yaml").write_text(experiment(name, 1000 + repeat, BUDGET, SEEDS, decision))
        qubout(folder, "run", f"{name}.yaml", "--db", f"{name}.db", "--quiet", *([] if TIMED else ["--force"]))
        out = json.loads(qubout(folder, "compare", "old", "old-twin", "--db", f"{name}.db", "--json").stdout)
        values.append(out["p"])
        if TIMED:
            done = qubout(folder, "verdict", "--db", f"{name}.db", "--json", "--no-record", codes=(0, 1))
            void += json.loads(done.stdout)["decision"] == "void"
        shared += rows(folder / f"{name}.db", "select count(*) - count(distinct seed) from run")[0][0]
        (folder / f"{name}.db").unlink()
    values.sort()
    distance = max(max((k + 1) / len(values) - p, p - k / len(values)) for k, p in enumerate(values))
    limit = 1.63 / math.sqrt(len(values))
    check(shared == 0, f"{REPEATS} experiments, {REPEATS * 20 * 3 * SEEDS} runs: {shared} seeds shared")
    check(distance <= limit, f"p-values of twins: distance from uniform {distance:.3f}, 1 % point {limit:.3f}")
    if TIMED:
        allowed = 0.01 * REPEATS + 3 * math.sqrt(0.01 * 0.99 * REPEATS)
        check(void <= allowed, f"void: {void} of {REPEATS}, at most {allowed:.1f} by chance")


def spin(cpus, ready):
    os.sched_setaffinity(0, cpus)
    ready.set()
    while True:
        pass


def hog(folder):
    """One process that never sleeps, on the core that the runs get."""
    cpus = sorted(os.sched_getaffinity(0))
    (folder / "hog.yaml").write_text(experiment("hog", 9, "{wall_time: 60ms}", 1))
    ready = multiprocessing.Event()
    process = multiprocessing.Process(target=spin, args=({cpus[-1]}, ready), daemon=True)
    process.start()
    ready.wait()
    qubout(folder, "run", "hog.yaml", "--db", "hog.db", "--quiet", "--jobs", "1")
    process.terminate()
    process.join()
    flagged, runs = rows(folder / "hog.db", "select count(flags), count(*) from run")[0]
    check(flagged >= 0.95 * runs, f"a hog on the runs' core: {flagged} of {runs} runs flagged")


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        {"twins": twins, "hog": hog}[sys.argv[2]](folder)
    finally:
        shutil.rmtree(folder)
    print(f"{failed} failed")
    sys.exit(failed > 0)


main()
