#!/usr/bin/env python3
"""Reading and lowering a million nonzeros: lowering.py QUBOUT [NONZEROS [REPEATS]].

A program of pairs x_i + x_j <= 1 is written as MPS and as LP, read (`info`), and lowered to a QUBO (`random` with one sample: what it
needs is set-up), at half the size and at the full one: the minimum over the repeats, and the ratio of the two, which is 2 where
nothing is quadratic.  Then GLPK is given the program and one second: how late does it end, deep in its first relaxation?
Exit status 1: reading and lowering together take 2 s or more, the ratio is above 3, or GLPK ends 20 ms late.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time


def pairs(rows):
    """Distinct pairs of rows / 5 columns."""
    rng, columns = random.Random(1), rows // 5
    return columns, [rng.sample(range(columns), 2) for _ in range(rows)]


def write_mps(path, columns, entries):
    of = [[] for _ in range(columns)]
    for row, (i, j) in enumerate(entries):
        of[i].append(row)
        of[j].append(row)
    with open(path, "w") as file:
        file.write("NAME big\nROWS\n N obj\n" + "".join(f" L r{r}\n" for r in range(len(entries))) + "COLUMNS\n")
        for j, rows in enumerate(of):
            file.write(f" x{j} obj {-1 - j % 7}\n" + "".join(f" x{j} r{r} 1\n" for r in rows))
        file.write("RHS\n" + "".join(f" RHS r{r} 1\n" for r in range(len(entries))))
        file.write("BOUNDS\n" + "".join(f" BV BND x{j}\n" for j in range(columns)) + "ENDATA\n")


def write_lp(path, columns, entries):
    with open(path, "w") as file:
        file.write("Minimize\n obj: " + "\n ".join(f"- {1 + j % 7} x{j}" for j in range(columns)) + "\nSubject To\n")
        file.write("".join(f" r{r}: x{i} + x{j} <= 1\n" for r, (i, j) in enumerate(entries)))
        file.write("Binaries\n" + "\n".join(f" x{j}" for j in range(columns)) + "\nEnd\n")


def timed(command):
    start = time.monotonic()
    out = subprocess.run(command, capture_output=True, text=True)
    return time.monotonic() - start, json.loads(out.stdout)


def main():
    qubout = sys.argv[1]
    nonzeros, repeats = (int(float(a)) for a in (sys.argv[2:] + ["1e6", "3"][len(sys.argv) - 2:])[:2])
    late, failed = 0, False
    print("| format | nonzeros | MB | read s | lower s | both s |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("mps", write_mps), ("lp", write_lp)):
            both = []
            for size in (nonzeros // 2, nonzeros):
                path = pathlib.Path(folder) / f"big.{name}"
                write(path, *pairs(size // 2))
                read = min(timed([qubout, "info", path, "--json"])[0] for _ in range(repeats))
                runs = [timed([qubout, "solve", path, "--solver", "random", "--samples", "1", "--json"])[1] for _ in range(repeats)]
                assert all(run["lowering"]["qubits"] == size // 10 for run in runs)
                lower = min(run["setup_s"] for run in runs)
                both.append(read + lower)
                print(f"| {name} | {size} | {path.stat().st_size / 1e6:.0f} | {read:.2f} | {lower:.2f} | {read + lower:.2f} |", flush=True)
            print(f"\ntwice the size takes {both[1] / both[0]:.2f} times as long\n")
            failed |= both[1] >= 2 or both[1] / both[0] > 3
        for _ in range(repeats):
            late = max(late, timed([qubout, "solve", path, "--solver", "glpk", "--wall-time", "1s", "--json"])[1]["overshoot_s"])
    print(f"\nGLPK, inside its first relaxation of {nonzeros // 2} rows, ended {1e3 * late:.1f} ms late at worst")
    return 1 if failed or late > 0.02 else 0


sys.exit(main())
