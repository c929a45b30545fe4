"""What measurements over HTTP share: servers on one core, load from another, rounds that take turns, a table of ratios.

One worker each: gunicorn gthread with 4 threads, granian with 1 blocking thread, grpcio with 4 threads. 8 callers,
unless a benchmark says otherwise. Needs h2load.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import NamedTuple

WEB = "application/grpc-web+proto"
JSON = "application/json"
NATIVE = "application/grpc"
API_KEY = "x-api-key"
#: The cores of the server and of the load: the same where there is but one.
SERVING, LOADING = (str(pick(os.sched_getaffinity(0))) for pick in (min, max))


class Subject(NamedTuple):
    """A way to serve: ``app_<way>`` of a module on a WSGI server, or ``python -m MODULE <way> PORT`` for grpcio."""

    server: str
    way: str
    title: str
    form: str = WEB

    @property
    def key(self) -> str:
        return f"{self.server}/{self.way}"


class Asked(NamedTuple):
    """One request. Without a body it is a GET."""

    path: str
    form: str = ""
    body: bytes = b""

    def headers(self, api_key: str) -> dict[str, str]:
        form = {"content-type": self.form, "te": "trailers"} if self.body else {}
        return {API_KEY: api_key, **form}


def framed(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message


def need_tools() -> None:
    for tool, package in (("h2load", "nghttp2-client"), ("taskset", "util-linux")):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is not installed: apt-get install {package}")


def command(subject: Subject, module: str, port: int) -> list[str]:
    if subject.server == "gunicorn":
        options = ["--worker-class=gthread", "--threads=4", "--keep-alive=75", "--log-level=error"]
        return [sys.executable, "-m", "gunicorn", *options, f"--bind=127.0.0.1:{port}", f"{module}:app_{subject.way}"]
    if subject.server == "granian":
        options = ["--interface=wsgi", "--blocking-threads=1", "--no-ws", "--log-level=error"]
        return [sys.executable, "-m", "granian", *options, f"--port={port}", f"{module}:app_{subject.way}"]
    return [sys.executable, "-m", module, subject.way, str(port)]


class Running(NamedTuple):
    """A server that accepts connections."""

    port: int
    pid: int

    def processes(self) -> list[int]:
        """The server's and those of its workers."""
        found = [self.pid]
        for pid in found:
            found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return found

    def processor_seconds(self) -> float:
        """Of all its processes until now."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.processes()]
        return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(subject: Subject, module: str, environ: Mapping[str, str]) -> Iterator[Running]:
    port = _free_port()
    line = ["taskset", "-c", SERVING, *command(subject, module, port)]
    process = subprocess.Popen(line, env=environ, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{subject.key} did not start")
            time.sleep(0.05)
        yield Running(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    """Below those that Linux gives out by itself, so that nobody takes it while the server starts."""
    return next(port for port in iter(lambda: random.randrange(15_000, 30_000), 0) if not _listens(port))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answer(subject: Subject, port: int, asked: Asked, api_key: str) -> bytes:
    """The message of one answer, so that no error is measured as an answer."""
    if subject.form == NATIVE:
        import grpc

        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = channel.unary_unary(asked.path, None, None)  # type: ignore[arg-type]
            found: bytes = call(asked.body[5:], metadata=((API_KEY, api_key),), timeout=10, wait_for_ready=True)
            return found
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {**asked.headers(api_key), "accept": asked.form or JSON}
    connection.request("POST" if asked.body else "GET", asked.path, asked.body or None, headers)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    if response.status != 200 or (subject.form == WEB and b"grpc-status:0" not in data.replace(b" ", b"")):
        raise SystemExit(f"{subject.key} answered {response.status}: {data!r}")
    return data[5 : 5 + int.from_bytes(data[1:5], "big")] if subject.form == WEB else data


class Load(NamedTuple):
    """Calls per second, and microseconds of processor that the server took for each."""

    rate: float
    micros: float


def load(
    subject: Subject, server: Running, asked: Asked, api_key: str, seconds: float, files: Path, callers: int = 8
) -> Load:
    """For so many seconds, or two calls of each caller where that is 0. Raises SystemExit where a call failed."""
    # HTTP/2 carries up to four calls on a connection.
    streams = min(callers, 4)
    options = [f"-c{callers // streams}", f"-m{streams}"] if subject.form == NATIVE else [f"-c{callers}", "--h1"]
    if asked.body:
        (files / "body").write_bytes(asked.body)
        options.append(f"--data={files / 'body'}")
    options += [f"-H{name}: {value}" for name, value in asked.headers(api_key).items()]
    line = ["taskset", "-c", LOADING, "h2load", "-t1", *_amount(seconds, callers), *options]
    before = server.processor_seconds()
    address = f"http://127.0.0.1:{server.port}{asked.path}"
    out = subprocess.run([*line, address], check=True, capture_output=True, text=True).stdout
    # Counted in hundredths of a second.
    used = max(server.processor_seconds() - before, 0.01)
    if " 0 failed, 0 errored, 0 timeout" not in out or " 0 4xx, 0 5xx" not in out:
        raise SystemExit(f"calls of {subject.key} failed:\n{out}")
    rate = float(re.search(r"finished in .*?, ([\d.]+) req/s", out)[1])  # type: ignore[index]
    done = int(re.search(r" (\d+) succeeded", out)[1])  # type: ignore[index]
    return Load(rate, used / done * 1e6)


def _amount(seconds: float, callers: int) -> list[str]:
    return [f"-D{seconds * 1000:.0f}ms"] if seconds else [f"-n{2 * callers}"]


class Loads:
    """What each subject did, once for each round. Ratios are medians of the rounds' ratios."""

    def __init__(self) -> None:
        self._found: dict[str, list[Load]] = {}

    def add(self, key: str, load: Load) -> None:
        self._found.setdefault(key, []).append(load)

    def ratio(self, one: str, other: str, of_processor: bool = False) -> float | None:
        """How many times the calls of the other: in a second, or in a second of the server's processor."""
        pairs = zip(self._found.get(one, ()), self._found.get(other, ()), strict=False)
        found = [b.micros / a.micros if of_processor else a.rate / b.rate for a, b in pairs]
        return median(found) if found else None

    def columns(self, key: str, *others: str) -> str:
        """Calls a second, their range, processor time of a call, and the ratios to others."""
        rates, micros = zip(*self._found[key], strict=True)
        spread = f"{min(rates):,.0f}-{max(rates):,.0f}"
        ratios = [self.ratio(key, other) for other in others]
        texts = "".join(f"{'-' if value is None else f'{value:.2f}':>9}" for value in ratios)
        return f"{median(rates):8,.0f} {spread:>15} {median(micros):7,.0f}{texts}"

    def goals(self, goals: Sequence[tuple[str, str, float]]) -> dict[str, float]:
        """Prints which are reached. Returns the ratios by processor, which other work on the machine changes least."""
        ratios = {}
        for one, other, goal in goals:
            value, by_processor = self.ratio(one, other), self.ratio(one, other, of_processor=True)
            if value is None or by_processor is None:
                continue
            ratios[f"{one} to {other}"] = round(by_processor, 3)
            verdict = "reached" if value >= goal else "MISSED"
            print(f"{one:44} {value:5.2f} of {other:44} (by processor {by_processor:.2f}) goal {goal:.2f} {verdict}")
        return ratios
