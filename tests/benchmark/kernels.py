#!/usr/bin/env python3
"""Kernels beside plain programs, in alternation: kernels.py QUBOUT YARDSTICKS INSTANCES [ROUNDS [KERNEL...]].

YARDSTICKS is a folder with naive_qaoa.c, naive_sa.c, naive_tabu.c and calibration.json, which says how each plain program
compares with the library that a goal names (QOKit, D-Wave, MQLib).  Each round runs the yardstick, then `qubout bench` on the
same case; the ratio is the median of the rounds' ratios.  INSTANCES is a folder of published instances.  Prints a Markdown
table; what is missing is skipped out loud.
"""
import gzip
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile


def run(*words):
    return subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True).stdout


def bench(qubout, kernel, *options):
    """All cases that were timed."""
    return [json.loads(line) for line in run(qubout, "bench", kernel, "--json", "--time", "1s", *options).splitlines()]


def alternate(rounds, yardstick, ours):
    """Median over the rounds of (ours, yardstick / ours)."""
    pairs = [(yardstick(), ours()) for _ in range(rounds)]
    return statistics.median(b for _, b in pairs), statistics.median(a / b for a, b in pairs)


class Table:
    """Prints its rows as they come."""

    def __init__(self):
        print("| kernel | here | anchor | times faster | goal |\n|---|---|---|---|---|")

    def row(self, what, here, anchor, ratio, goal):
        print(f"| {what} | {here} | {anchor} | {ratio:.3g} | {goal:.3g} |", flush=True)

    def skip(self, what, why):
        print(f"| {what} | skipped: {why} | | | |", flush=True)


# ---- QAOA

def qaoa(table, qubout, yardsticks, calibration, rounds):
    for qubits, goal, symmetric_goal in ((16, 28, 50), (20, 30, 55), (24, 35, 60), (26, 35, 60)):
        anchor = calibration["naive_qaoa"][str(qubits)]["qokit_seconds_over_naive_seconds"]

        def naive():
            return json.loads(run(yardsticks / "naive_qaoa", qubits, 10 if qubits < 20 else 2 if qubits < 26 else 1, 1))["seconds_per_layer"]

        for label, options, factor in (("", (), goal), (", real cost", ("--cost", "real"), 0.7 * goal),
                                       (", symmetry", ("--symmetry", "on"), symmetric_goal)):
            def ours():
                return bench(qubout, "qaoa-layer", "--qubits", qubits, *options)[0]["seconds_per_unit"]

            here, ratio = alternate(rounds, naive, ours)
            table.row(f"QAOA layer, {qubits} qubits{label}", f"{here:.3g} s", "QOKit", ratio * anchor, factor)


# ---- annealing

def write_rudy(path, n, edges):
    path.write_text(f"{n} {len(edges)}\n" + "".join(f"{i + 1} {j + 1} {w}\n" for i, j, w in edges))
    return path


def read_rudy(path):
    lines = (gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()).splitlines()
    edges = [line.split() for line in lines[1:] if line.strip()]
    return int(lines[0].split()[0]), [(int(i) - 1, int(j) - 1, int(w)) for i, j, w in edges]


def torus(side):
    """The square torus with couplings -1 and 1."""
    rng = random.Random(1)
    spins = [(row, column) for row in range(side) for column in range(side)]
    bonds = [(row * side + column, (row + down) % side * side + (column + 1 - down) % side)
             for row, column in spins for down in (0, 1)]
    return side * side, [(i, j, rng.choice((-1, 1))) for i, j in bonds]


def graphs(qubout, instances, folder):
    """(name, key of the calibration, graph or None, goal of all replicas)"""
    for name, goal in (("G1", 300), ("G22", 400)):
        path = instances / "maxcut_gset" / f"{name}.mc.gz"
        yield name, name, read_rudy(path) if path.exists() else None, goal
    path = folder / "regular.mc"
    run(qubout, "generate", "maxcut-regular", "size=10000", "--out", path)
    yield "3-regular, 10^4 vertices", "reg3", read_rudy(path), 700
    yield "+-J torus, 100 x 100", "tor100", torus(100), 700


def anneal(table, qubout, yardsticks, calibration, rounds, instances):
    """One schedule for all.  Real weights are those of the graph, off by up to 10^-7 so that nothing integral is left."""
    rng = random.Random(2)
    for name, key, graph, goal in graphs(qubout, instances, yardsticks):
        if not graph:
            table.skip(f"annealing, {name}", "no such instance")
            continue
        n, edges = graph
        path = write_rudy(yardsticks / f"{key}.mc", n, edges)
        real = write_rudy(yardsticks / f"{key}_real.mc", n, [(i, j, f"{w * (1 + 1e-7 * rng.random()):.12f}") for i, j, w in edges])
        anchor = calibration["naive_sa"][key]["dwave_ns_over_naive_ns_geometric"]

        def naive():
            return 1e-9 * json.loads(run(yardsticks / "naive_sa", path, 1000, 0.05, 3, "geometric", 1))["ns_per_flip"]

        for label, file, options, factor in (("all replicas", path, (), goal), ("one replica", path, ("--replicas", 1), 6),
                                             ("one replica, real weights", real, ("--replicas", 1), 6)):
            def ours():
                return bench(qubout, "anneal", "--instance", file, *options)[0]["seconds_per_unit"]

            here, ratio = alternate(rounds, naive, ours)
            table.row(f"annealing, {name}, {label}", f"{1e9 * here:.3g} ns a flip", "D-Wave SA", ratio * anchor, factor)


# ---- tabu

def write_dense(qubout, folder, name, *parameters):
    """A Palubeckis instance as `n m`, then `i j q` to be maximised with off-diagonals once a pair: what naive_tabu reads."""
    path = folder / f"{name}.qubo"
    run(qubout, "generate", "palubeckis", *parameters, "--out", path)
    lines, variables = [], 0
    for line in path.read_text().splitlines():
        words = line.split()
        if words[0] == "p":
            variables = int(words[3])
        elif words[0] != "c":
            i, j, q = int(words[0]), int(words[1]), -int(words[2])
            lines.append(f"{i + 1} {j + 1} {q if i == j else q // 2}")
    plain = folder / f"{name}.txt"
    plain.write_text(f"{variables} {len(lines)}\n" + "\n".join(lines) + "\n")
    return path, plain


def tabu(table, qubout, yardsticks, calibration, rounds):
    for key, parameters, goal in (("bqp1000.1", ("size=1000", "density=10"), 50), ("p3000.1", ("size=3000", "density=50"), 40),
                                  ("p5000.1", ("size=5000", "density=50"), 40)):
        path, plain = write_dense(qubout, yardsticks, key, *parameters)
        anchor = calibration["naive_tabu"][key]["naive_moves_over_mqlib_moves"]
        shares = []

        def naive():
            return 1 / json.loads(run(yardsticks / "naive_tabu", plain, 1))["moves_per_second"]

        def ours():
            case = bench(qubout, "tabu", "--instance", path)[0]
            shares.append(case["share_of_bandwidth"])
            return case["seconds_per_unit"]

        here, ratio = alternate(rounds, naive, ours)
        table.row(f"tabu, like {key}", f"{1e9 * here:.3g} ns a move, {statistics.median(shares):.0%} of it to stream the walk's rows",
                  "MQLib", ratio * anchor, goal)


# ---- enumeration

def exhaustive(table, qubout, rounds):
    """No anchor: the goal is 10^9 states a second a core, the optimum counted."""
    for size in (24, 32):
        here = min(case["seconds_per_unit"] for _ in range(rounds) for case in bench(qubout, "exhaustive") if case["size"] == size)
        table.row(f"enumeration, {size} variables", f"{1e9 * here:.3g} ns a state", "10^9 a second", 1e-9 / here, 1)


def main():
    qubout, source, instances = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    wanted = sys.argv[5:] or ["qaoa", "anneal", "tabu", "exhaustive"]
    if not (source / "calibration.json").exists():
        print(f"skipped: no yardsticks in '{source}'")
        return 77
    calibration = json.loads((source / "calibration.json").read_text())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for program in ("naive_qaoa", "naive_sa", "naive_tabu"):
            run("gcc", "-O3", "-march=native", source / f"{program}.c", "-o", folder / program, "-lm")
        table = Table()
        if "qaoa" in wanted:
            qaoa(table, qubout, folder, calibration, rounds)
        if "anneal" in wanted:
            anneal(table, qubout, folder, calibration, rounds, instances)
        if "tabu" in wanted:
            tabu(table, qubout, folder, calibration, rounds)
        if "exhaustive" in wanted:
            exhaustive(table, qubout, rounds)
    return 0


sys.exit(main())
