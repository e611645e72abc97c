#!/usr/bin/env python3
"""Constrained problems of known optimum: published.py QUBOUT INSTANCES [SECONDS [PART [FAMILY]]].

PART `exact`: each published optimum is attained, in the source problem and by the referee's word, by the path that the table
names: GLPK where it can, else CBC or a solver on the lowered model, which ends as soon as it is there, within three seeds.  PART `lowered`: every
family goes through lowering, annealing and tabu search to feasible source solutions; their gaps are printed.  Without PART:
both.  SECONDS of CPU time a run (10), where the table does not name more.  Prints Markdown tables.  Exit status 1: an optimum was
not attained, or annealing or tabu search found no feasible solution in a family.  INSTANCES is a folder of published instances;
what is missing there is skipped out loud.
"""
import json
import pathlib
import subprocess
import sys

LOWERED = ("tabu", "anneal")
SEEDS = 3  # that these get to attain an optimum

# Of one family and folder: file, published optimum, solver, and what else `qubout solve` is given.
EXACT = """
# MIPLIB: mip_miplib
p0033.mps 3089 glpk
p0201.mps.gz 7615 glpk
p0282.mps.gz 258411 glpk
p0548.mps.gz 8691 glpk:preset=cuts
enigma.mps 0 glpk
egout.mps 568.1007 glpk
flugpl.mps 1201500 glpk
lseu.mps 1120 glpk
gt2.mps 21166 glpk:preset=cuts
rgn.mps 82.1999992 glpk
bell5.mps 8966406.49 glpk:preset=cuts
misc03.mps.gz 3360 glpk
stein27.mps 18 glpk
mod008.mps.gz 307 glpk
blend2.mps.gz 7.598985 glpk
dcmulti.mps.gz 188182 glpk
vpm1.mps 20 glpk:preset=cuts
vpm2.mps 13.75 cbc
pp08a.mps 7350 cbc
khb05250.mps.gz 106940226 glpk
# market split: qoblib/01-marketsplit
ms_03_050_002.lp 0 glpk
ms_03_100_001.lp 0 glpk
ms_03_200_050.lp 0 glpk
ms_04_050_001.lp 0 tabu lowering=penalty=search seconds=100
ms_04_100_003.lp 0 tabu lowering=penalty=search seconds=100
ms_04_050_001.qs 0 exhaustive
ms_04_100_003.qs 0 exhaustive
ms_05_050_001.qs 0 exhaustive seconds=240
# independent set: qoblib/07-independentset
karate.gph 20 glpk
farm.gph 10 glpk
chesapeake.gph 17 glpk
football.gph 16 glpk
ibm32.gph 13 glpk
johnson8-2-4.gph 7 glpk
hamming6-4.gph 12 glpk:preset=cuts
sloane_1dc_64.gph 10 glpk:preset=cuts
brock200-2.gph.gz 12 tabu lowering=penalty=tight
brock200-4.gph.gz 8 tabu lowering=penalty=tight
C125-9.gph 34 tabu lowering=penalty=tight
keller4.gph 11 tabu lowering=penalty=tight
gen200_p0-9_44.gph 44 tabu lowering=penalty=tight
frb45-21-3.gph.gz 45 tabu lowering=penalty=tight seconds=100
# Birkhoff: qoblib/03-birkhoff
bhS-03-001.lp 2 glpk
bhD-03-001.lp 5 glpk
bhS-04-001.lp 4 glpk
bhS-04-003.lp 3 glpk
# Steiner: qoblib/04-steiner
stp_s003_l1_t3_h0_rs24098.lp 6 glpk
stp_s004_l1_t3_h3_rs24098.lp 6 glpk
# sports: qoblib/05-sports
Addition_000_Tiny.lp.gz 0 cbc
Addition_003_Tiny.lp.gz 0 glpk
# network: qoblib/08-network
network05.lp 65500 cbc
network06.lp 101000 cbc
network07.lp 142400 cbc seconds=150
# CVRP: qoblib/09-routing
XSH-n20-k4-01.vrp 646 tabu lowering=penalty=search,inequality=unbalanced format=cvrp-slots seconds=120
XSH-n20-k4-02.vrp 650 tabu lowering=penalty=search,inequality=unbalanced format=cvrp-slots seconds=120
XSH-n20-k4-03.vrp 508 tabu lowering=penalty=search,inequality=unbalanced format=cvrp-slots seconds=120
XSH-n20-k4-17.vrp 605 tabu lowering=penalty=search,inequality=unbalanced format=cvrp-slots seconds=120
XSH-n20-k4-25.vrp 462 tabu lowering=penalty=search,inequality=unbalanced format=cvrp-slots seconds=120
# QAPLIB: qap
nug12.dat 578 tabu
chr12a.dat 9552 tabu
had12.dat 1652 tabu
scr12.dat 31410 tabu
rou12.dat 235528 tabu
tai12a.dat 224416 tabu
esc16a.dat 68 tabu
tai15a.dat 388214 tabu
# QKP: qkp
jeu_100_25_1.txt 18558 cbc
jeu_100_25_3.txt 3752 cbc
jeu_100_50_1.txt 83742 cbc
jeu_100_75_1.txt 189137 cbc
jeu_100_100_1.txt 81978 cbc
jeu_200_25_1.txt.gz 204441 tabu lowering=penalty=search seconds=60
# MKP: mkp_orlib
mknapcb1.txt.gz#1 24381 cbc
mknapcb1.txt.gz#2 24274 cbc
# portfolio: qoblib/06-portfolio
bqp_a010_t10_orig_b004_l0.lp.gz -110541 glpk
uqo_a010_t10_orig_b004_l0.qs.gz -110541 tabu
bqp_a010_t10_orig_b004_l0.0001.lp.gz -69482 tabu lowering=penalty=tight seconds=100
uqo_a010_t10_orig_b004_l0.0001.qs.gz -69482 tabu seconds=100
# TSP: tsp
burma14.tsp 3323 tabu
ulysses16.tsp 6859 tabu
gr17.tsp 2085 tabu
gr21.tsp 2707 tabu
br17.atsp 39 tabu
# coloring: coloring
myciel3.col 4 tabu
myciel4.col 5 tabu
huck.col 11 tabu
jean.col 10 tabu
"""

# The same for both solvers on the lowered model; -: no optimum is published.
LOWERINGS = """
# MIPLIB: mip_miplib
p0033.mps 3089 lowering=INEQUALITIES
stein27.mps 18 lowering=penalty=tight
mod008.mps.gz 307 lowering=INEQUALITIES
p0201.mps.gz 7615 lowering=INEQUALITIES
# market split: qoblib/01-marketsplit
ms_03_050_002.lp 0 lowering=penalty=bound
# independent set: qoblib/07-independentset
ibm32.gph 13 lowering=penalty=tight
C125-9.gph 34 lowering=penalty=tight
# Birkhoff: qoblib/03-birkhoff
bhD-03-001.lp 5 lowering=penalty=bound,repair=on
# Steiner: qoblib/04-steiner
stp_s003_l1_t3_h0_rs24098.lp 6 lowering=penalty=bound
# network: qoblib/08-network
network05.lp 65500 lowering=INEQUALITIES,integer-step=500
# QAPLIB: qap
nug12.dat 578
# QKP: qkp
jeu_100_25_1.txt 18558 lowering=INEQUALITIES
# MKP: mkp_orlib
mknapcb1.txt.gz#1 24381 lowering=INEQUALITIES
# portfolio: portfolio_orlib
port1.txt - lowering=INEQUALITIES
# portfolio: qoblib/06-portfolio
bqp_a010_t10_orig_b004_l0.lp.gz -110541 lowering=penalty=search
# TSP: tsp
burma14.tsp 3323
# CVRP: qoblib/09-routing
XSH-n20-k4-02.vrp 650 lowering=INEQUALITIES format=cvrp-slots
XSH-n20-k4-25.vrp 462 lowering=INEQUALITIES format=cvrp-slots
XSH-n20-k4-01.vrp 646 lowering=INEQUALITIES format=cvrp-slots
XSH-n20-k4-03.vrp 508 lowering=INEQUALITIES format=cvrp-slots
XSH-n20-k4-17.vrp 605 lowering=INEQUALITIES format=cvrp-slots
# sports: qoblib/05-sports
Addition_003_Tiny.lp.gz 0 lowering=INEQUALITIES
# coloring: coloring
myciel4.col 5
huck.col 11
"""

CONVERTED = ("gph", "qaplib", "qkp", "mkp", "tsplib", "cvrp", "cvrp-slots", "portfolio", "col")


def cases(table):
    """The table's (family, file, fields, options)."""
    for line in table.replace("INEQUALITIES", "penalty=search,inequality=unbalanced,repair=on").strip().splitlines():
        if line.startswith("# "):
            family, folder = line[2:].split(": ")
            continue
        name, *rest = line.split()
        yield (family, f"{folder}/{name}", [word for word in rest if "=" not in word.removeprefix("glpk:preset=")],
               dict(word.split("=", 1) for word in rest if "=" in word.removeprefix("glpk:preset=")))


def way(run):
    """What the solver was given, where that is not the file itself."""
    read, encoding = run["instance"]["format"], (run.get("lowering") or {}).get("encoding", "none")
    return (f", converted ({read})" if read in CONVERTED else "") + (f", lowered ({encoding})" if encoding != "none" else "")


class Table:
    def __init__(self, qubout, instances, seconds, family):
        self.qubout, self.instances, self.seconds, self.family = qubout, pathlib.Path(instances), seconds, family
        self.failures = 0

    def solve(self, file, solver, target=None, seconds=None, lowering=None, format=None, seed=1):
        command = [self.qubout, "solve", self.instances / file, "--solver", solver, "--cpu-time", f"{seconds or self.seconds}s",
                   "--seed", str(seed), "--json"]
        for option, value in (("--lowering", lowering), ("--format", format), ("--target", target)):
            command += [option, value] if value else []
        out = subprocess.run(command, capture_output=True, text=True)
        return json.loads(out.stdout) if out.stdout else {"status": "failed", "feasible": False, "reason": out.stderr.strip()}

    def rows(self, table):
        for family, file, fields, options in cases(table):
            if self.family and family != self.family:
                continue
            if (self.instances / file.split("#")[0]).exists():
                yield family, file, pathlib.Path(file).name, fields, options
            else:
                print(f"\nskipped: '{file}' is not in '{self.instances}'\n")

    def exact(self):
        print("| family | instance | published | attained | by | status | CPU s |\n|---|---|---|---|---|---|---|")
        for family, file, name, (optimum, solver), options in self.rows(EXACT):
            wanted, lowered = float(optimum), solver in LOWERED  # the others prove it
            for seed in range(1, SEEDS + 1 if lowered else 2):
                run = self.solve(file, solver, target=optimum if lowered else None, seed=seed, **options)
                found = run.get("objective")
                attained = run["feasible"] and abs(found - wanted) <= 2e-8 * max(1, abs(wanted))
                if attained:
                    break
            self.failures += not attained
            value = f"{found:.10g}" if attained else f"**no**: {found if run['feasible'] else run.get('reason') or 'infeasible'}"
            by = solver + (f", seed {seed}" if seed > 1 else "") + (way(run) if "instance" in run else "")
            print(f"| {family} | {name} | {optimum} | {value} | {by} | {run['status']} | "
                  f"{run.get('cpu_s', 0):.2f} |", flush=True)

    def lowered(self):
        print("| family | instance | published | lowering | qubits | bits | solver | feasible | objective | gap |"
              "\n|---|---|---|---|---|---|---|---|---|---|")
        held = {}  # (family, solver): was an answer feasible?
        for family, file, name, (optimum,), options in self.rows(LOWERINGS):
            for solver in LOWERED:
                run = self.solve(file, solver, **options)
                record, feasible = run.get("lowering") or {}, run["feasible"]
                held[family, solver] = held.get((family, solver)) or feasible
                known = feasible and optimum != "-"
                gap = f"{100 * abs(run['objective'] - float(optimum)) / max(1, abs(float(optimum))):.2f} %" if known else ""
                repaired = " (repaired)" if record.get("repair", {}).get("answer") else ""
                print(f"| {family} | {name} | {optimum} | `{options.get('lowering', 'default')}` | {record.get('qubits', '')} | "
                      f"{record.get('bits', '')} | {solver} | "
                      f"{'yes' + repaired if feasible else '**no**: ' + (run.get('reason') or run['status'])} | "
                      f"{run.get('objective', '')} | {gap} |", flush=True)
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
