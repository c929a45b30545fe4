"""What a Sentry sees of calls: a transaction each, unexpected errors once, and its own metrics."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import sentry_sdk
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory
from sentry.utils import metrics
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import Transport

from sentry_scm_grpc.hosts.sentry.auth import ApiKeyAuthenticator, UserTokenAuthenticator
from sentry_scm_grpc.hosts.sentry.operations.repositories import RepositoryOperations
from sentry_scm_grpc.rpc.budget import beyond
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db
PATH = "/sentry.integrations.scm.v1.ScmService/ListRepositories"
TRACE, SPAN = "771a43a4192642f0b136d5159a501700", "b72fa28504b07285"


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self.sent: list[dict[str, Any]] = []

    @staticmethod
    def read_options() -> None:
        """What a test puts here."""

    def capture_event(self, event: Any) -> None:
        self.read_options()
        self.sent.append(event)

    def capture_envelope(self, envelope: Any) -> None:
        self.read_options()
        self.sent += [item.payload.json for item in envelope.items if item.payload.json is not None]

    def flush(self, timeout: float, callback: Any = None) -> None:
        """Nothing waits."""


@pytest.fixture
def sent() -> Iterator[list[dict[str, Any]]]:
    """What this Sentry reports of itself, with the SDK set up as Sentry sets it up."""
    transport = Kept()
    before = sentry_sdk.Hub.main.client
    sentry_sdk.init(
        dsn="http://public@127.0.0.1/1",
        transport=transport,
        traces_sample_rate=1.0,
        send_default_pii=True,
        integrations=[DjangoIntegration(signals_spans=False), LoggingIntegration(event_level=None)],
    )
    yield transport.sent
    sentry_sdk.Hub.main.bind_client(before)


@pytest.fixture
def rows() -> Rows:
    return Rows()


def call(rows: Rows, **metadata: str) -> Any:
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id)
    return web_call("ListRepositories", request, {**rows.as_key("org:read"), **metadata})


def transactions(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of calls: Sentry's tasks, which run as rows are made, have their own."""
    found = [event for event in sent if event.get("type") == "transaction"]
    return [event for event in found if event["contexts"]["trace"]["op"] != "queue.task.celery"]


def test_a_call_is_one_transaction_that_continues_the_callers_trace(sent: Any, rows: Rows) -> None:
    metadata = {"sentry-trace": f"{TRACE}-{SPAN}-1", "x-request-id": "mine-1"}
    assert call(rows, **metadata).status is grpc.StatusCode.OK
    (transaction,) = transactions(sent)
    assert (transaction["transaction"], transaction["transaction_info"]["source"]) == (PATH, "route")
    trace = transaction["contexts"]["trace"]
    assert (trace["op"], trace["status"], trace["trace_id"]) == ("rpc.server", "ok", TRACE)
    assert transaction["tags"]["request_id"] == "mine-1"
    assert any(span["op"] == "db" for span in transaction["spans"]), "what the call did is part of it"


def test_its_status_is_that_of_the_call(sent: Any, rows: Rows) -> None:
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id + 10**6)
    assert web_call("ListRepositories", request, rows.as_key("org:read")).status is grpc.StatusCode.NOT_FOUND
    (transaction,) = transactions(sent)
    assert transaction["contexts"]["trace"]["status"] == "not_found"
    assert transaction["tags"]["scm_reason"] == "ORGANIZATION_NOT_FOUND"


def test_the_transaction_that_the_sdk_begins_for_an_http_request_makes_room(sent: Any, rows: Rows) -> None:
    message = pb.ListRepositoriesRequest(organization_id=rows.organization.id + 10**6).SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    environ = RequestFactory().post(PATH, body, "application/grpc-web+proto").environ
    environ |= {
        "HTTP_X_API_KEY": rows.as_key("org:read")["x-api-key"],
        "HTTP_SENTRY_TRACE": f"{TRACE}-{SPAN}-1",
    }
    # The test's transaction is on this connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        answer = WSGIHandler()(environ, lambda *_: None)
        assert b"grpc-status:5" in b"".join(answer)
        answer.close()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    (transaction,) = transactions(sent)
    assert transaction["transaction"] == PATH
    trace = transaction["contexts"]["trace"]
    assert (trace["op"], trace["status"], trace["trace_id"]) == ("rpc.server", "not_found", TRACE)
    assert environ["HTTP_X_API_KEY"] not in json.dumps(sent, default=str)


def test_an_unexpected_error_is_reported_once_with_the_request_id(
    sent: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(RepositoryOperations, "list_repositories", broken)
    answer = call(rows)
    assert answer.status is grpc.StatusCode.INTERNAL
    (error,) = [event for event in sent if "exception" in event]
    assert error["exception"]["values"][-1]["type"] == "ZeroDivisionError"
    assert error["tags"]["request_id"] == answer.request_id
    (transaction,) = transactions(sent)
    assert error["contexts"]["trace"]["trace_id"] == transaction["contexts"]["trace"]["trace_id"]
    assert transaction["contexts"]["trace"]["status"] == "internal_error"


@pytest.mark.parametrize("kind", ["key", "token"])
def test_no_credential_is_reported(sent: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(RepositoryOperations, "list_repositories", broken)
    metadata = rows.as_key("org:read") if kind == "key" else rows.as_owner("org:read")
    web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=rows.organization.id), metadata)
    assert len(transactions(sent)) == 1
    (value,) = metadata.values()
    assert value.removeprefix("Bearer ") not in json.dumps(sent, default=str)


@pytest.mark.parametrize("kind", ["key", "token"])
def test_nor_where_it_is_checked(sent: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    for authenticator in (ApiKeyAuthenticator, UserTokenAuthenticator):
        monkeypatch.setattr(authenticator, "principal", broken)
    metadata = rows.as_key("org:read") if kind == "key" else rows.as_owner("org:read")
    assert web_call("ListRepositories", pb.ListRepositoriesRequest(), metadata).status is grpc.StatusCode.INTERNAL
    (value,) = metadata.values()
    assert [event for event in sent if "exception" in event]
    assert value.removeprefix("Bearer ") not in json.dumps(sent, default=str)


def test_sentrys_own_metrics_count_and_time_calls(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    from sentry.metrics.base import MetricsBackend

    counted: list[tuple[Any, ...]] = []

    class Backend(MetricsBackend):
        def incr(self, key: str, instance: Any = None, tags: Any = None, amount: Any = 1, *_: Any, **__: Any) -> None:
            counted.append((key, dict(tags or {}), amount))

        def timing(self, key: str, value: float, instance: Any = None, tags: Any = None, *_: Any, **__: Any) -> None:
            counted.append((key, dict(tags or {}), value))

        def gauge(self, *_: Any, **__: Any) -> None:
            """None is ours."""

    monkeypatch.setattr(metrics, "backend", Backend())
    call(rows)
    web_call("ListRepositories", pb.ListRepositoriesRequest(), {})
    ours = [entry for entry in counted if "scm_grpc" in entry[0]]
    tags = {"rpc": "ListRepositories", "status": "ok"}
    assert ours[0][1:] == (tags, 1)
    assert ours[0][0].endswith("scm_grpc.calls")
    assert ours[1][0].endswith("scm_grpc.duration")
    assert 0 < ours[1][2] < 60
    assert ours[2][1] == {"rpc": "ListRepositories", "status": "unauthenticated"}


def test_without_an_sdk_calls_go_on(rows: Rows, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "sentry_scm_grpc.telemetry")
    assert call(rows).status is grpc.StatusCode.OK
    assert caplog.records == []


def test_a_report_reads_what_it_needs_though_the_calls_time_is_over_and_is_not_reported_itself(
    sent: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: Any) -> pb.ListRepositoriesResponse:
        with beyond(0.0):
            sentry_sdk.capture_message("late")
        return pb.ListRepositoriesResponse()

    def read_options() -> None:
        """As Sentry's transport does, and logs an error where it cannot."""
        rows.organization.refresh_from_db()
        sentry_sdk.capture_message("of a report")

    monkeypatch.setattr(Kept, "read_options", staticmethod(read_options))
    monkeypatch.setattr(RepositoryOperations, "list_repositories", late)
    assert call(rows).status is grpc.StatusCode.OK
    assert [event["message"] for event in sent if "message" in event] == ["late"]
