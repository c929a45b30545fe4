"""Errors that are the same on every host."""

from __future__ import annotations

from sentry_scm_grpc.errors import DeadlineExceeded, FailedPrecondition, ScmError
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb


def inactive(repository_id: int) -> FailedPrecondition:
    """The error for a repository that is hidden or being deleted."""
    return FailedPrecondition(
        f"The repository {repository_id} is hidden or being deleted. UpdateRepository can make it active.",
        reason="REPOSITORY_INACTIVE",
        metadata={"repository_id": str(repository_id)},
    )


def refusal(call: Call, error: Exception) -> pb.LineError:
    """What one item tells of its error, while the call goes on with the others. Raises the error if it is the call's
    own, or unexpected."""
    call.budget.check()
    known = error if isinstance(error, ScmError) else call.host.map_error(error)
    if known is None or isinstance(known, DeadlineExceeded) or known.reason == "CALL_TOO_LARGE":
        raise error
    return pb.LineError(code=known.code.value[0], reason=known.reason, message=known.message)
