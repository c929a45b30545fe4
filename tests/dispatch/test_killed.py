"""A worker that is killed at any point of a write, and a client that repeats: one result, in the database and at the
tracker.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.client import ScmClient
from sentry_scm_grpc.client.errors import Aborted, Unavailable
from tests.hosts.embedded.test_concurrency import _database_url
from tests.ports import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


class Tracker(ThreadingHTTPServer):
    """A vendor that counts, and that can kill who asks it, before or after it has made what is asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.issues: list[dict[str, Any]] = []
        self.kill = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def make(self, asked: dict[str, Any]) -> dict[str, Any]:
        kill, self.kill = self.kill, ""
        if kill == "before":
            os.kill(asked["pid"], signal.SIGKILL)
            return asked
        issue = {"key": f"T-{len(self.issues) + 1}", "title": asked["title"], "description": asked["description"]}
        self.issues.append(issue)
        if kill == "after":
            os.kill(asked["pid"], signal.SIGKILL)
        return issue


class Handler(BaseHTTPRequestHandler):
    server: Tracker

    def do_GET(self) -> None:
        self.answer(self.server.issues)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(self.server.make(json.loads(body)))

    def answer(self, found: Any) -> None:
        self.send_response(200)
        self.end_headers()
        # Who asked may not be there any more.
        with suppress(ConnectionError):
            self.wfile.write(json.dumps(found).encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Site:
    def __init__(self, url: str, ids: dict[str, Any], kill: Path, tracker: Tracker) -> None:
        # The test repeats by itself: it must see that the first attempt was killed.
        self.client = ScmClient(url, api_key=ids["key"], retries=0)
        self.ids = ids
        self.tracker = tracker
        self._kill = kill

    def killed_at(self, place: str, write: Callable[[str], Any]) -> Any:
        """What a write answers in the end whose worker was killed at a place; None where the call never came there."""
        self._kill.write_text(place)
        request_id = str(uuid.uuid4())
        give_up, killed = time.monotonic() + 20, False
        while time.monotonic() < give_up:
            try:
                answer = write(request_id)
            except (Unavailable, Aborted):
                killed = True
                time.sleep(0.05)
                continue
            assert write(request_id) == answer
            return answer if killed else None
        raise AssertionError("the claim of a killed worker never ended")

    def everywhere(self, write: Callable[[str], Any], check: Callable[[Any], None]) -> int:
        """Kills at every statement, before and after, and at the end; returns how often."""
        killed = 0
        for number in range(1, 60):
            for place in (f"before {number}", f"after {number}"):
                answer = self.killed_at(place, write)
                if answer is None:
                    check(self.killed_at("end", write))
                    return killed + 1
                check(answer)
                killed += 1
        raise AssertionError("a write of so many statements?")


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[Site]:
    """gunicorn on SQLite in a file, or on the PostgreSQL of the tests; it starts a new worker for one that dies."""
    tracker = Tracker()
    threading.Thread(target=tracker.serve_forever, daemon=True).start()
    port = free_port()
    environment = {
        **os.environ,
        "SCM_GRPC_DATA": str(tmp_path / "data"),
        "SCM_GRPC_DATABASE_URL": _database_url(),
        "SCM_GRPC_RPCS": "*",
        "SCM_GRPC_GIT_ROOTS": str(tmp_path),
        "TEST_SCM_GRPC_KILL": str(tmp_path / "kill"),
        "TEST_SCM_GRPC_TRACKER": tracker.url,
    }
    seed = [sys.executable, "-m", "tests.dispatch.killed"]
    seeded = subprocess.run(seed, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert seeded.returncode == 0, seeded.stderr
    command = [sys.executable, "-m", "gunicorn", "--preload", "-b", f"127.0.0.1:{port}", "tests.dispatch.killed"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _await(port, server)
        made = Site(f"http://127.0.0.1:{port}", json.loads(seeded.stdout), tmp_path / "kill", tracker)
        yield made
        made.client.close()
    finally:
        server.terminate()
        server.wait(40)
        tracker.shutdown()
        tracker.server_close()


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def test_a_row_is_made_once_and_deleted_once(site: Site) -> None:
    client, ids = site.client, site.ids
    roots: dict[str, str] = {}

    def create(request_id: str) -> Any:
        return client.create_code_mapping(
            organization_id=ids["organization"],
            project_id=ids["project"],
            repository_id=ids["repositories"][0],
            stack_root=roots.setdefault(request_id, f"root{len(roots)}/"),
            default_branch="main",
            request_id=request_id,
        )

    made: list[Any] = []
    assert site.everywhere(create, made.append) > 10
    found = client.list_code_mappings(organization_id=ids["organization"], page_size=1000).code_mappings
    assert sorted(row.stack_root for row in found) == sorted(roots.values())
    assert {row.id for row in made} <= {row.id for row in found}

    rows = iter(ids["repositories"][1:])
    deleted: dict[str, int] = {}

    def delete(request_id: str) -> Any:
        id = deleted.setdefault(request_id, 0) or next(rows)
        deleted[request_id] = id
        return client.delete_repository(repository_id=id, request_id=request_id)

    # What was deleted cannot be looked up, and its deletion is answered all the same.
    assert site.everywhere(delete, lambda answer: None) > 10


@pytest.mark.parametrize("tracker", ["git", "http"])
def test_an_issue_is_made_once_wherever_the_tracker_is(site: Site, tracker: str) -> None:
    client, ids = site.client, site.ids
    titles: dict[str, str] = {}
    made: list[Any] = []

    def create(request_id: str) -> Any:
        return client.create_external_issue(
            organization_id=ids["organization"],
            integration_id=ids[tracker],
            group_id=ids["group"],
            title=titles.setdefault(request_id, f"Issue {len(titles)}."),
            request_id=request_id,
        )

    assert site.everywhere(create, made.append) > 20
    if tracker == "http":
        for when in ("before", "after"):
            site.tracker.kill = when
            made.append(site.killed_at("", create))
        assert sorted(issue["title"] for issue in site.tracker.issues) == sorted(titles.values())
    else:
        found = client.search_issues(
            organization_id=ids["organization"], integration_id=ids["git"], query="Issue", page_size=1000
        )
        assert sorted(issue.title for issue in found.issues) == sorted(titles.values())
    linked = client.list_external_issues(group_id=ids["group"], page_size=1000).external_issues
    assert sorted(row.title for row in linked) == sorted(titles.values())
    assert {row.id for row in made} <= {row.id for row in linked}
