"""Runs the scenario site as its users would, each server a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: For a server on a busy machine.
START_SECONDS = 180


@dataclass
class Site:
    """A filled data directory, and how its servers are started. ``api_key`` may do everything in its organization."""

    data: Path
    api_key: str
    organization_id: int
    repository_id: int
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, data: Path) -> Site:
        seeded = subprocess.run(
            [sys.executable, "-m", "tests.scenarios.seed", str(data)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        found = json.loads(seeded.stdout.splitlines()[-1])
        environment = {
            "DJANGO_SETTINGS_MODULE": "tests.scenarios.settings",
            "SCM_GRPC_DATA": str(data),
            "SCM_GRPC_RPCS": "*",
            # As much as clients send and take by default.
            "SCM_GRPC_MAX_MESSAGE_BYTES": str(4 << 20),
        }
        return cls(data, found["apiKey"], found["organizationId"], found["repositoryId"], environment)

    def gunicorn(self, port: int) -> list[str]:
        return [
            *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
            *("--threads", "8", "--keep-alive", "75", "--log-level", "error"),
            "tests.scenarios.wsgi:through_middleware",
        ]

    def granian(self, port: int) -> list[str]:
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "error"),
            *("--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "8"),
            "tests.scenarios.wsgi:wrapped",
        ]

    def native(self, port: int, *options: str) -> list[str]:
        return [sys.executable, "-m", "django", "run_scm_grpc", "--bind", f"127.0.0.1:{port}", *options]

    @contextlib.contextmanager
    def running(self, command: list[str], port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        with running(command, port, self.environment | environment, self.data / f"{port}.log") as process:
            yield process


@contextlib.contextmanager
def running(
    command: list[str], port: int, environment: Mapping[str, str | None], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The process of a server that accepts connections. Its output goes to ``log``. It has the tests' environment and
    ``environment``, without what that sets to None."""
    variables = {name: value for name, value in {**os.environ, **environment}.items() if value is not None}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, port, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended at once:\n{log.read_text()}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text()}")
