"""Errors of one item of a call that goes on with the others."""

from __future__ import annotations

from sentry_scm_grpc.errors import DeadlineExceeded, ScmError
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb


def refusal(call: Call, error: Exception) -> pb.LineError:
    """What an item tells of its error. Raises the error if it is the call's own, or unexpected."""
    call.budget.check()
    known = error if isinstance(error, ScmError) else call.host.map_error(error)
    if known is None or isinstance(known, DeadlineExceeded) or known.reason == "CALL_TOO_LARGE":
        raise error
    return pb.LineError(code=known.code.value[0], reason=known.reason, message=known.message)
