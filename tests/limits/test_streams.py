"""The longest life of a stream: how it ends, over both doors, and that a client that does not read holds no thread."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from sentry_scm_grpc.interceptors import limits
from sentry_scm_grpc.interceptors.errors import ErrorInterceptor
from sentry_scm_grpc.interceptors.limits import LimitedStream, LimitInterceptor
from sentry_scm_grpc.rpc.limits import CallsUnderWay
from sentry_scm_grpc.server import native
from sentry_scm_grpc.server.native import DjangoRequestInterceptor, _CallsUnderWay
from sentry_scm_grpc.testing.web_call import parse_answer
from tests.server.echo import CLOSED, SERVICE, method_handlers
from tests.server.wire import echo_server, environ_of, said
from tests.waiting import eventually


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(limits, "monotonic", made)
    return made


def test_over_grpc_web_it_ends_with_a_status_that_says_why(settings: Any, clock: Clock) -> None:
    settings.SCM_GRPC = {"MAX_STREAM_SECONDS": 60}
    server = echo_server(interceptors=[ErrorInterceptor(), LimitInterceptor()])
    CLOSED.clear()
    body = server(environ_of("/echo.Echo/Stream", said("endless")), lambda *_: None)
    pieces = iter(body)
    for _ in range(3):
        assert parse_messages(next(pieces)) == ["x" * 1000]
    clock.now += 59.9
    assert parse_messages(next(pieces)) == ["x" * 1000]
    clock.now += 0.1
    answer = parse_answer(next(pieces), StringValue)
    assert (answer.status, answer.reason) == (grpc.StatusCode.ABORTED, "STREAM_TOO_LONG")
    assert answer.metadata == {"max_seconds": "60"}
    assert list(pieces) == []
    assert CLOSED == ["generator", "callback"]


def parse_messages(piece: bytes) -> list[str]:
    return [StringValue.FromString(piece[5:]).value]


def test_zero_is_no_limit(settings: Any, clock: Clock) -> None:
    settings.SCM_GRPC = {"MAX_STREAM_SECONDS": 0}
    server = echo_server(interceptors=[ErrorInterceptor(), LimitInterceptor()])
    body: Any = server(environ_of("/echo.Echo/Stream", said("endless")), lambda *_: None)
    next(body)
    clock.now += 10**6
    assert parse_messages(next(body)) == ["x" * 1000]
    body.close()


@contextlib.contextmanager
def native_stub(*interceptors: Any) -> Iterator[Any]:
    server = grpc.server(ThreadPoolExecutor(2), interceptors=interceptors)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, method_handlers()),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel.unary_stream(f"/{SERVICE}/Stream", StringValue.SerializeToString, StringValue.FromString)
    finally:
        server.stop(0)


def test_over_http2_it_ends_the_same(settings: Any, clock: Clock) -> None:
    settings.SCM_GRPC = {"MAX_STREAM_SECONDS": 60}
    with native_stub(ErrorInterceptor(), LimitInterceptor()) as stream:
        call = stream(StringValue(value="endless"), timeout=20)
        next(call)
        clock.now += 60
        with pytest.raises(grpc.RpcError) as raised:
            for _ in call:
                pass
    assert raised.value.code() is grpc.StatusCode.ABORTED  # type: ignore[attr-defined]


def test_over_http2_a_client_that_does_not_read_is_cut_off(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.SCM_GRPC = {"MAX_STREAM_SECONDS": 1}
    monkeypatch.setattr(native, "STALLED_SECONDS", 0.1)
    end = tmp_path / "end"
    with native_stub(DjangoRequestInterceptor(_CallsUnderWay())) as stream:
        call = stream(StringValue(value="note_end_in_file"), metadata=[("x-file", str(end))])
        next(call)
        eventually(end.exists, "the client stopped reading")
        with pytest.raises(grpc.RpcError) as raised:
            for _ in call:
                pass
    assert raised.value.code() is grpc.StatusCode.CANCELLED  # type: ignore[attr-defined]


def test_one_that_the_garbage_collector_finds_while_calls_are_counted_locks_nobody_up() -> None:
    """It may run in a thread that is just counting a call in or out."""
    calls = CallsUnderWay()
    calls.enter("caller", 0, 0)
    stream: Any = LimitedStream(iter(()), calls.leaving("caller"))
    stream.itself = stream
    del stream

    def collect() -> None:
        with calls._lock:
            gc.collect()

    # A daemon: a thread that waits for itself would keep the tests from ending.
    counting = Thread(target=collect, daemon=True)
    counting.start()
    counting.join(30)
    assert not counting.is_alive()
    assert len(calls) == 0
