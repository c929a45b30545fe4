"""Notices clients that go away while their call is being answered, where the WSGI server shows the connection.

gunicorn and uWSGI do. Other servers tell an application only when it writes: docs/limits.md says what that means.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from time import sleep
from typing import Any

#: How often connections are looked at, in seconds: no call that ends before costs more than two changes of a dict.
INTERVAL = 0.5
# The thread ends when it had nothing to look at for so many times.
_IDLE_ROUNDS = 20
# The other side has closed its half. A client that closes only that to say that it has sent all is taken for gone, as
# nginx takes it.
_GONE = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class Departures:
    """The connections of the calls under way in this process, and what is to be done when one is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[object, tuple[int, Callable[[], None]]] = {}
        self._thread: threading.Thread | None = None

    def watch(self, environ: Mapping[str, Any], gone: Callable[[], None]) -> Callable[[], None]:
        """Calls ``gone``, from another thread, if the client goes away. The function that it returns ends the watch."""
        file = descriptor(environ)
        if file is None:
            return _nothing
        key = object()
        with self._lock:
            self._watched[key] = file, gone
            # A fork has the object, but not the thread.
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
                # Within the lock: no call can end and give its descriptor to another connection meanwhile.
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
    """The file descriptor of the client's connection; None where the server does not show it."""
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
    """There is no watch to end."""


DEPARTURES = Departures()
