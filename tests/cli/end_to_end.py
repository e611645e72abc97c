#!/usr/bin/env python3
"""The built binary from the outside: end_to_end.py QUBOUT SOURCE_ROOT [unittest arguments].

No test depends on wall time; budgets are work budgets, or generous and only their bookkeeping is checked.
"""
import contextlib
import html
import json
import math
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
import unittest

from program import KNAPSACK, Program, QUBOUT

ROOT = pathlib.Path(sys.argv[2]).resolve()

EXPERIMENT = """\
experiment: tiny
question: does the machinery work?
instances:
  - file: triangle.mc
  - file: small.qubo
solvers:
  - {name: anneal, role: challenger}
  - {name: tabu, role: baseline}
  - {name: random, role: control}
budget: {work: 20000}
repeats: 3
seed: 7
perturbations: [{kind: coefficient-noise, relative: 0.05, copies: 2}]
"""


class EndToEnd(Program):
    def setUp(self):
        super().setUp()
        self.write("tiny.yaml", EXPERIMENT)

    # ---- solve

    def test_solve_prints_the_contract(self):
        result = self.solve("triangle.mc", "tabu", "--work", "10000", "--seed", "3")
        self.assertEqual(set(result["instance"]), {"name", "sha256", "format", "kind", "sense", "variables",
                                                   "nonzeros", "constraints"})
        for key in ("solver", "seed", "budget", "status", "objective", "feasible", "bound", "solution", "reading_s", "cpu_s",
                    "wall_s", "setup_s", "overshoot_s", "peak_rss_kib", "work", "trajectory", "details"):
            self.assertIn(key, result)
        self.assertEqual(result["instance"]["kind"], "maxcut")
        self.assertEqual(result["instance"]["sense"], "max")
        self.assertEqual(result["objective"], 2)
        self.assertTrue(result["feasible"])
        self.assertEqual(len(result["solution"]), 3)
        self.assertEqual(result["budget"], {"kind": "work", "limit": 10000})
        self.assertEqual(result["seed"], 3)
        objectives = [point["objective"] for point in result["trajectory"]]
        self.assertEqual(objectives, sorted(set(objectives)))
        self.assertEqual(objectives[-1], result["objective"])
        self.assertTrue(all(point["work"] <= 10000 for point in result["trajectory"]))

    def test_stages_add_up_to_the_run(self):
        for instance, solver, names in (("triangle.mc", "anneal", ["lowering", "init", "solve"]),
                                        ("triangle.mc", "qaoa", ["lowering", "init", "compile", "solve", "train"]),
                                        ("knapsack.lp", "glpk", ["lowering", "init", "solve", "relaxation"]),
                                        ("karate", "glpk:preset=cuts", ["lowering", "init", "solve", "presolve", "relaxation"])):
            out = self.solve(instance, solver, "--work", "20000")
            self.assertEqual(list(out["stages"]), names)
            self.assertGreater(out["reading_s"], 0)
            for clock in ("cpu_s", "wall_s"):
                self.assertAlmostEqual(sum(stage[clock] for stage in out["stages"].values()), out[clock], delta=2e-3)

    def test_device_time_counts_what_is_modelled(self):
        out = self.solve("triangle.mc", "random", "--device-time", "20ms")
        self.assertEqual(out["budget"], {"kind": "device-time", "limit": 0.02})
        self.assertEqual(out["status"], "budget")
        self.assertEqual((out["modelled_s"], out["simulator_s"]), (0, 0))
        self.assertGreaterEqual(out["cpu_s"], 0.02)
        self.assertLess(out["trajectory"][-1]["cpu_s"], 0.02)

    def test_every_solver_finds_small_optima(self):
        for solver in json.loads(self.run_qubout("list", "solvers", "--json")):
            if not solver["installed"] or solver["name"].startswith("external"):  # those need a definition
                continue
            with self.subTest(solver["name"]):
                self.assertEqual(self.solve("triangle.mc", solver["name"], "--cpu-time", "2s")["objective"], 2)
                self.assertEqual(self.solve("small.qubo", solver["name"], "--cpu-time", "2s")["objective"], -2)

    def test_constraints_reach_every_solver(self):
        for solver in ("glpk", "anneal", "tabu"):
            with self.subTest(solver):
                result = self.solve("knapsack.lp", solver, "--cpu-time", "2s")
                self.assertTrue(result["feasible"])
                self.assertEqual(result["objective"], 8)

    def test_glpk_proves(self):
        result = self.solve("knapsack.lp", "glpk", "--cpu-time", "5s")
        self.assertEqual(result["status"], "optimal")
        self.assertEqual(result["bound"], 8)

    def test_glpk_says_nothing_and_names_its_preset(self):
        for preset, instance in (("default", "knapsack.lp"), ("cuts", "karate"), ("cuts", "knapsack.lp")):
            done = subprocess.run([QUBOUT, "solve", instance, "--solver", f"glpk:preset={preset},branch=pseudocost,backtrack=depth",
                                   "--cpu-time", "5s", "--json"], cwd=self.folder, capture_output=True, text=True)
            result = json.loads(done.stdout)  # one object and not a byte of GLPK's beside it
            self.assertEqual((done.returncode, done.stderr, done.stdout.count("\n")), (0, "", 1))
            self.assertEqual(result["status"], "optimal")
            self.assertEqual(result["details"]["preset"], preset)
            self.assertEqual((result["details"]["gap_tolerance"], result["details"]["integer_tolerance"]), (0, 1e-6))
            self.assertEqual((result["solver"]["params"]["branch"], result["solver"]["params"]["backtrack"]), ("pseudocost", "depth"))

    def test_glpk_bounds_as_soon_as_the_root_is_relaxed(self):
        self.run_qubout("generate", "knapsack", "size=60", "--seed", "4", "--format", "lp", "--out", "knapsack.lp")
        for preset in ("default", "cuts"):
            result = self.solve("knapsack.lp", f"glpk:preset={preset}", "--work", "200", code=4)  # the relaxation takes more
            self.assertEqual((result["status"], result["objective"]), ("budget", None))
            self.assertGreaterEqual(result["bound"], 1713)  # the optimum
            self.assertLess(result["bound"], 1720)

    def test_the_c_example_streams(self):
        compiler = shutil.which("cc")
        if not compiler:
            self.skipTest("no C compiler")
        for name in ("flips.c", "flips.yaml"):
            shutil.copy(ROOT / "solvers/external/examples" / name, self.folder / name)
        subprocess.run([compiler, "-O2", "-Wall", "-Werror", "-o", "flips", "flips.c"], cwd=self.folder, check=True)
        out = self.solve("small.qubo", "external:definition=flips.yaml", "--cpu-time", "5s")
        self.assertEqual((out["objective"], out["status"]), (-2, "exhausted"))
        self.assertLess(out["details"]["startup_s"], 5)
        self.assertLessEqual(out["details"]["startup_s"], out["details"]["credited_wall_s"])
        self.assertEqual(len(out["details"]["program_sha256"]), 64)

    def test_start_up_of_programs_outside_is_no_time_of_theirs(self):
        self.write("slow.sh", "sleep 1\ncat $1 > /dev/null\necho incumbent 0 000\nexec sleep 100\n")
        self.write("slow.yaml", "solver: slow\nmodel: qubo\nanswer: stream\ncommand: [sh, '{here}/slow.sh', '{model}']\n")
        self.write("outside.yaml", """
experiment: outside
instances: [{file: small.qubo}]
solvers:
  - {name: external, label: slow, params: {definition: slow.yaml}}
  - {name: random}
budget: {wall_time: 800ms}
repeats: 2
""")
        self.run_qubout("run", "outside.yaml", "--db", "outside.db", "--quiet")
        with contextlib.closing(sqlite3.connect(self.folder / "outside.db")) as db:
            rows = db.execute("select r.wall_s, json_extract(r.details, '$.credited_wall_s'), i.wall_s from run r "
                              "join incumbent i on i.run_id = r.id where r.label = 'slow'").fetchall()
        self.assertEqual(len(rows), 2)
        for wall, credited, first in rows:  # it was seen after 1 s, and stands in the store before 0.8
            self.assertGreaterEqual(credited, 1)
            self.assertLessEqual(first, 0.8)
            self.assertGreaterEqual(wall, 0.8)
        self.run_qubout("run", "outside.yaml", "--db", "outside.db", "--quiet")  # nothing is run again
        with contextlib.closing(sqlite3.connect(self.folder / "outside.db")) as db:
            self.assertEqual(db.execute("select count(*) from run").fetchone(), (4,))
        self.run_qubout("report", "--db", "outside.db", "--out", "page")
        self.assertIn("Programs outside: slow.", (self.folder / "page" / "report.html").read_text())

    def test_infeasible_is_a_no(self):
        self.write("never.lp", "Minimize\n x\nSubject To\n r: x + y >= 3\nBinary\n x y\nEnd\n")
        for solver in "glpk", "tabu":  # proven by the solver, by the lowering
            result = self.solve("never.lp", solver, "--cpu-time", "5s", code=1)
            self.assertEqual(result["status"], "infeasible")
            self.assertIsNone(result["objective"])
            self.assertGreater(result["cpu_s"], 0)

    def test_refused_still_prints(self):
        self.write("cont.lp", "Minimize\n x\nSubject To\n r: x + y >= 0.5\nBounds\n x <= 1\n y <= 1\nEnd\n")
        result = self.solve("cont.lp", "anneal", "--work", "1000", code=4)
        self.assertEqual(result["status"], "refused")
        self.assertIsNone(result["solution"])

    def test_target_stops(self):
        result = self.solve("triangle.mc", "anneal", "--target", "2", "--cpu-time", "60s")
        self.assertEqual(result["status"], "target")

    def test_an_offset_does_not_blur_a_target(self):
        bits = [f"x{k}" for k in range(8)]
        self.write("far.lp", "Minimize\n obj: " + " + ".join(f"1.5 {b}" for b in bits) + " - 3000000000 y + 3000000000\n"
                             "Binaries\n y " + " ".join(bits) + "\nEnd\n")
        result = self.solve("far.lp", "random", "--target", "0", "--cpu-time", "60s")
        self.assertEqual((result["status"], result["objective"]), ("target", 0))

    def test_flags_are_told_as_they_are(self):
        told = [self.solve("triangle.mc", solver, "--work", "10000")["solver"]["params"]["symmetry"]
                for solver in ("qaoa", "qaoa:symmetry=off")]
        self.assertEqual(told, [True, False])

    def test_kernels_can_be_forced_and_are_told(self):
        self.write("path.mc", "64 63\n" + "".join(f"{i} {i + 1} 1\n" for i in range(1, 64)))
        for kernel, replicas in (("sliced", 512), ("count", 1), ("gather", 1), ("bits", 1), ("dense", 1), ("scalar", 1)):
            result = self.solve("path.mc", f"anneal:kernel={kernel}", "--work", "30000000")
            self.assertEqual((result["details"]["kernel"], result["details"]["replicas"]), (kernel, replicas))
            self.assertGreaterEqual(result["objective"], 56)
        self.assertEqual(self.solve("path.mc", "anneal", "--work", "1000000")["details"]["kernel"], "sliced")
        self.assertEqual(self.solve("path.mc", "anneal:kernel=single", "--work", "1000000")["details"]["kernel"], "count")
        self.write("wide.mc", "3 2\n1 2 123456\n2 3 1\n")
        self.assertEqual(self.solve("wide.mc", "anneal:kernel=sliced", "--work", "1000", code=4)["status"], "refused")

    def test_a_million_variables_anneal(self):
        self.run_qubout("generate", "maxcut-regular", "size=1000000", "--seed", "1", "--out", "big.mc")
        result = self.solve("big.mc", "anneal", "--work", "50000000")
        self.assertEqual((result["instance"]["variables"], result["instance"]["nonzeros"]), (1000000, 1500000))
        self.assertEqual(result["status"], "budget")
        self.assertLessEqual(result["work"], 50000000 + 10000000)  # one charge: what a look at one replica touches
        self.assertGreater(result["objective"], 0.8 * 1500000)  # half of the edges are cut by chance

    def test_same_seed_same_run(self):
        first, second = (self.solve("labs007", "anneal", "--work", "300000", "--seed", "5") for _ in range(2))
        for key in ("objective", "solution", "work"):
            self.assertEqual(first[key], second[key])
        keep = [[(p["work"], p["objective"]) for p in r["trajectory"]] for r in (first, second)]
        self.assertEqual(keep[0], keep[1])

    # ---- verify, info, convert, generate, list

    def test_invariance(self):
        checks = json.loads(self.run_qubout("invariance", "triangle.mc", "knapsack.lp", "--solver", "glpk", "--json"))
        self.assertTrue(all(c["holds"] for c in checks))
        self.assertEqual({c["relation"] for c in checks if c["instance"] == "knapsack.lp"},
                         {"offset", "scale", "sense", "columns", "rows", "row-scale", "mps", "lp", "opb", "qplib"})
        flipped = next(c for c in checks if c["instance"] == "knapsack.lp" and c["relation"] == "sense")
        self.assertEqual((flipped["optimum"], flipped["related_optimum"]), (8, -8))
        self.assertRegex(self.run_qubout("invariance", "triangle.mc"), r": 0 broken$")
        self.run_qubout("invariance", "triangle.mc", "--vectors", "0", code=2)

    def test_verify(self):
        good = self.write("good.txt", "0 1 1\n")
        out = json.loads(self.run_qubout("verify", "triangle.mc", good, "--json"))
        self.assertEqual(out, {"objective": 2, "feasible": True, "violations": []})
        bad = self.write("bad.txt", "a 1\nb 1\n")
        out = json.loads(self.run_qubout("verify", "knapsack.lp", bad, "--json", code=1))
        self.assertFalse(out["feasible"])
        self.assertEqual(out["violations"], [{"name": "weight", "amount": 1}])
        self.run_qubout("verify", "triangle.mc", self.write("broken.txt", "0 1 7\n"), code=2)
        result = self.run_qubout("solve", "knapsack.lp", "--solver", "glpk", "--json")
        self.run_qubout("verify", "knapsack.lp", self.write("run.json", result))

    def test_standard_input(self):
        out = self.run_qubout("verify", "triangle.mc", "-", "--json", input="011")
        self.assertEqual(json.loads(out)["objective"], 2)

    def test_info_hash_is_of_the_problem(self):
        plain = json.loads(self.run_qubout("info", "triangle.mc", "--json"))
        self.write("other.mc", "3 3\r\n1 3 1\r\n2 1 1\r\n3 2 1")
        self.assertEqual(json.loads(self.run_qubout("info", "other.mc", "--json"))["sha256"], plain["sha256"])
        subprocess.run(["gzip", "-k", "triangle.mc"], cwd=self.folder, check=True)
        self.assertEqual(json.loads(self.run_qubout("info", "triangle.mc.gz", "--json"))["sha256"], plain["sha256"])

    def test_convert_round_trip(self):
        self.run_qubout("convert", "small.qubo", "small.qs")
        self.run_qubout("convert", "small.qs", "again.qubo")
        hashes = {json.loads(self.run_qubout("info", name, "--json"))["sha256"] for name in ("small.qubo", "again.qubo")}
        self.assertEqual(len(hashes), 1)

    def test_mps_is_minimised(self):
        self.run_qubout("convert", "knapsack.lp", "knapsack.mps")
        self.assertEqual(json.loads(self.run_qubout("info", "knapsack.mps", "--json"))["sense"], "min")
        best = self.write("best.txt", "a 1\nc 1\n")
        self.assertEqual(json.loads(self.run_qubout("verify", "knapsack.mps", best, "--json"))["objective"], -8)
        self.run_qubout("convert", "triangle.mc", "triangle.mps", code=2)
        self.assertFalse((self.folder / "triangle.mps").exists())

    def test_lists(self):
        for topic in ("solvers", "formats", "instances", "generators", "experiments", "workloads", "devices"):
            self.assertTrue(self.run_qubout("list", topic).strip())
            self.assertTrue(json.loads(self.run_qubout("list", topic, "--json")))
        self.run_qubout("list", "solver", code=2)
        self.assertIn("did you mean 'solvers'", self.stderr)

    def test_shipped_experiments_are_planned(self):
        shipped = json.loads(self.run_qubout("list", "experiments", "--json"))
        self.assertLessEqual({"circuits", "demo", "device", "head-to-head", "hybrid", "nightly", "pilot"},
                             {experiment["name"] for experiment in shipped})
        for experiment in shipped:
            with self.subTest(experiment["name"]):
                plan = self.run_qubout("run", experiment["file"], "--db", "shipped.db", "--dry-run")
                fields = dict(line.split(maxsplit=1) for line in plan.splitlines() if " " in line.strip())
                left = re.match(r"(\d+) of (\d+) left", fields["runs"])
                self.assertTrue(left and 0 < int(left[1]) == int(left[2]), fields["runs"])
        self.assertFalse((self.folder / "shipped.db").exists())

    def test_help_everywhere(self):
        program = self.run_qubout("--help")
        for line in program.splitlines():
            if line.startswith("  ") and line[2].isalpha() and not line[2:4].isdigit():
                self.assertIn("usage: qubout " + line.split()[0], self.run_qubout(line.split()[0], "--help"))
        self.assertIn("sqlite", self.run_qubout("--version"))

    # ---- wrong usage

    def test_wrong_usage(self):
        self.run_qubout("slove", code=2)
        self.assertIn("did you mean 'solve'", self.stderr)
        self.run_qubout("solve", "triangle.mc", "--solver", "anneel", code=2)
        self.assertIn("did you mean 'anneal'", self.stderr)
        self.run_qubout("solve", "triangle.mc", "--solver", "anneal:sweps=3", code=2)
        self.assertIn("did you mean 'sweeps'", self.stderr)
        self.run_qubout("solve", "triangle.mc", "--solver", "anneal", "--cpu-tme", "1s", code=2)
        self.assertIn("cpu-time", self.stderr)
        self.run_qubout("solve", "triangle.mc", "--solver", "anneal", "--cpu-time", "1s", "--work", "5", code=2)
        self.run_qubout("solve", "triangle.mc", "--solver", "anneal", "--cpu-time", "10", code=2)
        self.run_qubout("solve", "triangl", "--solver", "anneal", code=2)
        self.run_qubout("info", "triangle.mc", env={"QB_SIMD": "avx9"}, code=2)

    def test_broken_files(self):
        cases = {"truncated.mc": b"3 3\n1 2 1\n", "binary.mc": bytes(range(256)), "empty.qubo": b"",
                 "huge.mc": b"999999999999 1\n1 2 1\n", "twice.mc": b"2 2\n1 2 1\n2 1 1\n",
                 "word.qubo": b"p qubo 0 2 1 0\n0 zero 1\n", "nan.mc": b"2 1\n1 2 nan\n"}
        for name, data in cases.items():
            with self.subTest(name):
                self.write(name, data)
                self.run_qubout("info", name, code=2)
                self.assertIn(name, self.stderr)

    # ---- run, report, plot, export

    def test_run_resumes(self):
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        with sqlite3.connect(self.folder / "tiny.db") as db:
            self.assertEqual(db.execute("select count(*) from run").fetchone()[0], 2 * 3 * 3 * 3)
            self.assertEqual(db.execute("select count(*) from experiment").fetchone()[0], 1)
            before = db.execute("select max(started_at), count(*) from run").fetchone()
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        with sqlite3.connect(self.folder / "tiny.db") as db:
            self.assertEqual(db.execute("select max(started_at), count(*) from run").fetchone(), before)
        self.write("tiny.yaml", EXPERIMENT.replace("repeats: 3", "repeats: 4"))
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        with sqlite3.connect(self.folder / "tiny.db") as db:
            self.assertEqual(db.execute("select count(*) from run").fetchone()[0], 2 * 3 * 3 * 4)
            self.assertEqual(db.execute("select count(*) from experiment").fetchone()[0], 1)

    def test_penalties_are_a_factor(self):
        self.write("heavy.lp", KNAPSACK.replace("5 a + 4 b + 3 c", "500 a + 400 b + 300 c"))
        self.write("penalties.yaml", "experiment: penalties\ninstances: [{file: heavy.lp}]\nbudget: {work: 50000}\nrepeats: 2\n"
                   "solvers: [{name: tabu}, {name: glpk, role: baseline}]\nlowering: {penalty: [0.001, 1, bound, search]}\n")
        self.run_qubout("run", "penalties.yaml", "--db", "p.db", "--quiet")
        with sqlite3.connect(self.folder / "p.db") as db:
            # too light a penalty leaves all zero, which a run begins with, the only answer that fits
            rows = db.execute("select penalty, sum(feasible and objective > 0), count(*), count(proved_s), max(found_s <= proved_s) "
                              "from result where label = ? group by penalty order by penalty", ("tabu",)).fetchall()
            proofs = db.execute("select penalty, sum(feasible), count(*), count(proved_s), max(found_s <= proved_s) from result "
                                "where label = ? group by penalty", ("glpk",)).fetchall()
        self.assertEqual(rows, [("0.001", 0, 2, 0, None), ("1", 2, 2, 0, None), ("bound", 2, 2, 0, None), ("search", 2, 2, 0, None)])
        self.assertEqual(proofs, [("0.001", 2, 2, 2, 1)])
        if shutil.which("gnuplot"):
            self.run_qubout("plot", "penalty", "--db", "p.db", "--out", "figures")
            self.assertIn("feasible", (self.folder / "figures/penalty.svg").read_text())

    def test_kept_samples_are_refereed(self):
        self.write("samples.yaml", "experiment: samples\ninstances: [{name: labs005}, {file: k.lp}]\nbudget: {samples: 40}\n"
                   "repeats: 2\nkeep_samples: 30\nsolvers: [{name: anneal}, {name: tabu}, {name: random, role: control}]\n")
        self.write("k.lp", KNAPSACK)
        self.run_qubout("run", "samples.yaml", "--db", "s.db", "--quiet")
        with sqlite3.connect(self.folder / "s.db") as db:
            runs = db.execute("select label, samples, different, feasible, at_best, different_at_best from sampling").fetchall()
            kept = db.execute("select i.name, s.x, s.objective, s.feasible from sample s join run r on r.id = s.run_id "
                              "join instance i on i.id = r.instance_id").fetchall()
        self.assertEqual(len(runs), 12)
        for label, samples, different, feasible, best, different_best in runs:
            self.assertEqual(samples, 30, label)
            self.assertTrue(1 <= different <= 30 and feasible <= 30 and different_best <= best <= feasible, label)
        self.assertGreater(sum(best for label, _, _, _, best, _ in runs if label == "anneal"), 0)
        for name, x, objective, feasible in kept[::17]:
            self.write("x.sol", x)
            said = self.run_qubout("verify", "k.lp" if name == "k" else name, "x.sol", "--json", code=0 if feasible else 1)
            self.assertEqual(json.loads(said)["objective"], objective)

    def test_warm_start(self):
        self.write("good.txt", "a 1\n")
        self.write("bad.txt", "a 1\nb 1\n")
        result = self.solve("knapsack.lp", "glpk", "--warm-start", "good.txt")
        self.assertEqual((result["status"], result["objective"]), ("optimal", 8))
        self.run_qubout("solve", "knapsack.lp", "--solver", "glpk", "--warm-start", "bad.txt", code=2)
        text = ("experiment: warm\ninstances: [{file: knapsack.lp%s}]\nbudget: {work: 20000}\n"
                "solvers: [{name: glpk}, {name: tabu}]\n"
                "perturbations: [{kind: coefficient-noise, relative: 0.1, copies: 1}]\n")
        self.write("warm.yaml", text % ", warm_start: good.txt")
        self.run_qubout("run", "warm.yaml", "--db", "w.db", "--quiet")
        for run in range(1, 5):  # on the same noisy copy, too
            self.assertIn("identical", self.run_qubout("replay", str(run), "--db", "w.db"))
        self.write("good.txt", "b 1\n")
        self.run_qubout("replay", "1", "--db", "w.db", code=2)
        self.assertIn("no longer what run 1 started from", self.stderr)
        self.write("good.txt", "a 1\n")
        self.write("warm.yaml", text % "")
        self.run_qubout("run", "warm.yaml", "--db", "w.db", "--quiet")
        self.assertEqual(self.count_runs("w.db"), 8)  # with and without are different runs
        self.write("warm.yaml", text % ", warm_start: bad.txt")
        self.run_qubout("run", "warm.yaml", "--db", "w.db", "--quiet", code=2)

    def test_shards_do_not_overlap(self):
        for shard in ("1/2", "2/2"):
            self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet", "--shard", shard)
        with sqlite3.connect(self.folder / "tiny.db") as db:
            self.assertEqual(db.execute("select count(*) from run").fetchone()[0], 2 * 3 * 3 * 3)

    def test_merge_puts_shards_together(self):
        for shard in ("1", "2"):
            self.run_qubout("run", "tiny.yaml", "--db", f"part{shard}.db", "--quiet", "--shard", f"{shard}/2")
        self.run_qubout("merge", "part1.db", "part2.db", "--db", "whole.db")
        self.assertEqual(self.count_runs("whole.db"), 54)
        again = self.run_qubout("merge", "part1.db", "part2.db", "--db", "whole.db")
        self.assertEqual(again.count("0 runs added, 27 were there"), 2)
        with sqlite3.connect(self.folder / "whole.db") as db:
            self.assertEqual(db.execute("select count(*) from solution").fetchone()[0], 54)
            self.assertEqual(db.execute("pragma foreign_key_check").fetchall(), [])
            db.execute("update run set objective = objective + 1 where id = 1")
        self.run_qubout("merge", "part1.db", "--db", "whole.db", code=2)
        self.assertIn("with other results", self.stderr)
        self.run_qubout("run", "tiny.yaml", "--db", "part2.db", "--quiet")
        self.assertEqual(self.count_runs("part2.db"), 54)

    def test_score_answers_from_data(self):
        case = "case: routing\nworkload: constrained-optimisation\ndiscrete: yes\npays: yes\nseparable: yes\nkpi: yes\n"
        self.write("case.yaml", case)
        out = json.loads(self.run_qubout("score", "case.yaml", "--json"))
        self.assertEqual(out["advice"], "find-out")  # nobody has said whether there is headroom
        self.write("case.yaml", case + "headroom: yes\n")
        self.assertEqual(json.loads(self.run_qubout("score", "case.yaml", "--json"))["advice"], "measure")
        self.write("known.yaml", EXPERIMENT.replace("  - file: triangle.mc\n  - file: small.qubo\n",
                                                    "  - name: mc_004_003_000\n").replace("perturbations", "# "))
        self.run_qubout("run", "known.yaml", "--db", "known.db", "--quiet")
        self.write("case.yaml", case + "headroom: yes\nstore: known.db\n")
        out = json.loads(self.run_qubout("score", "case.yaml", "--json"))
        self.assertEqual(out["answers"]["headroom"], {"answer": "no", "measured": True})
        self.assertEqual(out["advice"], "stay-classical")
        # a verdict takes the place of the prior: qaoa loses to `random` at this budget, whatever is promising
        names = ["mc_004_003_000", "mc_006_003_000", "mc_008_003_000", "mc_008_005_000", "mc_010_003_000"]
        self.write("judged.yaml", "experiment: judged\ninstances: [" + ", ".join("{name: %s}" % n for n in names) + "]\n"
                   "solvers: [{name: greedy, role: challenger}, {name: tabu, role: baseline}, {name: random, role: control}]\n"
                   "kpi: {name: cost, unit: EUR, per_objective_unit: 1}\n"
                   "budget: {cpu_time: 10ms}\nrepeats: 2\ndecision: {minimum_effect: 0.01, headroom: 1, flagged: 1}\n")
        self.run_qubout("run", "judged.yaml", "--db", "judged.db", "--quiet", "--force")
        with contextlib.closing(sqlite3.connect(self.folder / "judged.db")) as db:
            db.execute("update run set objective = 0 where label = 'greedy'")  # what nobody could call good
            db.execute("update run set objective = 1 where label in ('tabu', 'random')")
            db.commit()
        self.write("case.yaml", case.replace("kpi: yes", "kpi: unknown") + "headroom: unknown\nstore: judged.db\n")
        out = json.loads(self.run_qubout("score", "case.yaml", "--json"))
        self.assertEqual(out["verdict"], "stop")
        self.assertEqual(out["answers"]["kpi"], {"answer": "yes", "measured": True})
        self.assertEqual(out["answers"]["headroom"], {"answer": "yes", "measured": True})
        self.assertEqual(out["advice"], "stay-classical")
        text = self.run_qubout("score", "case.yaml")
        self.assertIn("measured in place of the prior: stop, by the rule registered on 20", text)
        self.assertIn("the registered rule says stop", text)
        self.write("case.yaml", case.replace("constrained-optimisation", "training"))
        self.assertEqual(json.loads(self.run_qubout("score", "case.yaml", "--json"))["advice"], "stay-classical")
        self.write("case.yaml", case.replace("pays", "pay"))
        self.run_qubout("score", "case.yaml", code=2)
        self.assertIn("case.yaml:4", self.stderr)

    def test_tuning(self):
        names = ["mc_004_003_000", "mc_006_003_000", "mc_008_003_000", "mc_008_005_000", "mc_010_003_000"]
        self.write("tuned.yaml", "experiment: tuned\ninstances: [" + ", ".join("{name: %s}" % n for n in names) + "]\n"
                   "solvers: [{name: greedy}, {name: anneal, role: baseline}, {name: tabu, label: given, role: baseline,"
                   " params: {tenure: 5}}, {name: random, role: control}]\n"
                   "budget: {cpu_time: 10ms}\nrepeats: 2\ntuning: {instances: 2, budget: 300ms}\n"
                   "decision: {minimum_effect: 0.01}\n")
        self.assertIn("tuning", self.run_qubout("run", "tuned.yaml", "--db", "t.db", "--dry-run"))
        self.run_qubout("run", "tuned.yaml", "--db", "t.db", "--quiet", "--shard", "1/2", "--force", code=2)
        self.assertIn("--tune", self.stderr)
        self.run_qubout("run", "tuned.yaml", "--db", "t.db", "--quiet", "--tune", "--force")
        with sqlite3.connect(self.folder / "t.db") as db:
            ledger = db.execute("select label, configurations, runs, cpu_s from tuning order by label").fetchall()
        self.assertEqual([row[0] for row in ledger], ["anneal"])  # greedy has no parameters, tabu's were given
        self.assertEqual(ledger[0][1], 8)  # 30 runs: 4 for the check, 26 >= 3 * 8 for the search
        self.assertLessEqual(ledger[0][2], 30)
        self.assertLess(ledger[0][3], 0.6)
        self.run_qubout("run", "tuned.yaml", "--db", "t.db", "--quiet", "--shard", "1/2", "--force")
        self.run_qubout("run", "tuned.yaml", "--db", "t.db", "--quiet", "--force")
        with sqlite3.connect(self.folder / "t.db") as db:
            self.assertEqual(db.execute("select sum(runs) from tuning").fetchone()[0], ledger[0][2])  # resumed
            self.assertEqual(db.execute("select count(*) from run r join experiment e on e.id = experiment_id"
                                        " where parent_id is null").fetchone()[0], 5 * 4 * 2)
        self.assertIn("tuning: 0.3 s a solver", self.run_qubout("report", "--db", "t.db", "--table"))
        self.run_qubout("verdict", "--db", "t.db", "--experiment", "tuned/tuning", code=4)
        self.run_qubout("verdict", "--db", "t.db", code=4)
        self.assertIn("null control solves them all", self.stderr)
        self.run_qubout("merge", "t.db", "--db", "copy.db")
        self.assertIn("tuning: 0.3 s a solver", self.run_qubout("report", "--db", "copy.db", "--table"))

    def test_tuning_pays_after_so_many_uses(self):
        """The ledger's numbers worked by hand: rows of a real tuning are given values of which the answer is known."""
        names = ["mc_004_003_000", "mc_006_003_000", "mc_008_003_000", "mc_008_005_000", "mc_010_003_000"]
        self.write("tuned.yaml", "experiment: tuned\ninstances: [" + ", ".join("{name: %s}" % n for n in names) + "]\n"
                   "solvers: [{name: greedy}, {name: anneal, role: baseline}]\nbudget: {cpu_time: 10ms}\nrepeats: 1\n"
                   "tuning: {instances: 2, budget: 300ms}\ndecision: {minimum_effect: 0.01}\n")
        self.run_qubout("run", "tuned.yaml", "--db", "t.db", "--quiet", "--force")

        def ledger(winner, points, params=None):
            """Default runs end at gap 0.5; the winner's pass through points, (seconds, gap); every run cost 2.9 ms."""
            with contextlib.closing(sqlite3.connect(self.folder / "t.db")) as db:
                db.execute("delete from incumbent")
                rows = db.execute("select r.id, r.label, i.anchor, b.value from run r join instance i on i.id = r.instance_id"
                                  " join best_reference b on b.instance_id = i.id where label like '%#%'").fetchall()
                for run, label, anchor, best in rows:
                    path = points if label == winner else [(0.001, 0.5 if label == "anneal#0" else 0.9)]
                    for k, (seconds, gap) in enumerate(path):
                        db.execute("insert into incumbent (run_id, point, wall_s, cpu_s, modelled_s, simulator_s, work, samples,"
                                   " objective, feasible) values (?, ?, ?, ?, 0, 0, 0, 0, ?, 1)",
                                   (run, k, seconds, seconds, best + gap * (anchor - best)))
                    db.execute("update run set objective = ?, feasible = 1, status = 'budget', cpu_s = 0.0029 where id = ?",
                               (best + path[-1][1] * (anchor - best), run))
                if params:
                    columns = [row[1] for row in db.execute("pragma table_info(solver)") if row[1] not in ("id", "params")]
                    new = db.execute(f"insert into solver (params, {', '.join(columns)}) select ?, {', '.join(columns)}"
                                     " from solver where id = (select solver_id from run where label = ?)",
                                     (params, winner)).lastrowid
                    db.execute("update run set solver_id = ? where label = ?", (new, winner))
                db.commit()
                return len(rows)

        winner = "anneal#3"
        with contextlib.closing(sqlite3.connect(self.folder / "t.db")) as db:
            # whatever the search found on this machine, in its last repeats: the fresh runs that compare are made up
            fresh = 4
            db.execute("delete from incumbent where run_id in (select id from run where label like '%#%' and repeat > 2)")
            db.execute("delete from run where label like '%#%' and repeat > 2")
            names = [row[1] for row in db.execute("pragma table_info(run)") if row[1] not in ("id", "run_key", "repeat")]
            db.execute(f"insert into run (run_key, repeat, {', '.join(names)}) select 'fresh' || id, {fresh}, {', '.join(names)}"
                       " from run where label in (?, 'anneal#0') and repeat = 0", (winner,))
            params = json.loads(db.execute("select params from solver join run on solver_id = solver.id where label = ?",
                                           (winner,)).fetchone()[0])
            db.commit()
        said = lambda: self.run_qubout("report", "--db", "t.db", "--table").split("tuning: ")[1]
        runs = ledger(winner, [(0.002, 0.7), (0.004, 0.5), (0.006, 0.25)], json.dumps({**params, "sweeps": "64"}))
        # as good as the default after 4 of 10 ms: each use saves 6 ms, and the runs cost 2.9 ms each
        self.assertRegex(said(), r"anneal +8 +%d +%.2f +50.0 %% +25.0 %%  pays after %d uses\n"
                         % (runs, 0.0029 * runs, math.ceil(2.9 * runs / 6)))
        self.assertIn("    sweeps=64\n", said())
        self.assertIn("as good as its default after 0.004 s of 0.01", said())
        self.assertNotIn("edge", said())
        ledger(winner, [(0.010, 0.25)], json.dumps({**params, "sweeps": "16384"}))  # the largest that is tried
        self.assertIn("never pays in time", said())  # as good only when the budget is over
        self.assertIn("'sweeps' ended on the edge of its grid: no claim of scale", said())
        ledger(winner, [(0.002, 0.6)])
        self.assertIn("kept its default", said())  # no better on fresh seeds: nothing to pay back

    def test_compare_and_regress(self):
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        out = json.loads(self.run_qubout("compare", "tabu", "random", "--db", "tiny.db", "--json"))
        self.assertEqual(out["wins"] + out["ties"] + out["losses"], 2)
        text = self.run_qubout("compare", "tabu", "random", "--db", "tiny.db")
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        self.run_qubout("compare", "tabu", "randon", "--db", "tiny.db", code=2)
        self.assertIn("random", self.stderr)
        self.run_qubout("regress", "--baseline", "tiny.db", "--candidate", "tiny.db")
        shutil.copy(self.folder / "tiny.db", self.folder / "worse.db")
        with sqlite3.connect(self.folder / "worse.db") as db:
            db.execute("update run set status = 'crashed', objective = null, feasible = null where label = 'tabu'")
        self.run_qubout("regress", "--baseline", "tiny.db", "--candidate", "worse.db", code=1)
        self.run_qubout("regress", "--baseline", "worse.db", "--candidate", "tiny.db")

    def test_doctor_keeps_its_measurements(self):
        out = json.loads(self.run_qubout("doctor", "--repeats", "2", "--json", "--db", "host.db"))
        self.assertLessEqual({"governor", "watching"}, {symptom["name"] for symptom in out["symptoms"]})
        with sqlite3.connect(self.folder / "host.db") as db:
            body = json.loads(db.execute("select body from selftest join machine m on m.id = machine_id").fetchone()[0])
        self.assertEqual(body, out["selftest"])

    def test_verdict_needs_a_rule(self):
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        self.run_qubout("verdict", "--db", "tiny.db", code=4)

    def test_smaller_budgets_are_replayed(self):
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        whole = self.run_qubout("report", "--db", "tiny.db", "--table")
        self.assertNotIn("exploratory", whole)
        self.assertIn("exploratory: replayed", self.run_qubout("report", "--db", "tiny.db", "--budget", "100"))
        self.run_qubout("report", "--db", "tiny.db", "--budget", "1s", code=2)
        self.run_qubout("report", "--db", "tiny.db", "--budget", "30000", code=2)
        with contextlib.closing(sqlite3.connect(self.folder / "tiny.db")) as db:
            db.execute("update solver set name = 'cbc' where name = 'tabu'")  # it sees its limit
            db.commit()
            self.assertNotIn("tabu", self.run_qubout("report", "--db", "tiny.db", "--budget", "100"))
            self.assertIn("left out: 'tabu', since its solver sees its limit", self.stderr)
            db.execute("update solver set name = 'cbc'")
            db.commit()
        self.run_qubout("report", "--db", "tiny.db", "--budget", "100", code=2)

    def test_replay_is_identical(self):
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        for run in ("1", "20", "54"):
            self.assertIn("identical", self.run_qubout("replay", run, "--db", "tiny.db"))
        self.run_qubout("replay", "1", code=2)
        (self.folder / "results").mkdir()
        shutil.copy(self.folder / "tiny.db", self.folder / "results" / "tiny.db")
        self.assertIn("identical", self.run_qubout("replay", "1"))  # the only store there is
        shutil.copy(self.folder / "tiny.db", self.folder / "results" / "other.db")
        self.run_qubout("replay", "1", code=2)
        with sqlite3.connect(self.folder / "tiny.db") as db:
            db.execute("update incumbent set objective = objective - 0.5 where run_id = 2 and point = 0")
            db.execute("update incumbent set objective = objective - 0.5 where run_id = 2 and point = 1")
        self.assertIn("differs at point", self.run_qubout("replay", "2", "--db", "tiny.db", code=1))
        self.run_qubout("replay", "99", "--db", "tiny.db", code=2)

    def test_replay_under_a_time_budget_compares_distributions(self):
        self.write("timed.yaml", EXPERIMENT.replace("work: 20000", "cpu_time: 20ms").replace("repeats: 3", "repeats: 1"))
        self.run_qubout("run", "timed.yaml", "--db", "timed.db", "--quiet")
        lines = self.run_qubout("replay", "1", "--db", "timed.db", "--times", "7").splitlines()
        with sqlite3.connect(self.folder / "timed.db") as db:
            objective, cpu = db.execute("select objective, cpu_s from run where id = 1").fetchone()
        self.assertEqual(sum(map(int, re.findall(r"(\d+) x ", lines[0]))), 7)  # however they ended on this machine
        row = {line[:14].strip(): line[14:].split() for line in lines}
        self.assertEqual(float(row["objective"][0]), objective)  # of an instance that every solver solves
        self.assertEqual({float(value) for value in row["objective"][2:]}, {objective})
        self.assertAlmostEqual(float(row["CPU s"][0]), cpu, places=6)
        self.assertEqual(row["CPU s"][2:], sorted(row["CPU s"][2:], key=float))
        self.run_qubout("replay", "1", "--db", "timed.db", "--times", "0", code=2)

    def test_report_and_plots(self):
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        self.run_qubout("report", "--db", "tiny.db", "--out", "page")
        page = (self.folder / "page" / "report.html").read_text()
        self.assertIn("<svg", page)
        self.assertIn("tiny", page)
        self.run_qubout("plot", "gap", "--db", "tiny.db", "--out", "figures")
        self.assertTrue((self.folder / "figures" / "gap.svg").stat().st_size > 1000)
        self.run_qubout("plot", "gaps", "--db", "tiny.db", code=2)
        rows = self.run_qubout("export", "--db", "tiny.db").splitlines()
        self.assertTrue(rows[0].endswith("modelled_shot_s"), "every column of the view")
        self.assertEqual(len(rows), 1 + 2 * 3 * 3 * 3)
        self.assertEqual(len(json.loads(self.run_qubout("export", "--db", "tiny.db", "--json"))), 2 * 3 * 3 * 3)

    def check_citation(self, text):
        """The rules of the Citation File Format 1.2.0 for what we write: required keys, known keys, types, forms.
        Source: Druskat et al., "Citation File Format", version 1.2.0 (2021), schema.json."""
        known = {"": {"cff-version", "message", "type", "title", "authors", "date-released", "identifiers", "references"},
                 "authors": {"name"}, "identifiers": {"type", "value", "description"},
                 "references": {"type", "title", "authors", "version", "commit", "notes"}}
        required = {"": {"cff-version", "message", "title", "authors"}, "authors": {"name"},
                    "identifiers": {"type", "value"}, "references": {"authors", "title", "type"}}
        root, path, value = {}, None, re.compile(r'^( *)(- )?([a-z-]+):(?: (".*"|[^"].*))?$')
        places = [(-1, root, "")]  # indentation, object or list, the key that holds it
        for line in text.splitlines():
            self.assertRegex(line, value)
            spaces, item, key, word = value.match(line).groups()
            column = len(spaces) + (2 if item else 0)
            while places[-1][0] >= column and not (places[-1][0] == column and not item and isinstance(places[-1][1], dict)):
                places.pop()
            if item:
                places.append((column, {}, places[-1][2]))
                places[-2][1].append(places[-1][1])
            place, path = places[-1][1], places[-1][2]
            self.assertIn(key, known[path], line)
            self.assertNotIn(key, place, "a key twice")
            if word is None:
                place[key] = []
                places.append((column, place[key], key))
            else:
                place[key] = json.loads(word) if word[0] == '"' else word
                self.assertTrue(place[key].strip(), line)

        def check(thing, path):
            self.assertEqual(required[path] - set(thing), set(), path or "root")
            for key, inner in thing.items():
                if isinstance(inner, list):
                    self.assertTrue(inner, f"{key}: at least one")
                    for one in inner:
                        check(one, key)

        check(root, "")
        self.assertEqual(root["cff-version"], "1.2.0")
        self.assertIn(root["type"], ("software", "dataset"))
        self.assertRegex(root["date-released"], r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
        self.assertIn(root["identifiers"][0]["type"], ("doi", "url", "swh", "other"))
        self.assertEqual({reference["type"] for reference in root["references"]}, {"software", "generic"})
        self.assertGreaterEqual(len(root["references"]), 4)  # the build and three solvers

    def test_bundle(self):
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        self.run_qubout("report", "--db", "tiny.db", "--bundle", "tiny.tar.gz", "--author", "A. 'B' \"C\"")
        with tarfile.open(self.folder / "tiny.tar.gz") as archive:
            archive.extractall(self.folder / "bundle")
        folder, = (self.folder / "bundle").iterdir()
        self.assertTrue(folder.name.startswith("tiny-"))
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=True)
        self.assertEqual((folder / "specification.yaml").read_text(), EXPERIMENT)
        citation = (folder / "CITATION.cff").read_text()
        self.assertIn('name: "A. \'B\' \\"C\\""', citation)
        self.check_citation(citation)
        self.assertIn("\\toprule", (folder / "table.tex").read_text())
        self.assertTrue((folder / "report" / "gap.pdf").read_bytes().startswith(b"%PDF"))
        self.assertIn("tabu", self.run_qubout("report", "--db", str(folder / "runs.db"), "--table"))
        self.assertEqual(self.run_qubout("report", "--db", "tiny.db", "--format", "markdown"),
                         (folder / "table.md").read_text())
        self.run_qubout("report", "--db", "tiny.db", "--format", "word", code=2)
        self.run_qubout("report", "--db", "tiny.db", "--bundle", "no/such/folder.tar.gz", code=3)

    def test_numbers_come_from_their_queries(self):
        """What the page links its numbers to runs as it stands, and gives what the page says."""
        more = EXPERIMENT.replace("  - file: small.qubo", "  - name: bqp100-1\n  - name: labs007")
        self.write("tiny.yaml", more) # two that random search does not solve
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        self.run_qubout("report", "--db", "tiny.db", "--out", "page")
        page = (self.folder / "page" / "report.html").read_text()
        linked = set(re.findall(r'href="#query-([a-z]+)"', page))
        queries = {name: html.unescape(code) for name, code in re.findall(
            r'<section class="query" id="query-([a-z]+)">.*?<pre><code>(.*?)</code></pre>', page, re.S)}
        self.assertEqual(linked - set(queries), set())
        body = page[:page.index('id="reproduce"')]
        for cell in re.findall(r'<td class="n[^"]*">(.*?)</td>', body):
            self.assertRegex(cell, r'^<a href="#query-[a-z]+" tabindex="-1">[^<]+</a>(<small>[^<]*</small>)?$')
        for text in re.findall(r'<p class="facts">([0-9].*?)</p>|<figcaption[^>]*>(.*?)</figcaption>', body):
            bare = re.sub(r"(?<!\w)'.*?'", "", html.unescape(re.sub(r"<a .*?</a>|<code>.*?</code>", "", "".join(text))))
            self.assertNotRegex(bare, r"(?<![A-Za-z0-9_])[0-9]", "a number without its query")
        page = re.sub("<a [^>]*>|</a>", "", page)
        rows = {}
        with contextlib.closing(sqlite3.connect(self.folder / "tiny.db")) as db:
            for name, query in queries.items():
                rows[name] = db.execute(query).fetchall()
        self.assertEqual(len(rows["scores"]), 3 * 3)
        self.assertEqual(len(rows["repeats"]), 3 * 3 * 3)
        self.assertEqual([row[4] for row in rows["standing"]], [9, 9, 9])
        table = page[page.index('id="solvers-at-a-glance"'):]
        shown = re.findall(r'<tr><td>([a-z]+)</td>.*?<td class="n[^"]*">([0-9.]+) %</td>', table)[:3]
        self.assertEqual([label for label, _ in shown], [row[0] for row in rows["standing"]])
        for (_, gap), row in zip(shown, rows["standing"]):
            self.assertAlmostEqual(float(gap), 100 * row[2], delta=0.006 + 0.05 * (row[2] > 0.1))
        self.assertGreater(rows["standing"][-1][2], 0.01)
        self.assertIn("reading", linked)
        self.assertEqual(len(rows["reading"]), 3)
        self.assertTrue(all(seconds > 0 for _, seconds in rows["reading"]))
        self.assertIn(f"all of its runs, took {sum(seconds for _, seconds in rows['reading']):.3g} s", page)
        self.assertIn("stages", linked)
        self.assertEqual([row[:2] for row in sorted(rows["stages"])],
                         [(label, stage) for label in ("anneal", "random", "tabu") for stage in ("init", "lowering", "solve")])
        table = page[page.index("Where the time of a run went"):]
        shown, label = [], ""
        for row in re.findall(r'<tr><td>([a-z]*)</td><td>([a-z]+)</td><td class="n[^"]*">([0-9.e-]+) ms</td>', table)[:9]:
            label = row[0] or label  # said once for all its stages
            shown.append((label, *row[1:]))
        stored = {row[:2]: 1000 * row[2] for row in rows["stages"]}
        self.assertEqual({name[:2] for name in shown}, set(stored))
        for label, stage, cpu in shown:
            self.assertAlmostEqual(float(cpu), stored[label, stage], delta=0.006 * stored[label, stage])

    def test_disturbed_runs_are_repeated(self):
        """Under a hog on every processor runs are repeated, as often as was asked at most, and every page says so."""
        self.write("tiny.yaml", EXPERIMENT.replace("  - file: small.qubo\n", "").replace("perturbations", "# ")
                   .replace("{work: 20000}", "{wall_time: 60ms}").replace("repeats: 3", "repeats: 1"))
        spin = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])})\nwhile True: pass"
        hogs = [subprocess.Popen([sys.executable, "-c", spin, str(cpu)]) for cpu in os.sched_getaffinity(0)]
        try:
            time.sleep(0.5)
            self.run_qubout("run", "tiny.yaml", "--db", "once.db", "--quiet", "--repeat-flagged", "0")
            self.run_qubout("run", "tiny.yaml", "--db", "again.db", "--quiet", "--repeat-flagged", "2")
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()
        attempts = {}
        for name in ("once", "again"):
            with contextlib.closing(sqlite3.connect(self.folder / f"{name}.db")) as db:
                attempts[name] = db.execute("select attempts, flags is not null from run").fetchall()
        self.assertEqual([row[0] for row in attempts["once"]], [1, 1, 1])
        self.assertTrue(any(flagged for _, flagged in attempts["once"]), "a hog on every core")
        self.assertEqual(len(attempts["again"]), 3, "one row a run, however often it was repeated")
        self.assertGreater(max(row[0] for row in attempts["again"]), 1)
        for tries, flagged in attempts["again"]:  # nobody gives up before the last attempt, nobody goes on after it
            self.assertTrue(tries == 3 or (tries < 3 and not flagged), attempts["again"])
        repeated = sum(tries > 1 for tries, _ in attempts["again"])
        self.run_qubout("report", "--db", "again.db", "--out", "page")
        page = re.sub("<a [^>]*>|</a>", "", (self.folder / "page" / "report.html").read_text())
        self.assertIn(f"{repeated} were repeated for load on the machine", page)
        self.assertEqual(sum(run["attempts"] > 1 for run in json.loads(self.run_qubout("export", "--db", "again.db", "--json"))),
                         repeated)

    def test_missing_gnuplot(self):
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        empty = self.folder / "empty"
        empty.mkdir()
        self.run_qubout("plot", "gap", "--db", "tiny.db", code=3, env={"PATH": str(empty)})
        self.assertIn("gnuplot", self.stderr)

    def test_bad_experiments(self):
        self.write("key.yaml", EXPERIMENT.replace("repeats:", "repeat:"))
        self.run_qubout("run", "key.yaml", "--db", "x.db", code=2)
        self.assertIn("key.yaml:11", self.stderr)
        self.assertIn("did you mean 'repeats'", self.stderr)
        self.assertFalse((self.folder / "x.db").exists())
        self.write("db.db", b"this is not a database, it only looks long enough to be one" * 40)
        self.run_qubout("run", "tiny.yaml", "--db", "db.db", code=2)
        self.run_qubout("run", "tiny.yaml", "--db", "no/such/folder/x.db", code=3)

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "w") as full:
            done = subprocess.run([QUBOUT, "list", "solvers"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 3)

    def test_interrupted_and_resumed(self):
        self.write("slow.yaml", EXPERIMENT.replace("work: 20000", "cpu_time: 300ms"))
        child = subprocess.Popen([QUBOUT, "run", "slow.yaml", "--db", "slow.db", "--quiet"], cwd=self.folder,
                                 stderr=subprocess.PIPE)
        for _ in range(1200):
            if (self.folder / "slow.db").exists() and self.count_runs("slow.db") >= 2:
                break
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=60)
        self.assertEqual(child.returncode, 130)
        kept = self.count_runs("slow.db")
        self.assertGreaterEqual(kept, 2)
        self.assertLess(kept, 54)

    def test_events_are_one_object_a_line_after_half_a_line(self):
        self.write("events.jsonl", '{"event": "ru')
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet", "--events", "events.jsonl")
        lines = (self.folder / "events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines[1:]]
        kinds = [event["event"] for event in events]
        self.assertEqual((kinds[0], kinds[-1], kinds.count("begin"), kinds.count("end")), ("begin", "end", 1, 1))
        self.assertLessEqual(set(kinds), {"begin", "start", "run", "progress", "end"})
        self.assertEqual((events[-1]["status"], events[-1]["done"], events[-1]["running"]), ("done", 54, 0))
        runs = [event for event in events if event["event"] == "run"]
        self.assertEqual([event["done"] for event in runs], list(range(1, 55)))
        self.assertIsNotNone(runs[-2]["eta_s"])
        begun = set()
        for event in events:  # every run starts once, and before it ends
            key = tuple(event.get(name) for name in ("instance", "label", "lowering", "copy", "repeat"))
            if event["event"] == "start":
                self.assertNotIn(key, begun)
                begun.add(key)
            elif event["event"] == "run":
                self.assertIn(key, begun)
        self.assertEqual(len(begun), 54)

    def test_events_tell_of_progress_and_of_an_interruption(self):
        self.write("slow.yaml", EXPERIMENT.replace("work: 20000", "wall_time: 1500ms"))
        child = subprocess.Popen([QUBOUT, "run", "slow.yaml", "--db", "slow.db", "--quiet", "--events", "slow.jsonl"],
                                 cwd=self.folder, stderr=subprocess.PIPE)
        path = self.folder / "slow.jsonl"
        self.wait_for(lambda: path.exists() and '"progress"' in path.read_text())
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=60)
        events = [json.loads(line) for line in path.read_text().splitlines()]
        progress = next(event for event in events if event["event"] == "progress")
        self.assertGreaterEqual(progress["running"], 1)
        self.assertEqual((events[-1]["event"], events[-1]["status"]), ("end", "interrupted"))
        self.assertLess(events[-1]["done"], events[-1]["total"])

    def test_two_harnesses_take_different_cores(self):
        """Each run is on a core of its own, or it says that it is not."""
        cores = len(os.sched_getaffinity(0))
        solves = [subprocess.Popen([QUBOUT, "solve", "triangle.mc", "--solver", "random", "--wall-time", "1500ms", "--json"],
                                   cwd=self.folder, stdout=subprocess.PIPE, env={**os.environ, "QB_MARKER": str(self.folder)})
                  for _ in range(cores + 1)]
        places = []

        def are_all_there():
            places[:] = [os.sched_getaffinity(run) for run in self.marked_processes("qubout-run")]
            return len(places) == len(solves) or solves[0].poll() is not None
        self.wait_for(are_all_there)
        flags = [json.loads(child.communicate(timeout=60)[0])["flags"] for child in solves]
        shared = sum("shared-core" in flag for flag in flags)
        self.assertGreaterEqual(shared, 1)
        if len(places) == len(solves):
            alone = [next(iter(place)) for place in places if len(place) == 1]
            self.assertEqual(len(alone), len(set(alone)))
            if cores > 1:
                self.assertLessEqual(len(alone), len(solves) - shared)

    def test_second_interrupt_ends_at_once(self):
        self.write("long.yaml", EXPERIMENT.replace("work: 20000", "wall_time: 600s"))
        child = subprocess.Popen([QUBOUT, "run", "long.yaml", "--db", "long.db", "--quiet"], cwd=self.folder,
                                 env={**os.environ, "QB_MARKER": str(self.folder)})
        self.wait_for(lambda: self.marked_processes("qubout-run"))
        child.send_signal(signal.SIGINT)
        time.sleep(0.5)
        self.assertIsNone(child.poll())  # the first one lets the run finish
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(timeout=5), -signal.SIGINT)
        self.wait_for(lambda: not self.marked())  # and the run has gone with it
        self.assertEqual(self.count_runs("long.db"), 0)

    def marked(self):
        """Number and name of the processes whose environment carries our marker."""
        found = {}
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if f"QB_MARKER={self.folder}".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "comm").read_text().strip()
            except OSError:
                pass
        return found

    def marked_processes(self, name):
        return [number for number, comm in self.marked().items() if comm == name]

    def wait_for(self, condition):
        for _ in range(600):
            if condition():
                return
            time.sleep(0.05)
        self.fail("it never came to that")
    # ---- other people's results, one's own values, costs

    def test_imported_results_are_refereed(self):
        spec = ("experiment: device\nclaim: device\ninstances: [" + ", ".join(
            "{generate: {family: maxcut-regular, size: 12, count: 1, seed: %d}}" % k for k in range(1, 13)) + "]\n"
            "solvers: [{name: qaoa, label: machine}, {name: random, label: shots, role: baseline}]\n"
            "budget: {wall_time: 2s}\nrepeats: 2\ndecision: {minimum_effect: 0.01, flagged: 1}\n")
        self.write("device.yaml", spec)
        lines = ["label,instance,repeat,solution,objective,wall_s,execution,version"]
        for k in range(1, 13):
            name = f"maxcut-regular-12-{k}"
            self.run_qubout("generate", "maxcut-regular", "size=12", "--seed", str(k), "--out", f"{name}.mc")
            good = self.solve(f"{name}.mc", "exhaustive", "--cpu-time", "5s")
            lines += [f"machine,{name},{r},{good['solution']},{good['objective']},1.5,hardware,chip 1" for r in range(2)]
            lines += [f"shots,{name},{r},{'01' * 6},,1,native,x" for r in range(2)]
        self.write("results.csv", "\n".join(lines) + "\n")
        out = self.run_qubout("import", "device.yaml", "results.csv", "--db", "d.db")
        self.assertIn("48 runs imported, 0 were there; 0 claims", out)
        self.assertIn("0 runs imported, 48 were there", self.run_qubout("import", "device.yaml", "results.csv", "--db", "d.db"))
        verdict = json.loads(self.run_qubout("verdict", "--db", "d.db", "--json"))
        self.assertEqual(verdict["decision"], "scale")  # on hardware results that were imported, and only on those
        self.assertIn("on hardware", verdict["sentences"][1])
        self.run_qubout("run", "device.yaml", "--db", "d.db", "--quiet")
        self.assertEqual(self.count_runs("d.db"), 48)  # they stand for the experiment's own runs

    def test_import_believes_nobody(self):
        self.write("tiny.yaml", EXPERIMENT.replace("perturbations", "# "))
        head = "label,instance,repeat,solution,objective,work\n"
        self.write("lie.csv", head + "tabu,triangle,0,011,3,10\ntabu,triangle,1,011,2,30000\ntabu,triangle,2,,,\n")
        out = self.run_qubout("import", "tiny.yaml", "lie.csv", "--db", "x.db")
        self.assertIn("3 runs imported, 0 were there; 1 claims differ", out)
        with sqlite3.connect(self.folder / "x.db") as db:
            rows = db.execute("select status, objective, late_objective from run order by repeat").fetchall()
        self.assertEqual(rows, [("lied", 2, None), ("overran", None, 2), ("budget", None, None)])
        for text, what in ((head.replace("objective", "objectiv") + "", "did you mean 'objective'"),
                           (head + "tabuu,triangle,0,011,2,10\n", "bad.csv:2"),
                           (head + "tabu,circle,0,011,2,10\n", "bad.csv:2"),
                           (head + "tabu,triangle,0,0111,2,10\n", "bad.csv:2"),
                           (head + "tabu,triangle,7,011,2,10\n", "bad.csv:2"),
                           (head + "tabu,triangle,0,011,2,-1\n", "bad.csv:2"), ("", "no header")):
            with self.subTest(text):
                self.write("bad.csv", text)
                self.run_qubout("import", "tiny.yaml", "bad.csv", "--db", "y.db", code=2)
                self.assertIn(what, self.stderr)

    def test_a_file_is_imported_whole_or_not_at_all(self):
        self.write("tiny.yaml", EXPERIMENT.replace("perturbations", "# "))
        rows = "label,instance,repeat,solution,objective,work\ntabu,triangle,0,011,2,10\ntabu,triangle,1,011,2,10\n"
        self.write("half.csv", rows + "tabu,triangle,2,0111,2,10\n")
        self.run_qubout("import", "tiny.yaml", "half.csv", "--db", "x.db", code=2)
        self.assertIn("half.csv:4", self.stderr)
        self.assertEqual(self.count_runs("x.db"), 0)
        self.write("whole.csv", rows)
        self.assertIn("2 runs imported, 0 were there", self.run_qubout("import", "tiny.yaml", "whole.csv", "--db", "x.db"))
        self.assertEqual(self.count_runs("x.db"), 2)

    def test_better_values_are_taken_and_change_verdicts(self):
        self.write("path.mc", "4 3\n1 2 1\n2 3 1\n3 4 1\n")
        ours = {"QUBOUT_REFERENCES": str(self.folder / "mine.csv")}
        worse, best = self.write("worse.txt", "0011"), self.write("best.txt", "0101")
        self.write("path.yaml", "experiment: path\ninstances: [{file: path.mc}]\nsolvers: [{name: random, role: baseline}]\n"
                   "budget: {work: 40}\nrepeats: 3\n")
        self.run_qubout("references", "update", "path.mc", worse, "--file", "mine.csv", code=2)
        self.assertIn("--source", self.stderr)
        out = self.run_qubout("references", "update", "path.mc", worse, "--source", "a guess", env=ours)
        self.assertIn("1, verified", out)
        self.run_qubout("run", "path.yaml", "--db", "p.db", "--quiet", env=ours)
        with sqlite3.connect(self.folder / "p.db") as db:
            self.assertEqual(db.execute("select value, source from reference").fetchall(), [(1, "a guess")])
        out = self.run_qubout("references", "update", "path.mc", best, "p.db", "--source", "by hand", "--date", "2026-01-02",
                              "--kind", "proven", env=ours)
        self.assertIn("3, verified", out)
        self.assertIn("1 experiments have the instance", out)
        with sqlite3.connect(self.folder / "p.db") as db:
            self.assertEqual(db.execute("select value, kind, source from best_reference").fetchall(), [(3, "proven", "by hand")])
        self.assertIn("no better", self.run_qubout("references", "update", "path.mc", best, "--source", "again", env=ours, code=1))
        rows = (self.folder / "mine.csv").read_text().splitlines()
        self.assertEqual(len(rows), 3)
        self.assertIn("2026-01-02", rows[2])
        self.assertIn("by hand", self.run_qubout("references", env=ours))
        self.write("bad.csv", "\n".join([rows[0], rows[1].replace("best-known", "rumour")]))
        self.run_qubout("references", "--file", "bad.csv", code=2)
        self.assertIn("bad.csv:2", self.stderr)

    def test_a_better_value_can_change_a_verdict(self):
        # cuts of 14 against 13, random mean 12: half of the way to the best that is known; of the way to the true best, far less
        self.write("late.yaml", "experiment: late\ninstances: [" + ", ".join(
            "{generate: {family: maxcut-regular, size: 16, count: 1, seed: %d}}" % k for k in range(1, 13)) + "]\n"
            "solvers: [{name: qaoa, label: new}, {name: tabu, label: old, role: baseline}]\n"
            "budget: {wall_time: 2s}\nrepeats: 4\ndecision: {minimum_effect: 0.3, flagged: 1}\n")
        lines, names = ["label,instance,repeat,solution,wall_s"], ["maxcut-regular-16-%d" % k for k in range(1, 13)]
        for name in names:
            self.run_qubout("generate", "maxcut-regular", "size=16", "--seed", name.split("-")[-1], "--out", f"{name}.mc")
            edges = [tuple(map(int, line.split()[:2])) for line in (self.folder / f"{name}.mc").read_text().splitlines()[1:]]
            cuts = {}
            for k in range(2 ** 10):
                x = f"{k * 64 + k % 64:016b}"
                cuts.setdefault(sum(x[i - 1] != x[j - 1] for i, j in edges), x)
            lines += [f"{label},{name},{r},{cuts[cut]},1" for label, cut in (("new", 14), ("old", 13)) for r in range(4)]
        self.write("late.csv", "\n".join(lines) + "\n")
        self.run_qubout("import", "late.yaml", "late.csv", "--db", "late.db")
        decide = lambda: json.loads(self.run_qubout("verdict", "--db", "late.db", "--no-record", "--json"))["decision"]
        self.assertEqual(decide(), "scale")
        changed = ""
        for name in names:
            self.write("found.txt", self.solve(f"{name}.mc", "exhaustive", "--cpu-time", "5s")["solution"])
            changed += self.run_qubout("references", "update", f"{name}.mc", "found.txt", "late.db", "--source", "enumeration",
                                       "--file", "mine.csv")
        self.assertEqual(decide(), "stop")
        self.assertIn("late: the verdict changes from scale to", changed)
        self.assertEqual(changed.count("late: best gap there"), 12)
        with sqlite3.connect(self.folder / "late.db") as db:
            self.assertEqual(db.execute("select decision from verdict order by id desc").fetchone()[0], "stop")

    def test_the_virtual_best_stands_beside_what_it_would_cost(self):
        """Of two baselines one finds all it finds early, the other late: at half of the budget only the first is left."""
        self.write("vb.yaml", "experiment: vb\ninstances: [{generate: {family: sk, size: 16, count: 10}}]\nsolvers:\n"
                   "  - {name: anneal, role: challenger}\n  - {name: greedy, label: early, role: baseline}\n"
                   "  - {name: random, label: late, role: baseline}\n"
                   "budget: {cpu_time: 10ms}\nrepeats: 4\ndecision: {minimum_effect: 0.01, flagged: 1}\n")
        self.run_qubout("run", "vb.yaml", "--db", "vb.db", "--quiet")
        with contextlib.closing(sqlite3.connect(self.folder / "vb.db")) as db:
            for label, second in (("early", 0.001), ("late", 0.009)):
                db.execute("update incumbent set cpu_s = ? where run_id in (select id from run where label = ?)", (second, label))
            db.commit()
            score = {(i, l, r): s for i, l, r, s in db.execute("select instance, label, repeat, score from score")}
        out = json.loads(self.run_qubout("verdict", "--db", "vb.db", "--no-record", "--json"))
        mean = lambda values: sum(values) / len(values)
        instances, labels = {key[0] for key in score}, ("early", "late")
        half = lambda i, l, parity: mean([score[i, l, r] for r in range(4) if r % 2 == parity])
        chosen = {i: min(labels, key=lambda l: half(i, l, 0)) for i in instances}
        self.assertAlmostEqual(out["virtual_best"], mean([half(i, chosen[i], 1) for i in instances]))
        self.assertAlmostEqual(out["portfolio"], mean([score[i, "early", r] for i in instances for r in range(4)]))
        self.assertIn("of all baselines side by side", self.run_qubout("verdict", "--db", "vb.db", "--no-record"))
        self.run_qubout("report", "--db", "vb.db", "--out", "page")
        self.assertIn("of all baselines side by side", (self.folder / "page" / "report.html").read_text())

    def test_measures_are_what_the_rows_say(self):
        self.write("m.yaml", EXPERIMENT.replace("  - file: triangle.mc\n  - file: small.qubo\n",
                                                "  - name: mc_016_013_000\n  - name: bqp50-1\n").replace("perturbations", "# ")
                   .replace("repeats: 3", "repeats: 8") + "averages: {shift: 5, factor: 3}\n")
        self.run_qubout("run", "m.yaml", "--db", "m.db", "--quiet")
        out = json.loads(self.run_qubout("measures", "--db", "m.db", "--gap", "0.01", "--json"))
        self.assertEqual((out["shift"], out["factor"], out["budget"]), (5, 3, 20000))
        with sqlite3.connect(self.folder / "m.db") as db:
            for row in out["solvers"]:
                cross = [json.loads(text)[1] for text, in db.execute(
                    "select crossings from summary join run on run.id = run_id where label = ?", (row["name"],))]
                spent = [20000 if c is None else c for c in cross]
                self.assertAlmostEqual(row["success"], sum(c is not None for c in cross) / len(cross))
                self.assertAlmostEqual(row["penalised_average"],
                                       sum(60000 if c is None else c for c in cross) / len(cross), 6)
                self.assertAlmostEqual(row["restricted_mean"], sum(spent) / len(spent), 6)
                self.assertAlmostEqual(row["shifted_geometric_mean"],
                                       math.exp(sum(math.log(s + 5) for s in spent) / len(spent)) - 5, 6)
                for cell in row["instances"]:
                    self.assertLessEqual(cell["clopper_pearson"][0], cell["jeffreys"][0])
                    self.assertLessEqual(cell["jeffreys"][1], cell["clopper_pearson"][1])
                    self.assertEqual(cell["runs"], 8)
        ranks = [row["mean_rank"] for row in out["solvers"]]
        self.assertAlmostEqual(sum(ranks), 6)  # 1 + 2 + 3
        self.assertIsNotNone(out["portfolio"])
        text = self.run_qubout("measures", "--db", "m.db")
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        self.run_qubout("measures", "--db", "m.db", "--gap", "0.5", code=2)

    def test_costs(self):
        self.write("kpi.yaml", EXPERIMENT.replace("perturbations", "# ").replace(
            "budget:", "kpi: {name: saving, unit: USD, per_objective_unit: 2, cpu_hour: 3600}\nbudget:"))
        self.run_qubout("run", "kpi.yaml", "--db", "k.db", "--quiet")
        with sqlite3.connect(self.folder / "k.db") as db:
            db.execute("update run set cpu_s = 1, modelled_s = 0")
            db.execute("update run set cpu_s = 0.5, modelled_s = 2, simulator_s = 0.25 where label = 'anneal'")
        out = json.loads(self.run_qubout("cost", "--db", "k.db", "--device-second", "0.5", "--json"))
        by_name = {row["name"]: row for row in out["solvers"]}
        self.assertEqual(by_name["tabu"]["cost"], 1)
        self.assertEqual(by_name["anneal"]["cost"], 1.25)  # a quarter of a CPU second, two of the device
        self.assertEqual(by_name["anneal"]["gain"], 0)  # both find the optimum
        self.assertEqual(by_name["anneal"]["net"], -0.25)
        self.assertEqual(by_name["anneal"]["break_even"], 0.375)  # saves 0.75 of CPU, spends two seconds
        self.assertEqual(by_name["anneal"]["break_even_of"], "device second")
        with contextlib.closing(sqlite3.connect(self.folder / "k.db")) as db:  # who fails is not left out of the mean
            worth = db.execute("select abs(anchor - (select max(objective * case sense when 'max' then 1 else -1 end) from run"
                               " where instance_id = i.id) * case sense when 'max' then 1 else -1 end) from instance i"
                               " where name like 'triangle%'").fetchone()[0]
            db.execute("update run set status = 'crashed', objective = null, feasible = null where label = 'anneal' and"
                       " instance_id = (select id from instance where name like 'triangle%')")
            db.commit()
        out = json.loads(self.run_qubout("cost", "--db", "k.db", "--json"))
        gain, = [row["gain"] for row in out["solvers"] if row["name"] == "anneal"]
        self.assertAlmostEqual(gain, -2 * worth / 2)  # 2 USD a unit, on one of two instances
        text = self.run_qubout("cost", "--db", "k.db")
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.run_qubout("cost", "--db", "k.db", "--cpu-hour", "-1", code=2)

    def count_runs(self, name):
        try:
            with sqlite3.connect(f"file:{self.folder / name}?mode=ro", uri=True) as db:
                return db.execute("select count(*) from run").fetchone()[0]
        except sqlite3.OperationalError:
            return 0

    def test_dry_run_touches_nothing(self):
        out = self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--dry-run")
        self.assertIn("54 of 54 left", out)
        self.assertFalse((self.folder / "tiny.db").exists())
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        self.write("tiny.yaml", EXPERIMENT.replace("repeats: 3", "repeats: 4"))
        out = self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--dry-run")
        self.assertIn("18 of 72 left", out)
        self.assertNotIn("unknown", out)  # runs of a work budget take as long as those that are stored
        self.assertEqual(self.count_runs("tiny.db"), 54)

    def test_disk_full_in_the_middle_of_an_experiment(self):
        def small_disk():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing beyond the limit fails, as on a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        self.write("tiny.yaml", EXPERIMENT.replace("repeats: 3", "repeats: 10"))
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet", code=3, preexec_fn=small_disk)
        kept = self.count_runs("tiny.db")
        self.assertGreater(kept, 0)
        self.assertLess(kept, 180)
        self.run_qubout("run", "tiny.yaml", "--db", "tiny.db", "--quiet")
        with sqlite3.connect(self.folder / "tiny.db") as db:
            self.assertEqual(db.execute("select count(*), count(distinct run_key) from run").fetchone(), (180, 180))
            self.assertEqual(db.execute("pragma quick_check").fetchone()[0], "ok")

    def test_bench_times_every_kernel_of_its_synopsis(self):
        synopsis = self.run_qubout("bench", "--help").splitlines()[0]
        kernels = re.search(r"\[([a-z|-]+)\]", synopsis).group(1).split("|")
        self.assertIn("exhaustive", kernels)
        for kernel in kernels:
            out = self.run_qubout("bench", kernel, "--json", "--time", "1ms", "--qubits", "6", "--instance", "triangle.mc")
            for line in out.splitlines():
                case = json.loads(line)
                self.assertGreater(case["seconds_per_unit"], 0, case)
                self.assertGreaterEqual(case["repeats"], 2, case)
                self.assertRegex(case["checksum"], "^[0-9a-f]{16}$")
            self.assertTrue(out, kernel)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
