"""Shows that the context keeps the whole contract of grpc.ServicerContext: deadlines, facts of the call, callbacks."""

from __future__ import annotations

import pytest

from tests.server.echo import CALLED_BACK, CLOSED
from tests.server.wire import SERVER, call, environ_of, run, said

DEADLINE_EXCEEDED, INTERNAL = 4, 13


class TestDeadlines:
    @pytest.mark.parametrize(
        ("timeout", "seconds"),
        [("1H", 3600), ("2M", 120), ("99999999S", 99999999), ("5000m", 5), ("5000000u", 5), ("99999999n", 0.099999999)],
    )
    def test_the_handler_sees_the_time_that_is_left(self, timeout: str, seconds: float) -> None:
        left = float(run("Unary", "remaining", HTTP_GRPC_TIMEOUT=timeout).texts[0])
        assert 0 < left <= seconds

    def test_without_a_deadline_it_is_as_long_as_grpcio_says(self) -> None:
        assert float(run("Unary", "remaining").texts[0]) > 9e9

    @pytest.mark.parametrize("rpc", ["Unary", "Stream", "Collect", "Chat"])
    def test_passed_before_the_handler_runs(self, rpc: str) -> None:
        reply = call(rpc, said("boom"), HTTP_GRPC_TIMEOUT="0S")
        assert (reply.code, reply.message, reply.messages) == (DEADLINE_EXCEEDED, "Deadline Exceeded", [])

    def test_passed_while_the_handler_ran(self) -> None:
        reply = run("Unary", "outlive_deadline", HTTP_GRPC_TIMEOUT="20m")
        assert (reply.code, reply.messages) == (DEADLINE_EXCEEDED, [])

    def test_passed_between_two_messages_of_a_stream(self) -> None:
        reply = run("Stream", "stream_beyond_deadline", HTTP_GRPC_TIMEOUT="200m")
        assert (reply.code, reply.texts) == (DEADLINE_EXCEEDED, ["in time"])

    def test_passed_in_an_endless_stream(self) -> None:
        CLOSED.clear()
        reply = run("Stream", "endless", HTTP_GRPC_TIMEOUT="20m")
        assert reply.code == DEADLINE_EXCEEDED
        assert CLOSED == ["generator", "callback"]

    @pytest.mark.parametrize("timeout", ["", "S", "1", "1s", "-1S", "1.5S", "123456789S", "1 S", "１S"])
    def test_a_timeout_that_is_none_is_refused(self, timeout: str) -> None:
        reply = call("Unary", said("hi"), HTTP_GRPC_TIMEOUT=timeout)
        assert reply.code == INTERNAL
        assert "grpc-timeout" in reply.message


class TestFacts:
    @pytest.mark.parametrize(
        ("environ", "peer"),
        [
            ({}, "ipv4:192.0.2.7:4711"),
            ({"REMOTE_ADDR": "2001:db8::7"}, "ipv6:[2001:db8::7]:4711"),
            ({"REMOTE_ADDR": "", "REMOTE_PORT": None}, "unix:"),
        ],
    )
    def test_peer_identities_and_compression(self, environ: dict[str, str], peer: str) -> None:
        assert run("Unary", "facts", **environ).texts == [repr((peer, None, None, {}))]

    def test_code_and_details_are_methods(self) -> None:
        reply = run("Unary", "code_and_details")
        assert (reply.code, reply.message) == (0, "")

    def test_compression_can_be_switched_off(self) -> None:
        assert run("Unary", "uncompressed", HTTP_GRPC_ACCEPT_ENCODING="gzip").frames[0][0] == 0
        flags = [flags for flags, _ in run("Stream", "one_uncompressed", HTTP_GRPC_ACCEPT_ENCODING="gzip").frames]
        assert flags == [1, 0, 1, 0x80]


class TestEndOfTheCall:
    def test_callbacks_run_once_also_after_one_that_fails(self, caplog: pytest.LogCaptureFixture) -> None:
        CALLED_BACK.clear()
        run("Unary", "callbacks", HTTP_X_REQUEST_ID="request-1")
        assert CALLED_BACK == ["first", "last"]
        assert "request-1" in caplog.text

    def test_add_callback_says_no_when_the_call_is_over(self) -> None:
        from sentry_scm_grpc.server.context import WebContext

        context = WebContext({}, "/echo.Echo/Unary", (), None)
        context.finish()
        assert not context.is_active()
        assert context.add_callback(lambda: None) is False

    @pytest.mark.parametrize("read", [0, 1, 5])
    def test_a_client_that_goes_away_closes_the_generator(self, read: int) -> None:
        CLOSED.clear()
        answer = SERVER.handle(environ_of("/echo.Echo/Stream", said("endless")))
        assert answer is not None
        assert not isinstance(answer.body, list)
        for _ in range(read):
            next(answer.body)
        answer.body.close()  # type: ignore[attr-defined]
        answer.body.close()  # type: ignore[attr-defined]
        assert CLOSED == ["generator", "callback"]
