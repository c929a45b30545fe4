"""Shows with which status a call ends, whatever its handler does, and that no text of an unexpected one gets out."""

from __future__ import annotations

import base64
import logging

import grpc
import pytest

from tests.server.wire import call, run, said

UNKNOWN, DEADLINE, NOT_FOUND, DENIED, PRECONDITION, UNIMPLEMENTED, INTERNAL = 2, 4, 5, 7, 9, 12, 13
SHAPES = pytest.mark.parametrize("rpc", ["Unary", "Stream"])


class TestUnexpectedExceptions:
    @pytest.mark.parametrize(
        ("rpc", "script", "texts"),
        [
            ("Unary", "boom", []),
            ("Stream", "boom", []),
            ("Stream", "boom_after_two", ["one", "two"]),
            ("Unary", "upstream_failed", []),
            ("Unary", "bug_that_looks_unimplemented", []),
            ("Stream", "no_iterator", []),
        ],
    )
    def test_they_are_unknown_logged_and_not_told(
        self, rpc: str, script: str, texts: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        reply = run(rpc, script, HTTP_X_REQUEST_ID="request-1")
        assert (reply.status, reply.code, reply.texts) == (200, UNKNOWN, texts)
        assert reply.message.startswith("The service failed unexpectedly.")
        assert b"secret" not in reply.body
        assert reply.trailers["x-request-id"] == "request-1"
        [record] = [record for record in caplog.records if record.exc_info]
        assert record.getMessage() == f"/echo.Echo/{rpc} failed, request id request-1"

    @pytest.mark.parametrize("given", [None, "two words", "x" * 200])
    def test_a_request_without_a_good_id_gets_one(self, given: str | None, caplog: pytest.LogCaptureFixture) -> None:
        made = run("Unary", "boom", HTTP_X_REQUEST_ID=given).trailers["x-request-id"]
        assert len(made) == 32
        assert made in caplog.text

    def test_a_code_that_was_set_before_is_kept(self) -> None:
        reply = run("Unary", "code_then_raise")
        assert (reply.code, reply.message) == (NOT_FOUND, "gone")


class TestResults:
    @pytest.mark.parametrize(
        ("rpc", "script"), [("Unary", "nothing"), ("Unary", "wrong_type"), ("Stream", "yields_nothing")]
    )
    def test_what_is_no_message_of_the_method_is_internal(self, rpc: str, script: str) -> None:
        reply = run(rpc, script)
        assert (reply.code, reply.message, reply.messages) == (INTERNAL, "Failed to serialize response!", [])

    def test_an_empty_message_is_a_message(self) -> None:
        assert call("Empty", said("hi")).messages == [b""]

    @pytest.mark.parametrize("rpc", ["Unwritten", "UnwrittenStream"])
    def test_a_method_that_was_not_written_is_unimplemented(self, rpc: str, caplog: pytest.LogCaptureFixture) -> None:
        reply = call(rpc, said("hi"))
        assert (reply.code, reply.message) == (UNIMPLEMENTED, "Method not implemented!")
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    def test_a_unary_answer_is_one_piece(self) -> None:
        from tests.server.wire import SERVER, environ_of

        answer = SERVER.handle(environ_of("/echo.Echo/Unary", said("hi")))
        assert answer is not None
        assert isinstance(answer.body, list)
        assert len(answer.body) == 1


class TestCodes:
    def test_code_and_details_without_the_message(self) -> None:
        reply = run("Unary", "code_and_message")
        assert (reply.code, reply.messages) == (NOT_FOUND, [])
        assert reply.message == "no such thing: 100% of “them”\r\n"

    def test_only_what_must_be_is_percent_encoded(self) -> None:
        encoded = run("Unary", "code_and_message").trailers["grpc-message"]
        assert encoded == "no such thing: 100%25 of %E2%80%9Cthem%E2%80%9D%0D%0A"

    def test_a_number_does_and_what_is_no_code_is_unknown(self) -> None:
        assert run("Unary", "code_as_number").code == NOT_FOUND
        assert run("Unary", "code_unknown").code == UNKNOWN


class TestAbort:
    @SHAPES
    def test_abort(self, rpc: str, caplog: pytest.LogCaptureFixture) -> None:
        reply = run(rpc, "abort")
        assert (reply.code, reply.message, reply.messages) == (DENIED, "not you", [])
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    @SHAPES
    def test_abort_with_status_carries_rich_details(self, rpc: str) -> None:
        reply = run(rpc, "abort_with_status")
        assert (reply.code, reply.message) == (PRECONDITION, "not now")
        assert base64.b64decode(reply.trailers["grpc-status-details-bin"] + "==") == b"\x08\x09"

    @pytest.mark.parametrize(("rpc", "script"), [("Unary", "abort_swallowed"), ("Stream", "abort_swallowed_in_stream")])
    def test_it_cannot_be_swallowed(self, rpc: str, script: str) -> None:
        reply = run(rpc, script)
        assert (reply.code, reply.message, reply.messages) == (DENIED, "not you", [])

    @pytest.mark.parametrize(
        ("rpc", "script", "texts"), [("Unary", "abort_ok", []), ("Stream", "abort_ok_after_two", ["one", "two"])]
    )
    def test_with_ok_it_is_unknown(self, rpc: str, script: str, texts: list[str]) -> None:
        reply = run(rpc, script)
        assert (reply.code, reply.texts) == (UNKNOWN, texts)

    def test_it_raises_what_grpcio_raises(self) -> None:
        """OpenTelemetry's interceptor tells an abort from a failure by the bare type."""
        from sentry_scm_grpc.server.context import WebContext

        with pytest.raises(Exception) as raised:  # noqa: PT011
            WebContext({}, "/echo.Echo/Unary", (), None).abort(grpc.StatusCode.ABORTED, "")
        assert type(raised.value) is Exception

    @SHAPES
    def test_cancel(self, rpc: str) -> None:
        reply = run(rpc, "cancel") if rpc == "Unary" else run(rpc, "cancel_stream")
        assert reply.code == grpc.StatusCode.CANCELLED.value[0]
        assert reply.messages == []


class TestStreamsOfRequests:
    def test_client_streaming(self) -> None:
        assert call("Collect", said("a", "b", "c")).texts == ["a,b,c"]
        assert call("Collect").texts == [""]

    def test_half_duplex(self) -> None:
        assert call("Chat", said("a", "b")).texts == ["you said a", "you said b"]
        reply = call("Chat")
        assert (reply.code, reply.messages) == (0, [])

    def test_requests_are_read_as_they_are_asked_for(self) -> None:
        from tests.server.wire import SERVER, environ_of

        environ = environ_of("/echo.Echo/Chat", said("a", "b", "c"))
        answer = SERVER.handle(environ)
        assert answer is not None
        assert environ["wsgi.input"].tell() == len(said("a")), "more was read than the first answer needs"
        assert len(list(answer.body)) == 4

    def test_a_broken_message_in_the_middle_ends_the_call(self) -> None:
        reply = call("Chat", said("a") + b"\0\0\0")
        assert (reply.texts, reply.code) == (["you said a"], INTERNAL)
        assert call("Collect", said("a") + b"\0\0\0").code == INTERNAL
