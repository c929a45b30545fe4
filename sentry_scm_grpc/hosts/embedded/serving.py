"""The server of the embedded host: granian, at an address that no other program uses.

``serve`` and ``demo`` start the process ``python -m sentry_scm_grpc.hosts.embedded.serving``. It adds to granian what
is needed so that no process is left behind:

- Until a forked worker has loaded the application, it has its parent's signal handlers and would lose a SIGTERM. So the
  signals are blocked while granian forks, and the worker handles them with their default action.
- One thread waits for the signals of the parent. A signal handler could run just before the wait that it should end.
- On Linux the kernel ends a worker whose parent has ended.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import sys
import threading
import time
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sentry_scm_grpc.command_line import UsageError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BIND = "127.0.0.1:8800"
# A call mostly waits for git or the database, so more threads than cores are useful.
THREADS = 8
#: How long running calls may continue after SIGTERM, in seconds.
GRACE_SECONDS = 10

APPLICATION = "sentry_scm_grpc.hosts.embedded.wsgi"
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
# How often it is tried whether the server takes connections.
_PROBE_SECONDS = 0.02


def server_command(
    host: str,
    port: int,
    *,
    workers: int = 1,
    threads: int = THREADS,
    grace: int = GRACE_SECONDS,
    parent: int = 0,
    announces: bool = False,
) -> list[str]:
    """The command line of the WSGI server, which reads SCM_GRPC_DATA. It ends with the process ``parent``, if given.

    ``announces`` says whether it prints a line when it takes calls.
    """
    numbers = (port, workers, threads, grace, parent, int(announces))
    return [sys.executable, "-m", "sentry_scm_grpc.hosts.embedded.serving", host, *map(str, numbers)]


def main() -> None:
    host, *numbers = sys.argv[1:]
    port, workers, threads, grace, parent, announces = map(int, numbers)
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    if parent:
        end_with(parent, signal.SIGTERM)
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        APPLICATION,
        host,
        port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        # Without it, a client that never ends its request would keep the server running.
        workers_kill_timeout=grace,
    )
    threading.Thread(target=_follow_signals, args=(server,), daemon=True).start()
    if announces:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        line = f"Serving http://{host}:{port}. Stop with Ctrl-C.\n".encode()
        threading.Thread(target=_announce, args=(family, address, line), daemon=True).start()
    server.serve(target_loader=partial(_load, os.getpid()), wrap_loader=False)


def _announce(family: int, address: Any, line: bytes) -> None:
    """Prints the line when the server takes connections: a worker listens only when it has loaded the application.

    granian may fork meanwhile, so this uses nothing that takes a lock, such as ``print``.
    """
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(address) == 0:
                break
        time.sleep(_PROBE_SECONDS)
    os.write(sys.stdout.fileno(), line)


def _follow_signals(server: Any) -> None:
    """SIGTERM and SIGINT stop the server, and a second one stops it at once. SIGHUP restarts the workers."""
    stopping = False
    while True:
        if signal.sigwait(_SIGNALS) == signal.SIGHUP:
            server.signal_handler_reload()
        elif not stopping:
            stopping = True
            server.signal_handler_interrupt()
        else:
            for worker in list(server.wrks):
                worker.kill()


def _load(parent: int) -> WSGIApplication:
    """The first steps of a worker."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL)
    end_with(parent, signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    application: WSGIApplication = import_module(APPLICATION).application
    return application


def end_with(parent: int, number: signal.Signals) -> None:
    """Makes the kernel send this process a signal when its parent ends. Only works on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            # The parent ended before the kernel knew.
            os.kill(os.getpid(), number)


def split_bind(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise UsageError(f"--bind {bind!r} is not an address. Write host:port, such as 127.0.0.1:8800.")
    return host or "127.0.0.1", int(port)


def is_free(host: str, port: int) -> bool:
    """Raises UsageError if the host is not an address of this machine."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise UsageError(f"cannot listen at {host}, port {port}: {error.strerror}.") from None
    return True


if __name__ == "__main__":
    main()
