"""A synchronous replica of PostgreSQL is promoted while clients write: nothing that was acknowledged is lost, nothing
is done twice, and calls succeed again without a restart of the server.
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_ports
from tests.reliability.calls import Answer, Caller
from tests.reliability.replicas import replicated
from tests.reliability.rows import seed
from tests.scenarios.running import running
from tests.waiting import eventually

WRITERS = 3
#: What a client is told meanwhile: to come again.
PASSING = {"unavailable", "aborted", "deadline_exceeded"}


class Writers:
    """Clients that make code mappings one after the other, each with its request id until it is answered."""

    def __init__(self, caller: Caller, request: dict[str, Any]) -> None:
        self._caller = caller
        self._request = request
        self._numbers: Iterator[int] = itertools.count(1)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, daemon=True) for _ in range(WRITERS)]
        self.codes: Counter[str] = Counter()
        #: Stack root -> id of what was acknowledged.
        self.made: dict[str, str] = {}
        self.wrong: list[Answer] = []

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _write(self) -> None:
        while not self._stop.is_set():
            root, request_id = f"made-{next(self._numbers)}/", str(uuid.uuid4())
            while not self._stop.is_set():
                answer = self._caller.call(
                    "CreateCodeMapping", 5, **{**self._request, "stackRoot": root, "requestId": request_id}
                )
                self.codes[answer.code] += 1
                if answer.code == "ok":
                    self.made[root] = answer.message["id"]
                    break
                if answer.code not in PASSING:
                    self.wrong.append(answer)
                    return


@pytest.fixture
def directory() -> Iterator[Path]:
    """One that PostgreSQL, which is not root, can reach."""
    with tempfile.TemporaryDirectory(prefix="scm-grpc-failover-", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_a_replica_that_is_promoted(directory: Path, capsys: Any) -> None:
    (port,) = free_ports(1)
    with replicated(directory / "postgresql") as database:
        environment = {
            "DJANGO_SETTINGS_MODULE": "tests.scenarios.settings",
            "SCM_GRPC_DATA": str(directory / "data"),
            "SCM_GRPC_DATABASE_URL": database.url,
            "SCM_GRPC_RPCS": "*",
            "SCM_GRPC_LOG_LEVEL": "WARNING",
        }
        found = seed(directory / "data", environment)
        bind = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
        command = [sys.executable, "-m", "gunicorn", *bind, "tests.scenarios.wsgi:through_middleware"]
        caller = Caller(f"http://127.0.0.1:{port}", found["key"])
        with running(command, port, environment, directory / "log"):
            request = found["requests"]["CreateCodeMapping"]
            with Writers(caller, request) as writers:
                eventually(lambda: len(writers.made) >= 20, "writes succeed", 60)
                began = time.monotonic()
                database.fail_over()
                before = len(writers.made)
                eventually(lambda: len(writers.made) >= before + 20, "writes succeed again", 60)
                seconds = time.monotonic() - began
            rows = database.second.ask(
                "select id, stack_root from scm_embedded_codemapping where stack_root ~ '^made-'"
            )
        assert "Traceback" not in (directory / "log").read_text()
    assert not writers.wrong
    assert set(writers.codes) <= {"ok", *PASSING}
    stored = [line.split("|") for line in rows.split()]
    there = {root: id for id, root in stored}
    assert len(there) == len(stored), "something was made twice"
    assert {root: there.get(root) for root in writers.made} == writers.made, "something acknowledged is lost"
    with capsys.disabled():
        codes = dict(writers.codes)
        print(f"\ncrash, promotion and 20 more writes: {seconds:.1f} s; {codes}, none lost of {len(writers.made)}")
