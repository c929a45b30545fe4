"""Shows traces and metrics by OpenTelemetry: the conventions' names, context in and out, streams, vendors."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import grpc
import pytest
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from sentry_scm_grpc.interceptors.errors import ErrorInterceptor
from sentry_scm_grpc.interceptors.observe import ObserveInterceptor
from sentry_scm_grpc.server.context import WebContext
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.conftest import vendor  # noqa: F401  (a fixture)
from tests.providers.vendor.on_a_socket import Vendor, http
from tests.server.wire import echo_server, environ_of, said
from tests.telemetry.conftest import Sdk

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SERVICE = "sentry.integrations.scm.v1.ScmService"


def get_repository(id: int = 0, **metadata: str) -> CallResult:
    repository = factories.RepositoryFactory()
    key = factories.ApiKeyFactory(organization=repository.organization)
    request = pb.GetRepositoryRequest(repository_id=id or repository.id)
    return web_call("GetRepository", request, {"x-api-key": key.plain, **metadata})


@pytest.mark.django_db
class TestSpans:
    def test_a_call_is_a_server_span_that_continues_the_callers_trace(self, sdk: Sdk) -> None:
        answer = get_repository(traceparent=f"00-{TRACE}-{PARENT}-01")
        assert answer.status is grpc.StatusCode.OK
        (span,) = sdk.spans()
        assert span.name == f"{SERVICE}/GetRepository"
        assert span.kind is SpanKind.SERVER
        assert f"{span.context.trace_id:032x}" == TRACE  # type: ignore[union-attr]
        assert f"{span.parent.span_id:016x}" == PARENT  # type: ignore[union-attr]
        attributes = dict(span.attributes or {})
        assert attributes.pop("scm.principal").startswith("api-key:")  # type: ignore[union-attr]
        assert attributes.pop("scm.organization_id")
        assert attributes == {
            "rpc.system": "grpc",
            "rpc.system.name": "grpc",
            "rpc.service": SERVICE,
            "rpc.method": "GetRepository",
            "rpc.grpc.status_code": 0,
            "rpc.response.status_code": "OK",
            "server.address": "testserver",
            "scm.request_id": answer.trailers["x-request-id"],
        }
        assert span.status.status_code is StatusCode.UNSET

    def test_what_the_caller_did_wrong_is_no_error_of_the_server(self, sdk: Sdk) -> None:
        assert get_repository(id=10**6).status is grpc.StatusCode.NOT_FOUND
        (span,) = sdk.spans()
        attributes = span.attributes or {}
        assert (attributes["rpc.grpc.status_code"], attributes["scm.reason"]) == (5, "REPOSITORY_NOT_FOUND")
        assert span.status.status_code is StatusCode.UNSET

    def test_a_span_that_the_site_has_is_the_parent(self, sdk: Sdk) -> None:
        with sdk.tracer_provider.get_tracer("site").start_as_current_span("POST") as outer:
            get_repository(traceparent=f"00-{TRACE}-{PARENT}-01")
        call, _ = sdk.spans()
        assert call.parent == outer.get_span_context()


def observed(behavior: Any) -> Any:
    """Runs a behavior within observation and error mapping; the context with which it ended."""
    context = WebContext({"HTTP_TRACEPARENT": ""}, "/a.B/C", (), None)
    inner = ErrorInterceptor().around("/a.B/C", behavior, False)
    try:
        ObserveInterceptor().around("/a.B/C", inner, False)(object(), context)
    except Exception as error:
        context.fail(error)
    return context


def test_an_unexpected_error_is_one_of_the_server_and_its_text_stays_here(sdk: Sdk) -> None:
    def broken(request: Any, context: Any) -> None:
        raise ValueError("ghs_secret")

    assert observed(broken).code() is grpc.StatusCode.INTERNAL
    (span,) = sdk.spans()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "INTERNAL"
    assert "ValueError" in span.to_json()
    assert "ghs_secret" not in span.to_json()


class TestStreams:
    def test_the_span_lasts_as_long_as_the_stream_and_is_current_only_while_it_works(self, sdk: Sdk) -> None:
        server = echo_server(interceptors=[ObserveInterceptor()])
        pieces = iter(server(environ_of("/echo.Echo/Stream", said("hi")), lambda *_: None))
        next(pieces)
        assert sdk.spans() == []
        assert not get_current_span().get_span_context().is_valid
        assert list(pieces)
        (span,) = sdk.spans()
        assert (span.attributes or {})["rpc.response.status_code"] == "OK"

    def test_a_client_that_leaves_ends_it(self, sdk: Sdk) -> None:
        server = echo_server(interceptors=[ObserveInterceptor()])
        body: Any = server(environ_of("/echo.Echo/Stream", said("endless")), lambda *_: None)
        next(body)
        body.close()
        (span,) = sdk.spans()
        assert (span.attributes or {})["rpc.response.status_code"] == "CANCELLED"
        active = {p.attributes["rpc.method"]: p.value for p in sdk.points("rpc.server.active_requests")}
        assert active["echo.Echo/Stream"] == 0


class TestVendors:
    def test_a_call_of_a_vendor_is_a_child_without_query_and_credential(self, sdk: Sdk, vendor: Vendor) -> None:  # noqa: F811
        vendor.says(b"{}", X_RateLimit_Limit="5000", X_RateLimit_Remaining="500", X_RateLimit_Reset="60")
        client = http(vendor)
        client._connection.integration.provider_key = "github"

        def ask(request: Any, context: Any) -> Any:
            return client.get("/repos", {"token": "ghs_secret"}, headers={"Authorization": "ghs_secret"})

        observed(ask)
        asked, call = sdk.spans()
        assert asked.parent == call.context
        assert (asked.name, asked.kind) == ("GET", SpanKind.CLIENT)
        assert dict(asked.attributes or {}) == {
            "http.request.method": "GET",
            "http.response.status_code": 200,
            "server.address": "127.0.0.1",
            "scm.provider": "github",
        }
        assert "ghs_secret" not in asked.to_json()
        (quota,) = [p for p in sdk.points("scm.vendor.quota.remaining") if p.attributes["scm.provider"] == "github"]
        assert (quota.value, quota.attributes["scm.bucket"]) == (0.1, "all")
        durations = [p.attributes for p in sdk.points("scm.vendor.call.duration")]
        assert {"scm.provider": "github", "http.request.method": "GET", "http.response.status_code": 200} in durations

    def test_one_that_does_not_answer_is_an_error(self, sdk: Sdk, vendor: Vendor) -> None:  # noqa: F811
        vendor.says(b"", 503)
        client = http(vendor)
        assert observed(lambda request, context: client.get("/repos")).code() is grpc.StatusCode.UNAVAILABLE
        vendor.url = "http://127.0.0.1:9"
        assert observed(lambda request, context: client.get("/repos")).code() is grpc.StatusCode.UNAVAILABLE
        busy, _, gone, _ = sdk.spans()
        assert busy.status.status_code is gone.status.status_code is StatusCode.ERROR
        assert (busy.attributes or {})["error.type"] == "503"
        assert (gone.attributes or {})["error.type"] == "ConnectionError"


@pytest.mark.django_db
def test_metrics_count_calls_by_method_and_status_and_sizes(sdk: Sdk) -> None:
    key = {"rpc.system.name": "grpc", "rpc.method": f"{SERVICE}/GetRepository"}

    def count(name: str, **more: str) -> int:
        return sum(p.count for p in sdk.points(name) if dict(p.attributes) == {**key, **more})

    durations = "rpc.server.call.duration"
    before = count(durations, **{"rpc.response.status_code": "OK"}), count("rpc.server.request.size")
    for _ in range(3):
        get_repository()
    assert count(durations, **{"rpc.response.status_code": "OK"}) == before[0] + 3
    assert count("rpc.server.request.size") == before[1] + 3
    (sizes,) = [p for p in sdk.points("rpc.server.response.size") if dict(p.attributes) == key]
    assert 0 < sizes.min <= sizes.max < 1000
    (point, *_) = [p for p in sdk.points(durations) if p.attributes["rpc.method"] == key["rpc.method"]]
    assert point.explicit_bounds[:3] == (0.005, 0.01, 0.025)


def test_an_sdk_that_is_configured_late_is_noticed() -> None:
    """In a process of its own, because an SDK cannot be taken away again."""
    script = """
import time
from opentelemetry import trace
from sentry_scm_grpc.telemetry.opentelemetry import LOOK_EVERY, OpenTelemetry
from sentry_scm_grpc.telemetry.calls import ObservedCall
from sentry_scm_grpc.server.context import WebContext

def call():
    observed = ObservedCall("/a.B/C", None, WebContext({}, "/a.B/C", (), None))
    observer.began(observed)
    return observed

observer = OpenTelemetry()
assert not call().kept
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
until = time.monotonic() + 60 * LOOK_EVERY
while not call().kept:
    assert time.monotonic() < until
"""
    subprocess.run(
        [sys.executable, "-c", script], check=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    )
