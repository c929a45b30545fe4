"""Ports for servers that tests start."""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress

# Below those that Linux gives to sockets that name none.
_PORTS = range(20_000, 32_000)
# Not in TMPDIR, which differs between suites.
_TURN = f"/tmp/sentry-scm-grpc-test-port-{os.getuid()}"


def free_ports(count: int) -> list[int]:
    """Ports at which nothing listens.

    It is long until another test, in whatever process, is told of them. So a server that takes a while to start still
    has its port, and nobody else's server answers there.
    """
    found: list[int] = []
    with open(_TURN, "a+") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        turn.seek(0)
        last = int(turn.read() or _PORTS[-1])
        for _ in _PORTS:
            last = last + 1 if last + 1 in _PORTS else _PORTS[0]
            with suppress(OSError), socket.create_server(("127.0.0.1", last)):
                found.append(last)
            if len(found) == count:
                break
        turn.truncate(0)
        turn.write(str(last))
    assert len(found) == count, "all ports are in use"
    return found


def free_port() -> int:
    return free_ports(1)[0]
