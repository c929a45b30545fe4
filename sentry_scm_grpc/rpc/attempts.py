"""One attempt at a write with a request id (AIP-155), and what it leaves for the next attempt if it is interrupted.

dispatch/idempotency.py makes the attempts. Operations add notes about what they do at a provider.
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

#: How long an attempt holds its claim. Sentry's clients wait 30 s for a vendor, and our client waits up to 60 s before
#: it repeats.
LEASE = timedelta(seconds=55)
#: How long a vendor may go on with a request after an attempt stopped waiting for it.
SETTLE = timedelta(seconds=10)
#: How long the release of a claim may wait for the database, in seconds.
RELEASE_SECONDS = 0.5
#: The provider refused, so nothing was made. After any other error something may have been made.
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
    """One attempt at a write with a request id. ``notes`` holds those of earlier attempts and its own."""

    def __init__(self, key: str, number: int, notes: dict[str, str]) -> None:
        self.key = key
        self.number = number
        self.notes = notes
        self.kept = False

    @property
    def marker(self) -> str:
        """A text to put into something that is made at a vendor, by which a later attempt finds it. Not a secret."""
        return f"scm-request-{self.key[:32]}"

    def note(self, **notes: str) -> None:
        """Stores notes for the next attempt at once, and renews the lease. Raises Aborted as ``keep`` does."""
        self.notes.update(notes)
        self._update(notes=json.dumps(self.notes), leased_until=timezone.now() + LEASE)

    def reaches_project(self, project_id: int) -> None:
        """Remembers a project that the request does not name by its id, so that a repetition checks access to it."""
        known = json.loads(self._mine().values_list("project_ids", flat=True).get())
        self._update(project_ids=json.dumps(sorted({*known, project_id})))

    def keep(self, response: Message) -> None:
        """Stores the answer. Raises Aborted if the lease ran out and another attempt took it."""
        self._update(answer=response.SerializeToString(), leased_until=None)
        self.kept = True

    def after_commit(self, then: Callable[[], object]) -> None:
        """Calls ``then`` when the attempt's transaction is committed."""
        transaction.on_commit(then, using=database())

    def release(self) -> None:
        """Ends the lease of an attempt that failed. Deletes the row if it has no notes."""
        try:
            # The call may have failed because its time is over.
            with budget.beyond(RELEASE_SECONDS):
                self._release()
        except (DatabaseError, ScmError) as error:
            # Report the failure that led here, not this one. The lease ends by itself.
            log.warning("The claim of a request id could not be released: %s", type(error).__name__)

    def _release(self) -> None:
        if self.notes:
            unsure = "asked" in self.notes and "key" not in self.notes
            until = timezone.now() + SETTLE if unsure else None
            self._mine().update(notes=json.dumps(self.notes), leased_until=until)
        else:
            self._mine().delete()

    def _mine(self) -> Any:
        # Once stored, an answer stays, whatever fails later.
        return rows().filter(key=self.key, attempt=self.number, answer__isnull=True)

    def _update(self, **values: Any) -> None:
        if not self._mine().update(**values):
            raise in_progress(1)


def outcome_unknown(what: str) -> FailedPrecondition:
    return FailedPrecondition(
        f"An earlier attempt asked the provider for {what}, but it is unknown whether it was made. Look at the"
        " provider: if it was made, use it or delete it. Then repeat the call with a new request_id.",
        reason="OUTCOME_UNKNOWN",
    )


def in_progress(retry_after: float) -> Aborted:
    return Aborted(
        "A call with this request_id is still running, or its worker died. Repeat it with the same request_id after"
        " the time given.",
        reason="REQUEST_IN_PROGRESS",
        retry_after=retry_after,
    )


def rows() -> Any:
    # Not imported at the top: the Python client has this package too, but no Django app.
    from sentry_scm_grpc.models import RequestId

    # Read from the database that is written to: a replica lags behind.
    return RequestId.objects.using(database())


def database() -> str:
    from sentry_scm_grpc.models import RequestId

    return str(router.db_for_write(RequestId))
