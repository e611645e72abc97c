#!/usr/bin/env python3
"""Kernels beside plain programs, in alternation: kernels.py QUBOUT YARDSTICKS [ROUNDS].

YARDSTICKS is a folder with naive_qaoa.c, naive_sa.c, naive_tabu.c and calibration.json, which says how each plain program
compares with the library that a goal names (QOKit, D-Wave, MQLib).  Each round runs the yardstick, then `qubout bench` on the
same case; the ratio is the median of the rounds' ratios.  Prints a Markdown table, and skips out loud without the folder.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile


def run(*words):
    return subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True).stdout


def bench(qubout, kernel, *options):
    """Seconds a unit of the one case."""
    return json.loads(run(qubout, "bench", kernel, "--json", "--time", "1s", *options).splitlines()[0])["seconds_per_unit"]


def alternate(rounds, yardstick, ours):
    """Median over the rounds of (yardstick, ours, yardstick / ours)."""
    pairs = [(yardstick(), ours()) for _ in range(rounds)]
    return [statistics.median(values) for values in (*zip(*pairs), [a / b for a, b in pairs])]


def write_rudy(qubout, folder, name, family, *parameters):
    path = folder / f"{name}.mc"
    run(qubout, "generate", family, *parameters, "--out", path)
    return path


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


def main():
    qubout, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    if not (source / "calibration.json").exists():
        print(f"skipped: no yardsticks in '{source}'")
        return 77
    calibration = json.loads((source / "calibration.json").read_text())
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for program in ("naive_qaoa", "naive_sa", "naive_tabu"):
            run("gcc", "-O3", "-march=native", source / f"{program}.c", "-o", folder / program, "-lm")

        for qubits, goal in ((16, 28), (20, 30), (24, 35)):
            anchor = calibration["naive_qaoa"][str(qubits)]["qokit_seconds_over_naive_seconds"]
            naive = lambda: json.loads(run(folder / "naive_qaoa", qubits, 10 if qubits < 20 else 2, 1))["seconds_per_layer"]
            for label, options, factor in (("", (), goal), (", real cost", ("--cost", "real"), 0.7 * goal),
                                           (", symmetry", ("--symmetry", "on"), 50 if qubits == 16 else 60)):
                a, b, ratio = alternate(rounds, naive,
                                        lambda: bench(qubout, "qaoa-layer", "--qubits", str(qubits), *options))
                rows.append((f"QAOA layer, {qubits} qubits{label}", f"{b:.3g} s", "QOKit", ratio * anchor, factor))

        cases = (("reg3", "maxcut-regular", ("size=10000",), 700), ("tor100", "pm1-torus", ("size=100",), 700))
        for key, family, parameters, goal in cases:
            path = write_rudy(qubout, folder, key, family, *parameters)
            anchor = calibration["naive_sa"][key]["dwave_ns_over_naive_ns_geometric"]
            naive = lambda: 1e-9 * json.loads(run(folder / "naive_sa", path, 1000, 0.05, 3, "geometric", 1))["ns_per_flip"]
            for label, options, factor in ((", all replicas", (), goal), (", one replica", ("--replicas", "1"), 6)):
                a, b, ratio = alternate(rounds, naive, lambda: bench(qubout, "anneal", "--instance", str(path), *options))
                rows.append((f"annealing, {family}{label}", f"{1e9 * b:.3g} ns a flip", "D-Wave SA", ratio * anchor, factor))

        for key, parameters, goal in (("bqp1000.1", ("size=1000", "density=10"), 50), ("p3000.1", ("size=3000", "density=50"), 40),
                                      ("p5000.1", ("size=5000", "density=50"), 40)):
            path, plain = write_dense(qubout, folder, key, *parameters)
            anchor = calibration["naive_tabu"][key]["naive_moves_over_mqlib_moves"]
            naive = lambda: 1 / json.loads(run(folder / "naive_tabu", plain, 1))["moves_per_second"]
            a, b, ratio = alternate(rounds, naive, lambda: bench(qubout, "tabu", "--instance", str(path)))
            rows.append((f"tabu move, like {key}", f"{1e9 * b:.3g} ns", "MQLib", ratio * anchor, goal))

    print("| kernel | here | anchor | times faster | goal |\n|---|---|---|---|---|")
    for what, here, anchor, ratio, goal in rows:
        print(f"| {what} | {here} | {anchor} | {ratio:.3g} | {goal:.3g} |")
    return 0


sys.exit(main())
