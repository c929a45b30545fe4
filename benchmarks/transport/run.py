"""Calls per second of ListRepositories with 50 messages, through every server, side by side.

    python -m benchmarks.transport.run [--rounds 3] [--seconds 4]

Needs wrk and h2load (Debian: wrk, nghttp2-client). The server has one core, the load another; every round measures
every server once, each freshly started and warmed up; ratios are medians of the rounds' ratios. One worker each:
gunicorn gthread with 4 threads, granian with 1 blocking thread, grpcio with 4 threads. 8 calls under way.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from struct import pack
from typing import Any, NamedTuple

from benchmarks.transport.answer import PATH
from sentry_scm_grpc.v1 import scm_pb2 as pb

BIN = Path(sys.executable).parent
REQUEST = pb.ListRepositoriesRequest(organization_id=1).SerializeToString()
WEB = "application/grpc-web+proto"


class Subject(NamedTuple):
    server: str
    way: str
    title: str
    content_type: str = WEB

    @property
    def key(self) -> str:
        return f"{self.server}/{self.way}{'-json' if 'json' in self.content_type else ''}"


WAYS = [
    ("raw", "raw WSGI, ready bytes", WEB),
    ("sonora", "bare sonora", WEB),
    ("signals", "sonora, Django's signals", WEB),
    ("connect", "bare connectrpc", WEB),
    ("wrap", "ours, WSGI wrapper", WEB),
    ("middleware", "ours, Django middleware", WEB),
    ("wrap", "ours, WSGI wrapper, JSON", "application/json"),
]
SUBJECTS = [
    *(Subject(server, way, title, form) for server in ("gunicorn", "granian") for way, title, form in WAYS),
    Subject("grpcio", "grpcio", "bare grpcio", "application/grpc"),
    Subject("grpcio", "native", "ours, native", "application/grpc"),
]
# Goals of the project: ratio of the first to the second.
GOALS = [
    ("gunicorn/wrap", "gunicorn/sonora", 1.1),
    ("granian/wrap", "granian/sonora", 1.1),
    ("gunicorn/middleware", "gunicorn/sonora", 0.6),
    ("granian/middleware", "granian/sonora", 0.6),
    ("grpcio/native", "grpcio/grpcio", 0.9),
]


def command(subject: Subject, port: int) -> list[str]:
    app = f"benchmarks.transport.apps:app_{subject.way}"
    if subject.server == "gunicorn":
        options = ["--worker-class=gthread", "--threads=4", "--keep-alive=75", "--log-level=error"]
        return [str(BIN / "gunicorn"), *options, f"--bind=127.0.0.1:{port}", app]
    if subject.server == "granian":
        options = ["--interface=wsgi", "--blocking-threads=1", "--no-ws", "--log-level=error"]
        return [str(BIN / "granian"), *options, f"--port={port}", app]
    return [sys.executable, "-m", "benchmarks.transport.apps", subject.way, str(port)]


@contextmanager
def serving(subject: Subject, environ: dict[str, str]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    process = subprocess.Popen(["taskset", "-c", "0", *command(subject, port)], env=environ, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{subject.key} did not start")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def load(subject: Subject, port: int, api_key: str, seconds: float, files: Path) -> float:
    """Calls per second. Raises SystemExit where a call failed."""
    body = b'{"organizationId":"1"}' if "json" in subject.content_type else pack(">BI", 0, len(REQUEST)) + REQUEST
    headers = {"content-type": subject.content_type, "x-api-key": api_key, "te": "trailers"}
    (files / "body").write_bytes(body)
    url = f"http://127.0.0.1:{port}{PATH}"
    if subject.server == "grpcio":
        options = ["-c2", "-m4", "-t1", f"-D{seconds:g}", "-d", str(files / "body")]
        lines = [f"-H{name}: {value}" for name, value in headers.items()]
        out = _run(["taskset", "-c", "1", "h2load", *options, *lines, url])
        _check(subject, " 0 failed, 0 errored, 0 timeout" in out and " 0 4xx, 0 5xx" in out, out)
        return float(re.search(r"finished in .*?, ([\d.]+) req/s", out)[1])  # type: ignore[index]
    text = "".join(f"\\{byte}" if byte > 99 else f"\\{byte:03}" for byte in body)
    script = [f'wrk.method = "POST"\nwrk.body = "{text}"\n']
    script += [f'wrk.headers["{name}"] = "{value}"\n' for name, value in headers.items()]
    (files / "post.lua").write_text("".join(script))
    out = _run(["taskset", "-c", "1", "wrk", "-c8", "-t1", f"-d{seconds:g}s", "-s", str(files / "post.lua"), url])
    _check(subject, "Non-2xx" not in out and "Socket errors" not in out, out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])  # type: ignore[index]


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _check(subject: Subject, good: bool, out: str) -> None:
    if not good:
        raise SystemExit(f"calls of {subject.key} failed:\n{out}")


def verify(subject: Subject, port: int, api_key: str) -> None:
    """One call whose answer is looked at, so that no error is measured as an answer."""
    if subject.server == "grpcio":
        import grpc

        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            call: Any = channel.unary_unary(PATH, None, response_deserializer=pb.ListRepositoriesResponse.FromString)
            answer = call(REQUEST, metadata=(("x-api-key", api_key),), timeout=10, wait_for_ready=True)
            _check(subject, len(answer.repositories) == 50, str(answer))
        return
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    json_form = "json" in subject.content_type
    body = b'{"organizationId":"1"}' if json_form else pack(">BI", 0, len(REQUEST)) + REQUEST
    headers = {"content-type": subject.content_type, "accept": subject.content_type, "x-api-key": api_key}
    connection.request("POST", PATH, body, headers)
    data = connection.getresponse().read()
    connection.close()
    if json_form:
        _check(subject, len(json.loads(data)["repositories"]) == 50, repr(data))
    else:
        length = int.from_bytes(data[1:5], "big")
        count = len(pb.ListRepositoriesResponse.FromString(data[5 : 5 + length]).repositories)
        _check(subject, count == 50 and b"grpc-status" in data, repr(data))


def prepare(data: Path) -> tuple[dict[str, str], str]:
    """The environment of the servers, and an API key that they accept."""
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sentry_scm_grpc.hosts.embedded.settings",
        "SCM_GRPC_DATA": str(data),
        "SCM_GRPC_RPCS": "*",
        "SCM_GRPC_NATIVE_THREADS": "4",
        "SCM_GRPC_LOG_LEVEL": "WARNING",
    }
    os.environ.update(environ)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from sentry_scm_grpc.hosts.embedded.seed import ensure_demo_organization

    return environ, ensure_demo_organization()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--only", default="", help="only subjects whose key contains this")
    options = parser.parse_args()
    for tool, package in (("wrk", "wrk"), ("h2load", "nghttp2-client"), ("taskset", "util-linux")):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is not installed: apt-get install {package}")
    subjects = [subject for subject in SUBJECTS if options.only in subject.key]
    rates: dict[str, list[float]] = {subject.key: [] for subject in subjects}
    with tempfile.TemporaryDirectory(prefix="scm-transport-") as directory:
        environ, api_key = prepare(Path(directory))
        for _ in range(options.rounds):
            for subject in subjects:
                with serving(subject, environ) as port:
                    verify(subject, port, api_key)
                    load(subject, port, api_key, 1, Path(directory))
                    rates[subject.key].append(load(subject, port, api_key, options.seconds, Path(directory)))
    report(subjects, rates)


def report(subjects: list[Subject], rates: dict[str, list[float]]) -> None:
    def ratio(one: str, other: str) -> float | None:
        if not rates.get(one) or not rates.get(other):
            return None
        return median(a / b for a, b in zip(rates[one], rates[other], strict=True))

    print(f"{'server':9} {'way':26} {'calls/s':>8} {'range':>15} {'of raw':>7} {'of bare':>8}")
    for subject in subjects:
        found = rates[subject.key]
        base = "grpcio/grpcio" if subject.server == "grpcio" else f"{subject.server}/sonora"
        of_raw, of_base = ratio(subject.key, f"{subject.server}/raw"), ratio(subject.key, base)
        columns = [f"{value:.2f}" if value else "-" for value in (of_raw, of_base)]
        spread = f"{min(found):,.0f}-{max(found):,.0f}"
        print(
            f"{subject.server:9} {subject.title:26} {median(found):8,.0f} {spread:>15} {columns[0]:>7} {columns[1]:>8}"
        )
    print("'bare' is bare sonora on the same server, and bare grpcio for the native ones.\n")
    ratios = {}
    for one, other, goal in GOALS:
        value = ratio(one, other)
        if value is not None:
            ratios[f"{one} to {other}"] = round(value, 3)
            print(f"{one:22} {value:5.2f} of {other:16} goal {goal:.2f} {'reached' if value >= goal else 'MISSED'}")
    print(json.dumps(ratios))


if __name__ == "__main__":
    main()
