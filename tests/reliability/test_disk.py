"""A disk that is full or read-only: a small file system of its own, mounted for the test. Reads go on; writes are
UNAVAILABLE, with one line in the log; and all works again when there is room.

Needs root, to mount. Without it the tests fail.
"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_ports
from tests.reliability.calls import Answer, Caller
from tests.reliability.rows import seed
from tests.scenarios.running import ROOT, running
from tests.waiting import eventually

STORAGE = ("unavailable", "STORAGE_UNAVAILABLE")
#: Reads that are answered from rows and from git.
READS = ["ListRepositories", "GetRepository", "ListCommits", "GetFile", "ListCodeMappings"]


@dataclass
class Disk:
    """A small file system with a filled data directory, the directory for temporary files, and a server."""

    path: Path
    log: Path
    requests: dict[str, dict[str, Any]]
    writes: list[str]
    caller: Caller
    server: Callable[[], contextlib.AbstractContextManager[Any]]

    @contextlib.contextmanager
    def full(self, *calls_before: str) -> Iterator[None]:
        """While a server runs."""
        with self.server():
            for rpc in calls_before:
                assert self.call(rpc).code == "ok"
            filler = self.path / "filler"
            with filler.open("wb", buffering=0) as file:
                for size in (65536, 512, 1):
                    with contextlib.suppress(OSError):
                        while True:
                            file.write(bytes(size))
            yield
            filler.unlink()
            self.works_again()

    @contextlib.contextmanager
    def read_only(self) -> Iterator[None]:
        """From a server's start: the system lets nobody have a file open for writing then."""
        mount("-o", "remount,ro", str(self.path))
        with self.server():
            yield
        mount("-o", "remount,rw", str(self.path))
        with self.server():
            self.works_again()

    def works_again(self) -> None:
        request_id = str(uuid.uuid4())
        made = partial(self.call, "CreateExternalIssue", request_id=request_id)
        eventually(lambda: made().code == "ok", "a write succeeds again")
        assert made().message == made().message

    def call(self, rpc: str, **more: Any) -> Answer:
        return self.caller.call(rpc, 20, **self.requests[rpc], **more)

    def logged(self) -> str:
        return self.log.read_text()


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, timeout=10)


@contextlib.contextmanager
def a_file_system(path: Path, size: str) -> Iterator[None]:
    path.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "scm-grpc", str(path))
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True, timeout=10)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    (port,) = free_ports(1)
    path, log = tmp_path / "disk", tmp_path / "log"
    with a_file_system(path, "3m"):
        data = path / "data"
        found = seed(data, {})
        (path / "tmp").mkdir()
        environment = {
            "DJANGO_SETTINGS_MODULE": "tests.scenarios.settings",
            "SCM_GRPC_DATA": str(data),
            "SCM_GRPC_RPCS": "*",
            # Each call looks for the row of its key, and notes its use.
            "SCM_GRPC_CREDENTIAL_CACHE_SECONDS": "0",
            "SCM_GRPC_LOG_LEVEL": "WARNING",
            "TMPDIR": str(path / "tmp"),
        }
        bind = ["--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", str(tmp_path), "--threads", "4"]
        command = [sys.executable, "-m", "gunicorn", *bind, "tests.scenarios.wsgi:through_middleware"]
        caller = Caller(f"http://127.0.0.1:{port}", found["key"])
        server = partial(running, command, port, environment, log)
        yield Disk(path, log, found["requests"], found["writes"], caller, server)


def everything_is_told(disk: Disk) -> None:
    """Of reads and of every write, with a request id and without."""
    for rpc in READS:
        assert disk.call(rpc).code == "ok", rpc
    stored = 0
    for rpc in disk.writes:
        for more in ({}, {"request_id": str(uuid.uuid4())}):
            before = disk.logged()
            answer = disk.call(rpc, **more)
            # Some find nothing to do, or refuse first; but whatever would be stored cannot be.
            assert answer.code in ("ok", "unavailable", "failed_precondition", "already_exists"), (rpc, answer)
            if answer.code == "unavailable":
                assert (answer.code, answer.reason) == STORAGE, (rpc, answer)
                lines = [line for line in disk.logged()[len(before) :].splitlines() if " ERROR " in line]
                assert len(lines) == 1, (rpc, lines)
                stored += 1
    assert stored >= len(disk.writes), "fewer writes than RPCs met the disk"
    assert "Traceback" not in disk.logged()
    assert "is a bug of the service" not in disk.logged()


def test_on_a_full_disk_writes_are_unavailable_and_reads_go_on(disk: Disk) -> None:
    # git has its directory for temporary files by then.
    with disk.full("ListCommits"):
        everything_is_told(disk)


def test_on_a_read_only_disk_writes_are_unavailable_and_reads_go_on(disk: Disk) -> None:
    with disk.read_only():
        everything_is_told(disk)


@pytest.mark.parametrize("command", ["serve", "init"])
@pytest.mark.parametrize("state", ["full", "read-only"])
def test_a_start_without_room_says_one_line(tmp_path: Path, command: str, state: str) -> None:
    with a_file_system(tmp_path / "disk", "64k"):
        if state == "full":
            with contextlib.suppress(OSError), (tmp_path / "disk" / "filler").open("wb") as filler:
                filler.write(bytes(1 << 20))
        else:
            mount("-o", "remount,ro", str(tmp_path / "disk"))
        arguments = ["serve", "--bind", "127.0.0.1:0"] if command == "serve" else ["init"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("SCM_GRPC_", "DJANGO_"))}
        done = subprocess.run(
            [sys.executable, "-m", "sentry_scm_grpc", *arguments, "--data", "disk/data"],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("sentry-scm-grpc: ")
    assert os.strerror(errno.ENOSPC if state == "full" else errno.EROFS) in line or "disk" in line
