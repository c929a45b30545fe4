"""Shows that calls come through real WSGI servers: gunicorn, granian, uWSGI, wsgiref; alone, wrapped, behind Django."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.ports import free_port
from tests.server.wire import BINARY, Reply, b64decode_pieces, framed, said

# It starts every server, and sends each the largest messages.
pytestmark = pytest.mark.slow

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
WSGIREF = """
import importlib, socketserver, sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

module, _, name = sys.argv[2].partition(":")
application = getattr(importlib.import_module(module), name)
make_server("127.0.0.1", int(sys.argv[1]), application, Server).serve_forever()
"""


def gunicorn(port: int, app: str) -> list[str]:
    options = ["--worker-class=gthread", "--threads=4", "--keep-alive=75", f"--bind=127.0.0.1:{port}"]
    return [str(BIN / "gunicorn"), *options, app]


def granian(port: int, app: str) -> list[str]:
    options = ["--interface=wsgi", "--blocking-threads=4", f"--port={port}", "--no-ws"]
    return [str(BIN / "granian"), *options, app]


def uwsgi(port: int, app: str) -> list[str]:
    options = ["--master", "--threads=4", "--need-app", "--die-on-term", "--http-keepalive=1", "--http-auto-chunked"]
    return [str(BIN / "uwsgi"), *options, f"--http=127.0.0.1:{port}", "--http-chunked-input", f"--module={app}"]


def wsgiref(port: int, app: str) -> list[str]:
    return [sys.executable, "-c", WSGIREF, str(port), app]


class Server(NamedTuple):
    name: str
    way: str
    port: int

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def call(self, rpc: str, body: Any, connection: http.client.HTTPConnection | None = None, **headers: str) -> Reply:
        connection = connection or self.connection()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        chunked = not isinstance(body, bytes)
        if chunked:
            names["Transfer-Encoding"] = "chunked"
        path = f"/grpc/echo.Echo/{rpc}"
        connection.request("POST", path, body, {"Content-Type": BINARY, **names}, encode_chunked=chunked)
        response = connection.getresponse()
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def posted(self, path: str, headers: dict[str, str], body: bytes, chunked: bool) -> tuple[int, bytes]:
        """HTTP status and body. The request is sent to its end before the answer is read."""
        sent: Any = body
        if chunked:
            headers = {**headers, "Transfer-Encoding": "chunked"}
            sent = (body[start : start + 65536] for start in range(0, len(body), 65536))
        with contextlib.closing(self.connection()) as connection:
            connection.request("POST", path, sent, headers, encode_chunked=chunked)
            response = connection.getresponse()
            return response.status, response.read()

    def opened(self, rpc: str, body: bytes, **headers: str) -> http.client.HTTPResponse:
        connection = self.connection()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", f"/grpc/echo.Echo/{rpc}", body, {"Content-Type": BINARY, **names})
        return connection.getresponse()


Combination = tuple[Callable[[int, str], list[str]], str]
COMBINATIONS: list[Combination] = [
    (server, way) for server in (gunicorn, granian, uwsgi, wsgiref) for way in ("alone", "wrapped", "middleware")
]


def name_of(combination: Combination) -> str:
    return f"{combination[0].__name__}-{combination[1]}"


def on(combinations: list[Combination]) -> pytest.MarkDecorator:
    """Runs a test on these servers alone."""
    return pytest.mark.parametrize("server", combinations, indirect=True, ids=name_of)


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """A server's process, for as long as it is needed."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.server.site_settings", "PYTHONPATH": str(ROOT)}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output, start_new_session=True)
    try:
        wait_until(lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


@pytest.fixture(scope="module", params=COMBINATIONS, ids=name_of)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    command, way = request.param
    port = free_port()
    module = "tests.server.alone" if way == "alone" else "tests.server.site"
    with running(command(port, f"{module}:{way}"), port, tmp_path_factory.mktemp("log") / "server.log"):
        yield Server(command.__name__, way, port)


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "waited for 20 seconds in vain"
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_status_headers_message_and_trailers_arrive(server: Server) -> None:
    reply = server.call("Unary", said("initial"), Accept="*/*")
    assert (reply.status, reply.texts, reply.code) == (200, ["initial"], 0)
    assert reply.headers["content-type"] == BINARY
    assert reply.headers["content-length"] == str(len(reply.body))
    assert reply.headers["x-first"] == "1"


def test_errors_arrive(server: Server) -> None:
    assert server.call("Unary", said("abort")).message == "not you"
    assert server.call("Unary", said("boom")).code == 2
    reply = server.call("Stream", said("boom_after_two"))
    assert (reply.texts, reply.code) == (["one", "two"], 2)


def test_a_chunked_request(server: Server) -> None:
    if server.name == "wsgiref":
        return  # It knows no chunks and does not read them; for us there is no body then, as test_framing shows.
    body = said("hi" * 1000)
    assert server.call("Unary", iter([body[:3], body[3:700], body[700:]])).texts == ["hi" * 1000]
    assert server.call("Collect", iter([said("a"), said("b")])).texts == ["a,b"]


def test_each_message_of_a_stream_leaves_when_it_is_made(server: Server, tmp_path: Path) -> None:
    response = server.opened("Stream", said("wait_for_file"), x_file=str(tmp_path / "go"))
    assert response.read(len(said("first"))) == said("first")
    (tmp_path / "go").touch()
    assert response.read().startswith(said("second"))


def test_a_client_that_goes_away_closes_the_generator(server: Server, tmp_path: Path) -> None:
    response = server.opened("Stream", said("note_end_in_file"), x_file=str(tmp_path / "end"))
    response.read(100_000)
    response.close()
    wait_until((tmp_path / "end").exists)


# The others do not show an application the connection, or keep their own to the worker.
@on([pair for pair in COMBINATIONS if pair[0] is gunicorn])
@pytest.mark.parametrize("rpc", ["Unary", "Stream"])
def test_a_handler_is_told_that_its_client_has_gone(server: Server, rpc: str, tmp_path: Path) -> None:
    leave(server, rpc, tmp_path / "gone")


def leave(server: Server, rpc: str, file: Path) -> None:
    script = "wait_for_departure" if rpc == "Unary" else "wait_for_departure_in_stream"
    connection = server.connection()
    headers = {"Content-Type": BINARY, "x-file": str(file)}
    connection.request("POST", f"/grpc/echo.Echo/{rpc}", said(script), headers)
    wait_until(file.exists)
    connection.close()
    wait_until(lambda: file.read_text() == "active: False")


def test_a_message_that_is_too_large_is_refused(server: Server) -> None:
    assert server.call("Unary", framed(b"x" * 5_000_000)).code == 8


MIB = 1 << 20
#: Text of JSON and base64 alike.
LARGE = b"A" * (64 * MIB)
FRAME = b"\0\4\0\0\0"
GRPC_WEB, JSON = {"Content-Type": BINARY}, {"Content-Type": "application/json"}
#: Headers, what comes before the text, and how much of it: more than what the sockets on the way take.
LARGE_BODIES: dict[str, tuple[dict[str, str], bytes, int]] = {
    "binary": (GRPC_WEB, FRAME, 64),
    "17 MiB": (GRPC_WEB, FRAME, 17),
    "text": ({"Content-Type": "application/grpc-web-text"}, b"AAQAAAAA", 24),
    "compressed": ({**GRPC_WEB, "grpc-encoding": "gzip"}, b"\1" + FRAME[1:], 24),
    "json": (JSON, b"", 24),
    "compressed json": ({**JSON, "Content-Encoding": "gzip"}, b"", 24),
}


#: Without Django a server answers as the wrapped one does.
SITES = [pair for pair in COMBINATIONS if pair[1] != "alone"]


@on(SITES)
@pytest.mark.parametrize("form", LARGE_BODIES)
def test_a_client_that_sends_too_much_reads_why_it_is_refused(server: Server, form: str) -> None:
    check_large_body(server, form, chunked=False)


@on([pair for pair in SITES if pair[0] is not wsgiref])
@pytest.mark.parametrize("form", LARGE_BODIES)
def test_a_client_that_sends_too_much_in_chunks_reads_why_it_is_refused(server: Server, form: str) -> None:
    check_large_body(server, form, chunked=True)


def check_large_body(server: Server, form: str, *, chunked: bool) -> None:
    headers, start, size = LARGE_BODIES[form]
    status, answer = server.posted("/grpc/echo.Echo/Unary", headers, start + LARGE[: size * MIB], chunked)
    if "json" in form:
        assert (status, json.loads(answer)["code"]) == (429, "resource_exhausted")
    else:
        answer = b64decode_pieces(answer) if form == "text" else answer
        assert (status, b"grpc-status:8\r\n" in answer) == (200, True)


EARLY_REFUSALS: dict[str, tuple[str, dict[str, str], int]] = {
    "unknown RPC": ("/grpc/echo.Echo/Nope", GRPC_WEB, 200),
    "unknown RPC, JSON": ("/grpc/echo.Echo/Nope", JSON, 404),
    "RPC that streams, JSON": ("/grpc/echo.Echo/Stream", JSON, 415),
    "content type": ("/grpc/echo.Echo/Unary", {"Content-Type": "text/plain"}, 415),
    "content encoding": ("/grpc/echo.Echo/Unary", {**GRPC_WEB, "Content-Encoding": "gzip"}, 415),
    "bad deadline": ("/grpc/echo.Echo/Unary", {**GRPC_WEB, "grpc-timeout": "soon"}, 200),
    "bad metadata": ("/grpc/echo.Echo/Unary", {**GRPC_WEB, "x-a-bin": "!"}, 200),
    "unknown compression": ("/grpc/echo.Echo/Unary", {**GRPC_WEB, "grpc-encoding": "br"}, 200),
    "handler that reads no request": ("/grpc/echo.Echo/Deaf", GRPC_WEB, 200),
    "handler that reads no request, stream": ("/grpc/echo.Echo/DeafChat", GRPC_WEB, 200),
    "Expect": ("/grpc/echo.Echo/Unary", {**GRPC_WEB, "Expect": "100-continue"}, 200),
}


@on(SITES)
@pytest.mark.parametrize("case", EARLY_REFUSALS)
def test_a_body_that_nobody_reads_does_not_cost_the_answer(server: Server, case: str) -> None:
    path, headers, expected = EARLY_REFUSALS[case]
    status, answer = server.posted(path, headers, FRAME + LARGE[: 20 * MIB], chunked=False)
    assert status == expected
    assert status != 200 or b"grpc-status:" in answer


@on(SITES)
def test_a_longer_body_ends_the_connection(server: Server) -> None:
    """And holds no thread."""
    ends: tuple[type[OSError], ...] = (ConnectionError,)
    if server.name == "uwsgi":
        # On a busy machine its HTTP router sometimes stops reading, and does not close the connection.
        ends += (TimeoutError,)
    with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
        head = f"POST /grpc/echo.Echo/Unary HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\nContent-Type: {BINARY}"
        connection.sendall(head.encode() + b"\r\n\r\n" + b"\0\5\0\0\0")
        with contextlib.suppress(*ends):
            for _ in range(1600):
                connection.sendall(LARGE[:65536])
            while connection.recv(65536):
                pass
    assert server.call("Unary", said("hi")).texts == ["hi"]


def test_a_connection_lives_on_after_a_refusal(server: Server) -> None:
    connection = server.connection()
    for headers, status in (({"Content-Type": "text/plain"}, 415), ({"grpc-timeout": "never"}, 200)):
        assert server.call("Unary", said("x" * 10_000), connection, **headers).status == status
        assert server.call("Unary", said("hi"), connection).texts == ["hi"]


def test_what_is_no_rpc_reaches_the_site_whole(server: Server) -> None:
    connection = server.connection()
    body = b"\0\xff" * 500_000
    connection.request("POST", "/upload/", body, {"Content-Type": "application/octet-stream"})
    response = connection.getresponse()
    assert (response.status, response.read()) == (201, body)


def test_calls_at_the_same_time_do_not_mix(server: Server) -> None:
    def caller(number: int) -> list[list[str]]:
        return [server.call("Stream", said(f"{number}-{turn}")).texts for turn in range(10)]

    with ThreadPoolExecutor(8) as pool:
        for number, found in enumerate(pool.map(caller, range(8))):
            assert found == [[f"{number}-{turn} {i}" for i in range(3)] for turn in range(10)]


def test_uwsgi_that_announces_that_it_closes_connections_loses_no_call(tmp_path: Path) -> None:
    """As ``sentry run web`` runs it, by http-socket, with the option of docs/how-to/sentry.md."""
    port = free_port()
    options = ["--master", "--threads=2", "--need-app", "--die-on-term", "--add-header=Connection: close"]
    command = [str(BIN / "uwsgi"), *options, f"--http-socket=127.0.0.1:{port}", "--module=tests.server.site:middleware"]
    with running(command, port, tmp_path / "server.log"):
        server = Server("uwsgi", "middleware", port)
        connection = server.connection()
        for _ in range(50):
            reply = server.call("Unary", said("hi"), connection)
            assert (reply.texts, reply.headers["connection"]) == (["hi"], "close")
        leave(server, "Unary", tmp_path / "gone")
