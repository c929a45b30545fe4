"""A header whose name has underscores never counts: WSGI gives it the name of the one with hyphens.

gunicorn drops it. granian and uWSGI do not, so docs/reference/servers.md puts nginx in front of them.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_ports
from tests.reliability.services import nginx
from tests.scenarios.running import running
from tests.server.test_servers import granian, gunicorn, uwsgi

SENT = [
    "X_Api_Key: forged\r\n",
    "X-Api_Key: forged\r\n",
    "X-Api-Key: good\r\nX_Api_Key: forged\r\n",
    "X_Api_Key: forged\r\nX-Api-Key: good\r\n",
    "X_Forwarded_For: 192.0.2.66\r\n",
    "X-Forwarded_For: 192.0.2.66\r\n",
]


def seen(port: int, headers: str) -> str:
    """What the application sees, as text."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n".encode())
        answer = b""
        while part := client.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        return ""
    return body.decode()


@contextlib.contextmanager
def documented(name: str, directory: Path) -> Iterator[int]:
    (port,) = free_ports(1)
    command = {"gunicorn": gunicorn, "granian": granian, "uwsgi": uwsgi}[name]
    with running(command(port, "tests.server.headers:application"), port, {}, directory / "log"):
        if name == "gunicorn":
            yield port
            return
        with nginx([port], directory) as url:
            yield int(url.rpartition(":")[2])


@pytest.mark.parametrize("name", ["gunicorn", "granian", "uwsgi"])
def test_a_name_with_underscores_never_reaches_the_application(name: str, tmp_path: Path) -> None:
    with documented(name, tmp_path) as port:
        assert json.loads(seen(port, "X-Api-Key: good\r\n"))["HTTP_X_API_KEY"] == "good"
        for headers in SENT:
            answer = seen(port, headers)
            assert "forged" not in answer, headers
            assert "192.0.2.66" not in answer, headers
