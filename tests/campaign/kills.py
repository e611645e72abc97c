#!/usr/bin/env python3
"""Kills the harness, and cuts its power, at random instants and counts what that cost: kills.py QUBOUT [KILLS [SEED]].

One experiment of short work-budget runs is started again and again and ended by SIGKILL after a random time.  After every kill:
each run that an event announced is in the store (events are written after the commit), nothing that was stored has gone, no run
key is there twice, the file passes quick_check, and no process of the harness is left.

A quarter of the times the power is cut first: the harness is stopped in the middle of whatever it does, and database and log
are copied as they lie there, without the memory that a power cut takes.  The copy has to open with everything that was announced,
with every run whole, and to be resumable.

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

WHOLE = "select count(*) from run r left join summary s on s.run_id = r.id left join solution x on x.run_id = r.id " \
    "where s.run_id is null or x.run_id is null or s.points <> (select count(*) from incumbent i where i.run_id = r.id)"


def stored(path):
    """(keys in order, what is wrong with the file) of a database as it lies there.

    Closed before anything else touches the file: a copy made by a process that still has it open would drop its locks.
    """
    with contextlib.closing(sqlite3.connect(path)) as db:
        verdict = db.execute("pragma quick_check").fetchone()[0]
        if not db.execute("select 1 from sqlite_master where name = 'run'").fetchone():
            return [], verdict != "ok"  # killed before the schema was committed
        torn = db.execute(WHOLE).fetchone()[0]  # runs that lack a part of what belongs to them
        return [row[0] for row in db.execute("select run_key from run order by id")], verdict != "ok" or torn > 0


def is_event(line):
    try:
        return json.loads(line)["event"] == "run"
    except ValueError:
        return False


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
        self.lost = self.doubled = self.survived = self.damaged = self.finished = self.cuts = 0

    def run(self, folder):
        return subprocess.Popen([self.qubout, "run", self.folder / "kills.yaml", "--db", "kills.db", "--quiet", "--jobs", "2",
                                 "--events", "events.jsonl"], cwd=folder, env=self.environment,
                                start_new_session=True, stderr=subprocess.DEVNULL)

    def start(self):
        if self.finished or not self.repeats:
            self.repeats += 200
            self.finished = 0
            (self.folder / "kills.yaml").write_text(EXPERIMENT % self.repeats)
        return self.run(self.folder)

    def announced(self, folder):
        """Whole lines only: a kill may cut one off, after which the next begins a line of its own."""
        path = folder / "events.jsonl"
        text = path.read_text() if path.exists() else ""
        return sum(is_event(line) for line in text.split("\n"))

    def check(self, folder, before, announced):
        """The keys that are stored, which are to have all of `before` and as many as were announced."""
        keys, damaged = stored(folder / "kills.db")
        self.damaged += damaged
        self.doubled += len(keys) - len(set(keys))
        self.lost += len(set(before) - set(keys)) + max(0, announced - len(keys))
        return keys

    def resume(self, folder, keys):
        """Goes on for a moment, from where the power was cut."""
        child = self.run(folder)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=self.random.uniform(0.1, 0.4))
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
        self.damaged += child.wait() not in (0, 130, -signal.SIGINT)  # the last: before it began to listen
        self.check(folder, keys, self.announced(folder))

    def power_cut(self, child):
        child.send_signal(signal.SIGSTOP)
        if child.returncode is not None:
            return  # it ended by itself in this very moment
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        copy = self.folder / "copy"
        copy.mkdir()
        for name in ("kills.db", "kills.db-wal", "events.jsonl"):
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, copy / name)
        child.send_signal(signal.SIGCONT)
        self.cuts += 1
        self.resume(copy, self.check(copy, self.keys, self.announced(copy)))
        shutil.rmtree(copy)

    def kill_once(self):
        child = self.start()
        try:
            child.wait(timeout=self.random.expovariate(1 / 0.4))
            self.finished = 1
        except subprocess.TimeoutExpired:
            if self.random.random() < 0.25 and (self.folder / "kills.db").exists():
                self.power_cut(child)
            child.send_signal(signal.SIGKILL)
            child.wait()
        left = wait_until_gone(self.marker)
        self.survived += len(left)
        for process in left:
            os.kill(process, signal.SIGKILL)
        if (self.folder / "kills.db").exists():
            self.keys = self.check(self.folder, self.keys, self.announced(self.folder))


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
    print(f"{kills} kills, {campaign.cuts} power cuts, {len(campaign.keys)} runs stored: {campaign.lost} lost, "
          f"{campaign.doubled} doubled, {campaign.survived} processes survived, {campaign.damaged} damaged files")
    return 1 if campaign.lost or campaign.doubled or campaign.survived or campaign.damaged or not campaign.keys else 0


sys.exit(main())
