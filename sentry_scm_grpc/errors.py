"""The status errors of the service: a family of exceptions, one class for each gRPC status.

Hosts, adapters and the dispatcher raise them. The error interceptor turns them into a status whose details carry
google.rpc.ErrorInfo, BadRequest and RetryInfo (AIP-193). Messages are for the caller. They say what was wrong and what
to do, and never contain a provider's response or the text of an unexpected exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import grpc
from google.rpc import error_details_pb2, status_pb2

DOMAIN = "scm.sentry"
DETAILS_KEY = "grpc-status-details-bin"


@dataclass(frozen=True)
class RpcStatus(grpc.Status):
    """What ``ServicerContext.abort_with_status`` takes."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, str | bytes], ...]


class ScmError(Exception):
    """An error for the caller.

    ``reason`` is a stable name in UPPER_SNAKE, ``metadata`` a flat map of strings. ``violations`` are pairs of field
    path and description. ``retry_after`` is in seconds.
    """

    code: ClassVar[grpc.StatusCode]
    default_reason: ClassVar[str]

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: Iterable[tuple[str, str]] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason
        self.metadata = dict(metadata or {})
        self.violations = list(violations)
        self.retry_after = retry_after

    def to_rpc_status(self, *, request_id: str = "") -> RpcStatus:
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        info = error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=self.metadata)
        status.details.add().Pack(info)
        if self.violations:
            bad = error_details_pb2.BadRequest()
            for field, description in self.violations:
                bad.field_violations.add(field=field, description=description)
            status.details.add().Pack(bad)
        if self.retry_after is not None:
            retry = error_details_pb2.RetryInfo()
            retry.retry_delay.FromNanoseconds(int(self.retry_after * 1e9))
            status.details.add().Pack(retry)
        if request_id:
            status.details.add().Pack(error_details_pb2.RequestInfo(request_id=request_id))
        return RpcStatus(self.code, self.message, ((DETAILS_KEY, status.SerializeToString()),))


class InvalidArgument(ScmError):
    code = grpc.StatusCode.INVALID_ARGUMENT
    default_reason = "INVALID_FIELDS"

    @classmethod
    def of(cls, *violations: tuple[str, str], reason: str = "") -> InvalidArgument:
        """The error for these violations. Its message names all of them."""
        return cls("; ".join(f"{f}: {text}" for f, text in violations), violations=violations, reason=reason)


class Unauthenticated(ScmError):
    code = grpc.StatusCode.UNAUTHENTICATED
    default_reason = "UNAUTHENTICATED"


class PermissionDenied(ScmError):
    code = grpc.StatusCode.PERMISSION_DENIED
    default_reason = "SCOPE_MISSING"


class NotFound(ScmError):
    code = grpc.StatusCode.NOT_FOUND
    default_reason = "NOT_FOUND"


class AlreadyExists(ScmError):
    code = grpc.StatusCode.ALREADY_EXISTS
    default_reason = "ALREADY_EXISTS"


class FailedPrecondition(ScmError):
    code = grpc.StatusCode.FAILED_PRECONDITION
    default_reason = "FAILED_PRECONDITION"


class Aborted(ScmError):
    code = grpc.StatusCode.ABORTED
    default_reason = "CONCURRENT_WRITE"


class ResourceExhausted(ScmError):
    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    default_reason = "RATE_LIMITED"


class DeadlineExceeded(ScmError):
    code = grpc.StatusCode.DEADLINE_EXCEEDED
    default_reason = "DEADLINE_EXCEEDED"


class Cancelled(DeadlineExceeded):
    """The client closed the connection, so the call ends. Nobody receives this error."""

    code = grpc.StatusCode.CANCELLED
    default_reason = "CANCELLED"


class Unimplemented(ScmError):
    code = grpc.StatusCode.UNIMPLEMENTED
    default_reason = "PROVIDER_UNSUPPORTED"


class Unavailable(ScmError):
    code = grpc.StatusCode.UNAVAILABLE
    default_reason = "PROVIDER_UNAVAILABLE"


class Internal(ScmError):
    code = grpc.StatusCode.INTERNAL
    default_reason = "INTERNAL"


#: The message for an unexpected exception, whose own text may contain secrets.
UNEXPECTED = "The service failed unexpectedly. Report it with the request id in the trailing metadata 'x-request-id'."
