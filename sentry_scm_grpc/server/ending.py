"""How a call ends, in the same way on every transport: the status that a handler sets, and how invalid ones are
handled.

If there are several reasons, the strongest wins: the deadline, cancellation, abort(), a code that was set.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, NoReturn

import grpc

from sentry_scm_grpc.errors import UNEXPECTED
from sentry_scm_grpc.rpc.request_ids import with_request_id

log = logging.getLogger("sentry_scm_grpc.server")

OutgoingMetadata = Iterable[tuple[str, str | bytes]]

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class EndingContext(grpc.ServicerContext):
    """The part of ``grpc.ServicerContext`` that decides with which status the call ends.

    Methods that take a status also take its number. ``method`` is the full path of the RPC, for the log.
    """

    method: str

    def __init__(self) -> None:
        self._code: grpc.StatusCode | None = None
        self._details: str | None = None
        self._trailing: tuple[tuple[str, str | bytes], ...] = ()
        self._status: tuple[grpc.StatusCode, str, OutgoingMetadata] | None = None
        self._ended = False
        self._active = True

    @property
    @abstractmethod
    def request_id(self) -> str:
        """The id in log entries and in the trailers of the answer."""

    @abstractmethod
    def expired(self) -> bool:
        """Whether the deadline has passed."""

    # For servicers.

    def set_trailing_metadata(self, trailing_metadata: OutgoingMetadata) -> None:
        self._trailing = tuple(trailing_metadata or ())

    def trailing_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        return self._trailing

    def set_code(self, code: grpc.StatusCode | int | None) -> None:
        """Sets a code. Anything that is not a status becomes UNKNOWN; None removes the code. It has no effect after
        abort()."""
        if not self._ended:
            self._code = None if code is None else as_code(code)

    def code(self) -> grpc.StatusCode | None:
        return self._code

    def set_details(self, details: str | None) -> None:
        if not self._ended:
            self._details = None if details is None else as_text(details)

    def details(self) -> bytes | None:
        """Bytes, as in grpcio."""
        return None if self._details is None else self._details.encode()

    def abort(self, code: grpc.StatusCode | int, details: str) -> NoReturn:
        """Ends the call, even if the exception that this raises is caught. Another abort() sets another status."""
        code = as_code(code)
        if code is grpc.StatusCode.OK:
            code, details = grpc.StatusCode.UNKNOWN, ""
        self.end(code, details)
        # grpcio raises a bare exception, too. Interceptors know an abort by it.
        raise Exception

    def abort_with_status(self, status: grpc.Status) -> NoReturn:
        self._trailing = tuple(status.trailing_metadata or ())
        self.abort(status.code, status.details)

    def cancel(self) -> None:
        self.end(grpc.StatusCode.CANCELLED, "Cancelled on the server side")
        self._active = False

    # For the transport.

    @property
    def ended(self) -> bool:
        """Whether the call was aborted or cancelled, or its deadline has passed. No message may follow then."""
        return self._ended or self.expired()

    def end(self, code: grpc.StatusCode, details: str) -> None:
        """Ends the call as abort() does, without an exception. A cancelled call stays cancelled."""
        if self._active:
            self._code, self._details, self._ended = code, as_text(details), True

    def invalid(self) -> None:
        """Ends the call because metadata of the servicer cannot be sent."""
        trailing = with_request_id((), self.request_id)
        self._status, self._ended = (grpc.StatusCode.INTERNAL, "Invalid metadata", trailing), True

    def fail(self, error: Exception) -> None:
        """Ends the call for an exception that escaped from the handler and all interceptors.

        Code and details that the handler has set are kept. The text of the exception is not sent.
        """
        if self._ended:
            return
        if self._code is grpc.StatusCode.UNIMPLEMENTED and isinstance(error, NotImplementedError):
            # A method of the generated base class that was not overridden.
            self._ended = True
            return
        log.error("%s failed, request id %s", self.method, self.request_id, exc_info=error)
        code = self._code if self._code not in (None, grpc.StatusCode.OK) else grpc.StatusCode.UNKNOWN
        self.end(code, UNEXPECTED if self._details is None else self._details)

    def plain_success(self) -> bool:
        """Whether ``status`` is OK without trailing metadata except the request id."""
        return not self._trailing and self.status()[0] is grpc.StatusCode.OK

    def status(self) -> tuple[grpc.StatusCode, str, OutgoingMetadata]:
        """Code, message and trailing metadata with which the call ends. They do not change after the first access."""
        if self._status is None:
            trailing = with_request_id(self._trailing, self.request_id)
            if self.expired() and self._active:
                self._status = grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", trailing
            elif self._code in (None, grpc.StatusCode.OK):
                self._status = grpc.StatusCode.OK, "", trailing
            else:
                self._status = self._code, self._details or "", trailing
        return self._status


def as_text(details: Any) -> str:
    """The text of details. Bytes are accepted as in grpcio, and nothing that a handler sets may fail later."""
    text = details if isinstance(details, str | bytes) else str(details or "")
    encoded = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return encoded.decode("utf-8", "replace")


def as_code(code: Any) -> grpc.StatusCode:
    """The status for a status or its number. UNKNOWN for anything else, as in grpcio."""
    if isinstance(code, grpc.StatusCode):
        return code
    number = code if isinstance(code, int) and not isinstance(code, bool) else None
    return _CODES.get(number, grpc.StatusCode.UNKNOWN)
