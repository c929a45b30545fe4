"""Shows the request id: the caller's or a new one, in the trailers of every call through every door, in all logs."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import grpc
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.interceptors.observe import ObserveInterceptor
from sentry_scm_grpc.rpc.request_ids import valid_or_new
from sentry_scm_grpc.server.context import WebContext
from sentry_scm_grpc.telemetry.logs import JsonFormatter, RequestIdFilter
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from sentry_scm_grpc.v1.scm_pb2_grpc import ScmServiceStub
from tests.ports import free_ports
from tests.scenarios.running import Site

PATH = "/grpc/sentry.integrations.scm.v1.ScmService/GetRepository"
MADE = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def repository(db: None) -> Any:
    return factories.RepositoryFactory()


@pytest.fixture
def key(repository: Any) -> dict[str, str]:
    return {"x-api-key": factories.ApiKeyFactory(organization=repository.organization).plain}


@pytest.mark.parametrize("id", [0, 10**6], ids=["ok", "not found"])
def test_grpc_web_has_it_in_the_trailers(id: int, repository: Any, key: dict[str, str]) -> None:
    request = pb.GetRepositoryRequest(repository_id=id or repository.id)
    assert web_call("GetRepository", request, {**key, "x-request-id": "mine-1"}).trailers["x-request-id"] == "mine-1"
    made = [web_call("GetRepository", request, key).trailers["x-request-id"] for _ in range(2)]
    assert all(map(MADE.fullmatch, made))
    assert made[0] != made[1]


def test_so_has_a_call_that_was_refused_before_it_was_read() -> None:
    body = Client().post(PATH, b"\0\0\0\0\5hi", content_type="application/grpc-web+proto").content
    assert re.search(rb"x-request-id:[0-9a-f]{32}\r\n", body)


@pytest.mark.parametrize("status", [200, 401, 400])
def test_the_json_door_has_it_in_a_header(status: int, repository: Any, key: dict[str, str]) -> None:
    body = b"no json" if status == 400 else json.dumps({"repositoryId": repository.id})
    headers: Any = {"HTTP_X_REQUEST_ID": "mine-1"} | ({} if status == 401 else {"HTTP_X_API_KEY": key["x-api-key"]})
    answer = Client().post(PATH, body, content_type="application/json", **headers)
    assert (answer.status_code, answer.headers["trailer-x-request-id"]) == (status, "mine-1")


def test_the_native_door_has_it_in_the_trailers(tmp_path: Any) -> None:
    site, (port,) = Site.make(tmp_path / "data"), free_ports(1)
    with site.running(site.native(port), port), grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = ScmServiceStub(channel)
        request = pb.GetRepositoryRequest(repository_id=site.repository_id)
        key = ("x-api-key", site.api_key)
        _, call = stub.GetRepository.with_call(request, metadata=[key, ("x-request-id", "mine-1")])
        assert dict(call.trailing_metadata())["x-request-id"] == "mine-1"
        with pytest.raises(grpc.RpcError) as raised:
            stub.GetRepository(request, metadata=[("x-request-id", "mine-2")])
        trailing: Any = dict(raised.value.trailing_metadata())  # type: ignore[attr-defined]
        assert trailing["x-request-id"] == "mine-2"
        assert "grpc-status-details-bin" in trailing
        stream = stub.StreamTree(pb.StreamTreeRequest(repository_id=site.repository_id), metadata=[key])
        assert list(stream)
        assert MADE.fullmatch(dict(stream.trailing_metadata())["x-request-id"])


@examples(deadline=None)
@given(st.text() | st.binary())
def test_what_cannot_stand_in_a_log_is_not_taken(given: Any) -> None:
    found = valid_or_new(given)
    assert re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", found)
    assert found == given or MADE.fullmatch(found)


def test_every_record_of_a_call_carries_it(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever writes it."""
    lines: list[tuple[Any, str]] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append((json.loads(JsonFormatter().format(record)), record.request_id))  # type: ignore[attr-defined]

    log, handler = logging.getLogger("somebody.else"), Handler()
    handler.addFilter(RequestIdFilter())
    caplog.set_level(logging.INFO, "somebody.else")
    log.addHandler(handler)

    def behavior(request: Any, context: Any) -> Any:
        log.info("in a\ncall")
        return request

    context = WebContext({"HTTP_X_REQUEST_ID": "mine-1"}, "/a.B/C", (), None)
    try:
        ObserveInterceptor().around("/a.B/C", behavior, False)(object(), context)
        log.info("outside")
    finally:
        log.removeHandler(handler)
    inside, outside = lines
    assert inside[0].pop("time").endswith("+00:00")
    assert inside[0] == {"level": "INFO", "logger": "somebody.else", "message": "in a\ncall", "request_id": "mine-1"}
    assert inside[1] == "mine-1"
    assert "request_id" not in outside[0]
    assert outside[1] == "-"
