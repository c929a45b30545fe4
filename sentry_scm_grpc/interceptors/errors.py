"""Error mapping: exceptions of operations become a status with details; unexpected ones a log entry and an id."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from typing import Any, NoReturn

import grpc
from django.core.exceptions import ImproperlyConfigured

from sentry_scm_grpc.errors import FailedPrecondition, Internal, ScmError
from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.interceptors.base import Behavior, CallInterceptor

log = logging.getLogger("sentry_scm_grpc")


class ErrorInterceptor(CallInterceptor):
    """Outermost of ours, so that the errors of the other interceptors are mapped too."""

    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        def unary(request: Any, context: grpc.ServicerContext) -> Any:
            try:
                return behavior(request, context)
            except Exception as error:
                abort(error, method, context)

        def streaming(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            try:
                yield from behavior(request, context)
            except Exception as error:
                abort(error, method, context)

        return streaming if streams else unary


def abort(error: Exception, method: str, context: grpc.ServicerContext) -> NoReturn:
    """Ends the call with the status for an exception."""
    code = context.code()  # type: ignore[attr-defined]
    if isinstance(code, grpc.StatusCode) and code is not grpc.StatusCode.OK:
        # The handler has ended the call itself, by context.abort() or by giving its code: the transport has the status.
        raise error
    known = as_scm_error(error)
    if known is not None:
        context.abort_with_status(known.to_rpc_status())
    request_id = uuid.uuid4().hex
    log.error("%s failed, request id %s", method, request_id, exc_info=error)
    bug = Internal(f"This is a bug of the service. Report it with the request id {request_id}.")
    context.abort_with_status(bug.to_rpc_status(request_id=request_id))
    raise AssertionError("abort_with_status raises")


def as_scm_error(error: Exception) -> ScmError | None:
    """The status error for an exception; None where it is unexpected."""
    if isinstance(error, ScmError):
        return error
    if isinstance(error, ImproperlyConfigured):
        log.error("The service is not configured: %s", error)
        return FailedPrecondition(
            "The service is not configured. Its operator finds the reason in the log and with 'manage.py check'.",
            reason="NOT_CONFIGURED",
        )
    return current_host().map_error(error)
