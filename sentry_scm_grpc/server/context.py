"""The context of one call, with the whole contract of ``grpc.ServicerContext``, as grpcio's own server keeps it.

What ended the call first to last: the deadline beats cancellation, which beats abort, which beats a code that was set.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from time import monotonic
from typing import Any, NoReturn

import grpc

from sentry_scm_grpc.auth.source import peer_of
from sentry_scm_grpc.errors import UNEXPECTED
from sentry_scm_grpc.rpc.request_ids import valid_or_new, with_request_id
from sentry_scm_grpc.server.metadata import Metadata

log = logging.getLogger("sentry_scm_grpc.server")
access_log = logging.getLogger("sentry_scm_grpc.access")

OutgoingMetadata = Iterable[tuple[str, str | bytes]]

# What grpcio answers where the caller gave no deadline, about 292 years; its documentation says None.
NO_DEADLINE = 9223372036.0

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class WebContext(grpc.ServicerContext):
    """``timeout`` is seconds, or None without a deadline."""

    def __init__(self, environ: Mapping[str, Any], method: str, metadata: Metadata, timeout: float | None) -> None:
        # What stands in the log: a path may hold anything.
        self.method = method if method.isprintable() else ascii(method)
        self._started = monotonic()
        self.deadline = None if timeout is None else self._started + timeout
        self.initial_metadata: OutgoingMetadata | None = None
        self.headers_sent = False
        self.may_compress = True
        self.compress_next = True
        self._environ = environ
        self._metadata = metadata
        self._code: grpc.StatusCode | None = None
        self._details: str | None = None
        self._trailing: tuple[tuple[str, str | bytes], ...] = ()
        self._status: tuple[grpc.StatusCode, str, OutgoingMetadata] | None = None
        self._ended = False
        self._active = True
        self._callbacks: list[Callable[[], None]] = []

    # What the caller sent.

    def invocation_metadata(self) -> Metadata:
        return self._metadata

    def time_remaining(self) -> float:
        """Seconds; about 292 years where the caller gave no deadline, as grpcio has it."""
        return NO_DEADLINE if self.deadline is None else max(self.deadline - monotonic(), 0.0)

    def peer(self) -> str:
        return peer_of(self._environ)

    def peer_identities(self) -> Sequence[bytes] | None:
        return None

    def peer_identity_key(self) -> str | None:
        return None

    def auth_context(self) -> Mapping[str, Any]:
        return {}

    @cached_property
    def request_id(self) -> str:
        """The caller's x-request-id, or one made up: what log entries and the trailers of the answer share."""
        return valid_or_new(self._environ.get("HTTP_X_REQUEST_ID", ""))

    @property
    def server_address(self) -> str:
        """The host that the caller asked, without port."""
        host: str = self._environ.get("HTTP_HOST") or self._environ.get("SERVER_NAME") or ""
        return host.rpartition(":")[0].strip("[]") if host[-1:].isdigit() and ":" in host else host.strip("[]")

    # What goes back.

    def send_initial_metadata(self, initial_metadata: OutgoingMetadata) -> None:
        """Raises ValueError where they were sent before, with the first message at the latest."""
        if self.headers_sent or self.initial_metadata is not None:
            raise ValueError("Initial metadata no longer allowed!")
        self.initial_metadata = tuple(initial_metadata or ())

    def set_trailing_metadata(self, trailing_metadata: OutgoingMetadata) -> None:
        self._trailing = tuple(trailing_metadata or ())

    def trailing_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        return self._trailing

    def set_compression(self, compression: grpc.Compression) -> None:
        self.may_compress = compression is not grpc.Compression.NoCompression

    def disable_next_message_compression(self) -> None:
        self.compress_next = False

    def set_code(self, code: grpc.StatusCode | int) -> None:
        """A number does too. What is no status becomes UNKNOWN. After abort() it changes nothing."""
        if not self._ended:
            self._code = _as_code(code)

    def code(self) -> grpc.StatusCode | None:
        return self._code

    def set_details(self, details: str) -> None:
        if not self._ended:
            self._details = _as_text(details)

    def details(self) -> bytes | None:
        """Bytes, as grpcio has it."""
        return None if self._details is None else self._details.encode("utf-8", "replace")

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        """Ends the call, even where the exception that this raises is caught. Another abort() gives another status."""
        if code is grpc.StatusCode.OK:
            code, details = grpc.StatusCode.UNKNOWN, ""
        self.end(code, details)
        # A bare exception is what grpcio raises, and by which interceptors tell an abort from a failure.
        raise Exception

    def abort_with_status(self, status: grpc.Status) -> NoReturn:
        self._trailing = tuple(status.trailing_metadata or ())
        self.abort(status.code, status.details)

    # Life of the call.

    def is_active(self) -> bool:
        return self._active and not self.expired()

    def cancel(self) -> None:
        self.end(grpc.StatusCode.CANCELLED, "Cancelled on the server side")
        self._active = False

    def add_callback(self, callback: Callable[[], None]) -> bool:
        if not self._active:
            return False
        self._callbacks.append(callback)
        return True

    # For the transport, and other doors to the same handlers.

    def expired(self) -> bool:
        return self.deadline is not None and monotonic() >= self.deadline

    @property
    def ended(self) -> bool:
        """Whether the call was aborted or cancelled, or its deadline has passed: no message may follow."""
        return self._ended or self.expired()

    def end(self, code: grpc.StatusCode, details: str) -> None:
        """As abort(), without an exception. A call that was cancelled stays so."""
        if self._active:
            self._code, self._details, self._ended = _as_code(code), _as_text(details), True

    def invalid(self) -> None:
        """Ends the call for metadata of the servicer that cannot be sent."""
        trailing = with_request_id((), self.request_id)
        self._status, self._ended = (grpc.StatusCode.INTERNAL, "Invalid metadata", trailing), True

    def fail(self, error: Exception) -> None:
        """Ends the call for an exception that escaped from the handler and all interceptors."""
        if self._ended:
            return
        if self._code is grpc.StatusCode.UNIMPLEMENTED and isinstance(error, NotImplementedError):
            # The generated base class, whose method was not written.
            self._ended = True
            return
        log.error("%s failed, request id %s", self.method, self.request_id, exc_info=error)
        code = grpc.StatusCode.UNKNOWN if self._code in (None, grpc.StatusCode.OK) else self._code
        self.end(code, self._details or UNEXPECTED)

    def status(self) -> tuple[grpc.StatusCode, str, OutgoingMetadata]:
        """Code, message and trailing metadata with which the call ends; once asked for, they stay."""
        if self._status is None:
            trailing = with_request_id(self._trailing, self.request_id)
            if self.expired() and self._active:
                self._status = grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", trailing
            elif self._code in (None, grpc.StatusCode.OK):
                self._status = grpc.StatusCode.OK, "", trailing
            else:
                self._status = self._code, self._details or "", trailing
        return self._status

    def finish(self) -> None:
        """The call is over: runs the callbacks and writes the access log, once."""
        self._active = False
        if access_log.isEnabledFor(logging.INFO):
            # A call that ends without a status was left by its client.
            code = grpc.StatusCode.CANCELLED if self._status is None else self._status[0]
            milliseconds = (monotonic() - self._started) * 1000
            access_log.info("%s %s %.1f ms %s %s", self.method, code.name, milliseconds, self.peer(), self.request_id)
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            try:
                callback()
            except Exception:
                log.exception("A callback of %s failed, request id %s", self.method, self.request_id)


def _as_text(details: Any) -> str:
    """Bytes do too, as under grpcio; nothing that a handler gives for details may fail later."""
    return details.decode("utf-8", "replace") if isinstance(details, bytes) else str(details or "")


def _as_code(code: Any) -> grpc.StatusCode:
    if isinstance(code, grpc.StatusCode):
        return code
    return _CODES.get(code, grpc.StatusCode.UNKNOWN) if isinstance(code, int) else grpc.StatusCode.UNKNOWN
