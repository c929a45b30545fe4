"""A Sentry whose worker is killed, or whose PostgreSQL goes away, at any point of a write, and a client that repeats:
one result, in Sentry's rows and at the vendor.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection

from sentry_scm_grpc.client import ScmClient, ScmError
from sentry_scm_grpc.client.errors import Aborted, Unavailable
from tests.ports import free_port
from tests.reliability.services import PostgreSQL, children
from tests.sentry_host.providers.installed import repository_of, rows_of
from tests.sentry_host.serving import gunicorn
from tests.vendors.fake import Request
from tests.vendors.gitlab import Fake
from tests.vendors.site import SCOPES
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("killed")]

# The statuses of calls whose database goes away. The third says that the vendor's issue is found again.
PASSING = {
    "UNAVAILABLE DATABASE_UNAVAILABLE",
    "ABORTED REQUEST_IN_PROGRESS",
    "UNAVAILABLE ISSUE_NOT_STORED",
}

Write = Callable[[str], Any]


class Vendor(ThreadingHTTPServer):
    """The fake GitLab on a socket. It can kill who asks for an issue: before one is made, after, or in its answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.fake = Fake()
        self.kill = ""
        self.kill_workers_of = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def titles(self) -> list[str]:
        """Of the issues that were made here, not those of the fake's world."""
        return sorted(issue.title for issue in self.fake.world.issues.values() if issue.title.startswith("Killed"))

    def reach(self, place: str) -> None:
        if self.kill == place:
            self.kill = ""
            for pid in children(self.kill_workers_of):
                os.kill(pid, signal.SIGKILL)


class Handler(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        data = json.loads(body) if body else None
        asked = Request(self.command, parts.path.removeprefix("/api/v4"), query, data, dict(self.headers), 0)
        makes = self.command == "POST"
        if makes:
            self.server.reach("before")
        with self.server.lock:
            reply = self.server.fake._route(asked)
        content = json.dumps(reply.body).encode()
        if makes:
            self.server.reach("after")
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        # Who asked may not be there any more.
        with suppress(ConnectionError):
            self.wfile.write(content[:20])
            if makes:
                self.server.reach("during")
            self.wfile.write(content[20:])

    do_POST = do_PUT = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Site:
    """A Sentry, its database and its vendor."""

    def __init__(self, url: str, token: str, database: PostgreSQL, plan: Path, vendor: Vendor) -> None:
        self.url = url
        self.token = token
        self.database = database
        self.vendor = vendor
        self._plan = plan
        # The tests repeat by themselves: they must see that the first attempt failed.
        self.client = self.new_client()
        self.ids: dict[str, int] = {}
        self.repositories: Iterator[int] = iter(())

    def new_client(self) -> ScmClient:
        return ScmClient(f"{self.url}/grpc", token=self.token, retries=0)

    def failed_at(self, place: str, write: Write) -> Any:
        """What a write answers in the end that was disturbed at a place; None where it did not come there."""
        reached = self._plan.with_suffix(".reached")
        reached.unlink(missing_ok=True)
        self._plan.write_text(place)
        request_id = str(uuid.uuid4())
        answer, failures = until_done(write, request_id)
        assert write(request_id) == answer
        if not reached.exists():
            return None
        # A dead worker says nothing, which the client has a status for; of a lost connection it is told.
        assert failures
        assert not place.startswith("lose") or {named(error) for error in failures} <= PASSING
        return answer

    def failed_around_the_vendor(self, place: str, write: Write) -> Any:
        """The same for a worker that is killed while the vendor makes an issue."""
        self.vendor.kill = place
        request_id = str(uuid.uuid4())
        answer, failures = until_done(write, request_id)
        assert write(request_id) == answer
        assert failures
        assert not self.vendor.kill
        return answer

    def everywhere(self, places: tuple[str, ...], write: Write) -> list[Any]:
        """Disturbs at each statement in turn, until there are no more. The answers."""
        answers: list[Any] = []
        for number in itertools.count(1):
            found = [self.failed_at(f"{place} {number}", write) for place in places]
            answers += [answer for answer in found if answer is not None]
            if None in found:
                return answers
        raise AssertionError

    def create_mapping(self) -> tuple[Write, dict[str, str]]:
        """A write of rows alone, and the stack roots by request id."""
        roots: dict[str, str] = {}
        made = uuid.uuid4().hex[:8]

        def write(request_id: str) -> Any:
            return self.client.create_code_mapping(
                organization_id=self.ids["organization"],
                project_id=self.ids["project"],
                repository_id=self.ids["repository"],
                stack_root=roots.setdefault(request_id, f"{made}/{len(roots)}/"),
                default_branch="main",
                request_id=request_id,
            )

        return write, roots

    def create_issue(self) -> tuple[Write, dict[str, str]]:
        """A write that asks the vendor, and the titles by request id."""
        titles: dict[str, str] = {}
        made = uuid.uuid4().hex[:8]

        def write(request_id: str) -> Any:
            return self.client.create_external_issue(
                organization_id=self.ids["organization"],
                integration_id=self.ids["integration"],
                group_id=self.ids["group"],
                destination="acme/rocket",
                title=titles.setdefault(request_id, f"Killed {made} {len(titles)}."),
                request_id=request_id,
            )

        return write, titles

    def mappings(self) -> list[str]:
        listed = self.client.list_code_mappings(organization_id=self.ids["organization"], page_size=1000)
        return sorted(row.stack_root for row in listed.code_mappings)

    def issues(self) -> list[Any]:
        """Those linked to the group."""
        listed = self.client.list_external_issues(group_id=self.ids["group"], page_size=1000)
        return list(listed.external_issues)

    def count(self, table: str, where: str) -> int:
        return int(self.database.ask(f"select count(*) from {table} where {where}"))

    def no_more_than(self, prefix: str, expected: list[str]) -> None:
        """Of the issues whose titles begin so: at the vendor, in Sentry's rows, linked, in the group's history."""
        linked = sorted(row.title for row in self.issues() if row.title.startswith(prefix))
        assert linked == expected
        assert [title for title in self.vendor.titles() if title.startswith(prefix)] == expected
        assert self.count("sentry_externalissue", f"title like '{prefix}%'") == len(expected)
        created = 7
        assert self.count("sentry_activity", f"type = {created}") == len(self.vendor.titles())


def named(error: ScmError) -> str:
    return f"{error.status.name} {error.reason}"


def until_done(write: Write, request_id: str) -> tuple[Any, list[ScmError]]:
    """The answer of a write that is repeated, and the failures before it."""
    failures: list[ScmError] = []
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        try:
            return write(request_id), failures
        except (Unavailable, Aborted) as error:
            failures.append(error)
            time.sleep(0.05)
    raise AssertionError(f"it never succeeded: {failures[-3:]}")


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """A Sentry on a PostgreSQL of its own, a copy of the tests', that may be stopped. Dead workers are replaced."""
    vendor = Vendor()
    with django_db_blocker.unblock():
        rows = rows_of(vendor.fake)
        integration = rows.integration
        integration.metadata = {**integration.metadata, "base_url": vendor.url}
        integration.save()
        ids = {
            "organization": rows.organization.id,
            "project": rows.project.id,
            "integration": integration.id,
            "repository": repository_of(vendor.fake, rows).id,
            "group": rows.group().id,
        }
        repositories = iter([rows.repository(f"acme/{number}").id for number in range(100)])
        token = rows.as_owner(*SCOPES)["authorization"].removeprefix("Bearer ")
    with tempfile.TemporaryDirectory(prefix="sentry-killed-", ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o755)  # PostgreSQL, which is not root, must reach its own.
        yield from served(Path(directory), vendor, ids, repositories, token)


def served(
    directory: Path, vendor: Vendor, ids: dict[str, int], repositories: Iterator[int], token: str
) -> Iterator[Site]:
    database = PostgreSQL(directory / "postgresql")
    database.start()
    try:
        copy_to(database)
        port, plan = free_port(), directory / "plan"
        environment = {
            "SENTRY_TEST_PG_PORT": str(database.port),
            "SENTRY_TEST_CONN_MAX_AGE": "60",
            "SENTRY_TEST_KILL": str(plan),
        }
        options = ("--preload", "--graceful-timeout", "1")
        with gunicorn("tests.sentry_host.killed", environment, port, directory / "log", *options) as server:
            vendor.kill_workers_of = server.pid
            made = Site(f"http://127.0.0.1:{port}", token, database, plan, vendor)
            made.ids, made.repositories = ids, repositories
            yield made
            made.client.close()
    finally:
        database.stop()
        vendor.shutdown()
        vendor.server_close()


def copy_to(database: PostgreSQL) -> None:
    known = connection.settings_dict
    source = ["pg_dump", "-h", known["HOST"], "-p", str(known["PORT"]), "-U", known["USER"], known["NAME"]]
    target = [
        "psql",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-o",
        "/dev/null",
        database.url.replace("postgres:", "postgresql:"),
    ]
    dumped = subprocess.run(source, stdout=subprocess.PIPE, check=True)
    subprocess.run(target, input=dumped.stdout, check=True)


def test_rows_are_made_once_and_deleted_once(site: Site) -> None:
    create, roots = site.create_mapping()
    assert len(site.everywhere(("before", "after"), create)) >= 6
    assert site.failed_at("end", create)
    assert site.mappings() == sorted(roots.values())

    deleted: dict[str, int] = {}

    def delete(request_id: str) -> Any:
        if request_id not in deleted:
            deleted[request_id] = next(site.repositories)
        return site.client.delete_repository(repository_id=deleted[request_id], request_id=request_id)

    assert len(site.everywhere(("before", "after"), delete)) >= 8
    assert site.failed_at("end", delete) is not None
    ids = ",".join(map(str, deleted.values()))
    assert site.count("sentry_regionscheduleddeletion", f"object_id in ({ids})") == len(deleted)
    assert site.count("sentry_repository", f"id in ({ids}) and status = 2") == len(deleted)


def test_an_issue_is_made_once(site: Site) -> None:
    create, titles = site.create_issue()
    made = site.everywhere(("before", "after"), create)
    assert len(made) >= 16
    made.append(site.failed_at("end", create))
    made += [site.failed_around_the_vendor(place, create) for place in ("before", "after", "during")]
    site.no_more_than("Killed", sorted(titles.values()))
    assert {row.id for row in made} <= {row.id for row in site.issues()}


def test_a_connection_that_the_database_ends_at_any_statement(site: Site) -> None:
    create, roots = site.create_mapping()
    before = site.mappings()
    assert len(site.everywhere(("lose",), create)) > 10
    assert site.mappings() == sorted([*before, *roots.values()])

    create, titles = site.create_issue()
    assert len(site.everywhere(("lose",), create)) > 20
    made = sorted(titles.values())
    site.no_more_than(made[0].rpartition(" ")[0], made)


def test_a_restart_of_the_database_during_calls(site: Site) -> None:
    outcomes: Counter[str] = Counter()
    stop = threading.Event()
    writes = (site.create_mapping(), site.create_issue())
    before = site.mappings()

    def read() -> None:
        with site.new_client() as client:
            while not stop.is_set():
                try:
                    client.get_repository(repository_id=site.ids["repository"])
                    outcomes["OK"] += 1
                except ScmError as error:
                    outcomes[named(error)] += 1

    def repeat(write: Write) -> None:
        while not stop.is_set():
            _, failures = until_done(write, str(uuid.uuid4()))
            outcomes["OK"] += 1
            outcomes.update(map(named, failures))

    callers = [threading.Thread(target=read) for _ in range(2)]
    callers += [threading.Thread(target=repeat, args=(write,)) for write, _ in writes]
    for caller in callers:
        caller.start()
    try:
        for _ in range(2):
            eventually(more(outcomes, "OK"), "calls succeed")
            site.database.stop()
            eventually(more(outcomes, "UNAVAILABLE DATABASE_UNAVAILABLE"), "calls fail while the database is gone")
            site.database.start()
            eventually(more(outcomes, "OK", 50), "calls succeed again, without a restart of the server")
    finally:
        stop.set()
        for caller in callers:
            caller.join()
    assert set(outcomes) <= {"OK", *PASSING}, outcomes
    (_, roots), (_, titles) = writes
    assert site.mappings() == sorted([*before, *roots.values()])
    made = sorted(titles.values())
    site.no_more_than(made[0].rpartition(" ")[0], made)


def more(outcomes: Counter[str], name: str, count: int = 5) -> Callable[[], bool]:
    before = outcomes[name]
    return lambda: outcomes[name] >= before + count
