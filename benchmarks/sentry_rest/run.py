"""Reads of rows inside one Sentry: its REST API against this app, by the middleware and by the WSGI wrapper.

    scripts/sentry-venv && scripts/sentry-services .venv-sentry/bin/python -m benchmarks.sentry_rest.run

Needs wrk. Gunicorn with one worker of four threads serves each way in, with database connections that persist
(CONN_MAX_AGE): without, opening one is most of the time of either. Both check an API key on every call, each with its
own cache. Four calls under way; every round measures every way once.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.serving import Running
from sentry_scm_grpc.testing.web_call import parse_answer
from sentry_scm_grpc.v1 import scm_pb2 as pb

ROOT = Path(__file__).parents[2]
DATABASE = "scm_benchmark"
SERVICE = "/grpc/sentry.integrations.scm.v1.ScmService/"


class Call(NamedTuple):
    title: str
    rest: str
    rpc: str
    request: Any
    response: Any
    rows: int


class Figures(NamedTuple):
    rate: float
    p50: float
    p99: float
    micros: float


def calls(data: dict[str, Any]) -> list[Call]:
    organization, repository = data["organization"], data["repository"]
    repositories = f"/api/0/organizations/{data['slug']}/repos/"
    return [
        Call(
            "ListRepositories, 100 rows",
            f"{repositories}?per_page=100",
            "ListRepositories",
            pb.ListRepositoriesRequest(organization_id=organization, page_size=100),
            pb.ListRepositoriesResponse,
            100,
        ),
        # This Sentry's REST has no address for one repository: its list is asked for the one of that name.
        Call(
            "GetRepository",
            f"{repositories}?query=repository-000",
            "GetRepository",
            pb.GetRepositoryRequest(repository_id=repository),
            pb.Repository,
            1,
        ),
        Call(
            "ListCommits, 100 of 1000 rows",
            f"{repositories}{repository}/commits/?per_page=100",
            "ListCommits",
            pb.ListCommitsRequest(repository_id=repository, page_size=100),
            pb.ListCommitsResponse,
            100,
        ),
    ]


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "SENTRY_CONF": str(ROOT / "tests/sentry_host/sentry.conf.py"),
        "SENTRY_TEST_PG_NAME": DATABASE,
        "SENTRY_TEST_CONN_MAX_AGE": "600",
        "PYTHONWARNINGS": "ignore",
    }


def prepare() -> dict[str, Any]:
    import psycopg2

    connection = psycopg2.connect(
        host="127.0.0.1", port=os.environ["SENTRY_TEST_PG_PORT"], user="postgres", dbname="postgres"
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    command = [sys.executable, "-m", "benchmarks.sentry_rest.prepare"]
    out = subprocess.run(command, cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


@contextmanager
def serving(application: str, middleware: bool, log: Path) -> Iterator[Running]:
    """A server of its own."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-w1", "--threads=4", "-b", f"127.0.0.1:{port}", application]
    env = {**environment(), "SENTRY_TEST_MIDDLEWARE": str(int(middleware))}
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        for _ in range(600):
            if server.poll() is not None:
                raise SystemExit(log.read_text())
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Running(port, server.pid)
    finally:
        server.terminate()
        server.wait(30)


def address(server: Running) -> str:
    return f"http://127.0.0.1:{server.port}"


def body_of(call: Call) -> bytes:
    message: bytes = call.request.SerializeToString()
    return b"\0" + len(message).to_bytes(4, "big") + message


def rest_headers(data: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{data['key']}:".encode()).decode()}


def rpc_headers(data: dict[str, Any]) -> dict[str, str]:
    return {"x-api-key": data["key"], "content-type": "application/grpc-web+proto"}


def verify(call: Call, server: Running, data: dict[str, Any]) -> None:
    """One call of each kind whose answer is looked at, so that no error is measured as an answer."""
    base = address(server)
    asked = urllib.request.Request(base + call.rest, headers=rest_headers(data))
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert len(json.load(answer)) == call.rows
    asked = urllib.request.Request(base + SERVICE + call.rpc, body_of(call), rpc_headers(data))
    with urllib.request.urlopen(asked, timeout=60) as answer:
        found = parse_answer(answer.read(), call.response).message
    listed = getattr(found, "repositories", None) or getattr(found, "commits", None)
    assert (1 if listed is None else len(listed)) == call.rows


def load(
    server: Running, target: str, headers: dict[str, str], body: bytes | None, seconds: float, files: Path
) -> Figures:
    script = [f'wrk.headers["{name}"] = "{value}"\n' for name, value in headers.items()]
    if body is not None:
        text = "".join(f"\\{byte:03}" for byte in body)
        script.append(f'wrk.method = "POST"\nwrk.body = "{text}"\n')
    script.append(
        "done = function(summary, latency, requests)\n"
        "  local bad = summary.errors.status + summary.errors.read + summary.errors.timeout\n"
        '  io.write(string.format("FIGURES %f %f %f %d %d\\n", summary.requests / summary.duration * 1e6,'
        " latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad, summary.requests))\nend\n"
    )
    path = files / "script.lua"
    path.write_text("".join(script))
    command = ["wrk", "-c4", "-t1", f"-d{seconds:g}s", "-s", str(path), address(server) + target]
    before = server.processor_seconds()
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = server.processor_seconds() - before
    rate, p50, p99, bad, done = re.search(r"FIGURES (\S+) (\S+) (\S+) (\d+) (\d+)", out).groups()  # type: ignore[union-attr]
    if bad != "0":
        raise SystemExit(f"{bad} calls of {target} failed")
    return Figures(float(rate), float(p50), float(p99), used / int(done) * 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    data = prepare()
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        files = Path(name)
        inside = servers.enter_context(serving("sentry.wsgi:application", True, files / "middleware.log"))
        wrapped = servers.enter_context(serving("tests.sentry_host.wrapped:application", False, files / "wrapper.log"))
        report(calls(data), measure(data, inside, wrapped, options.rounds, options.seconds, files))


def measure(
    data: dict[str, Any], inside: Running, wrapped: Running, rounds: int, seconds: float, files: Path
) -> dict[tuple[str, str], list[Figures]]:
    """Figures by call and way, one for each round."""
    found: dict[tuple[str, str], list[Figures]] = {}
    for call in calls(data):
        verify(call, inside, data)
        verify(call, wrapped, data)
        rpc = (SERVICE + call.rpc, rpc_headers(data), body_of(call))
        ways = {
            "REST": (inside, call.rest, rest_headers(data), None),
            "middleware": (inside, *rpc),
            "wrapper": (wrapped, *rpc),
        }
        for number in range(rounds + 1):
            for way, (server, target, headers, body) in ways.items():
                figures = load(server, target, headers, body, seconds if number else 1, files)
                if number:  # The first round warms up.
                    found.setdefault((call.rpc, way), []).append(figures)
    return found


def report(asked: list[Call], found: dict[tuple[str, str], list[Figures]]) -> None:
    ratios: dict[str, float] = {}
    print(
        f"{'call':31} {'way':11} {'calls/s':>8} {'p50 ms':>7} {'p99 ms':>7} {'CPU µs':>7} {'of REST':>8} by processor"
    )
    for call in asked:
        rest = found[call.rpc, "REST"]
        for way in ("REST", "middleware", "wrapper"):
            rounds = found[call.rpc, way]
            rate, p50, p99, micros = (median(values) for values in zip(*rounds, strict=True))
            ratio = median(mine.rate / theirs.rate for mine, theirs in zip(rounds, rest, strict=True))
            by_processor = median(theirs.micros / mine.micros for mine, theirs in zip(rounds, rest, strict=True))
            figures = f"{rate:8.0f} {p50:7.1f} {p99:7.1f} {micros:7.0f} {ratio:7.1f}x {by_processor:11.1f}x"
            print(f"{call.title:31} {way:11} {figures}")
            if way != "REST":
                ratios[f"{call.rpc}_{way}_to_rest"] = round(by_processor, 2)
    print(json.dumps(ratios))


if __name__ == "__main__":
    main()
