"""The built binary from the outside, for the tests that say so: a folder of their own, and a few instances."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

QUBOUT = pathlib.Path(sys.argv[1]).resolve()

TRIANGLE = "3 3\n1 2 1\n2 3 1\n1 3 1\n"
QBSOLV = "c a comment\np qubo 0 3 2 2\n0 0 -1\n2 2 -1\n0 1 2\n1 2 2\n"
KNAPSACK = """\
Maximize
 value: 5 a + 4 b + 3 c
Subject To
 weight: 2 a + 3 b + c <= 4
Binary
 a b c
End
"""


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.write("triangle.mc", TRIANGLE)
        self.write("small.qubo", QBSOLV)
        self.write("knapsack.lp", KNAPSACK)

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run_qubout(self, *words, code=0, env=None, **options):
        """Runs qubout in the test's folder, checks its exit status, returns stdout (and keeps stderr)."""
        done = subprocess.run([QUBOUT, *words], cwd=self.folder, capture_output=True, text=True, timeout=300,
                              env={**os.environ, **(env or {})}, **options)
        self.stderr = done.stderr
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def solve(self, instance, solver, *words, code=0):
        return json.loads(self.run_qubout("solve", instance, "--solver", solver, "--json", *words, code=code))
