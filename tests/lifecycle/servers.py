"""Every server that the documentation names, as it names it, and the processes of one start."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from tests.ports import free_ports

BIN = Path(sys.executable).parent
GRACE = 10
APPLICATION = "sentry_scm_grpc.hosts.embedded.wsgi:application"
COMMAND = [sys.executable, "-m", "sentry_scm_grpc"]
MARK = "LIFECYCLE_START"


def serve(port: int, repository: Path) -> list[str]:
    return [*COMMAND, "serve", "--bind", f"127.0.0.1:{port}", "--workers", "2"]


def demo(port: int, repository: Path) -> list[str]:
    return [*COMMAND, "demo", "--bind", f"127.0.0.1:{port}", "--repo", str(repository)]


def serve_native(port: int, repository: Path) -> list[str]:
    return [*COMMAND, "serve-native", "--bind", f"127.0.0.1:{port}"]


def run_scm_grpc(port: int, repository: Path) -> list[str]:
    return [sys.executable, "-m", "django", "run_scm_grpc", "--bind", f"127.0.0.1:{port}"]


def gunicorn(port: int, repository: Path) -> list[str]:
    options = ["--worker-class=gthread", "--threads=8", "--workers=2", f"--graceful-timeout={GRACE}"]
    return [str(BIN / "gunicorn"), *options, "--log-level=error", f"--bind=127.0.0.1:{port}", APPLICATION]


def uwsgi(port: int, repository: Path) -> list[str]:
    options = [
        "--master",
        "--need-app",
        "--die-on-term",
        "--no-orphans",
        "--lazy-apps",
        f"--worker-reload-mercy={GRACE}",
    ]
    ways = [f"--http=127.0.0.1:{port}", "--http-chunked-input", "--http-auto-chunked"]
    return [str(BIN / "uwsgi"), *options, "--processes=2", "--threads=8", *ways, f"--module={APPLICATION}"]


SERVERS: dict[str, Callable[[int, Path], list[str]]] = {
    "serve (granian)": serve,
    "demo (granian)": demo,
    "gunicorn": gunicorn,
    "uWSGI": uwsgi,
    "serve-native": serve_native,
    "run_scm_grpc": run_scm_grpc,
}
NATIVE = ("serve-native", "run_scm_grpc")


class Start:
    """One start of a server, whose processes are told by a mark in their environment."""

    def __init__(self, name: str, data: Path, repository: Path) -> None:
        self.name = name
        (self.port,) = free_ports(1)
        self._mark = uuid.uuid4().hex
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("SCM_GRPC_")},
            **{
                "SCM_GRPC_DATA": str(data),
                "SCM_GRPC_GRACE": str(GRACE),
                "SCM_GRPC_LOG_LEVEL": "ERROR",
                MARK: self._mark,
            },
            "DJANGO_SETTINGS_MODULE": "sentry_scm_grpc.hosts.embedded.settings",
        }
        self.log = data / f"{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                SERVERS[name](self.port, repository), env=environment, stdout=log, stderr=log, cwd=data,
                start_new_session=True,
            )  # fmt: skip

    def answers(self) -> bool:
        """Whether a worker answers; of a native server, whether it listens. A demo has made its calls, too."""
        if self.name.startswith("demo") and b"The server keeps running" not in self.log.read_bytes():
            return False
        try:
            if self.name in NATIVE:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return True
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False

    def pids(self) -> list[int]:
        """All living processes of this start, whoever is their parent."""
        return [pid for pid in _pids() if self._is_ours(pid)]

    def workers(self) -> list[int]:
        """Those that have a parent here and no children."""
        pids = self.pids()
        parents = {_parent(pid) for pid in pids}
        return [pid for pid in pids if pid != self.process.pid and pid not in parents]

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def ended(self) -> bool:
        return self.process.poll() is not None

    def lost_its_port(self) -> bool:
        """Whether another process took the port between its choice and the start."""
        text = self.log.read_text(errors="replace").lower()
        return any(words in text for words in ("is taken", "in use"))

    def clean(self) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        self.log.unlink()

    def _is_ours(self, pid: int) -> bool:
        try:
            if f"{MARK}={self._mark}".encode() not in Path(f"/proc/{pid}/environ").read_bytes():
                return False
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
