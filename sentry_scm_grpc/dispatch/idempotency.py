"""Request ids (AIP-155): a write that is repeated with the same id answers what the first call answered.

What was answered is a row of the database, for a day, under the caller, the RPC and the id, so it holds across
processes, machines and restarts. Two kinds of writes:

* one that changes rows alone is one transaction with its answer: a worker that is killed leaves all of it or nothing;
* one that asks a provider first claims its id, and keeps notes for the attempt after it. The claim is a lease: when its
  worker dies, it ends after ``LEASE``. What an operation stores last, it stores in one transaction with its answer
  (``Call.keep``).

A call that fails frees its id at once, so that it can be repeated.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, IntegrityError, router, transaction
from django.utils import timezone
from google.protobuf.message import Message

from sentry_scm_grpc.dispatch.admission import admit, check_projects, check_scope, project_ids
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

if TYPE_CHECKING:
    from sentry_scm_grpc.models import RequestId
    from sentry_scm_grpc.rpc.call import Call

log = logging.getLogger("sentry_scm_grpc")

KEEP = timedelta(hours=24)
#: Longer than Sentry's clients wait for a vendor's answer (30 s), and no longer than our client waits to repeat (60 s).
LEASE = timedelta(seconds=55)
#: How long a vendor may still be making what an attempt gave up waiting for.
SETTLE = timedelta(seconds=10)
#: How many rows are deleted at a time.
PURGED_AT_ONCE = 500
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
        transaction.on_commit(then, using=_database())

    def release(self) -> None:
        """Ends the lease of an attempt that failed; without notes nothing has to be remembered of it."""
        try:
            if self.notes:
                unsure = "asked" in self.notes and "key" not in self.notes
                until = timezone.now() + SETTLE if unsure else None
                self._mine().update(notes=json.dumps(self.notes), leased_until=until)
            else:
                self._mine().delete()
        except DatabaseError as error:
            # The failure that led here is the one to tell; the lease ends by itself.
            log.warning("The claim of a request id could not be released", exc_info=error)

    def _mine(self) -> Any:
        # What is answered stays answered, whatever fails after it.
        return _rows().filter(key=self.key, attempt=self.number, answer__isnull=True)

    def _update(self, **values: Any) -> None:
        if not self._mine().update(**values):
            raise _in_progress(1)


class _Taken(Exception):
    """There is a row for this request id already."""


def once(call: Call, run: Callable[[], Message]) -> Message:
    """Admits and runs a write with a request id, or answers what it was answered before."""
    key, digest = _key_of(call), hashlib.sha256(call.request.SerializeToString(deterministic=True)).hexdigest()
    try:
        admit(call)
    except (NotFound, InvalidArgument):
        # What the first call deleted or moved is not there any more; its answer is.
        row = _rows().filter(key=key, digest=digest, answer__isnull=False, created_at__gt=timezone.now() - KEEP).first()
        if row is None:
            raise
        return _repeated(call, row)
    for _ in range(3):
        try:
            answer = (
                _in_steps(call, _claimed(call, key, digest), run)
                if call.rpc.needs
                else _rows_alone(call, key, digest, run)
            )
        except _Taken:
            known = _rows().filter(key=key).first()
            if known is None:
                continue
            if known.created_at <= timezone.now() - KEEP:
                _rows().filter(key=key, created_at=known.created_at).delete()
                continue
            return _again(call, known, digest, run)
        _purge_now_and_then(key)
        return answer
    raise _in_progress(1)


def _rows_alone(call: Call, key: str, digest: str, run: Callable[[], Message]) -> Message:
    # The claim comes first: a second call waits for it, and a transaction of SQLite must begin with a write.
    with _transaction():
        call.attempt = _inserted(call, key, digest)
        answer = run()
        if not call.attempt.kept:
            call.attempt.keep(answer)
        return answer


def _claimed(call: Call, key: str, digest: str) -> Attempt:
    with _transaction():
        return _inserted(call, key, digest)


def _in_steps(call: Call, attempt: Attempt, run: Callable[[], Message]) -> Message:
    call.attempt = attempt
    try:
        answer = run()
        if not attempt.kept:
            attempt.keep(answer)
        return answer
    except BaseException:
        attempt.release()
        raise


def _again(call: Call, row: RequestId, digest: str, run: Callable[[], Message]) -> Message:
    """A repetition of a write that was answered, is under way, or did not come to its end."""
    if row.digest != digest:
        raise AlreadyExists(
            "This request_id was used for another request of this RPC. Take a new one for a new request.",
            reason="REQUEST_ID_REUSED",
        )
    if row.answer is not None:
        return _repeated(call, row)
    now = timezone.now()
    if row.leased_until is not None and row.leased_until > now:
        raise _in_progress(_wait(row.leased_until, now))
    number = row.attempt + 1
    # As it was read: an attempt that was only slow may have renewed its lease since, and noted something.
    mine = _rows().filter(key=row.key, attempt=row.attempt, leased_until=row.leased_until, answer__isnull=True)
    if not mine.update(attempt=number, leased_until=now + LEASE):
        raise _in_progress(1)
    return _in_steps(call, Attempt(row.key, number, json.loads(row.notes)), run)


def _repeated(call: Call, row: RequestId) -> Message:
    """The answer, where the caller may still do what was done."""
    call.organization_id = row.organization_id
    check_scope(call)
    check_projects(call, json.loads(row.project_ids))
    return call.rpc.response_class.FromString(bytes(row.answer or b""))


def _wait(leased_until: datetime, now: datetime) -> float:
    """Seconds after which to come again: soon where the call has just begun, else when the lease ends at the latest."""
    return 1 if leased_until - now > LEASE - timedelta(seconds=1) else (leased_until - now).total_seconds()


def _in_progress(retry_after: float) -> Aborted:
    return Aborted(
        "A call with this request_id is still running, or its worker died. Repeat it, with the same request_id, after"
        " the time given.",
        reason="REQUEST_IN_PROGRESS",
        retry_after=retry_after,
    )


@contextmanager
def making(call: Call) -> Iterator[None]:
    """Around the request that makes something at a vendor.

    What a later attempt finds in ``notes["asked"]`` (ISO 8601, UTC) is when it was asked for: it may have been made.
    """
    attempt = call.attempt
    if attempt is None:
        yield
        return
    attempt.note(asked=timezone.now().isoformat())
    try:
        yield
    except Exception as error:
        known = error if isinstance(error, ScmError) else call.host.map_error(error)
        if isinstance(known, REFUSALS):
            del attempt.notes["asked"]
        raise


def outcome_unknown(what: str) -> FailedPrecondition:
    return FailedPrecondition(
        f"An earlier attempt asked the provider for {what}, and it cannot be told whether it was made. Look there:"
        " where it was, use it or take it away; then repeat the call with a new request_id.",
        reason="OUTCOME_UNKNOWN",
    )


def purge(most: int = PURGED_AT_ONCE) -> int:
    """Deletes rows that are older than a day, at most so many. Returns how many."""
    old = _rows().filter(created_at__lte=timezone.now() - KEEP)
    keys = list(old.order_by("created_at").values_list("key", flat=True)[:most])
    deleted: int = old.filter(key__in=keys).delete()[0] if keys else 0
    return deleted


def _purge_now_and_then(key: str) -> None:
    # One write of 256, chosen by its own id, cleans up after twice as many: no cron job is needed.
    if key.startswith("00"):
        try:
            purge()
        except DatabaseError as error:
            log.warning("Old request ids could not be deleted", exc_info=error)


def _key_of(call: Call) -> str:
    request_id: str = call.request.request_id  # type: ignore[attr-defined]
    return hashlib.sha256(f"{call.principal.key}\0{call.rpc.name}\0{request_id}".encode()).hexdigest()


def _inserted(call: Call, key: str, digest: str) -> Attempt:
    """A new row. Raises _Taken, which must end the transaction."""
    now = timezone.now()
    try:
        _rows().create(
            key=key,
            digest=digest,
            organization_id=call.organization_id,
            project_ids=json.dumps(sorted(set(project_ids(call)))),
            leased_until=now + LEASE,
            notes="{}",
            created_at=now,
        )
    except IntegrityError:
        raise _Taken from None
    return Attempt(key, 1, {})


def _rows() -> Any:
    # Not at import: the Python client has this package too, and no Django app.
    from sentry_scm_grpc.models import RequestId

    # Read where they are written: a replica is behind.
    return RequestId.objects.using(_database())


def _transaction() -> Any:
    return transaction.atomic(_database())


def _database() -> str:
    from sentry_scm_grpc.models import RequestId

    return str(router.db_for_write(RequestId))
