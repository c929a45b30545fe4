"""Sizes: what is too large is refused before memory is spent on it, over every door.

docs/reference/limits.md lists them.
"""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.interceptors.errors import ErrorInterceptor
from sentry_scm_grpc.interceptors.limits import MAX_ANSWER_BYTES, LimitInterceptor
from sentry_scm_grpc.rpc.policy import RPCS, field_rules
from sentry_scm_grpc.rpc.validation import DEFAULT_MAX_BYTES, DEFAULT_MAX_ITEMS, descriptor_kind, validate
from sentry_scm_grpc.server.connect import MAX_JSON_SIGNS, MAX_JSON_VALUES
from sentry_scm_grpc.server.metadata import MAX_METADATA, MAX_METADATA_BYTES
from sentry_scm_grpc.server.web import ScmGrpcWSGI
from sentry_scm_grpc.testing.web_call import CallResult, parse_answer
from tests.scenarios import scenarios_pb2 as pb
from tests.scenarios.scenarios_pb2_grpc import ScenarioServiceStub, add_ScenarioServiceServicer_to_server
from tests.scenarios.servicer import ScenarioServicer
from tests.server.wire import echo_server, environ_of, framed, through

MIB = 1024 * 1024
SERVICE = "/scm.scenarios.v1.ScenarioService"


def site(limit: int = MIB) -> ScmGrpcWSGI:
    server = echo_server(interceptors=[ErrorInterceptor(), LimitInterceptor()], max_receive_bytes=limit)
    add_ScenarioServiceServicer_to_server(ScenarioServicer(), server)
    return server


SITE = site()


def ask(rpc: str, request: Message, response: type[Message] = pb.EchoResponse) -> CallResult:
    reply = through(SITE, environ_of(f"{SERVICE}/{rpc}", framed(request.SerializeToString())))
    return parse_answer(reply.body, response)


def ask_json(body: bytes, *, rpc: str = "Echo", server: ScmGrpcWSGI = SITE, **environ: Any) -> tuple[int, str]:
    """HTTP status and message."""
    environ = {"CONTENT_TYPE": "application/json", **environ}
    reply = through(server, environ_of(f"/grpc{SERVICE}/{rpc}", body, **environ))
    return reply.status, json.loads(reply.body).get("message", "")


class TestRequestsAsJson:
    def test_a_declared_length_beyond_the_limit_is_refused_unread(self) -> None:
        class Untouchable(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                raise AssertionError("the body was read")

        given: Any = {"wsgi.input": Untouchable()}
        assert ask_json(b"", CONTENT_LENGTH=str(10**9), **given)[0] == 429

    def test_a_body_of_unknown_length_is_read_to_the_limit_and_no_further(self) -> None:
        class Endless(io.RawIOBase):
            read_at_once = 0

            def read(self, size: int = -1) -> bytes:
                self.read_at_once = max(self.read_at_once, size)
                return b" " * size

        endless = Endless()
        given: Any = {"wsgi.input": endless, "wsgi.input_terminated": True}
        assert ask_json(b"", CONTENT_LENGTH=None, **given)[0] == 429
        assert endless.read_at_once <= MIB + 1

    def test_a_small_body_that_inflates_beyond_the_limit(self) -> None:
        bomb = gzip.compress(b" " * 100 * MIB)
        assert len(bomb) < MIB / 4
        status, held = peak(lambda: ask_json(bomb, HTTP_CONTENT_ENCODING="gzip")[0])
        assert status == 429
        assert held < 4 * MIB

    def test_a_body_of_very_many_values(self) -> None:
        body = b'{"x":[' + b"{}," * MAX_JSON_VALUES + b"{}]}"
        assert ask_json(body) == (429, f"The JSON has more than {MAX_JSON_VALUES} values.")

    @pytest.mark.parametrize("text", [b",", b"{", b'\\"[', b"\\\\,"])
    def test_a_text_may_hold_more_of_what_divides_values(self, text: bytes) -> None:
        assert ask_json(b'{"text":"' + text * MAX_JSON_SIGNS + b'"}')[0] == 429
        assert ask_json(b'{"text":"' + text * (MAX_JSON_SIGNS - 1) + b'"}')[0] == 200

    def test_a_text_without_an_end_is_read_once(self) -> None:
        # What looks for its end from each quote takes many minutes for this.
        assert ask_json(b'{"text":"' + b'\\"' * (MIB // 2 - 10))[0] == 400

    @pytest.mark.parametrize("name", ["text", "unknown"])
    def test_a_body_that_is_nested_very_deeply(self, name: str) -> None:
        depth = MAX_JSON_VALUES - 1
        assert ask_json(b'{"%s":' % name.encode() + b"[" * depth + b"]" * depth + b"}")[0] == 400

    def test_a_message_in_the_address(self) -> None:
        server = site(limit=100)

        def get(message: str, more: str = "") -> int:
            query = f"connect=v1&encoding=json&message={message}{more}"
            return ask_json(b"", server=server, verb="GET", QUERY_STRING=query)[0]

        assert get('{"text":"%s"}' % ("x" * 89)) == 200
        assert get('{"text":"%s"}' % ("x" * 90)) == 429
        assert get("{}", "&a=b" * 17) == 200
        assert get("{}", "&a=b" * 18) == 400


def peak(act: Any) -> tuple[Any, int]:
    """What ``act`` returns, and the most bytes that it held."""
    tracemalloc.start()
    try:
        return act(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


METADATA_TOO_LARGE = [
    {f"HTTP_X_{number}": "1" for number in range(MAX_METADATA + 1)},
    {"HTTP_X_LONG": "x" * MAX_METADATA_BYTES},
    {"HTTP_X_MANY_BIN": "," * MAX_METADATA},
]


class TestMetadata:
    @pytest.mark.parametrize("headers", METADATA_TOO_LARGE, ids=["count", "bytes", "values of one key"])
    def test_too_much_is_refused_over_grpc_web_and_as_json(self, headers: dict[str, str]) -> None:
        reply = through(SITE, environ_of(f"{SERVICE}/Echo", framed(b""), **headers))
        assert (reply.code, "metadata" in reply.message) == (8, True)
        assert ask_json(b"{}", **headers)[0] == 429

    def test_what_is_within_the_limit_arrives(self) -> None:
        headers = {f"HTTP_X_{number}": "x" * 300 for number in range(MAX_METADATA)}
        assert through(SITE, environ_of(f"{SERVICE}/Echo", framed(b""), **headers)).code == 0


TOO_LARGE = pb.EchoRequest(answer_bytes=MAX_ANSWER_BYTES)
LARGE = pb.EchoRequest(answer_bytes=MAX_ANSWER_BYTES - 5)  # The data's own tag and length are the rest.


class TestAnswers:
    def test_one_of_the_limit_is_sent_and_a_larger_one_is_an_error_that_says_what_to_do(self) -> None:
        assert ask("Echo", LARGE).message.ByteSize() == MAX_ANSWER_BYTES
        answer = ask("Echo", TOO_LARGE)
        assert (answer.status, answer.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "ANSWER_TOO_LARGE")
        assert answer.metadata == {"size_bytes": str(MAX_ANSWER_BYTES + 5), "max_bytes": str(MAX_ANSWER_BYTES)}
        assert "smaller page" in answer.text
        assert answer.retry_after == 0
        assert answer.messages == []

    def test_in_a_stream_the_messages_before_it_arrive(self) -> None:
        interceptor = LimitInterceptor()
        messages = [pb.EchoResponse(text="one"), pb.EchoResponse(data=bytes(MAX_ANSWER_BYTES))]
        stream = interceptor.around("/a.B/C", lambda request, context: iter(messages), True)(None, None)
        assert next(stream) == messages[0]
        with pytest.raises(Exception, match="smaller page"):
            next(stream)

    def test_as_json(self) -> None:
        status, message = ask_json(b'{"answerBytes": %d}' % MAX_ANSWER_BYTES)
        assert (status, "smaller page" in message) == (429, True)

    def test_over_http2_a_client_with_its_defaults_takes_the_largest(self) -> None:
        server = grpc.server(ThreadPoolExecutor(1), interceptors=[ErrorInterceptor(), LimitInterceptor()])
        add_ScenarioServiceServicer_to_server(ScenarioServicer(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = ScenarioServiceStub(channel)
                assert stub.Echo(LARGE).ByteSize() == MAX_ANSWER_BYTES
                with pytest.raises(grpc.RpcError) as raised:
                    stub.Echo(TOO_LARGE)
                too_much = [("x-long", "x" * MAX_METADATA_BYTES)]
                with pytest.raises(grpc.RpcError) as refused:
                    stub.Echo(pb.EchoRequest(), metadata=too_much)
        finally:
            server.stop(0)
        assert "smaller page" in raised.value.details()  # type: ignore[attr-defined]
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # type: ignore[attr-defined]


def limited_fields(descriptor: Descriptor, prefix: str = "") -> Iterator[tuple[str, list[FieldDescriptor]]]:
    """The fields of a request that hold text or many values, with the way to each."""
    for field in descriptor.fields:
        kind = descriptor_kind(field)
        if kind in ("string", "map", "repeated"):
            yield prefix + field.name, [field]
        inner = field.message_type if kind in ("message", "repeated") else None
        if inner is not None and not inner.full_name.startswith("google."):
            for path, way in limited_fields(inner, f"{prefix}{field.name}."):
                yield path, [field, *way]


FIELDS = [(rpc, *found) for rpc in RPCS.values() for found in limited_fields(rpc.method.input_type)]


class TestFields:
    """Checked before anything is looked up, let alone a vendor asked: the order is the dispatcher's."""

    @pytest.mark.parametrize(("rpc", "path", "way"), FIELDS, ids=[f"{rpc.name}-{path}" for rpc, path, _ in FIELDS])
    def test_text_and_counts_beyond_the_contracts_limit(self, rpc: Any, path: str, way: list[FieldDescriptor]) -> None:
        request: Any = rpc.request_class()
        holder = request
        for step in way[:-1]:
            inner = getattr(holder, step.name)
            holder = inner.add() if descriptor_kind(step) == "repeated" else inner
        field = way[-1]
        rules = field_rules(field)
        many, long = rules.max_items or DEFAULT_MAX_ITEMS, rules.max_bytes or DEFAULT_MAX_BYTES
        if descriptor_kind(field) == "string":
            setattr(holder, field.name, "x" * (long + 1))
        elif descriptor_kind(field) == "map":
            getattr(holder, field.name).update({str(number): "" for number in range(many + 1)})
        elif field.message_type is not None:
            for _ in range(many + 1):
                getattr(holder, field.name).add()
        else:
            values = ["x" if field.cpp_type == FieldDescriptor.CPPTYPE_STRING else 1] * (many + 1)
            getattr(holder, field.name).extend(values)
        with pytest.raises(InvalidArgument) as raised:
            validate(request)
        found = dict(raised.value.violations)
        told = next(text for name, text in found.items() if name.replace("[0]", "") == path)
        assert "longer than" in told or "at most" in told
