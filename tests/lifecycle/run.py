"""Starts and stops every server at random moments, with busy loops beside them, and prints what became of each.

    python -m tests.lifecycle.run [--starts 200] [--load 4] [--beside 2] [--server gunicorn]

A hang is a server that has not ended LIMIT seconds after it was told to, an orphan a process that outlives its server
by as much, and a loss a server that does not answer again after one of its workers was killed. Exits with 1 where there
is any. LIMIT is far above the grace time, because a busy machine stops servers slowly, and a hang has no end.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tests.lifecycle.servers import COMMAND, GRACE, NATIVE, SERVERS, Start

LIMIT = GRACE + 50
START_SECONDS = 300
WAYS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGKILL of a worker", "SIGKILL of the parent")
SIGNALS = {"SIGINT": signal.SIGINT, "SIGKILL of the parent": signal.SIGKILL}


@dataclass
class Row:
    starts: int = 0
    hangs: int = 0
    orphans: int = 0
    losses: int = 0
    slowest: float = 0.0

    def add(self, other: Row) -> None:
        self.starts += other.starts
        self.hangs += other.hangs
        self.orphans += other.orphans
        self.losses += other.losses
        self.slowest = max(self.slowest, other.slowest)


def once(name: str, way: str, moment: float, data: Path, repository: Path) -> Row:
    """One start that is stopped ``way`` after so many seconds."""
    start = Start(name, data, repository)
    row = Row(starts=1)
    try:
        if way == "SIGKILL of a worker":
            _kill_a_worker(start, row)
        else:
            start.wait(start.ended, moment)
        if start.ended():
            if start.lost_its_port():
                return Row()
            if way != "SIGKILL of a worker":
                raise RuntimeError(f"{name} ended by itself:\n{start.log.read_text()}")
            return row
        if way == "SIGHUP" and not _ends_with_sighup(name):
            start.process.send_signal(signal.SIGHUP)
            # Whatever it is doing now, it must stop when it is told to.
            start.wait(start.ended, random.uniform(0, 2))
        number = SIGNALS.get(way, signal.SIGTERM)
        if way == "SIGHUP" and _ends_with_sighup(name):
            number = signal.SIGHUP
        loses = _may_lose_a_signal(start, number)
        told = time.monotonic()
        start.process.send_signal(number)
        if loses and not start.wait(start.ended, GRACE + 10):
            told = time.monotonic()
            start.process.send_signal(number)
        row.hangs = int(not start.wait(start.ended, LIMIT))
        if not row.hangs:
            row.orphans = int(not start.wait(lambda: not start.pids(), LIMIT))
        row.slowest = time.monotonic() - told
        if row.hangs or row.orphans:
            print(f"{name}, {way} after {moment:.2f} s: {row}\n{start.log.read_text()[-2000:]}", flush=True)
    finally:
        start.clean()
    return row


def _may_lose_a_signal(start: Start, number: int) -> bool:
    """Whether a server of others may lose this signal now. The next one ends it.

    uWSGI loses those that come before its master process takes over. Python may lose a SIGINT during an import, which
    the command of Django does before it knows ours.
    """
    if start.name == "uWSGI":
        return "spawned uWSGI master" not in start.log.read_text(errors="replace")
    return start.name == "run_scm_grpc" and number == signal.SIGINT and not start.answers()


def _kill_a_worker(start: Start, row: Row) -> None:
    if not start.wait(lambda: start.answers() or start.ended(), START_SECONDS) or start.ended():
        if start.lost_its_port():
            return
        raise RuntimeError(f"{start.name} did not start:\n{start.log.read_text()}")
    killed = random.choice(start.workers())
    os.kill(killed, signal.SIGKILL)
    gone = start.wait(lambda: killed not in start.pids(), LIMIT)
    row.losses = int(not (gone and start.wait(start.answers, START_SECONDS)))
    if row.losses:
        print(f"{start.name}, lost after a worker was killed:\n{start.log.read_text()[-2000:]}", flush=True)


def _ends_with_sighup(name: str) -> bool:
    return name in NATIVE or name.startswith("demo")


def _typical(name: str, data: Path, repository: Path) -> float:
    """How long a start takes until it answers."""
    start = Start(name, data, repository)
    began = time.monotonic()
    try:
        if not start.wait(lambda: start.answers() or start.ended(), START_SECONDS) or start.ended():
            raise RuntimeError(f"{name} did not start:\n{start.log.read_text()}")
        return time.monotonic() - began
    finally:
        start.clean()


def prepare(directory: Path, count: int) -> tuple[Queue[Path], Path]:
    """Data directories, one for each server that runs at a time, and a repository for the demo."""
    repository = directory / "src"
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-C", str(repository)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(repository)], check=True)
    (repository / "README.md").write_text("# Rocket\n")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Lift off"], check=True)
    first = directory / "data"
    subprocess.run([*COMMAND, "init", "--data", str(first)], check=True, stdout=subprocess.DEVNULL)
    places: Queue[Path] = Queue()
    for number in range(count):
        places.put(Path(shutil.copytree(first, directory / f"data-{number}")))
    return places, repository


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--starts", type=int, default=200, help="of each server")
    parser.add_argument("--load", type=int, default=4, help="busy loops")
    parser.add_argument("--beside", type=int, default=2, help="servers at a time")
    parser.add_argument("--server", choices=SERVERS, action="append")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    args = parser.parse_args()
    random.seed(args.seed)
    # A shell that runs this in the background ignores the one, nohup the other, and the servers would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    names = args.server or list(SERVERS)
    print(f"{args.starts} starts of each server, {args.load} busy loops, seed {args.seed}.", flush=True)
    rows: dict[tuple[str, str], Row] = defaultdict(Row)
    with tempfile.TemporaryDirectory(prefix="scm-grpc-lifecycle-", ignore_cleanup_errors=True) as directory:
        places, repository = prepare(Path(directory), args.beside)
        loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(args.load)]
        try:
            for name in names:
                _all_of_a_server(name, args.starts, args.beside, places, repository, rows)
        finally:
            for loop in loops:
                loop.kill()
    bad = sum(row.hangs + row.orphans + row.losses for row in rows.values())
    print(f"\n{sum(row.starts for row in rows.values())} starts: {bad} hangs, orphans and losses.")
    sys.exit(bad > 0)


def _all_of_a_server(
    name: str, starts: int, beside: int, places: Queue[Path], repository: Path, rows: dict[tuple[str, str], Row]
) -> None:
    ways = [way for way in WAYS if not (name in NATIVE and way == "SIGKILL of a worker")]
    place = places.get()
    typical = _typical(name, place, repository)
    places.put(place)

    def one(number: int) -> tuple[str, Row]:
        place = places.get()
        try:
            way = ways[number % len(ways)]
            return way, once(name, way, random.uniform(0, 1.5 * typical), place, repository)
        finally:
            places.put(place)

    with ThreadPoolExecutor(beside) as pool:
        for way, row in pool.map(one, range(starts)):
            rows[name, way].add(row)
    if len(rows) == len(ways):
        print("| server | signal | starts | hangs | orphans | lost | slowest stop |\n|---|---|---|---|---|---|---|")
    for way in ways:
        row = rows[name, way]
        lost = row.losses if way == "SIGKILL of a worker" else "-"
        print(
            f"| {name} | {way} | {row.starts} | {row.hangs} | {row.orphans} | {lost} | {row.slowest:.1f} s |",
            flush=True,
        )


if __name__ == "__main__":
    main()
