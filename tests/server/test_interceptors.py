"""Shows that ordinary interceptors, also other people's, run as under grpcio, and that all generated code registers."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_interceptor import ServerInterceptor
from grpc_interceptor.exception_to_status import ExceptionToStatusInterceptor
from grpc_interceptor.exceptions import NotFound

from sentry_scm_grpc.interceptors.errors import ErrorInterceptor
from sentry_scm_grpc.server.context import WebContext
from sentry_scm_grpc.server.web import ScmGrpcWSGI
from tests.server.echo import SERVICE, add_echo, method_handlers, script
from tests.server.wire import Reply, echo_server, environ_of, framed, said, through

Continuation = Callable[[Any], Any]


class Recording(grpc.ServerInterceptor):  # type: ignore[type-arg]
    """Written on grpc's own interface; notes when it is asked for a handler."""

    def __init__(self, name: str, notes: list[Any]) -> None:
        self.name, self.notes = name, notes

    def intercept_service(self, continuation: Continuation, handler_call_details: Any) -> Any:
        self.notes.append((self.name, handler_call_details.method, tuple(handler_call_details.invocation_metadata)))
        return continuation(handler_call_details)


class Closed(grpc.ServerInterceptor):  # type: ignore[type-arg]
    """Lets nobody in, as the example for authentication in grpc's documentation does."""

    def intercept_service(self, continuation: Continuation, handler_call_details: Any) -> Any:
        def denied(request: Any, context: Any) -> None:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you")

        return grpc.unary_unary_rpc_method_handler(denied)


class Broken(grpc.ServerInterceptor):  # type: ignore[type-arg]
    def intercept_service(self, continuation: Continuation, handler_call_details: Any) -> Any:
        raise RuntimeError("secret")


class Swallowing(ServerInterceptor):
    """Takes every exception for its own business."""

    def intercept(self, method: Any, request_or_iterator: Any, context: Any, method_name: str) -> Any:
        try:
            return method(request_or_iterator, context)
        except Exception:
            context.set_code(grpc.StatusCode.OK)
            return StringValue(value="all is well")


@script
def not_found(context: Any) -> StringValue:
    raise NotFound("no such thing")


def ask(server: ScmGrpcWSGI, rpc: str, text: str, **environ: Any) -> Reply:
    return through(server, environ_of(f"/grpc/echo.Echo/{rpc}", said(text), **environ))


class TestInterceptors:
    def test_they_run_outermost_first_with_method_and_metadata(self) -> None:
        notes: list[Any] = []
        server = echo_server(interceptors=[Recording("outer", notes), Recording("inner", notes)])
        assert ask(server, "Unary", "hi", HTTP_X_A="1").texts == ["hi"]
        assert notes == [(name, "/echo.Echo/Unary", (("x-a", "1"),)) for name in ("outer", "inner")]

    def test_they_may_answer_in_place_of_the_handler(self) -> None:
        reply = ask(echo_server(interceptors=[Closed()]), "Unary", "hi")
        assert (reply.code, reply.message) == (16, "who are you")

    def test_one_that_fails_is_unknown(self, caplog: pytest.LogCaptureFixture) -> None:
        reply = ask(echo_server(interceptors=[Broken()]), "Stream", "hi")
        assert (reply.code, reply.messages) == (2, [])
        assert b"secret" not in reply.body
        assert reply.trailers["x-request-id"] in caplog.text

    def test_none_can_swallow_an_abort_of_the_handler(self) -> None:
        reply = ask(echo_server(interceptors=[Swallowing()]), "Unary", "abort")
        assert (reply.code, reply.message, reply.messages) == (7, "not you", [])

    def test_grpc_interceptor(self) -> None:
        server = echo_server(interceptors=[ExceptionToStatusInterceptor()])
        reply = ask(server, "Unary", "not_found")
        assert (reply.code, reply.message) == (5, "no such thing")
        assert ask(server, "Stream", "hi").texts == ["hi 0", "hi 1", "hi 2"]
        assert ask(server, "Unary", "abort").code == 7

    def test_opentelemetry(self) -> None:
        from opentelemetry.instrumentation.grpc import server_interceptor
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        exporter, provider = InMemorySpanExporter(), TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        interceptor: Any = server_interceptor(tracer_provider=provider)  # type: ignore[no-untyped-call]
        server = echo_server(interceptors=[interceptor])
        trace = "0af7651916cd43dd8448eb211c80319c"
        assert ask(server, "Unary", "hi", HTTP_TRACEPARENT=f"00-{trace}-b7ad6b7169203331-01").texts == ["hi"]
        assert ask(server, "Stream", "hi").texts == ["hi 0", "hi 1", "hi 2"]
        assert ask(server, "Unary", "abort").code == 7
        unary, _, aborted = exporter.get_finished_spans()
        assert f"{unary.context.trace_id:032x}" == trace
        assert (unary.attributes or {})["rpc.method"] == "Unary"
        assert (aborted.attributes or {})["rpc.grpc.status_code"] == 7

    def test_sentry_sdk(self) -> None:
        import sentry_sdk
        from sentry_sdk.integrations.grpc.server import ServerInterceptor as SentryInterceptor

        events: list[Any] = []

        def keep(event: Any, hint: Any) -> None:
            events.append(event)

        with sentry_sdk.isolation_scope() as scope:
            scope.set_client(
                sentry_sdk.Client(
                    dsn="https://key@sentry.invalid/1",
                    default_integrations=False,
                    traces_sample_rate=1.0,
                    before_send=keep,
                    before_send_transaction=keep,
                )
            )
            server = echo_server(interceptors=[SentryInterceptor()])
            assert ask(server, "Unary", "hi").texts == ["hi"]
            assert ask(server, "Unary", "boom").code == 2
        assert "/echo.Echo/Unary" in [event.get("transaction") for event in events]


class TestRegistration:
    def test_code_generated_since_1_63_registers_twice(self) -> None:
        server = ScmGrpcWSGI()
        add_echo(server)
        server.add_registered_method_handlers(SERVICE, method_handlers())
        assert ask(server, "Unary", "hi").texts == ["hi"]

    def test_registered_methods_alone_do(self) -> None:
        server = ScmGrpcWSGI()
        server.add_registered_method_handlers(SERVICE, method_handlers())
        assert ask(server, "Unary", "hi").texts == ["hi"]
        assert server.serves(environ_of("/echo.Echo/Unary", CONTENT_TYPE=""))

    def test_a_handler_that_decides_call_by_call(self) -> None:
        class Proxy(grpc.GenericRpcHandler):  # type: ignore[type-arg]
            def service(self, handler_call_details: Any) -> Any:
                if ("x-tenant", "a") in handler_call_details.invocation_metadata:
                    return grpc.unary_unary_rpc_method_handler(lambda request, context: request)
                return None

        server = echo_server()
        server.add_generic_rpc_handlers((Proxy(),))
        path = "/other.Service/Rpc"
        assert through(server, environ_of(path, framed(b"raw"), HTTP_X_TENANT="a")).messages == [b"raw"]
        assert through(server, environ_of(path, framed(b"raw"))).code == 12
        assert ask(server, "Unary", "hi").texts == ["hi"]

    def test_one_that_serves_whatever_is_asked_costs_no_memory_for_each_name(self) -> None:
        class Proxy(grpc.GenericRpcHandler):  # type: ignore[type-arg]
            handler = grpc.unary_unary_rpc_method_handler(lambda request, context: request)

            def service(self, handler_call_details: Any) -> Any:
                return self.handler

        server = echo_server(interceptors=[ErrorInterceptor()])
        server.add_generic_rpc_handlers((Proxy(),))

        def ask_names(begin: int, end: int) -> int:
            for number in range(begin, end):
                context = WebContext({}, f"/other.Service/{number}", (), None)
                assert server.lookup(f"/other.Service/{number}", ()).unary_unary(b"raw", context) == b"raw"
            return tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        try:
            before = ask_names(0, 2000)
            assert ask_names(2000, 20_000) < before + 1_000_000
        finally:
            tracemalloc.stop()

    def test_grpcs_own_health_service(self) -> None:
        servicer = health.HealthServicer()
        servicer.set("echo.Echo", health_pb2.HealthCheckResponse.SERVING)
        server = echo_server()
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        body = framed(health_pb2.HealthCheckRequest(service="echo.Echo").SerializeToString())
        reply = through(server, environ_of("/grpc.health.v1.Health/Check", body))
        assert health_pb2.HealthCheckResponse.FromString(reply.messages[0]).status == 1
        answer = server.handle(environ_of("/grpc.health.v1.Health/Watch", body))
        assert answer is not None
        watching: Iterator[bytes] = answer.body  # type: ignore[assignment]
        servicer.enter_graceful_shutdown()
        assert [next(watching)[-1], next(watching)[-1]] == [1, 2]
        watching.close()  # type: ignore[attr-defined]

    def test_grpcs_own_reflection_service(self) -> None:
        from grpc_reflection.v1alpha import reflection, reflection_pb2

        server = echo_server()
        reflection.enable_server_reflection([SERVICE, reflection.SERVICE_NAME], server)
        body = framed(reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString())
        reply = through(server, environ_of("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", body))
        listed = reflection_pb2.ServerReflectionResponse.FromString(reply.messages[0]).list_services_response
        assert [service.name for service in listed.service] == [SERVICE, reflection.SERVICE_NAME]

    def test_what_a_server_with_ports_does_is_harmless(self) -> None:
        server = ScmGrpcWSGI()
        server.start()
        assert server.stop(grace=None).is_set()
        assert server.wait_for_termination(timeout=1) is False


def test_a_path_cannot_forge_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sentry_scm_grpc.access"):
        through(echo_server(), environ_of("/echo.Echo/X\n/echo.Echo/Unary OK", said("hi")))
    assert "\n" not in caplog.records[-1].getMessage()


def test_a_call_is_logged_with_method_status_and_request_id(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sentry_scm_grpc.access"):
        ask(echo_server(), "Unary", "abort", HTTP_X_REQUEST_ID="request-1")
        ask(echo_server(), "Stream", "hi", HTTP_X_REQUEST_ID="request-2")
        ask(echo_server(), "Nope", "hi", HTTP_X_REQUEST_ID="request-3")
    lines = [record.getMessage() for record in caplog.records if record.name == "sentry_scm_grpc.access"]
    assert [line.split(" ms ")[0].rsplit(" ", 1)[0] for line in lines] == [
        "/echo.Echo/Unary PERMISSION_DENIED",
        "/echo.Echo/Stream OK",
        "/echo.Echo/Nope UNIMPLEMENTED",
    ]
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["request-1", "request-2", "request-3"]
