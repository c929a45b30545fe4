"""When a call is made again, and after which pause. Knows no transport and never sleeps itself."""

from __future__ import annotations

import random
import time

from google.protobuf.descriptor_pb2 import MethodOptions

from sentry_scm_grpc.client.errors import DeadlineExceeded, ScmError, Status
from sentry_scm_grpc.rpc.policy import Rpc

#: Seconds: the first pause, and the longest chosen here. Each is twice the one before, less up to half by chance.
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
#: Seconds: a server that wants a longer pause than this is not waited for.
LONGEST_WAIT = 60.0


def repeatable(rpc: Rpc) -> bool:
    """Whether it does no harm to carry out a call twice: it changes nothing, changes it once, or has a request id."""
    return rpc.takes_request_id or rpc.method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN


def worth_repeating(error: ScmError) -> bool:
    """Whether the same call may fare better later. RESOURCE_EXHAUSTED may where the server says when (RetryInfo)."""
    if error.status is Status.RESOURCE_EXHAUSTED:
        return error.retry_after is not None
    return error.status in (Status.UNAVAILABLE, Status.ABORTED)


class Attempts:
    """The attempts at one call, all within its ``timeout`` (seconds; None: no limit)."""

    def __init__(self, rpc: Rpc, timeout: float | None, retries: int) -> None:
        self.rpc = rpc
        self._left = retries if repeatable(rpc) else 0
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._pause = FIRST_PAUSE

    def remaining_ms(self) -> int | None:
        """What is left of the timeout; None where there is no limit. Raises DeadlineExceeded."""
        if self._deadline is None:
            return None
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise DeadlineExceeded("The timeout leaves no time for the call.", reason="DEADLINE_EXCEEDED")
        return max(1, int(remaining * 1000))

    def pause_after(self, error: ScmError) -> float | None:
        """Seconds to wait before the next attempt; None where there is to be none."""
        if self._left <= 0 or not worth_repeating(error):
            return None
        pause = self._pause * random.uniform(0.5, 1)  # noqa: S311
        if error.retry_after is not None:
            # A little later for each client, so that not all come back in the same moment.
            pause += error.retry_after
        if pause > LONGEST_WAIT or (self._deadline is not None and time.monotonic() + pause >= self._deadline):
            return None
        self._left -= 1
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return pause
