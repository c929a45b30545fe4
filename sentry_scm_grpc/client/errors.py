"""The exceptions of the client: a family with one class for each gRPC status, and how an answer becomes one of them.

A server describes the error in trailers (grpc-status, and google.rpc details as in AIP-193). If no trailers arrived,
the client describes what happened: no connection, an answer that broke off, or an answer that is not gRPC-Web.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import cache
from typing import Any, ClassVar, NamedTuple
from urllib.parse import unquote

from connectrpc.client import ResponseMetadata
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass
from pyqwest import ConnectTimeout

from sentry_scm_grpc.contract import DESCRIPTOR_SET

DETAILS_KEY = "grpc-status-details-bin"
GRPC_WEB = "application/grpc-web"


class Status(IntEnum):
    """The gRPC statuses (grpc.github.io/grpc/core/md_doc_statuscodes.html)."""

    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


class Violation(NamedTuple):
    """One field of the request that broke its rules."""

    field: str
    description: str


class ScmError(Exception):
    """A call that failed.

    ``reason`` is a stable name in UPPER_SNAKE: the server's, or one of the client's own CONNECTION_FAILED,
    BROKEN_ANSWER, NOT_GRPC_WEB, MESSAGE_TOO_LARGE and DEADLINE_EXCEEDED. ``metadata`` is a flat map of strings that
    belongs to the reason. ``violations`` are the wrong fields. ``retry_after`` is the number of seconds after which to
    repeat the call; None if the server did not say. ``request_id`` is the name of the call in the server's log; empty
    if no answer came.
    """

    status: ClassVar[Status]

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: Iterable[Violation] = (),
        retry_after: float | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.metadata = dict(metadata or {})
        self.violations = list(violations)
        self.retry_after = retry_after
        self.request_id = request_id

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason not in ("", self.status.name) else ""
        named = f" [request {self.request_id}]" if self.request_id and self.request_id not in self.message else ""
        return f"{self.status.name}{reason}: {self.message}{named}"


class Cancelled(ScmError):
    status = Status.CANCELLED


class Unknown(ScmError):
    status = Status.UNKNOWN


class InvalidArgument(ScmError):
    status = Status.INVALID_ARGUMENT


class DeadlineExceeded(ScmError):
    status = Status.DEADLINE_EXCEEDED


class NotFound(ScmError):
    status = Status.NOT_FOUND


class AlreadyExists(ScmError):
    status = Status.ALREADY_EXISTS


class PermissionDenied(ScmError):
    status = Status.PERMISSION_DENIED


class ResourceExhausted(ScmError):
    status = Status.RESOURCE_EXHAUSTED


class FailedPrecondition(ScmError):
    status = Status.FAILED_PRECONDITION


class Aborted(ScmError):
    status = Status.ABORTED


class OutOfRange(ScmError):
    status = Status.OUT_OF_RANGE


class Unimplemented(ScmError):
    status = Status.UNIMPLEMENTED


class Internal(ScmError):
    status = Status.INTERNAL


class Unavailable(ScmError):
    status = Status.UNAVAILABLE


class DataLoss(ScmError):
    status = Status.DATA_LOSS


class Unauthenticated(ScmError):
    status = Status.UNAUTHENTICATED


_CLASSES: dict[Status, type[ScmError]] = {cls.status: cls for cls in ScmError.__subclasses__()}


def cause_of(error: BaseException) -> BaseException:
    """The first exception of a chain, without the layers above it and without its traceback."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return error.with_traceback(None)


def scm_error(error: ConnectError, answer: ResponseMetadata, url: str) -> ScmError:
    """The exception for a call that ended with ``error``. ``answer`` is what had arrived by then."""
    status = answer.trailers.get("grpc-status", "")
    if status.isdigit() and status != "0":
        return _said_by_server(int(status), answer)
    if error.code is Code.DEADLINE_EXCEEDED and not isinstance(error.__cause__, ConnectTimeout):
        return DeadlineExceeded(
            "The deadline passed before the answer was complete. Give the call a longer timeout.",
            reason="DEADLINE_EXCEEDED",
        )
    if answer.http_status is None:
        # connectrpc's text starts with the URL of the RPC in brackets.
        why = error.message.rpartition("): ")[2]
        return Unavailable(
            f"No connection to {url}: {why}. Is the server running, and is the URL right?", reason="CONNECTION_FAILED"
        )
    content_type = answer.headers.get("content-type", "")
    if answer.http_status != 200 or not content_type.startswith(GRPC_WEB):
        return _no_grpc_web(error.code, answer, content_type, url)
    if error.code is Code.RESOURCE_EXHAUSTED:
        return ResourceExhausted(
            "The answer contains a message that is too large. Ask for less.", reason="MESSAGE_TOO_LARGE"
        )
    if error.code in (Code.INVALID_ARGUMENT, Code.UNIMPLEMENTED):
        return Internal(f"{url} sent what this client cannot read: {error.message}.", reason="BROKEN_ANSWER")
    return Unavailable("The answer broke off before its end.", reason="BROKEN_ANSWER")


def _said_by_server(code: int, answer: ResponseMetadata) -> ScmError:
    status = Status(code) if code in Status.__members__.values() else Status.UNKNOWN
    message = unquote(answer.trailers.get("grpc-message", ""))
    error = _CLASSES[status](message, request_id=answer.trailers.get("x-request-id", ""))
    try:
        details = _google_rpc("Status").FromString(b64decode(answer.trailers.get(DETAILS_KEY, "") + "==")).details
    except (DecodeError, binascii.Error):
        # Status and message arrived. Broken details must not hide them.
        return error
    for detail in details:
        name = detail.type_url.rpartition("/google.rpc.")[2]
        if name not in ("ErrorInfo", "BadRequest", "RetryInfo", "RequestInfo"):
            continue
        try:
            found = _google_rpc(name).FromString(detail.value)
        except DecodeError:
            continue
        if name == "ErrorInfo":
            error.reason, error.metadata = found.reason, dict(found.metadata)
        elif name == "BadRequest":
            error.violations += [Violation(v.field, v.description) for v in found.field_violations]
        elif name == "RetryInfo":
            error.retry_after = found.retry_delay.seconds + found.retry_delay.nanos / 1e9
        else:
            error.request_id = found.request_id
    return error


@cache
def _google_rpc(name: str) -> Any:
    """The class of a message of google.rpc."""
    return GetMessageClass(_pool().FindMessageTypeByName(f"google.rpc.{name}"))


@cache
def _pool() -> DescriptorPool:
    """A pool with google.rpc. It is not protobuf's own pool, which may have any version of googleapis-common-protos."""
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(DESCRIPTOR_SET.read_bytes()).file:
        if file.name.startswith("google/"):
            pool.AddSerializedFile(file.SerializeToString())
    return pool


def _no_grpc_web(code: Code, answer: ResponseMetadata, content_type: str, url: str) -> ScmError:
    """Describes the answer of a proxy, a login page or another site. Its body is not shown, because it may contain
    anything."""
    status = Status.CANCELLED if code is Code.CANCELED else Status[code.name]
    what = f"HTTP {answer.http_status} ({content_type.partition(';')[0] or 'no content type'})"
    if 300 <= (answer.http_status or 0) < 400:
        what += f", a redirect to {answer.headers.get('location', '').partition('?')[0]}"
    return _CLASSES[status](
        f"{url} answered {what}, which is not gRPC-Web. Is the URL right, and is sentry-scm-grpc running there?",
        reason="NOT_GRPC_WEB",
    )
