"""Shows which metadata a servicer sees, and that what it sends back can forge neither headers nor the status."""

from __future__ import annotations

import ast
import base64

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.server.metadata import InvalidMetadata, percent_encode, write_metadata, write_trailers
from tests.server.echo import BAD_METADATA
from tests.server.wire import Reply, call, run, said

INTERNAL = 13


def seen(**environ: str) -> list[tuple[str, str | bytes]]:
    return ast.literal_eval(run("Unary", "metadata", **environ).texts[0])  # type: ignore[no-any-return]


class TestFromTheCaller:
    def test_only_the_callers_own_keys_and_the_user_agent(self) -> None:
        headers = {
            "HTTP_USER_AGENT": "grpc-web-javascript/0.1",
            "HTTP_X_API_KEY": "k",
            "HTTP_AUTHORIZATION": "Bearer t",
            "HTTP_CONNECTION": "keep-alive",
            "HTTP_TE": "trailers",
            "HTTP_TRANSFER_ENCODING": "chunked",
            "HTTP_GRPC_TIMEOUT": "5S",
            "HTTP_GRPC_ENCODING": "identity",
            "HTTP_ACCEPT": "*/*",
            "HTTP_ORIGIN": "https://app.example",
            "HTTP_SEC_FETCH_MODE": "cors",
            "HTTP_X_GRPC_WEB": "1",
        }
        assert seen(**headers) == [
            ("user-agent", "grpc-web-javascript/0.1"),
            ("x-api-key", "k"),
            ("authorization", "Bearer t"),
        ]

    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("AAEC", [b"\0\1\2"]),
            ("AP8=", [b"\0\xff"]),
            ("AP8", [b"\0\xff"]),
            ("AAEC, AP8", [b"\0\1\2", b"\0\xff"]),
            ("", [b""]),
        ],
    )
    def test_binary_values_padded_or_not_and_repeated(self, text: str, values: list[bytes]) -> None:
        assert seen(HTTP_X_A_BIN=text) == [("x-a-bin", value) for value in values]

    @pytest.mark.parametrize("text", ["!!!!", "A", "AAA\xe9"])
    def test_binary_values_that_are_no_base64_are_refused(self, text: str) -> None:
        reply = call("Unary", said("hi"), HTTP_X_A_BIN=text)
        assert (reply.code, reply.message) == (INTERNAL, "The metadata 'x-a-bin' is not base64.")


class TestToTheCaller:
    @pytest.mark.parametrize("rpc", ["Unary", "Stream"])
    def test_initial_metadata_are_headers(self, rpc: str) -> None:
        reply: Reply = run(rpc, "initial" if rpc == "Unary" else "initial_stream")
        assert reply.headers["x-first"] == "1"
        assert reply.headers["x-first-bin"] == base64.b64encode(b"\0\xff").decode().rstrip("=")

    def test_trailing_metadata_are_trailers_repeated_keys_included(self) -> None:
        assert run("Unary", "trailing").trailer_lines[:-1] == [
            ("grpc-status", "0"),
            ("x-last", "1"),
            ("x-last", "2"),
            ("x-last-bin", "AP8"),
            ("x-none-bin", ""),
        ]

    def test_initial_metadata_are_sent_once(self) -> None:
        assert run("Unary", "initial_twice").code == 2

    def test_and_not_after_the_first_message(self) -> None:
        assert run("Stream", "initial_late").texts == ["one", "too late"]

    @pytest.mark.parametrize("name", BAD_METADATA)
    @pytest.mark.parametrize("kind", ["initial", "trailing"])
    def test_what_cannot_be_sent_makes_the_call_fail(self, kind: str, name: str) -> None:
        reply = run("Unary", f"bad {kind}: {name}")
        assert reply.trailer_lines[:-1] == [("grpc-status", "13"), ("grpc-message", "Invalid metadata")]
        assert reply.messages == []

    def test_reserved_names_are_left_out(self) -> None:
        reply = run("Unary", "reserved_initial")
        assert (reply.texts, reply.code, reply.headers["x-kept"]) == (["fine"], 0, "1")
        assert set(reply.headers) == {"content-type", "content-length", "x-kept"}
        assert reply.headers["content-type"] == "application/grpc-web+proto"
        reply = run("Unary", "reserved_trailing")
        assert reply.trailer_lines[:-1] == [("grpc-status", "0"), ("x-kept", "1"), ("grpc-retry-pushback-ms", "5")]

    @examples(deadline=None)
    @given(
        st.text(max_size=30),
        st.lists(
            st.tuples(st.text(max_size=8) | st.just("x-a"), st.text(max_size=8) | st.binary(max_size=8)), max_size=4
        ),
    )
    def test_the_trailers_never_hold_a_line_more(self, details: str, metadata: list[tuple[str, str | bytes]]) -> None:
        try:
            lines = write_metadata(metadata)
        except InvalidMetadata:
            lines = []
        block = write_trailers(5, details, lines)
        assert block.count(b"\r\n") == 1 + bool(details) + len(lines)
        assert block.count(b"grpc-status:") == 1 or b"grpc-status:" in percent_encode(details).encode()
        assert b"\n" not in block.replace(b"\r\n", b"")
