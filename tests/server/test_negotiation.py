"""Shows what is taken for an RPC, in which form it is answered, what is refused, and what is left to Django."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.server.wire import BINARY, TEXT, Reply, call, echo_server, environ_of, said, through

UNIMPLEMENTED = 12


def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The application behind ours; answers with what it can still read of the body."""
    start_response("418 I'm a teapot", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


SERVER = echo_server(application=site, prefix="/grpc")


def ask(path: str, body: bytes = b"", **environ: Any) -> Reply:
    return through(SERVER, environ_of(path, body, **environ))


class TestRequestForms:
    @pytest.mark.parametrize(
        "content_type",
        [
            "application/grpc-web",
            "application/grpc-web+proto",
            "Application/gRPC-Web+Proto",
            "application/grpc-web; charset=utf-8",
            " application/grpc-web+proto ;x=y",
        ],
    )
    def test_binary(self, content_type: str) -> None:
        reply = ask("/echo.Echo/Unary", said("hi"), CONTENT_TYPE=content_type)
        assert (reply.texts, reply.headers["content-type"]) == (["hi"], BINARY)

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/grpc-web-text",
            "application/grpc-web-text+proto",
            "APPLICATION/GRPC-WEB-TEXT",
            "application/grpc-web-text;charset=utf-8",
        ],
    )
    def test_text_is_answered_as_text(self, content_type: str) -> None:
        reply = ask("/echo.Echo/Unary", base64.b64encode(said("hi")), CONTENT_TYPE=content_type)
        assert (reply.texts, reply.headers["content-type"]) == (["hi"], "application/grpc-web-text+proto")

    @pytest.mark.parametrize(
        "content_type",
        [
            None,
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/grpc",
            "application/grpc+proto",
            "application/grpc-web+json",
            "application/grpc-web+thrift",
            "application/grpc-webby",
            "image/jpeg",
        ],
    )
    def test_anything_else_is_415_and_never_executed(self, content_type: str | None) -> None:
        reply = ask("/echo.Echo/Unary", said("hi"), CONTENT_TYPE=content_type)
        assert reply.status == 415
        assert "application/grpc-web+proto" in reply.headers["accept-post"]

    def test_a_compressed_http_body_is_415(self) -> None:
        reply = ask("/echo.Echo/Unary", said("hi"), HTTP_CONTENT_ENCODING="gzip")
        assert reply.status == 415
        assert "grpc-encoding" in reply.body.decode()


class TestAnswerForm:
    @pytest.mark.parametrize(
        ("request_form", "accept", "answer"),
        [
            (BINARY, None, BINARY),
            (BINARY, "*/*", BINARY),
            (BINARY, "application/json;q=0.1, text/html", BINARY),
            (BINARY, "application/grpc-web-text", "application/grpc-web-text+proto"),
            (TEXT, "*/*", "application/grpc-web-text+proto"),
            (TEXT, "application/grpc-web+proto", BINARY),
            (TEXT, "application/grpc-web;q=0, application/grpc-web-text", "application/grpc-web-text+proto"),
        ],
    )
    def test_it_follows_the_request_and_is_never_echoed_from_accept(
        self, request_form: str, accept: str | None, answer: str
    ) -> None:
        body = base64.b64encode(said("hi")) if request_form == TEXT else said("hi")
        reply = ask("/echo.Echo/Unary", body, CONTENT_TYPE=request_form, HTTP_ACCEPT=accept)
        assert (reply.headers["content-type"], reply.texts) == (answer, ["hi"])


class TestPaths:
    @pytest.mark.parametrize("prefix", ["/grpc", "grpc/", "/a/b", ""])
    def test_an_rpc_answers_below_the_prefix_and_without_it(self, prefix: str) -> None:
        server = echo_server(prefix=prefix)
        for path in ("/echo.Echo/Unary", f"/{prefix.strip('/')}/echo.Echo/Unary" if prefix else "/echo.Echo/Unary"):
            assert through(server, environ_of(path, said("hi"))).texts == ["hi"]

    @pytest.mark.parametrize(
        "path",
        ["/echo.Echo/Nope", "/grpc/no.Such/Rpc", "/", "/echo.Echo/Unary/", "//echo.Echo/Unary", "/grpcecho.Echo/Unary"],
    )
    def test_an_unknown_method_is_unimplemented_to_grpc_web(self, path: str) -> None:
        reply = ask(path, said("hi"))
        assert (reply.status, reply.code, reply.message) == (200, UNIMPLEMENTED, "Method not found!")

    @pytest.mark.parametrize(("verb", "path"), [("GET", "/issues/"), ("POST", "/api/0/upload/"), ("OPTIONS", "/echo")])
    def test_what_is_no_rpc_goes_on_with_its_body_unread(self, verb: str, path: str) -> None:
        environ = environ_of(path, b"form data", verb=verb, CONTENT_TYPE="application/x-www-form-urlencoded")
        assert not SERVER.serves(environ)
        reply = through(SERVER, environ)
        assert (reply.status, reply.body) == (418, b"form data")

    def test_alone_it_answers_404(self) -> None:
        assert through(echo_server(), environ_of("/issues/", verb="GET", CONTENT_TYPE="")).status == 404

    @pytest.mark.parametrize("verb", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
    def test_other_verbs_are_405(self, verb: str) -> None:
        reply = ask("/echo.Echo/Unary", b"left over", verb=verb)
        assert reply.status == 405
        assert reply.headers["allow"] == "POST, OPTIONS"

    @pytest.mark.parametrize(
        "environ",
        [
            environ_of("/echo.Echo/Unary", b"x" * 100, CONTENT_TYPE="text/plain"),
            environ_of("/echo.Echo/Unary", b"x" * 100, verb="PUT"),
            environ_of("/echo.Echo/Nope", b"x" * 100),
            environ_of("/echo.Echo/Unary", b"x" * 100, HTTP_GRPC_TIMEOUT="never"),
        ],
    )
    def test_a_refused_body_is_drained_so_that_the_connection_lives_on(self, environ: dict[str, Any]) -> None:
        through(SERVER, environ)
        assert environ["wsgi.input"].read() == b""


class TestCors:
    PAGE = "https://app.example"
    SERVER = echo_server(application=site, cors_origins=[PAGE, "https://other.example/"])

    def preflight(self, path: str = "/echo.Echo/Unary", origin: str | None = PAGE, **environ: Any) -> Reply:
        asked = {
            "HTTP_ORIGIN": origin,
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST",
            "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "content-type,x-api-key,x-grpc-web",
        }
        return through(self.SERVER, environ_of(path, verb="OPTIONS", CONTENT_TYPE=None, **{**asked, **environ}))

    def test_a_page_of_a_listed_origin_may_call_with_its_headers(self) -> None:
        reply = self.preflight()
        assert reply.status == 204
        assert reply.headers["access-control-allow-origin"] == self.PAGE
        assert reply.headers["access-control-allow-headers"] == "content-type,x-api-key,x-grpc-web"
        assert "POST" in reply.headers["access-control-allow-methods"]
        assert int(reply.headers["access-control-max-age"]) > 0
        assert "Origin" in reply.headers["vary"]

    @pytest.mark.parametrize(
        "origin",
        ["https://evil.example", "https://app.example.evil", "http://app.example", "https://app.example:8443", "null"],
    )
    def test_no_other_origin_may(self, origin: str) -> None:
        for reply in (
            self.preflight(origin=origin),
            through(self.SERVER, environ_of("/echo.Echo/Unary", said("hi"), HTTP_ORIGIN=origin)),
        ):
            assert not any(name.startswith("access-control-") for name in reply.headers)
            assert "Origin" in reply.headers["vary"]

    def test_by_default_no_origin_may(self) -> None:
        assert not any("access-control" in name for name in call("Unary", said("hi"), HTTP_ORIGIN=self.PAGE).headers)

    def test_the_page_can_read_the_answer_and_the_metadata_of_the_servicer(self) -> None:
        reply = through(self.SERVER, environ_of("/echo.Echo/Unary", said("initial"), HTTP_ORIGIN=self.PAGE))
        assert reply.headers["access-control-allow-origin"] == self.PAGE
        exposed = reply.headers["access-control-expose-headers"].split(", ")
        assert {"grpc-status", "grpc-message", "grpc-status-details-bin", "x-first"} <= set(exposed)

    @pytest.mark.parametrize(
        "environ",
        [
            environ_of("/echo.Echo/Nope", said("hi")),
            environ_of("/echo.Echo/Unary", b""),
            environ_of("/echo.Echo/Unary", verb="GET"),
            environ_of("/echo.Echo/Unary", CONTENT_TYPE="text/plain"),
        ],
    )
    def test_so_can_it_read_a_refusal(self, environ: dict[str, Any]) -> None:
        reply = through(self.SERVER, {**environ, "HTTP_ORIGIN": self.PAGE})
        assert reply.headers["access-control-allow-origin"] == self.PAGE

    def test_the_preflight_of_an_unknown_rpc_succeeds_so_that_the_call_can_be_answered(self) -> None:
        assert self.preflight("/grpc/no.Such/Rpc").status == 204

    def test_other_preflights_go_on_to_the_site(self) -> None:
        assert self.preflight("/api/0/", HTTP_ACCESS_CONTROL_REQUEST_HEADERS="content-type").status == 418
        assert self.preflight("/api/0/", origin="https://evil.example").status == 418

    def test_header_names_that_are_none_are_not_echoed(self) -> None:
        reply = self.preflight(HTTP_ACCESS_CONTROL_REQUEST_HEADERS="x-grpc-web, a: b")
        assert "access-control-allow-headers" not in reply.headers
