"""A Sentry behind gunicorn, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def gunicorn(
    application: str, environment: dict[str, str], port: int, log: Path, *options: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The process of a server that accepts connections. ``options`` are gunicorn's."""
    python = [sys.executable, "-W", "ignore"]
    # gunicorn would kill a worker that loads Sentry for longer than 30 seconds.
    patient = ["--timeout", "300"]
    command = [*python, "-m", "gunicorn", "--threads", "4", *patient, "-b", f"127.0.0.1:{port}", *options, application]
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output)
    try:
        for _ in range(1200):
            assert server.poll() is None, log.read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield server
    finally:
        server.terminate()
        server.wait(120)
