#!/usr/bin/env python3
"""Kills the harness at random instants and counts what that cost: kills.py QUBOUT [KILLS [SEED]].

One experiment of short work-budget runs is started again and again and ended by SIGKILL after a random time.  After every kill:
each run that an event announced is in the store (events are written after the commit), nothing that was stored has gone, no run
key is there twice, the file passes quick_check, and no process of the harness is left.  A quarter of the time the database is
also copied as it lies there, log included, as a power cut would leave it, and the copy has to open with everything in it.
Prints the count of lost and of doubled runs; both must be 0.
"""
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

EXPERIMENT = """\
experiment: kills
instances:
  - generate: {family: maxcut-regular, size: 60, count: 4, seed: 1}
solvers:
  - {name: anneal, role: challenger}
  - {name: tabu, role: baseline}
  - {name: random, role: control}
budget: {work: 300000}
repeats: %d
"""


def stored(path):
    """(keys in order, quick_check's verdict) of a database as it lies there.

    Closed before anything else touches the file: a copy made by a process that still has it open would drop its locks.
    """
    with contextlib.closing(sqlite3.connect(path)) as db:
        verdict = db.execute("pragma quick_check").fetchone()[0]
        if not db.execute("select 1 from sqlite_master where name = 'run'").fetchone():
            return [], verdict  # killed before the schema was committed
        return [row[0] for row in db.execute("select run_key from run order by id")], verdict


def survivors(marker):
    """Processes whose environment carries our marker."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if marker in (entry / "environ").read_bytes() and int(entry.name) != os.getpid():
                    found.append(int(entry.name))
            except OSError:
                pass
    return found


def wait_until_gone(marker):
    """The wardens notice the harness's death by themselves; they get five seconds."""
    for _ in range(500):
        left = survivors(marker)
        if not left:
            return []
        time.sleep(0.01)
    return left


class Campaign:
    def __init__(self, qubout, folder, seed):
        self.qubout, self.folder, self.random = qubout, folder, random.Random(seed)
        self.marker = f"QB_KILLS_MARKER={os.getpid()}-{seed}".encode()
        self.environment = {**os.environ, "QB_KILLS_MARKER": self.marker.decode().split("=")[1]}
        self.keys, self.repeats = [], 0
        self.lost = self.doubled = self.survived = self.damaged = self.finished = 0

    def start(self):
        if self.finished or not self.repeats:
            self.repeats += 200
            self.finished = 0
            (self.folder / "kills.yaml").write_text(EXPERIMENT % self.repeats)
        return subprocess.Popen([self.qubout, "run", "kills.yaml", "--db", "kills.db", "--quiet", "--jobs", "2",
                                 "--events", "events.jsonl"], cwd=self.folder, env=self.environment,
                                start_new_session=True, stderr=subprocess.DEVNULL)

    def announced(self):
        """Complete lines only: the last one may have been cut by the kill."""
        path = self.folder / "events.jsonl"
        text = path.read_text() if path.exists() else ""
        return sum(1 for line in text.split("\n")[:-1] if json.loads(line)["event"] == "run")

    def check(self):
        keys, verdict = stored(self.folder / "kills.db")
        self.damaged += verdict != "ok"
        self.doubled += len(keys) - len(set(keys))
        self.lost += len(set(self.keys) - set(keys)) + max(0, self.announced() - len(keys))
        self.keys = keys

    def power_cut(self):
        copy = self.folder / "copy"
        copy.mkdir(exist_ok=True)
        for suffix in ("", "-wal"):  # the shared memory does not survive a power cut
            source = self.folder / f"kills.db{suffix}"
            if source.exists():
                shutil.copy(source, copy / f"kills.db{suffix}")
        keys, verdict = stored(copy / "kills.db")
        self.damaged += verdict != "ok"
        self.lost += len(set(self.keys) - set(keys))
        shutil.rmtree(copy)

    def kill_once(self):
        child = self.start()
        try:
            child.wait(timeout=self.random.expovariate(1 / 0.4))
            self.finished = 1
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
        left = wait_until_gone(self.marker)
        self.survived += len(left)
        for process in left:
            os.kill(process, signal.SIGKILL)
        if not (self.folder / "kills.db").exists():
            return
        if self.random.random() < 0.25 and self.keys:
            self.power_cut()
        self.check()


def main():
    qubout, kills = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        campaign = Campaign(qubout, folder, seed)
        for _ in range(kills):
            campaign.kill_once()
    finally:
        shutil.rmtree(folder)
    print(f"{kills} kills, {len(campaign.keys)} runs stored: {campaign.lost} lost, {campaign.doubled} doubled, "
          f"{campaign.survived} processes survived, {campaign.damaged} damaged files")
    return 1 if campaign.lost or campaign.doubled or campaign.survived or campaign.damaged or not campaign.keys else 0


sys.exit(main())
