#!/usr/bin/env python3
"""Constrained problems of known optimum: published.py QUBOUT INSTANCES [SECONDS [PART [FAMILY]]].

PART `exact`: each published optimum is attained, in the source problem and by the referee's word: by GLPK where it can, else by
the first of CBC and the solvers on the lowered model that does; a row names what was solved where a converter or a lowering
rewrote the file.  PART `lowered`: every family goes through lowering, annealing
and tabu search to feasible source solutions; their gaps are printed.  Without PART: both.  SECONDS of CPU time a run (10).
Prints Markdown tables.  Exit status 1: an optimum was not attained by anybody, or annealing or tabu search found no feasible
solution in a family.  INSTANCES is a folder of published instances; what is missing there is skipped out loud.
"""
import json
import pathlib
import shutil
import subprocess
import sys

GLPK, CUTS = "glpk", "glpk:preset=cuts"
LOWERED = ("tabu", "anneal")

# family, file, published optimum, who is expected to attain it, seconds where it takes more than the others
EXACT = (
    ("MIPLIB", "mip_miplib/p0033.mps", 3089, GLPK),
    ("MIPLIB", "mip_miplib/p0201.mps.gz", 7615, GLPK),
    ("MIPLIB", "mip_miplib/p0282.mps.gz", 258411, GLPK),
    ("MIPLIB", "mip_miplib/p0548.mps.gz", 8691, CUTS),
    ("MIPLIB", "mip_miplib/enigma.mps", 0, GLPK),
    ("MIPLIB", "mip_miplib/egout.mps", 568.1007, GLPK),
    ("MIPLIB", "mip_miplib/flugpl.mps", 1201500, GLPK),
    ("MIPLIB", "mip_miplib/lseu.mps", 1120, GLPK),
    ("MIPLIB", "mip_miplib/gt2.mps", 21166, CUTS),
    ("MIPLIB", "mip_miplib/rgn.mps", 82.1999992, GLPK),
    ("MIPLIB", "mip_miplib/bell5.mps", 8966406.49, CUTS),
    ("MIPLIB", "mip_miplib/misc03.mps.gz", 3360, GLPK),
    ("MIPLIB", "mip_miplib/stein27.mps", 18, GLPK),
    ("MIPLIB", "mip_miplib/mod008.mps.gz", 307, GLPK),
    ("MIPLIB", "mip_miplib/blend2.mps.gz", 7.598985, GLPK),
    ("MIPLIB", "mip_miplib/dcmulti.mps.gz", 188182, GLPK),
    ("MIPLIB", "mip_miplib/vpm1.mps", 20, CUTS),
    ("MIPLIB", "mip_miplib/vpm2.mps", 13.75, "cbc"),
    ("MIPLIB", "mip_miplib/pp08a.mps", 7350, "cbc"),
    ("MIPLIB", "mip_miplib/khb05250.mps.gz", 106940226, GLPK),
    ("market split", "qoblib/01-marketsplit/ms_03_050_002.lp", 0, GLPK),
    ("market split", "qoblib/01-marketsplit/ms_03_100_001.lp", 0, GLPK),
    ("market split", "qoblib/01-marketsplit/ms_03_200_050.lp", 0, GLPK),
    ("market split", "qoblib/01-marketsplit/ms_04_050_001.qs", 0, "exhaustive"),
    ("market split", "qoblib/01-marketsplit/ms_04_100_003.qs", 0, "exhaustive"),
    ("market split", "qoblib/01-marketsplit/ms_05_050_001.qs", 0, "exhaustive", 240),
    ("independent set", "qoblib/07-independentset/karate.gph", 20, GLPK),
    ("independent set", "qoblib/07-independentset/farm.gph", 10, GLPK),
    ("independent set", "qoblib/07-independentset/chesapeake.gph", 17, GLPK),
    ("independent set", "qoblib/07-independentset/football.gph", 16, GLPK),
    ("independent set", "qoblib/07-independentset/ibm32.gph", 13, GLPK),
    ("independent set", "qoblib/07-independentset/johnson8-2-4.gph", 7, GLPK),
    ("independent set", "qoblib/07-independentset/hamming6-4.gph", 12, CUTS),
    ("independent set", "qoblib/07-independentset/sloane_1dc_64.gph", 10, CUTS),
    ("independent set", "qoblib/07-independentset/brock200-2.gph.gz", 12, "tabu"),
    ("independent set", "qoblib/07-independentset/brock200-4.gph.gz", 8, "tabu"),
    ("independent set", "qoblib/07-independentset/C125-9.gph", 34, "tabu"),
    ("independent set", "qoblib/07-independentset/keller4.gph", 11, "tabu"),
    ("independent set", "qoblib/07-independentset/gen200_p0-9_44.gph", 44, "tabu"),
    ("Birkhoff", "qoblib/03-birkhoff/bhS-03-001.lp", 2, GLPK),
    ("Birkhoff", "qoblib/03-birkhoff/bhD-03-001.lp", 5, GLPK),
    ("Birkhoff", "qoblib/03-birkhoff/bhS-04-001.lp", 4, GLPK),
    ("Birkhoff", "qoblib/03-birkhoff/bhS-04-003.lp", 3, GLPK),
    ("Steiner", "qoblib/04-steiner/stp_s003_l1_t3_h0_rs24098.lp", 6, GLPK),
    ("Steiner", "qoblib/04-steiner/stp_s004_l1_t3_h3_rs24098.lp", 6, GLPK),
    ("sports", "qoblib/05-sports/Addition_000_Tiny.lp.gz", 0, "cbc"),
    ("sports", "qoblib/05-sports/Addition_003_Tiny.lp.gz", 0, GLPK),
    ("network", "qoblib/08-network/network05.lp", 65500, "cbc"),
    ("network", "qoblib/08-network/network06.lp", 101000, "cbc"),
    ("routing", "qoblib/09-routing/XSH-n20-k4-01.vrp", 646, "cbc"),
    ("QAPLIB", "qap/nug12.dat", 578, "tabu"),
    ("QAPLIB", "qap/chr12a.dat", 9552, "tabu"),
    ("QAPLIB", "qap/had12.dat", 1652, "tabu"),
    ("QAPLIB", "qap/scr12.dat", 31410, "tabu"),
    ("QAPLIB", "qap/rou12.dat", 235528, "tabu"),
    ("QAPLIB", "qap/tai12a.dat", 224416, "tabu"),
    ("QAPLIB", "qap/esc16a.dat", 68, "tabu"),
    ("QAPLIB", "qap/tai15a.dat", 388214, "tabu"),
    ("QKP", "qkp/jeu_100_25_1.txt", 18558, "cbc"),
    ("QKP", "qkp/jeu_100_25_3.txt", 3752, "cbc"),
    ("QKP", "qkp/jeu_100_50_1.txt", 83742, "cbc"),
    ("QKP", "qkp/jeu_100_75_1.txt", 189137, "cbc"),
    ("QKP", "qkp/jeu_100_100_1.txt", 81978, "cbc"),
    ("MKP", "mkp_orlib/mknapcb1.txt.gz#1", 24381, "cbc"),
    ("MKP", "mkp_orlib/mknapcb1.txt.gz#2", 24274, "cbc"),
    ("portfolio", "qoblib/06-portfolio/bqp_a010_t10_orig_b004_l0.lp.gz", -110541, GLPK),
    ("TSP", "tsp/burma14.tsp", 3323, "tabu"),
    ("TSP", "tsp/ulysses16.tsp", 6859, "tabu"),
    ("TSP", "tsp/gr17.tsp", 2085, "tabu"),
    ("TSP", "tsp/gr21.tsp", 2707, "tabu"),
    ("TSP", "tsp/br17.atsp", 39, "tabu"),
)

INEQUALITIES = "penalty=search,inequality=unbalanced,repair=on"

# family, file, published optimum (None: unknown), lowering, format where it is not recognised
LOWERINGS = (
    ("MIPLIB", "mip_miplib/p0033.mps", 3089, INEQUALITIES),
    ("MIPLIB", "mip_miplib/stein27.mps", 18, "penalty=tight"),
    ("MIPLIB", "mip_miplib/mod008.mps.gz", 307, INEQUALITIES),
    ("MIPLIB", "mip_miplib/p0201.mps.gz", 7615, INEQUALITIES),
    ("market split", "qoblib/01-marketsplit/ms_03_050_002.lp", 0, "penalty=bound"),
    ("independent set", "qoblib/07-independentset/ibm32.gph", 13, "penalty=tight"),
    ("independent set", "qoblib/07-independentset/C125-9.gph", 34, "penalty=tight"),
    ("Birkhoff", "qoblib/03-birkhoff/bhD-03-001.lp", 5, "penalty=bound,repair=on"),
    ("Steiner", "qoblib/04-steiner/stp_s003_l1_t3_h0_rs24098.lp", 6, "penalty=bound"),
    ("network", "qoblib/08-network/network05.lp", 65500, INEQUALITIES + ",integer-step=500"),
    ("QAPLIB", "qap/nug12.dat", 578, "penalty=search"),
    ("QKP", "qkp/jeu_100_25_1.txt", 18558, INEQUALITIES),
    ("MKP", "mkp_orlib/mknapcb1.txt.gz#1", 24381, INEQUALITIES),
    ("portfolio", "portfolio_orlib/port1.txt", None, INEQUALITIES),
    ("portfolio", "qoblib/06-portfolio/bqp_a010_t10_orig_b004_l0.lp.gz", -110541, "penalty=search"),
    ("TSP", "tsp/burma14.tsp", 3323, "penalty=search"),
    ("CVRP", "qoblib/09-routing/XSH-n20-k4-02.vrp", 650, INEQUALITIES, "cvrp-slots"),
    ("CVRP", "qoblib/09-routing/XSH-n20-k4-25.vrp", 462, INEQUALITIES, "cvrp-slots"),
    ("CVRP", "qoblib/09-routing/XSH-n20-k4-01.vrp", 646, INEQUALITIES, "cvrp-slots"),
    ("CVRP", "qoblib/09-routing/XSH-n20-k4-03.vrp", 508, INEQUALITIES, "cvrp-slots"),
    ("CVRP", "qoblib/09-routing/XSH-n20-k4-17.vrp", 605, INEQUALITIES, "cvrp-slots"),
    ("sports", "qoblib/05-sports/Addition_003_Tiny.lp.gz", 0, INEQUALITIES),
)


def way(run):
    """What the solver was given, where that is not the file itself."""
    read, lowering = run["instance"]["format"], run.get("lowering")
    converted = f", converted ({read})" if read in ("gph", "qaplib", "qkp", "mkp", "tsplib", "cvrp-slots", "portfolio") else ""
    return converted + (f", lowered ({lowering['encoding']})" if lowering and lowering["encoding"] != "none" else "")


class Table:
    def __init__(self, qubout, instances, seconds, family):
        self.qubout, self.instances, self.seconds, self.family = qubout, pathlib.Path(instances), seconds, family
        self.failures = 0

    def solve(self, file, solver, lowering=None, form=None, seconds=None):
        limit = f"{seconds or self.seconds}s"
        command = [self.qubout, "solve", self.instances / file, "--solver", solver, "--cpu-time", limit, "--json"]
        for option, value in (("--lowering", lowering), ("--format", form)):
            command += [option, value] if value else []
        out = subprocess.run(command, capture_output=True, text=True)
        return json.loads(out.stdout) if out.stdout else {"status": "failed", "feasible": False, "reason": out.stderr}

    def rows(self, cases):
        for family, file, *rest in cases:
            if self.family and family != self.family:
                continue
            if (self.instances / file.split("#")[0]).exists():
                yield family, file, *rest
            else:
                print(f"\nskipped: '{file}' is not in '{self.instances}'\n")

    def exact(self):
        print("| family | instance | published | attained | by | status | CPU s |\n|---|---|---|---|---|---|---|")
        for family, file, optimum, expected, *seconds in self.rows(EXACT):
            paths = [expected] + [p for p in (GLPK, "cbc", *LOWERED) if p != expected and (p != "cbc" or shutil.which("cbc"))]
            for solver in paths:
                lowering = "penalty=search" if solver in LOWERED and not file.endswith(".qs") else None
                run = self.solve(file, solver, lowering, seconds=seconds[0] if seconds and solver == expected else None)
                attained = run["feasible"] and abs(run["objective"] - optimum) <= 2e-8 * max(1, abs(optimum))
                if attained:
                    break
            self.failures += not attained
            value = f"{run['objective']:.10g}" if attained else "**nobody**"
            by = solver if solver == expected else f"{solver} (not {expected})"
            print(f"| {family} | {pathlib.Path(file).name} | {optimum} | {value} | {by + way(run) if attained else ', '.join(paths)} | "
                  f"{run['status']} | {run.get('cpu_s', 0):.2f} |", flush=True)

    def lowered(self):
        print("| family | instance | published | lowering | qubits | bits | solver | feasible | objective | gap |"
              "\n|---|---|---|---|---|---|---|---|---|---|")
        held = {}  # (family, solver): was an answer feasible?
        for family, file, optimum, lowering, *form in self.rows(LOWERINGS):
            for solver in LOWERED:
                run = self.solve(file, solver, lowering, *form)
                record, feasible = run.get("lowering") or {}, run["feasible"]
                held[family, solver] = held.get((family, solver)) or feasible
                gap = abs(run["objective"] - optimum) / max(1, abs(optimum)) if feasible and optimum is not None else None
                repaired = " (repaired)" if record.get("repair", {}).get("answer") else ""
                print(f"| {family} | {pathlib.Path(file).name} | {'' if optimum is None else optimum} | `{lowering}` | "
                      f"{record.get('qubits', '')} | {record.get('bits', '')} | {solver} | "
                      f"{'yes' + repaired if feasible else '**no**: ' + (run.get('reason') or run['status'])} | "
                      f"{run.get('objective', '')} | {'' if gap is None else f'{100 * gap:.2f} %'} |", flush=True)
        for (family, solver), feasible in held.items():
            self.failures += not feasible
            if not feasible:
                print(f"\n{solver}: no feasible solution in the family '{family}'")


def main():
    given = dict(zip(("qubout", "instances", "seconds", "part", "family"), sys.argv[1:]))
    part = given.get("part", "both")
    table = Table(given["qubout"], given["instances"], float(given.get("seconds", 10)), given.get("family"))
    if part in ("exact", "both"):
        table.exact()
    if part in ("lowered", "both"):
        print()
        table.lowered()
    return 1 if table.failures else 0


sys.exit(main())
