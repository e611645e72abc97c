#!/usr/bin/env python3
"""Simulated circuits from the outside: circuits.py QUBOUT [unittest arguments].

What runs tell and what is stored of it, refusals, claims about devices, figures.
"""
import contextlib
import json
import math
import pathlib
import sqlite3
import subprocess
import sys
import unittest

from program import Program, QUBOUT


class Circuits(Program):
    def run_experiment(self, name, spec):
        self.write(f"{name}.yaml", spec)
        self.run_qubout("run", f"{name}.yaml", "--db", f"{name}.db", "--quiet")

    def run_shipped(self, name, changes):
        """Runs a shipped experiment, made quick by replacing some of its text."""
        shipped = json.loads(self.run_qubout("list", "experiments", "--json"))
        spec = pathlib.Path(next(e["file"] for e in shipped if e["name"] == name)).read_text()
        for slow, quick in changes.items():
            self.assertIn(slow, spec)
            spec = spec.replace(slow, quick)
        self.run_experiment(name, spec)

    def query(self, name, sql):
        with contextlib.closing(sqlite3.connect(self.folder / f"{name}.db")) as db:
            return db.execute(sql).fetchall()

    # ---- what a run tells

    def test_given_angles(self):
        result = self.solve("triangle.mc", "qaoa:depth=1,angles=given,gammas=0.4,betas=0.3", "--cpu-time", "2s")
        self.assertEqual(result["details"]["qubits"], 3)
        self.assertEqual(result["details"]["depth"], 1)
        self.assertIn("expectation", result["details"])

    def test_shots_and_executions_are_stored_apart_for_training_and_sampling(self):
        self.run_experiment("counted", """\
experiment: counted
question: what do circuits cost?
instances: [{name: mc_008_003_000}]
solvers:
  - {name: qaoa, label: spsa, role: challenger, params: {angles: spsa, shots: 10, training_shots: 30, evaluations: 20}}
  - {name: qaoa, label: shift, role: challenger, params: {depth: 1, angles: shift, shots: 10, training_shots: 3, evaluations: 100}}
  - {name: qaoa, label: exact, role: challenger, params: {angles: cobyla, shots: 10}}
  - {name: qaoa, label: sham, role: control, params: {angles: uniform, shots: 20}}
  - {name: tabu, role: baseline}
budget: {work: 30000000}
seed: 7
""")
        rows = {row[0]: row[1:] for row in self.query(
            "counted", "select label, angles_from, shots, executions, training_shots, training_executions, samples, coupling,"
            " device_depth > depth, line_depth >= all_to_all_depth, modelled_shot_s > modelled_overhead_s"
            " from run join circuit on run_id = run.id")}
        self.assertEqual(rows["spsa"], ("shot-trained", 20, 2, 600, 20, 620, "heavy-hex", 1, 1, 1))
        self.assertEqual(rows["exact"], ("oracle-trained", 20, 2, 0, 0, 20, "heavy-hex", 1, 1, 1))
        self.assertEqual(rows["sham"][:6], ("uniform", 20, 1, 0, 0, 20))
        kind, shots, executions, training_shots, training, samples = rows["shift"][:6]
        self.assertEqual((kind, shots, executions, samples), ("shot-trained", 20, 2, 20 + training_shots))
        self.assertEqual(training_shots, 3 * training)
        self.assertTrue(0 < training <= 100)
        self.assertEqual(len(rows), 4, "tabu runs no circuit")

    # ---- refusals

    def test_a_circuit_that_cannot_run_is_a_row_with_its_reason(self):
        self.run_qubout("generate", "maxcut-regular", "size=40", "--seed", "1", "--out", "large.mc")
        self.run_experiment("refused", """\
experiment: refused
question: what becomes of circuits that cannot be run?
instances: [{name: mc_008_003_000}, {file: large.mc}]
solvers:
  - {name: qaoa, label: fits, role: challenger, params: {depth: 1, angles: fixed, shots: 16}}
  - {name: qaoa, label: count, role: challenger, params: {depth: 2, angles: given, gammas: 0.4, betas: 0.5;0.2}}
  - {name: qaoa, label: depth, role: challenger, params: {depth: 0, angles: ramp}}
  - {name: qaoa, label: groups, role: challenger, params: {mixer: xy-ring}}
  - {name: qaoa, label: warm, role: challenger, params: {mixer: warm, warm: given}}
  - {name: qaoa, label: noise, role: challenger, params: {mixer: grover, readout: 0.1}}
  - {name: hybrid, label: part, role: challenger, params: {k: 24}}
  - {name: tabu, role: baseline}
budget: {work: 100000, memory: 64MiB}
seed: 7
""")
        reasons = {(label, size): (status, reason) for label, size, status, reason in self.query(
            "refused", "select label, variables, status, reason from run join instance on instance.id = instance_id")}
        for label, size, why in (("count", 8, "needs as many gammas and betas, got 1 and 2"), ("depth", 8, "depth=0 has no angles"),
                                 ("groups", 8, "this model has none"), ("warm", 8, "this run has none"),
                                 ("noise", 8, "noise needs mixer=x"), ("fits", 40, "the memory limit allows"),
                                 ("part", 40, "the memory limit allows")):
            status, reason = reasons.pop((label, size))
            self.assertEqual(status, "refused", label)
            self.assertIn(why, reason)
        for label, size in (("fits", 8), ("part", 8), ("tabu", 8), ("tabu", 40)):
            self.assertIn(reasons.pop((label, size))[0], ("budget", "exhausted"))
        self.assertTrue(all(status == "refused" and reason for status, reason in reasons.values()))
        self.run_qubout("report", "--db", "refused.db", "--out", "page", "--formats", "svg")
        self.assertIn("needs as many gammas and betas", (self.folder / "page" / "report.html").read_text())

    # ---- devices

    def test_a_claim_about_a_device_needs_a_bound_and_controls_of_as_many_shots(self):
        spec = ("experiment: device\nclaim: device\ninstances: [{generate: {family: maxcut-regular, size: 12, count: 12, seed: 1}}]\n"
                "solvers:\n  - {name: tabu, role: baseline}\n  - {name: qaoa, label: chip, params: {angles: %s}}\n"
                "  - {name: qaoa, label: bound, params: {device: optimistic, shots: 50}}\n"
                "  - {name: qaoa, label: sham, role: control, params: {angles: uniform, shots: 100, device: optimistic}}\n"
                "  - {name: random, role: control, params: {shots: %d}}\n"
                "budget: {device_time: 1s}\nrepeats: 1\ndecision: {minimum_effect: 0.01, flagged: 1}\n")
        for angles, shots, what in (("lbfgs", 100, "which no device offers"), ("fixed", 50, "(100) without a device")):
            self.write("bad.yaml", spec % (angles, shots))
            self.run_qubout("run", "bad.yaml", "--db", "d.db", code=2)
            self.assertIn(what, self.stderr)
        self.assertFalse((self.folder / "d.db").exists())
        self.write("good.yaml", spec % ("fixed", 100))
        self.run_qubout("run", "good.yaml", "--db", "d.db", "--quiet")
        bound = json.loads(self.run_qubout("verdict", "--db", "d.db", "--json"))["challengers"][0]
        self.assertEqual((bound["equal_shot_sham"], bound["equal_shot_sampler"]), ("sham", "random"))
        with sqlite3.connect(self.folder / "d.db") as db:
            rows = db.execute("select label, layers, angles_from, samples from run join circuit on run_id = run.id"
                              " group by label order by label").fetchall()
        self.assertEqual(rows, [("bound", 3, "oracle-trained", 100), ("chip", 3, "fixed", 1024), ("sham", 0, "uniform", 100)])
        self.run_qubout("report", "--db", "d.db", "--out", "page", "--formats", "svg")
        page = (self.folder / "page" / "report.html").read_text()
        circuits = page[page.index('id="circuits"'):]
        circuits = circuits[:circuits.index("</section>")]
        for what in ("modelled a shot", "heavy-hex", ">sham<", "Assumed, without a source: a coupling compiled to two CZ"):
            self.assertIn(what, circuits)

    def test_a_simulator_that_is_too_slow_is_neither_win_nor_loss(self):
        self.run_experiment("capped", """\
experiment: capped
question: what if the simulator takes too long?
instances: [{generate: {family: maxcut-regular, size: 14, count: 12, seed: 1}}]
solvers:
  - {name: qaoa, role: challenger, params: {depth: 8, angles: spsa, evaluations: 100000, training_shots: 1, device: optimistic}}
  - {name: random, role: baseline, params: {shots: 100}}
budget: {device_time: 60s, simulator_time: 50ms}
repeats: 1
seed: 7
decision: {minimum_effect: 0.01, flagged: 1}
""")
        for status, simulated, modelled in self.query(
                "capped", "select status, simulator_s, modelled_s from run where label = 'qaoa'"):
            self.assertEqual(status, "simulator-limited")
            self.assertGreaterEqual(simulated, 0.05)
            self.assertLess(modelled, 60)
        verdict = json.loads(self.run_qubout("verdict", "--db", "capped.db", "--json"))
        self.assertEqual(verdict["decision"], "pause")
        self.assertTrue(any("12 runs of 'qaoa' were ended by the limit on simulating" in r for r in verdict["reasons"]), verdict)

    # ---- figures

    def test_the_shipped_circuits_give_their_figures(self):
        self.run_shipped("circuits", {"[{name: mc_010_003_000}, {name: mc_012_003_000}, {name: mc_014_003_000}]":
                                      "[{name: mc_008_003_000}]", "cpu_time: 4s": "work: 100000000", "landscape: 40": "landscape: 12"})
        told = {label: json.loads(details) for label, details in self.query("circuits", "select label, details from run")}
        quiet = told["fixed-4"]["expectation"]
        for channel in ("singles", "pairs", "damping", "readout", "turns"):
            weak, middle, strong = (told[f"{channel}-{strength}"] for strength in ("0.001", "0.01", "0.1"))
            errors = 5 * math.hypot(*(run.get("expectation_error") or 0 for run in (weak, middle, strong)))
            self.assertLess(abs(weak["expectation"] - quiet), 0.02 * quiet + errors, channel)
            self.assertLess(middle["expectation"], weak["expectation"] + errors, channel)
            self.assertLess(strong["expectation"], middle["expectation"], channel)
        self.assertEqual(len(told["trained-1"]["landscape_values"]), 144)
        for kind, shown in (("depth", ("oracle-trained", "fixed", "probability of the optimum")),
                            ("noise", ("readout flips", "amplitude damping", "over-rotation", "no noise")),
                            ("histogram", ("trained-6", "uniform", "best known")),
                            ("landscape", ("angle of the mixer", "to be maximised")),
                            ("modelled", ("never measured", "break-even", "ibm-heron"))):
            with self.subTest(kind):
                self.run_qubout("plot", kind, "--db", "circuits.db", "--formats", "svg", "--out", "figures")
                figure = (self.folder / "figures" / f"{kind}.svg").read_text()
                for text in shown:
                    self.assertIn(text, figure)

    def test_the_histogram_shows_the_best_circuit_of_a_kind(self):
        angles = "angles: given, gammas: 0.5;0.6, betas: {}0.5;{}0.3"
        self.write("shots.yaml", """\
experiment: shots
question: where do shots fall?
instances: [{{name: mc_008_003_000}}, {{name: mc_010_003_000}}]
solvers:
  - {{name: qaoa, label: wrong-way, role: challenger, params: {{depth: 2, {}}}}}
  - {{name: qaoa, label: right-way, role: challenger, params: {{depth: 2, {}}}}}
  - {{name: qaoa, label: deeper, role: challenger, params: {{depth: 4, angles: fixed}}}}
  - {{name: qaoa, label: elsewhere, role: challenger, params: {{depth: 2, angles: fixed, device: ionq-aria}}}}
  - {{name: tabu, role: baseline}}
  - {{name: qaoa, label: without, role: control, params: {{angles: uniform}}}}
budget: {{work: 3000000}}
seed: 7
""".format(angles.format("-", "-"), angles.format("", "")))
        self.run_qubout("run", "shots.yaml", "--db", "shots.db", "--quiet")
        self.run_qubout("plot", "histogram", "--db", "shots.db", "--formats", "svg", "--out", "figures")
        figure = (self.folder / "figures" / "histogram.svg").read_text()
        for shown in ("right-way", "deeper", "elsewhere", "without", "mc_010_003_000"):  # of two cuts, the one with more values
            self.assertIn(shown, figure)
        for left_out in ("wrong-way", "tabu", "mc_008_003_000"):
            self.assertNotIn(left_out, figure)

    # ---- hybrid

    def test_the_shipped_hybrid_stands_beside_its_controls(self):
        self.run_shipped("hybrid", {"400ms": "20ms", "size: [20]": "size: [6]", "size: [500]": "size: [30]",
                                    "repeats: 3": "repeats: 2"})
        done = subprocess.run([QUBOUT, "verdict", "--db", "hybrid.db", "--json"], cwd=self.folder, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)  # 1: void, on a busy machine
        self.assertIn(json.loads(done.stdout)["decision"], ("scale", "pause", "stop", "void"))
        with contextlib.closing(sqlite3.connect(self.folder / "hybrid.db")) as db:
            layers = dict(db.execute("SELECT label, max(layers) FROM run LEFT JOIN circuit ON run_id = run.id GROUP BY label"))
        self.assertGreater(layers.pop("hybrid"), 0)
        self.assertEqual(layers, {"sham": 0, "exact": None, "proposals": None, "random": None, "tabu": None})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
