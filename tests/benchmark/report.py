#!/usr/bin/env python3
"""How long a million runs take to load, tabulate, judge and draw, and how much memory.

    report.py QUBOUT [RUNS] [FOLDER]

Runs a small experiment for real, then copies its runs until the store holds RUNS (default 1000000): other
repeats, times stretched at random, now and then an incumbent less, so that repeats differ.  Twins draw from the same
runs, else the verdict would rightly be void.  Solutions are not copied: no report reads them.  A store that FOLDER holds already is used as it is.  The goals are those of the
report: tables and statistics in 10 s and 1 GiB, all figures in 30 s more.
"""
import collections
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

GOAL_TABLE_S, GOAL_FIGURES_S, GOAL_KIB = 10, 30, 1 << 20

EXPERIMENT = """
experiment: million
question: How fast is the report?
claim: software
kpi: {name: cost, unit: EUR, per_objective_unit: 0.01}
instances:
  - generate: {family: random-qubo, size: [30, 50, 70, 90, 120], count: 4, seed: 1}
  - generate: {family: maxcut-regular, size: [30, 50, 80, 120, 200], count: 4, seed: 1}
solvers:
  - {name: anneal, role: challenger}
  - {name: anneal, label: anneal-twin, role: challenger}
  - {name: anneal, label: anneal-short, role: baseline, params: {sweeps: 20}}
  - {name: tabu, role: baseline}
  - {name: tabu, label: tabu-twin, role: baseline}
  - {name: greedy, role: control}
  - {name: random, role: control}
budget: {cpu_time: 15ms}
repeats: 1
seed: 1
decision: {metric: gap, minimum_effect: 0.01, confidence: 0.95, flagged: 1}
"""


def columns(db, table):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def insert(db, table, rows):
    names = columns(db, table)
    db.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)


class Copier:
    """The runs of a small store, and copies of them that could have been."""

    def __init__(self, db):
        self.db = db
        self.run = [dict(zip(columns(db, "run"), row)) for row in db.execute("SELECT * FROM run")]
        self.summary = {row[0]: dict(zip(columns(db, "summary"), row))
                        for row in db.execute("SELECT * FROM summary")}
        self.alike = collections.defaultdict(list)  # runs of one solver on one instance, under whatever label
        for run in self.run:
            self.alike[run["solver_id"], run["instance_id"]].append(run)
        self.points = {run["id"]: [] for run in self.run}
        for row in db.execute("SELECT * FROM incumbent ORDER BY run_id, point"):
            self.points[row[0]].append(dict(zip(columns(db, "incumbent"), row)))
        self.random = random.Random(1)

    def copy(self, place, number, generation):
        """A run in the place of one, after a random one of those like it."""
        base = self.random.choice(self.alike[place["solver_id"], place["instance_id"]])
        stretch = self.random.uniform(0.4, 1.6)
        kept = self.points[base["id"]]
        if len(kept) > 1 and self.random.random() < 0.3:
            kept = kept[:-1]
        points = [dict(p, run_id=number, wall_s=p["wall_s"] * stretch, cpu_s=p["cpu_s"] * stretch) for p in kept]
        run = dict(base, id=number, run_key=f"{base['run_key'][:40]}-{number}", repeat=generation, position=number,
                   label=place["label"], role=place["role"], overshoot_s=base["overshoot_s"] * stretch)
        summary = dict(self.summary[base["id"]], run_id=number, points=len(points))
        if points:
            run.update(objective=points[-1]["objective"], feasible=points[-1]["feasible"])
            summary.update(first_s=points[0]["cpu_s"], last_s=points[-1]["cpu_s"])
        last = points[-1]["cpu_s"] if points else 0
        times = [t and t * stretch for t in json.loads(summary["crossings"])]
        summary["crossings"] = json.dumps([t if t and t <= last * 1.000001 else None for t in times])
        return run, summary, points

    def fill(self, runs):
        number = self.db.execute("SELECT max(id) FROM run").fetchone()[0]
        done, generation = len(self.run), 1
        while done < runs:
            batch = []
            for place in self.run:
                number += 1
                batch.append(self.copy(place, number, generation))
            insert(self.db, "run", [list(run.values()) for run, _, _ in batch])
            insert(self.db, "summary", [list(summary.values()) for _, summary, _ in batch])
            insert(self.db, "incumbent", [list(p.values()) for _, _, points in batch for p in points])
            done += len(batch)
            generation += 1
        self.db.commit()


def make_store(qubout, runs, path):
    specification = path.with_suffix(".yaml")
    specification.write_text(EXPERIMENT)
    subprocess.run([qubout, "run", str(specification), "--db", str(path), "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous = OFF")
    Copier(db).fill(runs)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def measure(what, command):
    """Seconds and the greatest resident size of one command; what it prints is thrown away."""
    start = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    seconds = time.monotonic() - start
    print(f"{what:<28} {seconds:8.2f} s {usage.ru_maxrss / 1024:8.0f} MiB   exit {status >> 8}", flush=True)
    return seconds, usage.ru_maxrss, status


def main():
    qubout = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 1000000
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else scratch)
        path = folder / f"runs-{runs}.db"
        if not path.exists():
            make_store(qubout, runs, path)
        with sqlite3.connect(path) as db:
            count, points = [db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("run", "incumbent")]
        print(f"{count} runs, {points} points, {path.stat().st_size / 2**20:.0f} MiB")
        table = measure("table", [qubout, "report", "--db", str(path), "--table"])
        others = [measure("verdict", [qubout, "verdict", "--db", str(path)]),
                  measure("compare", [qubout, "compare", "anneal", "tabu", "--db", str(path)])]
        page = measure("table, figures and page", [qubout, "report", "--db", str(path), "--out",
                                                   str(folder / "page")])
        figures = page[0] - table[0]
        print(f"figures and page alone       {figures:8.2f} s")
        exits = [run[2] for run in (table, *others, page)]
        good = (not any(exits) and max(table[0], others[0][0], others[1][0]) < GOAL_TABLE_S * max(1, count / 1e6) and
                figures < GOAL_FIGURES_S * max(1, count / 1e6) and
                max(table[1], page[1], others[0][1]) < GOAL_KIB)
        print("goals", "met" if good else "MISSED")
        return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
