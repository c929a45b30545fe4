"""Shows the two ways into a Django site: RPCs survive them, and what is no RPC reaches Django as it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from sentry_scm_grpc.server import site
from sentry_scm_grpc.wsgi import wrap
from tests.server.echo import CLOSED
from tests.server.wire import BINARY, Reply, echo_server, environ_of, framed, said, through

# With each request Django looks after its database connections.
pytestmark = pytest.mark.django_db


def upload(request: HttpRequest) -> HttpResponse:
    """Says what it was sent: the files of a form, or the body."""
    if "file" in request.FILES:
        file: Any = request.FILES["file"]
        return HttpResponse(file.read())
    return HttpResponse(request.read(), status=201)


urlpatterns = [path("upload/", upload)]


@pytest.fixture(autouse=True)
def _site(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    server = echo_server(cors_origins=["https://app.example"])
    monkeypatch.setattr("sentry_scm_grpc.server.site.site_server", lambda: server)
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "sentry_scm_grpc.middleware.GrpcWebMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]


def post(rpc: str, text: str, **environ: Any) -> Reply:
    response: Any = Client().post(f"/grpc/echo.Echo/{rpc}", said(text), content_type=BINARY, **environ)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return Reply(response.status_code, {name.lower(): value for name, value in response.items()}, body)


class TestMiddleware:
    def test_a_unary_call(self) -> None:
        reply = post("Unary", "hi")
        assert (reply.status, reply.texts, reply.code) == (200, ["hi"], 0)
        assert reply.headers == {"content-type": BINARY, "content-length": str(len(reply.body)), "vary": "Origin"}

    def test_a_stream(self) -> None:
        reply = post("Stream", "hi")
        assert (reply.texts, reply.code) == (["hi 0", "hi 1", "hi 2"], 0)
        assert "content-length" not in reply.headers

    def test_initial_metadata_and_cors(self) -> None:
        reply = post("Unary", "initial", HTTP_ORIGIN="https://app.example")
        assert reply.headers["x-first"] == "1"
        assert reply.headers["access-control-allow-origin"] == "https://app.example"
        assert "x-first" in reply.headers["access-control-expose-headers"]

    def test_repeated_metadata_are_several_headers(self) -> None:
        reply = through(WSGIHandler(), environ_of("/grpc/echo.Echo/Unary", said("initial_repeated")))
        found = [value for name, value in reply.header_lines if name == "x-first"]
        assert found == ["1", "2", "3, 4"]

    def test_an_error(self) -> None:
        assert post("Unary", "abort").message == "not you"
        assert post("Stream", "boom_after_two").code == 2

    def test_refusals_keep_their_status(self) -> None:
        assert Client().get("/grpc/echo.Echo/Unary").status_code == 405
        response = Client().post("/grpc/echo.Echo/Unary", b"x=1", content_type="text/plain")
        assert (response.status_code, "accept-post" in response.headers) == (415, True)

    def test_a_preflight(self) -> None:
        response = Client().options(
            "/grpc/echo.Echo/Unary", HTTP_ORIGIN="https://app.example", HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST"
        )
        assert response.status_code == 204
        assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"

    def test_a_stream_that_is_left_is_closed(self) -> None:
        CLOSED.clear()
        response = Client().post("/grpc/echo.Echo/Stream", said("endless"), content_type=BINARY)
        next(response.streaming_content)  # type: ignore[attr-defined]
        response.close()
        assert CLOSED == ["generator", "callback"]

    def test_a_form_reaches_django_unread(self) -> None:
        file = SimpleUploadedFile("a.bin", b"\0\xff" * 5_000_000)
        assert Client().post("/upload/", {"file": file}).content == b"\0\xff" * 5_000_000

    def test_a_body_that_is_read_piece_by_piece_reaches_django(self) -> None:
        response = Client().post("/upload/", b"{}", content_type="application/json")
        assert (response.status_code, response.content) == (201, b"{}")

    def test_the_chain_behind_it_still_runs(self) -> None:
        assert Client().get("/upload").status_code == 301
        assert Client(enforce_csrf_checks=True).post("/upload/", {"a": "1"}).status_code == 403


def test_health_of_the_site_can_be_checked_by_everyone_but_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watch would hold a thread of the site for as long as a stranger likes."""
    from grpc_health.v1 import health_pb2

    monkeypatch.undo()
    body = framed(health_pb2.HealthCheckRequest().SerializeToString())
    assert through(site.site_server(), environ_of("/grpc/grpc.health.v1.Health/Check", body)).code == 0
    assert through(site.site_server(), environ_of("/grpc/grpc.health.v1.Health/Watch", body)).code == 12


class TestWrap:
    @pytest.fixture(autouse=True)
    def _signals(self) -> Iterator[None]:
        self.signals: list[str] = []

        def started(**kwargs: Any) -> None:
            self.signals.append("started")

        def finished(**kwargs: Any) -> None:
            self.signals.append("finished")

        request_started.connect(started)
        request_finished.connect(finished)
        yield
        request_started.disconnect(started)
        request_finished.disconnect(finished)

    @staticmethod
    def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("201 Created", [])
        return [environ["wsgi.input"].read()]

    def test_the_request_signals_are_sent_around_a_call(self) -> None:
        assert through(wrap(self.site), environ_of("/grpc/echo.Echo/Unary", said("hi"))).texts == ["hi"]
        assert self.signals == ["started", "finished"]

    def test_the_end_of_a_stream_is_the_end_of_the_request(self) -> None:
        CLOSED.clear()
        body: Any = wrap(self.site)(environ_of("/echo.Echo/Stream", said("endless")), lambda *_: lambda _: None)
        next(iter(body))
        assert self.signals == ["started"]
        body.close()
        assert CLOSED == ["generator", "callback"]
        assert self.signals == ["started", "finished"]

    def test_a_process_that_is_told_to_exit_ends_the_request_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from tests.server import echo

        def leave(context: Any) -> None:
            raise SystemExit

        monkeypatch.setitem(echo.SCRIPTS, "leave", leave)
        with pytest.raises(SystemExit):
            through(wrap(self.site), environ_of("/echo.Echo/Unary", said("leave")))
        assert self.signals == ["started", "finished"]

    def test_what_is_no_rpc_goes_on_without_our_signals(self) -> None:
        reply = through(wrap(self.site), environ_of("/upload/", b"form", CONTENT_TYPE="text/plain"))
        assert (reply.status, reply.body, self.signals) == (201, b"form", [])
