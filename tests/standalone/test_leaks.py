"""A credential is nowhere to be read, whatever goes wrong: no error, log, metric, report, row or cache has it."""

from __future__ import annotations

import base64
import io
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from prometheus_client import generate_latest

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts.embedded import credentials
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
from sentry_scm_grpc.hosts.embedded.models import VendorAccess
from sentry_scm_grpc.providers.vendor import http
from sentry_scm_grpc.providers.vendor.credentials import APP, TOKEN, Credential
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.standalone.network import Network
from tests.standalone.test_credentials import KINDS, Account, account
from tests.vendors.fake import Reply, Request
from tests.vendors.github_account import APP_ID, App

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def echo(status: int, content_type: str = "text/html") -> Callable[[Request], Any]:
    """A vendor that sends back what it got, as some pages for errors do."""

    def answer(request: Request) -> Reply:
        return Reply(str(dict(request.headers)).encode(), status, {"Content-Type": content_type})

    return answer


def elsewhere(request: Request) -> Reply:
    return Reply(b"", 302, {"Location": f"https://example.com/?{request.headers['Authorization']}"})


def lost(error: Exception) -> Callable[[Request], Any]:
    def answer(request: Request) -> Any:
        raise error

    return answer


#: Ways in which calls fail.
FAILURES: dict[str, Callable[[Request], Any]] = {
    **{str(status): echo(status) for status in (200, 203, 400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 502, 503)},
    "json": echo(403, "application/json"),
    "redirect": elsewhere,
    "reset": lost(requests.ConnectionError("reset")),
    "timeout": lost(requests.ReadTimeout("late")),
}


class Watch(logging.Handler):
    """Everything that any logger is told, with the exceptions and what their frames hold."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        self.lines.append(repr(record.args))
        if record.exc_info and record.exc_info[1] is not None:
            self.lines += traceback.format_exception(record.exc_info[1])


@pytest.fixture
def watch() -> Iterator[Watch]:
    handler, root = Watch(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def forms_of(credential: Credential) -> set[str]:
    """How a credential may be written, and a part of it that is not the same in every private key."""
    if credential.kind == APP:
        body = "".join(credential.secret.splitlines()[1:-1])
        return {body[40:80], credential.secret.splitlines()[2]}
    pairs = (credential.secret, f":{credential.secret}", f"{credential.user}:{credential.secret}")
    return {credential.secret, *(base64.b64encode(pair.encode()).decode().rstrip("=") for pair in pairs)}


def session(found: Account, credential: Credential, patience: pytest.MonkeyPatch) -> Iterator[str]:
    """Adds an integration, fails with it in every way, and yields all that somebody is shown meanwhile."""
    integration = found.add(credential)
    if credentials.has_repositories(integration):
        row = EmbeddedHost().add_repository(integration, found.fake.identifier)
    else:
        # As if one had been written down for a tracker.
        row = factories.RepositoryFactory(organization=found.organization, integration=integration)
    access = credentials.access_of(integration)
    yield repr(access) + str(vars(access)) + str(credential) + repr(credential)
    yield repr(credentials.vendors.access_of(integration, access))
    adapter = credentials.vendor_adapter(integration)
    yield repr(vars(adapter)) + repr(vars(adapter.installation)) + repr(adapter.client)
    for name, answer in FAILURES.items():
        cache.clear()
        found.fake.forced = answer
        patience.setattr(http, "CALL_SECONDS", 0.3 if name == "timeout" else 30.0)
        yield str(found.call("ListCommits", pb.ListCommitsRequest(repository_id=row.id)))
        yield str(found.call("SearchIssues", pb.SearchIssuesRequest(integration_id=integration.id, query="breaks")))
        yield str(found.call("CreateExternalIssue", new_issue(found, integration)))
        checked = pb.CheckRepositoryAccessRequest(repository_id=row.id)
        yield str(found.call("CheckRepositoryAccess", checked))
        for ask in (credentials.check, lambda of: credentials.rotate(of, credential)):
            try:
                ask(integration)
            except ScmError as error:
                yield "".join(traceback.format_exception(error))
    found.fake.forced = FAILURES["401"]
    patience.setattr(http, "CALL_SECONDS", 30.0)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("scm_grpc", "doctor", stdout=out)
    yield out.getvalue()
    listed = pb.ListIntegrationsRequest(organization_id=found.organization.id)
    yield str(found.call("ListIntegrations", listed))
    yield str(found.call("GetRepository", pb.GetRepositoryRequest(repository_id=row.id)))
    yield generate_latest().decode()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {VendorAccess._meta.db_table}")
        yield str(cursor.fetchall())
    yield str([pickle.loads(value) for value in getattr(cache, "_cache", {}).values()])


def new_issue(found: Account, integration: Any) -> pb.CreateExternalIssueRequest:
    return pb.CreateExternalIssueRequest(
        integration_id=integration.id,
        title="It breaks",
        destination=found.fake.destination,
        metadata=dict(found.fake.issue_metadata),
    )


def check(found: Account, credential: Credential, watch: Watch, others: set[str]) -> None:
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed), pytest.MonkeyPatch.context() as patience:
        shown = list(session(found, credential, patience))
    assert len(shown) > 3 * len(FAILURES)
    assert watch.lines, "nothing was logged"
    everything = "\n".join([*shown, *watch.lines, printed.getvalue()])
    assert found.fake.calls
    for form in forms_of(credential) | others:
        assert form not in everything, everything[max(0, everything.index(form) - 400) :][:800]


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_is_nowhere_whatever_goes_wrong(network: Network, settings: Any, kind: str, watch: Watch) -> None:
    with account(network, settings, kind) as found:
        check(found, KINDS[kind][1], watch, set())


def test_the_key_of_an_app_and_its_tokens_are_nowhere(network: Network, settings: Any, watch: Watch) -> None:
    with account(network, settings, "github") as found:
        app = found.fake.app = App({"contents": "read"})
        found.fake.accepted = {"nothing but tokens of the app"}
        form = serialization.PrivateFormat.TraditionalOpenSSL
        pem = app.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
        check(found, Credential(APP, pem, APP_ID), watch, {"ghs_0installation", "eyJhbGciOi"})
        assert app.tokens


def test_the_watch_sees_what_a_library_logs(watch: Watch) -> None:
    logging.getLogger("urllib3").debug("header %s", "tell-nobody")
    assert "tell-nobody" in "\n".join(watch.lines)


def test_what_is_searched_for_would_be_found() -> None:
    credential = Credential(TOKEN, "tell-nobody")
    sent = base64.b64encode(b":tell-nobody").decode()
    assert any(form in f"Authorization: Basic {sent}" for form in forms_of(credential))
    assert "tell-nobody" not in repr(credential)
