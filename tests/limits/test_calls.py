"""Calls at a time: who is refused, that every end of a call makes room again, and that a full limit leaves threads."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from django.test import override_settings
from google.protobuf.wrappers_pb2 import StringValue
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.errors import ResourceExhausted
from sentry_scm_grpc.interceptors.errors import ErrorInterceptor
from sentry_scm_grpc.interceptors.limits import LimitInterceptor
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.rpc.principal import Principal, _current
from sentry_scm_grpc.server.web import ScmGrpcWSGI
from sentry_scm_grpc.testing.web_call import parse_answer
from tests.ports import free_ports
from tests.scenarios import scenarios_pb2 as scenarios
from tests.scenarios.running import Site
from tests.server.echo import SERVICE, method_handlers
from tests.server.wire import echo_server, environ_of, said, through
from tests.waiting import eventually

OK, RESOURCE_EXHAUSTED = 0, 8


def site() -> ScmGrpcWSGI:
    return echo_server(interceptors=[ErrorInterceptor(), LimitInterceptor()])


def answered(server: ScmGrpcWSGI) -> int:
    """The code of one more call."""
    return through(server, environ_of("/echo.Echo/Unary", said("one more"))).code


class Held:
    """Streams that were begun and not yet read to their end."""

    def __init__(self, server: ScmGrpcWSGI) -> None:
        self._server = server
        self.bodies: list[Any] = []

    def begin(self, script: str = "endless") -> bytes:
        """Begins one; its first piece, which is all where the call was refused."""
        body = iter(self._server(environ_of("/echo.Echo/Stream", said(script)), lambda *_: None))
        self.bodies.append(body)
        return next(body)

    def end(self) -> None:
        self.bodies.pop().close()


class TestWhoIsRefused:
    @override_settings(SCM_GRPC={"MAX_CALLS": 2})
    def test_calls_beyond_the_limit_of_the_process_until_one_ends(self) -> None:
        server = site()
        held = Held(server)
        held.begin()
        assert answered(server) == OK
        held.begin()
        assert answered(server) == RESOURCE_EXHAUSTED
        held.end()
        assert answered(server) == OK

    @override_settings(SCM_GRPC={"MAX_CALLS_PER_CREDENTIAL": 1})
    def test_calls_of_one_credential_not_those_of_others(self) -> None:
        server = site()
        with calling_as("api-key:1"):
            Held(server).begin()
            held = Held(server)
            held.begin()
            assert answered(server) == RESOURCE_EXHAUSTED
        with calling_as("api-key:2"):
            assert answered(server) == OK

    @override_settings(SCM_GRPC={"MAX_CALLS": 1})
    def test_the_error_says_which_limit_and_when_to_come_back(self) -> None:
        server = site()
        held = Held(server)
        held.begin()
        rpc = RPCS["GetRepository"]
        reply = through(server, environ_of("/echo.Echo/Unary", said("one more")))
        answer = parse_answer(reply.body, rpc.response_class)
        assert (answer.reason, answer.retry_after) == ("TOO_MANY_CALLS", 1)
        assert answer.metadata == {"limit": "1", "of": "process"}
        assert "1 calls are being answered by this process" in answer.text

    @override_settings(SCM_GRPC={"MAX_CALLS": 1})
    def test_nobody_waits_for_a_place(self) -> None:
        interceptor, entered, leave = LimitInterceptor(), threading.Event(), threading.Event()

        def slow(request: Any, context: Any) -> StringValue:
            entered.set()
            assert leave.wait(20)
            return StringValue()

        behavior = interceptor.around("/echo.Echo/Unary", slow, False)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(behavior, None, None)
            assert entered.wait(20)
            with pytest.raises(ResourceExhausted):
                behavior(None, None)
            leave.set()
            first.result()
        assert behavior(None, None) == StringValue()

    @override_settings(SCM_GRPC={"MAX_CALLS": 3})
    def test_never_more_than_that_however_many_come_at_once(self) -> None:
        lock, now, most = threading.Lock(), 0, 0

        def busy(request: Any, context: Any) -> StringValue:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.0005)
            with lock:
                now -= 1
            return StringValue()

        behavior = LimitInterceptor().around("/echo.Echo/Unary", busy, False)

        def call(number: int) -> str:
            try:
                behavior(None, None)
            except ResourceExhausted as error:
                return error.reason
            return "answered"

        with ThreadPoolExecutor(16) as pool:
            outcomes = set(pool.map(call, range(500)))
        assert (most, outcomes) == (3, {"answered", "TOO_MANY_CALLS"})
        assert [call(number) for number in range(4)] == ["answered"] * 4


@contextlib.contextmanager
def calling_as(key: str) -> Iterator[None]:
    token = _current.set(Principal(key, 1, frozenset()))
    try:
        yield
    finally:
        _current.reset(token)


UNARY_ENDS = ["fine", "boom", "abort", "abort_with_status", "cancel", "nothing", "wrong_type", "code_and_message"]
STREAM_ENDS = [
    "three",
    "endless",
    "boom_after_two",
    "abort_ok_after_two",
    "cancel_stream",
    "no_iterator",
    "yields_nothing",
]


class TestEveryEndMakesRoom:
    @examples(deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([("Unary", name) for name in UNARY_ENDS] + [("Stream", name) for name in STREAM_ENDS]),
                st.sampled_from([None, "0n", "1u", "300u", "5m"]),
                st.integers(0, 4),
                st.booleans(),
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_over_grpc_web(self, calls: list[tuple[tuple[str, str], str | None, int, bool]]) -> None:
        with override_settings(SCM_GRPC={"MAX_CALLS": 1}):
            server = site()
            for (rpc, script), timeout, pieces, closed in calls:
                environ = environ_of(f"/echo.Echo/{rpc}", said(script), HTTP_GRPC_TIMEOUT=timeout)
                body: Any = iter(server(environ, lambda *_: None))
                for _ in range(pieces):
                    next(body, None)
                # A WSGI server closes the body; one that forgets, or dies, drops it.
                if closed and hasattr(body, "close"):
                    body.close()
                del body
                assert answered(server) == OK

    @override_settings(SCM_GRPC={"MAX_CALLS": 1})
    def test_over_http2(self) -> None:
        server = grpc.server(ThreadPoolExecutor(4), interceptors=[ErrorInterceptor(), LimitInterceptor()])
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, method_handlers()),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                for end in (read_all, read_one_and_cancel, cancel_at_once, let_the_deadline_pass, drop):
                    for script in ("endless", "three", "boom_after_two", "stream_beyond_deadline"):
                        if script != "endless" or end is not read_all:
                            end(_stub(channel, "Stream"), StringValue(value=script))
                            eventually(lambda: _answered(channel), f"{end.__name__} {script}")
        finally:
            server.stop(0)


def _stub(channel: grpc.Channel, rpc: str) -> Any:
    make = channel.unary_unary if rpc == "Unary" else channel.unary_stream
    return make(f"/{SERVICE}/{rpc}", StringValue.SerializeToString, StringValue.FromString)


def _answered(channel: grpc.Channel) -> bool:
    try:
        _stub(channel, "Unary")(StringValue(value="one more"))
    except grpc.RpcError:
        return False
    return True


def read_all(stub: Any, request: StringValue) -> None:
    with contextlib.suppress(grpc.RpcError):
        list(stub(request, timeout=0.2))


def read_one_and_cancel(stub: Any, request: StringValue) -> None:
    call = stub(request, timeout=5)
    next(call, None)
    call.cancel()


def cancel_at_once(stub: Any, request: StringValue) -> None:
    stub(request, timeout=5).cancel()


def let_the_deadline_pass(stub: Any, request: StringValue) -> None:
    with contextlib.suppress(grpc.RpcError):
        for _ in stub(request, timeout=0.05):
            pass


def drop(stub: Any, request: StringValue) -> None:
    next(stub(request, timeout=5), None)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """gunicorn with eight threads, of which RPCs may have six."""
    site = Site.make(tmp_path_factory.mktemp("calls") / "data")
    (port,) = free_ports(1)
    with site.running(site.gunicorn(port), port, SCM_GRPC_MAX_CALLS="6"):
        yield Served(port, site.api_key)


def test_slow_calls_leave_threads_for_others_and_clients_that_leave_make_room(served: Served) -> None:
    streams = [served.begin("Count", ENDLESS) for _ in range(6)]
    assert served.call("Echo").reason == "TOO_MANY_CALLS"
    # A health check, which needs no credentials, and a page of the site.
    assert served.health() == OK
    assert served.page() == 200
    for stream in streams:
        stream.close()
    eventually(lambda: served.call("Echo").status is grpc.StatusCode.OK, "the clients have gone")


ENDLESS = scenarios.CountRequest(to=10**6, milliseconds_between=20)


class Served:
    def __init__(self, port: int, api_key: str) -> None:
        self._port = port
        self._key = api_key

    def _post(self, path: str, message: bytes) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        body = b"\0" + len(message).to_bytes(4, "big") + message
        headers = {"Content-Type": "application/grpc-web+proto", "x-api-key": self._key}
        connection.request("POST", f"/grpc/{path}", body, headers)
        return connection.getresponse()

    def begin(self, rpc: str, request: Any) -> http.client.HTTPResponse:
        """A stream, whose first message is there."""
        response = self._post(f"scm.scenarios.v1.ScenarioService/{rpc}", request.SerializeToString())
        assert response.read(1) == b"\0"
        return response

    def call(self, rpc: str) -> Any:
        response = self._post(f"scm.scenarios.v1.ScenarioService/{rpc}", b"")
        return parse_answer(response.read(), scenarios.EchoResponse)

    def health(self) -> int:
        return int(parse_answer(self._post("grpc.health.v1.Health/Check", b"").read(), StringValue).status.value[0])

    def page(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        connection.request("GET", "/page")
        return connection.getresponse().status
