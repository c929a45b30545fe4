"""One attempt at a write with a request id (AIP-155): what it leaves for the next one, should it not come to its end.

dispatch/idempotency.py makes attempts; operations note in them what they do at a provider.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, router, transaction
from django.utils import timezone
from google.protobuf.message import Message

from sentry_scm_grpc.errors import (
    Aborted,
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    ScmError,
    Unimplemented,
)
from sentry_scm_grpc.rpc import budget

log = logging.getLogger("sentry_scm_grpc")

#: Longer than Sentry's clients wait for a vendor's answer (30 s), and no longer than our client waits to repeat (60 s).
LEASE = timedelta(seconds=55)
#: How long a vendor may still be making what an attempt gave up waiting for.
SETTLE = timedelta(seconds=10)
#: How long releasing a claim may wait for the database, in seconds.
RELEASE_SECONDS = 0.5
#: What a provider's refusal means: nothing was made. After any other failure something may have been.
REFUSALS = (
    InvalidArgument,
    PermissionDenied,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    ResourceExhausted,
    Unimplemented,
)


class Attempt:
    """One attempt at a write with a request id. ``notes`` are those of the attempts before it, and its own."""

    def __init__(self, key: str, number: int, notes: dict[str, str]) -> None:
        self.key = key
        self.number = number
        self.notes = notes
        self.kept = False

    @property
    def marker(self) -> str:
        """What can be put into something that is made at a vendor, so that it is found there. Tells nothing."""
        return f"scm-request-{self.key[:32]}"

    def note(self, **notes: str) -> None:
        """Keeps something for the next attempt, at once, and takes a new lease. Raises Aborted: see ``keep``."""
        self.notes.update(notes)
        self._update(notes=json.dumps(self.notes), leased_until=timezone.now() + LEASE)

    def keep(self, response: Message) -> None:
        """Stores the answer. Raises Aborted where another attempt took the lease that this one let pass."""
        self._update(answer=response.SerializeToString(), leased_until=None)
        self.kept = True

    def after_commit(self, then: Callable[[], object]) -> None:
        """Does something when the transaction that this attempt runs in is there for others to see."""
        transaction.on_commit(then, using=database())

    def release(self) -> None:
        """Ends the lease of an attempt that failed; without notes nothing has to be remembered of it."""
        try:
            # The failure may be that the call has no time left.
            with budget.beyond(RELEASE_SECONDS):
                self._release()
        except (DatabaseError, ScmError) as error:
            # The failure that led here is the one to tell; the lease ends by itself.
            log.warning("The claim of a request id could not be released: %s", type(error).__name__)

    def _release(self) -> None:
        if self.notes:
            unsure = "asked" in self.notes and "key" not in self.notes
            until = timezone.now() + SETTLE if unsure else None
            self._mine().update(notes=json.dumps(self.notes), leased_until=until)
        else:
            self._mine().delete()

    def _mine(self) -> Any:
        # What is answered stays answered, whatever fails after it.
        return rows().filter(key=self.key, attempt=self.number, answer__isnull=True)

    def _update(self, **values: Any) -> None:
        if not self._mine().update(**values):
            raise in_progress(1)


def outcome_unknown(what: str) -> FailedPrecondition:
    return FailedPrecondition(
        f"An earlier attempt asked the provider for {what}, and it cannot be told whether it was made. Look there:"
        " where it was, use it or take it away; then repeat the call with a new request_id.",
        reason="OUTCOME_UNKNOWN",
    )


def in_progress(retry_after: float) -> Aborted:
    return Aborted(
        "A call with this request_id is still running, or its worker died. Repeat it, with the same request_id, after"
        " the time given.",
        reason="REQUEST_IN_PROGRESS",
        retry_after=retry_after,
    )


def rows() -> Any:
    # Not at import: the Python client has this package too, and no Django app.
    from sentry_scm_grpc.models import RequestId

    # Read where they are written: a replica is behind.
    return RequestId.objects.using(database())


def database() -> str:
    from sentry_scm_grpc.models import RequestId

    return str(router.db_for_write(RequestId))
