"""Notices clients that disconnect while their call is running, if the WSGI server gives access to the connection.

gunicorn and uWSGI do. With other servers an application notices this only when it writes; docs/reference/limits.md
describes the effects.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from time import sleep
from typing import Any

#: How often connections are checked, in seconds. A call that ends earlier costs only two changes of a dict.
INTERVAL = 0.5
# The thread ends after so many checks without a connection.
_IDLE_ROUNDS = 20
# The client has closed its half of the connection. A client that only says in this way that it has sent everything is
# treated as gone, as nginx does.
_GONE = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class Departures:
    """The connections of the running calls of this process, and what to do when one is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[object, tuple[int, Callable[[], None]]] = {}
        self._thread: threading.Thread | None = None

    def watch(self, environ: Mapping[str, Any], gone: Callable[[], None]) -> Callable[[], None]:
        """Calls ``gone`` from another thread if the client disconnects. Call the returned function to stop watching."""
        file = descriptor(environ)
        if file is None:
            return _nothing
        key = object()
        with self._lock:
            self._watched[key] = file, gone
            # A forked process has the object, but not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="scm-grpc-departures", daemon=True)
                self._thread.start()

        def end() -> None:
            with self._lock:
                self._watched.pop(key, None)

        return end

    def _look(self) -> None:
        idle = 0
        while idle < _IDLE_ROUNDS:
            sleep(INTERVAL)
            gone = []
            with self._lock:
                # Within the lock, so that no call can end and pass its descriptor to another connection.
                found = select.poll()
                for file, _ in self._watched.values():
                    found.register(file, _GONE)
                closed = {file for file, _ in found.poll(0)}
                for key, (file, then) in list(self._watched.items()):
                    if file in closed:
                        gone.append(then)
                        del self._watched[key]
                idle = 0 if self._watched else idle + 1
                if idle == _IDLE_ROUNDS:
                    self._thread = None
            for then in gone:
                then()


def descriptor(environ: Mapping[str, Any]) -> int | None:
    """The file descriptor of the client's connection. None if the server does not give access to it."""
    if not hasattr(select, "poll"):
        return None
    connection = environ.get("gunicorn.socket")
    if connection is not None:
        file = connection.fileno()
    elif "uwsgi.version" in environ:
        file = import_module("uwsgi").connection_fd()
    else:
        return None
    return file if isinstance(file, int) and file >= 0 else None


def _nothing() -> None:
    """Ends no watch, because there is none."""


DEPARTURES = Departures()
