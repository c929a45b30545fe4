"""Error mapping: exceptions of operations become a status with details. Unexpected ones are logged with a request
id."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, NoReturn

import grpc
from django.core.exceptions import ImproperlyConfigured

from sentry_scm_grpc.errors import UNEXPECTED, FailedPrecondition, Internal, ScmError
from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.interceptors.base import Behavior, CallInterceptor
from sentry_scm_grpc.rpc.budget import Budget, spending
from sentry_scm_grpc.rpc.database import held
from sentry_scm_grpc.rpc.request_ids import request_id_of
from sentry_scm_grpc.telemetry.calls import current_call

log = logging.getLogger("sentry_scm_grpc")


class ErrorInterceptor(CallInterceptor):
    """Stands outside all interceptors except observers, so that it maps their errors too."""

    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        holding = held()

        def unary(request: Any, context: grpc.ServicerContext) -> Any:
            with spending(Budget.of(context, streams=False)), holding:
                try:
                    return behavior(request, context)
                except Exception as error:
                    abort(error, method, context)

        def streaming(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            budget = Budget.of(context, streams=True)
            with holding:
                try:
                    # Messages are made later, each with this budget. The budget must not stay set while a generator
                    # waits.
                    with spending(budget):
                        messages = behavior(request, context)
                    yield from messages
                except Exception as error:
                    with spending(budget):
                        abort(error, method, context)

        return streaming if streams else unary


def abort(error: Exception, method: str, context: grpc.ServicerContext) -> NoReturn:
    """Ends the call with the status for an exception."""
    given: Any = context
    code, details = given.code(), given.details()
    code = code if isinstance(code, grpc.StatusCode) and code is not grpc.StatusCode.OK else None
    if code is not None and ((type(error) is Exception and not error.args) or isinstance(error, NotImplementedError)):
        # The handler called context.abort(), or does not exist: the transport has the status.
        raise error
    call = current_call()
    known = as_scm_error(error)
    request_id = ""
    if known is None:
        request_id = request_id_of(context)
        log.error("%s failed, request id %s", method, request_id, exc_info=error)
        if call is not None:
            call.bug = error
        if code is not None or details is not None:
            # The handler has set the status already. Do not raise: grpcio would send the text of the exception.
            context.abort(code or grpc.StatusCode.UNKNOWN, UNEXPECTED if details is None else details)
        known = Internal(f"This is a bug of the service. Report it with the request id {request_id}.")
    if call is not None:
        call.reason = known.reason
    context.abort_with_status(known.to_rpc_status(request_id=request_id))
    raise AssertionError("abort_with_status raises")


def as_scm_error(error: Exception) -> ScmError | None:
    """The status error for an exception. None if it is unexpected."""
    if isinstance(error, ScmError):
        return error
    if isinstance(error, ImproperlyConfigured):
        log.error("The service is not configured: %s", error)
        return FailedPrecondition(
            "The service is not configured. The log and 'manage.py check' show its operator the reason.",
            reason="NOT_CONFIGURED",
        )
    return current_host().map_error(error)
