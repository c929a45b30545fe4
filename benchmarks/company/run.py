"""Reads of rows while six of eight threads wait for a vendor, and the same reads alone.

    benchmarks/run company [--rounds 3] [--seconds 3]

One worker of gunicorn with eight threads serves the embedded host on SQLite, with repositories at a GitLab that takes
its time. Two callers read a row through the Python client. In turns, six others wait for GitLab or do not. The last
line is one JSON object with the ratio of the 99th percentiles.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles

from sentry_scm_grpc.client import ScmClient, ScmError
from tests.ports import free_ports
from tests.scenarios.running import running
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor, Reply, Request
from tests.vendors.serving import served

COMMAND = [sys.executable, "-m", "sentry_scm_grpc"]
SERVER = [
    *(sys.executable, "-m", "gunicorn", "--worker-class=gthread", "--threads=8", "--keep-alive=75"),
    *("--log-level=error", "sentry_scm_grpc.hosts.embedded.wsgi:application"),
]
WAITING = 6
READING = 2
GOAL = 2.0


class Vendor:
    """A GitLab whose answers can be held back."""

    def __init__(self) -> None:
        self.fake: FakeVendor = FAKES["gitlab"]()
        self.fake.world.repositories = []
        self.fake.forced = self._answer
        self._open = threading.Event()
        self._open.set()

    @contextmanager
    def holding(self) -> Iterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def _answer(self, request: Request) -> Reply:
        self._open.wait()
        return self.fake._route(request)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    vendor = Vendor()
    with tempfile.TemporaryDirectory() as name, served(vendor.fake) as gitlab:
        data, (port,) = Path(name) / "data", free_ports(1)
        environment = {
            "DJANGO_SETTINGS_MODULE": "sentry_scm_grpc.hosts.embedded.settings",
            "SCM_GRPC_DATA": str(data),
            "SCM_GRPC_RPCS": "*",
            "SCM_GRPC_MAX_CALLS": "0",
            "GITLAB_TOKEN": "glpat-of-nobody",
        }
        key = prepare(f"gitlab:acme@{gitlab.url}", environment)
        command = [*SERVER, f"--bind=127.0.0.1:{port}"]
        with running(command, port, environment, Path(name) / "log"):
            url = f"http://127.0.0.1:{port}"
            report([measure(url, key, vendor, options.seconds) for _ in range(options.rounds)])


def prepare(place: str, environment: dict[str, str]) -> str:
    """Makes the data directory. Returns the API key."""

    def run(*arguments: str) -> str:
        return subprocess.run(
            [*COMMAND, *arguments], env={**os.environ, **environment}, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    told = re.search(r"scm_\S+", run("init"))
    assert told, "init printed no key"
    run("integrations", "add", place)
    run("repos", "add", "--integration", "2", "--all")
    return told[0]


def measure(url: str, key: str, vendor: Vendor, seconds: float) -> tuple[list[float], list[float]]:
    """Milliseconds of the reads alone, and of those beside the calls that wait."""
    with ScmClient(url, api_key=key) as client:
        (repository,) = (found.id for found in client.list_repositories().repositories)
    alone = reads(url, key, repository, seconds)
    over = threading.Event()
    with ThreadPoolExecutor(WAITING) as pool, vendor.holding():
        known, until = len(vendor.fake.calls), time.monotonic() + 30
        for number in range(WAITING):
            pool.submit(wait_for_vendor, url, key, repository, number, over)
        # The fake takes one request after the other, so it knows of the first alone.
        while len(vendor.fake.calls) == known:
            if time.monotonic() > until:
                raise SystemExit("No call has asked the vendor.")
            time.sleep(0.01)
        beside = reads(url, key, repository, seconds)
        over.set()
    return alone, beside


def wait_for_vendor(url: str, key: str, repository: int, number: int, over: threading.Event) -> None:
    """Asks for what no other call asks for at the same time, and again when the vendor has taken too long."""
    with ScmClient(url, api_key=key, timeout=30) as client:
        while not over.is_set():
            with suppress(ScmError):
                client.search_code(repository_id=repository, query=f"retry {number} {time.monotonic_ns()}")


def reads(url: str, key: str, repository: int, seconds: float) -> list[float]:
    def read(_: int) -> list[float]:
        found = []
        with ScmClient(url, api_key=key) as client:
            client.get_repository(repository_id=repository)
            until = time.perf_counter() + seconds
            while not found or time.perf_counter() < until:
                began = time.perf_counter()
                client.get_repository(repository_id=repository)
                found.append((time.perf_counter() - began) * 1000)
        return found

    with ThreadPoolExecutor(READING) as pool:
        return [each for found in pool.map(read, range(READING)) for each in found]


def percentile_99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


def report(rounds: list[tuple[list[float], list[float]]]) -> None:
    print(f"{'GetRepository':<24}{'calls':>8}{'median ms':>11}{'p99 ms':>9}")
    for title, which in (("alone", 0), (f"beside {WAITING} that wait", 1)):
        values = [each for found in rounds for each in found[which]]
        print(f"{title:<24}{len(values):>8}{median(values):>11.2f}{percentile_99(values):>9.2f}")
    ratio = median(percentile_99(beside) / percentile_99(alone) for alone, beside in rounds)
    print(f"p99 beside / alone: {ratio:.2f}, goal at most {GOAL:.2f}: {'reached' if ratio <= GOAL else 'MISSED'}")
    print(json.dumps({"p99_beside_to_alone": round(ratio, 2)}))


if __name__ == "__main__":
    main()
