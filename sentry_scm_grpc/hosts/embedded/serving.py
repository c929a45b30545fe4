"""The server of the embedded host: granian, at an address that nobody else listens at."""

from __future__ import annotations

import errno
import os
import socket
import sys

from sentry_scm_grpc.hosts.embedded.data import CommandError

BIND = "127.0.0.1:8800"
# Most of a call is waiting for git or the database, so more threads than cores pay.
THREADS = 8
#: How long calls under way may go on after SIGTERM, in seconds, as at the native server.
GRACE_SECONDS = 25


def granian_command(host: str, port: int, *, workers: int = 1, threads: int = THREADS) -> list[str]:
    """The command line of the WSGI server, which reads SCM_GRPC_DATA."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "error"),
        *("--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", str(threads)),
        # Without it a client that never ends its request keeps the server from stopping.
        *("--workers-kill-timeout", os.environ.get("GRANIAN_WORKERS_KILL_TIMEOUT", str(GRACE_SECONDS))),
        "sentry_scm_grpc.hosts.embedded.wsgi:application",
    ]


def split_bind(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise CommandError(f"--bind {bind!r} is no address; write host:port, such as 127.0.0.1:8800.")
    return host or "127.0.0.1", int(port)


def is_free(host: str, port: int) -> bool:
    """Raises CommandError where the host is none of this machine's."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise CommandError(f"cannot listen at {host}, port {port}: {error.strerror}.") from None
    return True
