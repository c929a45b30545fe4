"""A real WSGI server with Sentry in it, called by a real client: by the middleware, and by the wrapper."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from sentry.models import Commit, OrganizationOption

from sentry_scm_grpc.client import ScmClient
from sentry_scm_grpc.client.errors import NotFound, Unauthenticated
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.ports import free_port
from tests.sentry_host.rows import Rows
from tests.sentry_host.serving import gunicorn

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("servers")]

STREAMED = 1200

# Application, and the environment in which it runs.
WAYS = {
    "middleware": ("sentry.wsgi:application", {}),
    "wrapper": ("tests.sentry_host.wrapped:application", {"SENTRY_TEST_MIDDLEWARE": "0"}),
}


class Served:
    """A server, what it serves and how to call it."""

    def __init__(self, port: int, name: str, rows: Rows, key: str, repository: Any) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.name = name
        self.rows = rows
        self.key = key
        self.repository = repository

    def rest(self, path: str) -> tuple[int, bytes]:
        credentials = base64.b64encode(f"{self.key}:".encode()).decode()
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Basic {credentials}"})
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def connections(self) -> int:
        """The database connections that the server holds open."""
        with connection.cursor() as cursor:
            # Within a transaction PostgreSQL shows what it saw first.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [self.name])
            return int(cursor.fetchone()[0])


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[Rows]:
    """Committed, so that the servers see them; left in the test database."""
    with django_db_blocker.unblock():
        yield Rows()


@pytest.fixture(scope="module", params=WAYS)
def served(request: Any, rows: Rows, tmp_path_factory: Any) -> Iterator[Served]:
    application, environment = WAYS[request.param]
    # Without an integration, its stored commits are what there is.
    repository = rows.repository(f"acme/{request.param}", integration_id=None)
    Commit.objects.bulk_create(
        Commit(organization_id=rows.organization.id, repository_id=repository.id, key=f"{number:040x}")
        for number in range(STREAMED)
    )
    key = rows.as_key("org:read")["x-api-key"]
    port = free_port()
    name = f"scm-{request.param}"
    environment = {**environment, "SENTRY_TEST_PG_NAME": connection.settings_dict["NAME"], "PGAPPNAME": name}
    with gunicorn(application, environment, port, tmp_path_factory.mktemp("server") / "log"):
        made = Served(port, name, rows, key, repository)
        made.rest("/_health/")
        yield made


@pytest.fixture
def client(served: Served) -> Iterator[ScmClient]:
    with ScmClient(f"{served.url}/grpc", api_key=served.key, retries=0) as made:
        yield made


def test_a_client_gets_rows_streams_and_errors(client: ScmClient, served: Served) -> None:
    assert client.get_repository(repository_id=served.repository.id).name == served.repository.name
    assert len(list(client.stream_commits(repository_id=served.repository.id, allow_incomplete=True))) == STREAMED
    with pytest.raises(NotFound) as caught:
        client.get_repository(repository_id=2**40)
    assert caught.value.reason == "REPOSITORY_NOT_FOUND"
    with ScmClient(served.url, api_key="0" * 32, retries=0) as stranger, pytest.raises(Unauthenticated):
        stranger.get_repository(repository_id=served.repository.id)


def test_sentrys_own_pages_and_api_answer_as_before(client: ScmClient, served: Served) -> None:
    status, page = served.rest("/auth/login/")
    assert (status, b"<!DOCTYPE html>" in page) == (200, True)
    assert served.rest("/_health/") == (200, b"ok")
    # Without the explorer its addresses are Sentry's too, which leads to its login.
    for path in ("/grpc/", "/grpc/explorer/site.json"):
        status, page = served.rest(path)
        assert (status, b"<!DOCTYPE html>" in page, b"SCM API explorer" in page) == (200, True, False)
    status, body = served.rest(f"/api/0/organizations/{served.rows.organization.slug}/repos/")
    listed = client.list_repositories(organization_id=served.rows.organization.id)
    assert status == 200
    assert [int(row["id"]) for row in json.loads(body)] == [row.id for row in listed.repositories]


def test_calls_leave_no_database_connection_open(client: ScmClient, served: Served) -> None:
    for _ in range(20):
        client.get_repository(repository_id=served.repository.id)
    stream = client.stream_commits(repository_id=served.repository.id, allow_incomplete=True)
    next(stream)
    stream.close()
    with pytest.raises(NotFound):
        client.get_repository(repository_id=2**40)
    # The last one is closed after its answer was sent.
    for _ in range(100):
        if served.connections() <= 1:
            break
        time.sleep(0.1)
    # The thread in which Sentry started keeps its own.
    assert served.connections() <= 1


def test_a_call_leaves_no_stale_option_of_sentrys(rows: Rows) -> None:
    options = OrganizationOption.objects
    options.set_value(rows.organization, "sentry:greeting", "old")
    assert options.get_value(rows.organization, "sentry:greeting") == "old"
    # As another process would: past this thread's cache.
    kept = dict(options._option_cache)
    options.set_value(rows.organization, "sentry:greeting", "new")
    options._option_cache.clear()
    options._option_cache.update(kept)
    assert options.get_value(rows.organization, "sentry:greeting") == "old"
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id)
    assert web_call("ListRepositories", request, rows.as_key("org:read")).message
    assert options.get_value(rows.organization, "sentry:greeting") == "new"
