"""When a call is repeated, and after which pause. It knows no transport and does not sleep itself."""

from __future__ import annotations

import random
import time

from google.protobuf.descriptor_pb2 import MethodOptions

from sentry_scm_grpc.client.errors import DeadlineExceeded, ScmError, Status
from sentry_scm_grpc.rpc.policy import Rpc

#: In seconds: the first pause, and the longest. Each pause is twice the one before, minus up to half by chance.
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
#: In seconds. If a server asks for a longer pause, the call is not repeated.
LONGEST_WAIT = 60.0


def repeatable(rpc: Rpc) -> bool:
    """Whether a call can safely be repeated: it changes nothing, is idempotent, or has a request id."""
    return rpc.takes_request_id or rpc.method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN


def worth_repeating(error: ScmError) -> bool:
    """Whether the same call may succeed later. For RESOURCE_EXHAUSTED this is so if the server says when
    (RetryInfo). A head that moved stays where it is: the caller has to look at it first."""
    if error.status is Status.RESOURCE_EXHAUSTED:
        return error.retry_after is not None
    return error.status in (Status.UNAVAILABLE, Status.ABORTED) and error.reason != "HEAD_MOVED"


class Attempts:
    """The attempts at one call, all within its ``timeout`` (seconds; None: no limit)."""

    def __init__(self, rpc: Rpc, timeout: float | None, retries: int) -> None:
        self.rpc = rpc
        self._left = retries if repeatable(rpc) else 0
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._pause = FIRST_PAUSE

    def remaining_ms(self) -> int | None:
        """The rest of the timeout in milliseconds. None if there is no limit. Raises DeadlineExceeded."""
        if self._deadline is None:
            return None
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise DeadlineExceeded("The timeout leaves no time for the call.", reason="DEADLINE_EXCEEDED")
        return max(1, int(remaining * 1000))

    def pause_after(self, error: ScmError) -> float | None:
        """Seconds to wait before the next attempt. None if there must be no other attempt."""
        if self._left <= 0 or not worth_repeating(error):
            return None
        pause = self._pause * random.uniform(0.5, 1)  # noqa: S311
        if error.retry_after is not None:
            # A little different for each client, so that not all return at the same moment.
            pause += error.retry_after
        if pause > LONGEST_WAIT or (self._deadline is not None and time.monotonic() + pause >= self._deadline):
            return None
        self._left -= 1
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return pause
