"""Shows that every body, whole or broken, gets a message through or a gRPC status: framing, base64, gzip, limits."""

from __future__ import annotations

import base64
import gzip
import io
import random
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.server.failure import RpcFailure
from sentry_scm_grpc.server.framing import DRAIN_BYTES, RequestBody, decode_base64, decoding_base64, read_messages
from tests.server.wire import BINARY, SERVER, TEXT, Reply, call, echo_server, environ_of, framed, said, through

LIMIT = 4 * 1024 * 1024
OK, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL = 0, 8, 12, 13


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(said("hi"), OK, id="one message"),
        pytest.param(framed(b""), OK, id="one empty message"),
        pytest.param(b"", UNIMPLEMENTED, id="empty body"),
        pytest.param(b"\0\0\0", INTERNAL, id="less than a frame header"),
        pytest.param(b"\0\0\0\0\x09abc", INTERNAL, id="length beyond the body"),
        pytest.param(b"\0\xff\xff\xff\xffabc", RESOURCE_EXHAUSTED, id="length of 4 GiB"),
        pytest.param(said("a", "b"), UNIMPLEMENTED, id="second message"),
        pytest.param(said("a") + b"xy", INTERNAL, id="trailing garbage"),
        pytest.param(framed(b"", flags=0x80), INTERNAL, id="trailers frame"),
        pytest.param(framed(b"", flags=0x02), INTERNAL, id="reserved flag"),
        pytest.param(framed(b"\x0a\x02hi", flags=1), INTERNAL, id="compressed, no encoding named"),
        pytest.param(framed(b"\xff\xff"), INTERNAL, id="no protobuf"),
        pytest.param(framed(b"\x0a\x02\xff\xfe"), INTERNAL, id="string that is no UTF-8"),
    ],
)
@pytest.mark.parametrize("rpc", ["Unary", "Stream"])
@pytest.mark.parametrize("form", ["length", "chunked", "base64"])
def test_a_body_is_one_message_or_a_status(rpc: str, body: bytes, code: int, form: str) -> None:
    environ: dict[str, Any] = {}
    if form == "chunked":
        environ = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    elif form == "base64":
        body, environ = base64.b64encode(body), {"CONTENT_TYPE": TEXT}
    reply = call(rpc, body, **environ)
    assert (reply.status, reply.code) == (200, code)
    assert bool(reply.messages) == (code == OK)


@pytest.mark.parametrize("length", [None, "", "-1", "many", "1e3"])
def test_a_body_without_a_length_is_not_waited_for(length: str | None) -> None:
    """Reading on could wait for ever where the server does not say that the stream ends."""
    reply = call("Unary", said("hi"), CONTENT_LENGTH=length)
    assert reply.code == UNIMPLEMENTED
    assert "no message" in reply.message


def test_a_client_that_sends_less_than_it_said_is_told() -> None:
    reply = call("Unary", said("hi")[:-1], CONTENT_LENGTH=str(len(said("hi"))))
    assert reply.code == INTERNAL


class TestLimits:
    def test_a_message_of_the_limit_passes_and_one_byte_more_does_not(self) -> None:
        server = echo_server(max_receive_bytes=1000)
        for size, code in ((1000, OK), (1001, RESOURCE_EXHAUSTED)):
            value = framed(b"\x0a" + b"\xe5\x07" + b"x" * (size - 3) if size == 1000 else b"x" * size)
            reply = through(server, environ_of("/echo.Echo/Unary", value))
            assert reply.code == code
        assert reply.message.startswith("Received message larger than max (1001 vs. 1000). Send less")

    @pytest.mark.parametrize("length", ["200000000", "9" * 5000])
    @pytest.mark.parametrize("environ", [{"CONTENT_TYPE": BINARY}, {"CONTENT_TYPE": TEXT}])
    def test_content_length_far_beyond_the_limit_is_refused_unread(self, environ: dict[str, str], length: str) -> None:
        class Untouchable:
            def read(self, size: int) -> bytes:
                raise AssertionError("the body was read")

        given: Any = {"wsgi.input": Untouchable(), **environ}
        reply = call("Unary", CONTENT_LENGTH=length, **given)
        assert reply.code == RESOURCE_EXHAUSTED

    def test_the_frame_header_beyond_the_limit_is_refused_before_the_message_is_read(self) -> None:
        class Endless(io.RawIOBase):
            given = 0

            def read(self, size: int = -1) -> bytes:
                assert size >= 0, "read without a bound"
                self.given += size
                return (b"\0" + struct.pack(">I", 2**31) if size == 5 else b"x" * size)[:size]

        endless = Endless()
        given: Any = {"wsgi.input": endless, "wsgi.input_terminated": True}
        reply = call("Unary", CONTENT_LENGTH=None, **given)
        assert reply.code == RESOURCE_EXHAUSTED
        assert endless.given <= DRAIN_BYTES + 5, "drained without a bound"

    def test_a_message_that_inflates_beyond_the_limit_is_refused(self) -> None:
        bomb = framed(gzip.compress(b"\0" * (LIMIT + 1)), flags=1)
        assert len(bomb) < 10_000
        assert call("Unary", bomb, HTTP_GRPC_ENCODING="gzip").code == RESOURCE_EXHAUSTED


class TestGzip:
    def test_compressed_and_plain_messages_are_read(self) -> None:
        packed = framed(gzip.compress(b"\x0a\x02hi"), flags=1)
        assert call("Unary", packed, HTTP_GRPC_ENCODING="gzip").texts == ["hi"]
        assert call("Unary", said("hi"), HTTP_GRPC_ENCODING="gzip").texts == ["hi"]

    @pytest.mark.parametrize(
        "packed",
        [b"not gzip", gzip.compress(b"\x0a\x02hi")[:-4], gzip.compress(b"\x0a\x02hi") + b"more"],
        ids=["not gzip", "cut off", "more after the end"],
    )
    def test_what_is_not_one_whole_gzip_stream_is_internal(self, packed: bytes) -> None:
        assert call("Unary", framed(packed, flags=1), HTTP_GRPC_ENCODING="gzip").code == INTERNAL

    def test_an_unknown_compression_is_unimplemented_and_the_known_ones_are_named(self) -> None:
        reply = call("Unary", said("hi"), HTTP_GRPC_ENCODING="br")
        assert reply.code == UNIMPLEMENTED
        assert reply.headers["grpc-accept-encoding"] == "identity, gzip"

    @pytest.mark.parametrize("rpc", ["Unary", "Stream"])
    def test_a_long_answer_is_compressed_for_those_who_accept_it(self, rpc: str) -> None:
        text = "compressible " * 1000
        plain, packed = call(rpc, said(text)), call(rpc, said(text), HTTP_GRPC_ACCEPT_ENCODING="identity, gzip")
        assert packed.texts == plain.texts
        assert packed.headers["grpc-encoding"] == "gzip"
        assert len(packed.body) < len(plain.body) / 10
        assert "grpc-encoding" not in plain.headers

    def test_a_short_answer_is_not(self) -> None:
        reply = call("Unary", said("hi"), HTTP_GRPC_ACCEPT_ENCODING="gzip")
        assert reply.frames[0] == (0, b"\x0a\x02hi")


class TestBase64:
    def test_each_frame_of_a_stream_is_encoded_for_itself(self) -> None:
        reply = call("Stream", base64.b64encode(said("hi")), CONTENT_TYPE=TEXT)
        assert reply.headers["content-type"] == "application/grpc-web-text+proto"
        assert reply.texts == ["hi 0", "hi 1", "hi 2"]

    @examples(deadline=None)
    @given(st.binary(max_size=200), st.lists(st.integers(1, 50), max_size=8), st.booleans())
    def test_padding_may_stand_anywhere_or_be_left_out_at_the_end(
        self, data: bytes, cuts: list[int], unpadded: bool
    ) -> None:
        pieces, rest = [], data
        for cut in cuts:
            pieces.append(base64.b64encode(rest[:cut]))
            rest = rest[cut:]
        text = b"".join([*pieces, base64.b64encode(rest)])
        assert decode_base64(text.rstrip(b"=") if unpadded else text) == data
        # The same, read a little at a time, as a client streams it.
        read = decoding_base64(io.BytesIO(text).read)
        assert b"".join(iter(lambda: read(3), b"")) == data

    @pytest.mark.parametrize("text", [b"AAAAAA!", b"A", b"====", "AAÄA".encode("latin-1")])
    def test_what_is_no_base64_is_internal(self, text: bytes) -> None:
        assert call("Unary", text, CONTENT_TYPE=TEXT).code == INTERNAL


class TestReader:
    @examples(deadline=None)
    @given(st.lists(st.binary(max_size=100), max_size=6), st.integers(0, 2**32))
    def test_messages_come_out_as_they_went_in_whatever_the_pieces(self, messages: list[bytes], seed: int) -> None:
        data = b"".join(framed(message) for message in messages)
        body = RequestBody({"wsgi.input": Trickle(data, seed), "CONTENT_LENGTH": str(len(data))})
        assert list(read_messages(body.read, "identity", 100)) == messages

    @examples(deadline=None)
    @given(st.binary(max_size=300))
    def test_any_bytes_are_messages_or_a_failure(self, data: bytes) -> None:
        try:
            found = list(read_messages(io.BytesIO(data).read, "gzip", 64))
        except RpcFailure:
            return
        assert all(len(message) <= 64 for message in found)

    @examples(deadline=None)
    @given(st.binary(max_size=300), st.sampled_from([BINARY, TEXT]), st.sampled_from(["Unary", "Stream", "Collect"]))
    def test_any_body_gets_a_valid_answer(self, data: bytes, form: str, rpc: str) -> None:
        reply: Reply = call(rpc, data, CONTENT_TYPE=form)
        assert reply.status == 200
        assert reply.code in (OK, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL)


class Trickle:
    """A stream that gives what it likes, as sockets do, and at least one byte until it ends."""

    def __init__(self, data: bytes, seed: int) -> None:
        self._data, self._random = data, random.Random(seed)

    def read(self, size: int) -> bytes:
        size = self._random.randint(1, max(size, 1))
        data, self._data = self._data[:size], self._data[size:]
        return data


class Slow(io.RawIOBase):
    """A body without an end. Each piece takes a second of the clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sizes: list[int] = []

    def monotonic(self) -> float:
        return self.now

    def read(self, size: int = -1) -> bytes:
        self.now += 1
        self.sizes.append(size)
        return b"x" * size


class TestDrain:
    @pytest.mark.parametrize(("deadline", "pieces"), [(None, 60), (5.0, 5), (100.0, 60)])
    def test_it_ends_at_the_deadline_or_after_a_minute(
        self, monkeypatch: pytest.MonkeyPatch, deadline: float | None, pieces: int
    ) -> None:
        slow = Slow()
        monkeypatch.setattr("sentry_scm_grpc.server.framing.monotonic", slow.monotonic)
        body = RequestBody({"wsgi.input": slow, "wsgi.input_terminated": True})
        body.deadline = deadline
        body.drain()
        assert slow.sizes == [65536] * pieces

    def test_the_deadline_is_the_calls(self) -> None:
        slow = Slow()
        given: Any = {"wsgi.input": slow, "wsgi.input_terminated": True}
        reply = call("Nope", CONTENT_LENGTH=None, HTTP_GRPC_TIMEOUT="0m", **given)
        assert (reply.code, len(slow.sizes)) == (UNIMPLEMENTED, 1)

    def test_it_ends_after_what_64_mib_take_as_base64(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slow = Slow()
        monkeypatch.setattr("sentry_scm_grpc.server.framing.monotonic", float)
        RequestBody({"wsgi.input": slow, "wsgi.input_terminated": True}).drain()
        assert sum(slow.sizes) == DRAIN_BYTES
        assert DRAIN_BYTES > 64 * 1024 * 1024 * 4 / 3

    def test_a_client_that_goes_away_meanwhile_is_no_exception(self) -> None:
        class Gone(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                raise ConnectionResetError

        given: Any = {"wsgi.input": Gone(), "wsgi.input_terminated": True}
        assert call("Nope", CONTENT_LENGTH=None, **given).code == UNIMPLEMENTED

    def test_an_answer_to_a_stream_of_requests_comes_before_the_rest_is_read(self) -> None:
        slow = Slow()
        given: Any = {"wsgi.input": slow, "wsgi.input_terminated": True}
        answer = SERVER.handle(environ_of("/echo.Echo/Deaf", CONTENT_LENGTH=None, HTTP_GRPC_TIMEOUT="9S", **given))
        assert answer is not None
        pieces = iter(answer.body)
        assert b"grpc-status:0" in next(pieces)
        assert slow.sizes == []
        assert list(pieces) == []
        assert sum(slow.sizes) == DRAIN_BYTES


def test_a_client_that_goes_away_while_it_sends_is_no_exception() -> None:
    class Gone:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError

    for rpc in ("Unary", "Collect"):
        given: Any = {"wsgi.input": Gone()}
        assert call(rpc, CONTENT_LENGTH="100", **given).code == INTERNAL
