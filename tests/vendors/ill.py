"""A vendor that is ill: what it may do to a connection, on a real socket."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable

OK_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"


def silent(connection: socket.socket) -> None:
    connection.settimeout(60)
    with contextlib.suppress(TimeoutError):
        connection.recv(1)


def drip(connection: socket.socket) -> None:
    connection.sendall(OK_HEAD)
    for _ in range(1000):
        connection.sendall(b" ")
        time.sleep(0.05)


def drip_a_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(1000):
        connection.sendall(b"a")
        time.sleep(0.05)


def never_begin(connection: socket.socket) -> None:
    for _ in range(1000):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def reset_at_once(connection: socket.socket) -> None:
    # Closed with unsent data dropped, the connection is reset instead of ended.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_in_the_middle(connection: socket.socket) -> None:
    connection.sendall(OK_HEAD + b'{"values": [')
    reset_at_once(connection)


def end_in_the_middle(connection: socket.socket) -> None:
    connection.sendall(OK_HEAD + b'{"values": [')


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")


def overloaded(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")


def busy_for_a_minute(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n")


def drip_an_error(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b" ")
        time.sleep(0.05)


def redirect_to_itself(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /rest/api/1.0/again\r\nContent-Length: 0\r\n\r\n")


class IllVendor:
    """Does the same to every connection, after it has read a request."""

    def __init__(self, does: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> None:
        self._does = does
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        # Sentry gives every socket a timeout of five seconds, which a slow machine may need before it connects.
        self._listener.settimeout(None)
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.settimeout(None)
                self.connections += 1
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            connection.recv(65536)
            self._does(connection)

    def close(self) -> None:
        # Closing alone does not wake the thread that waits in accept(), which would take one more connection.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
