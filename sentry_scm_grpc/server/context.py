"""The context of one call over HTTP/1.1. It does all that ``grpc.ServicerContext`` promises, in the way of grpcio."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

import grpc

from sentry_scm_grpc.auth.source import peer_of
from sentry_scm_grpc.rpc.request_ids import valid_or_new
from sentry_scm_grpc.server.departure import DEPARTURES
from sentry_scm_grpc.server.ending import EndingContext, OutgoingMetadata
from sentry_scm_grpc.server.metadata import Metadata

log = logging.getLogger("sentry_scm_grpc.server")
access_log = logging.getLogger("sentry_scm_grpc.access")

# grpcio returns this if the caller gave no deadline, about 292 years. Its documentation says None.
NO_DEADLINE = 9223372036.0


class WebContext(EndingContext):
    """``timeout`` is in seconds; None means no deadline."""

    def __init__(self, environ: Mapping[str, Any], method: str, metadata: Metadata, timeout: float | None) -> None:
        super().__init__()
        # For the log: a path may contain any characters.
        self.method = method if method.isprintable() else ascii(method)
        self._started = monotonic()
        self.deadline = None if timeout is None else self._started + timeout
        self.initial_metadata: OutgoingMetadata | None = None
        self.headers_sent = False
        self.may_compress = True
        self.compress_next = True
        self._environ = environ
        self._request_id = ""
        self._metadata = metadata
        self._callbacks: list[Callable[[], None]] = []
        self._unwatch: Callable[[], None] | None = None

    # What the caller sent.

    def invocation_metadata(self) -> Metadata:
        return self._metadata

    def time_remaining(self) -> float:
        """Seconds; about 292 years if the caller gave no deadline, as in grpcio."""
        return NO_DEADLINE if self.deadline is None else max(self.deadline - monotonic(), 0.0)

    def peer(self) -> str:
        return peer_of(self._environ)

    def peer_identities(self) -> Sequence[bytes] | None:
        return None

    def peer_identity_key(self) -> str | None:
        return None

    def auth_context(self) -> Mapping[str, Any]:
        return {}

    @property
    def request_id(self) -> str:
        """The caller's x-request-id, or a new one: the id in log entries and in the trailers of the answer."""
        # Not a cached_property: before Python 3.12 each access takes a lock.
        if not self._request_id:
            self._request_id = valid_or_new(self._environ.get("HTTP_X_REQUEST_ID", ""))
        return self._request_id

    @property
    def server_address(self) -> str:
        """The host that the caller addressed, without port."""
        host: str = self._environ.get("HTTP_HOST") or self._environ.get("SERVER_NAME") or ""
        return host.rpartition(":")[0].strip("[]") if host[-1:].isdigit() and ":" in host else host.strip("[]")

    # What is sent back.

    def send_initial_metadata(self, initial_metadata: OutgoingMetadata) -> None:
        """Raises ValueError if they were sent already, at the latest with the first message."""
        if self.headers_sent or self.initial_metadata is not None:
            raise ValueError("Initial metadata no longer allowed!")
        self.initial_metadata = tuple(initial_metadata or ())

    def set_compression(self, compression: grpc.Compression) -> None:
        self.may_compress = compression is not grpc.Compression.NoCompression

    def disable_next_message_compression(self) -> None:
        self.compress_next = False

    # The course of the call.

    def is_active(self) -> bool:
        return self._active and not self.expired()

    def add_callback(self, callback: Callable[[], None]) -> bool:
        if not self._active:
            return False
        self._callbacks.append(callback)
        if self._unwatch is None:
            self._unwatch = DEPARTURES.watch(self._environ, self._leave)
        return True

    def _leave(self) -> None:
        """The client disconnected. The handler may be running in another thread."""
        self.end(grpc.StatusCode.CANCELLED, "The client has gone.")
        self._active = False
        self._run_callbacks()

    def _run_callbacks(self) -> None:
        while self._callbacks:
            try:
                self._callbacks.pop(0)()
            except Exception:
                log.exception("A callback of %s failed, request id %s", self.method, self.request_id)

    # For the transport, and for other transports that use the same handlers.

    def expired(self) -> bool:
        return self.deadline is not None and monotonic() >= self.deadline

    def finish(self) -> None:
        """Ends the call: runs the callbacks and writes the access log, once."""
        if self._unwatch is not None:
            self._unwatch()
        self._active = False
        if access_log.isEnabledFor(logging.INFO):
            # A call ends without a status if its client disconnected.
            code = grpc.StatusCode.CANCELLED if self._status is None else self._status[0]
            milliseconds = (monotonic() - self._started) * 1000
            access_log.info("%s %s %.1f ms %s %s", self.method, code.name, milliseconds, self.peer(), self.request_id)
        if self._callbacks:
            self._run_callbacks()
