"""Request ids (AIP-155): a write that is repeated with the same id returns the first call's answer.

The answer is a row of the database for a day. Its key is made of caller, RPC and id. So it is found after a restart,
and by other processes and machines. There are two kinds of writes:

* A write that changes only rows stores its answer in the same transaction. If the worker is killed, it leaves all of it
  or nothing.
* A write that asks a provider first claims its id, and keeps notes for the next attempt. The claim is a lease: if the
  worker dies, it ends after ``LEASE``. The operation's last change is in one transaction with the answer
  (``Call.keep``).

A call that fails releases its id at once, so that it can be repeated.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from google.protobuf.message import Message

from sentry_scm_grpc.dispatch.admission import admit, check_projects, check_scope, project_ids
from sentry_scm_grpc.errors import AlreadyExists, InvalidArgument, NotFound, ScmError
from sentry_scm_grpc.rpc.attempts import LEASE, Attempt, database, in_progress, rows
from sentry_scm_grpc.rpc.call import Call

if TYPE_CHECKING:
    from sentry_scm_grpc.models import RequestId

log = logging.getLogger("sentry_scm_grpc")

KEEP = timedelta(hours=24)
#: How many rows one purge deletes.
PURGED_AT_ONCE = 500


class _Taken(Exception):
    """A row for this request id exists already."""


def once(call: Call, run: Callable[[], Message]) -> Message:
    """Admits and runs a write with a request id, or returns the answer that it was given before."""
    key, digest = _key_of(call), hashlib.sha256(call.request.SerializeToString(deterministic=True)).hexdigest()
    try:
        admit(call)
    except (NotFound, InvalidArgument):
        # Rows that the first call deleted or moved are not found any more, but its answer is.
        row = rows().filter(key=key, digest=digest, answer__isnull=False, created_at__gt=timezone.now() - KEEP).first()
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
            known = rows().filter(key=key).first()
            if known is None:
                continue
            if known.created_at <= timezone.now() - KEEP:
                rows().filter(key=key, created_at=known.created_at).delete()
                continue
            return _again(call, known, digest, run)
        _purge_now_and_then(key)
        return answer
    raise in_progress(1)


def _rows_alone(call: Call, key: str, digest: str, run: Callable[[], Message]) -> Message:
    # The claim comes first. A second call then waits for it, and a transaction of SQLite must begin with a write.
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
    """Handles the repetition of a write that was answered, is still running, or was interrupted."""
    if row.digest != digest:
        raise AlreadyExists(
            "This request_id was used for another request of this RPC. Take a new one for a new request.",
            reason="REQUEST_ID_REUSED",
        )
    if row.answer is not None:
        return _repeated(call, row)
    now = timezone.now()
    if row.leased_until is not None and row.leased_until > now:
        if row.leased_until > now + LEASE:
            # This lease is from before the clock was set back. Shorten it, or it would last for hours.
            rows().filter(key=row.key, leased_until=row.leased_until).update(leased_until=now + LEASE)
        raise in_progress(_wait(row.leased_until, now))
    number = row.attempt + 1
    # Only if the row is unchanged: an attempt that was just slow may have renewed its lease and added notes.
    mine = rows().filter(key=row.key, attempt=row.attempt, leased_until=row.leased_until, answer__isnull=True)
    if not mine.update(attempt=number, leased_until=now + LEASE):
        raise in_progress(1)
    return _in_steps(call, Attempt(row.key, number, json.loads(row.notes)), run)


def _repeated(call: Call, row: RequestId) -> Message:
    """Returns the answer, if the caller may still make this call."""
    call.organization_id = row.organization_id
    check_scope(call)
    check_projects(call, json.loads(row.project_ids))
    return call.rpc.response_class.FromString(bytes(row.answer or b""))


def _wait(leased_until: datetime, now: datetime) -> float:
    """Seconds after which to repeat the call: 1 if the first call has just begun, otherwise until its lease ends."""
    leased_until = min(leased_until, now + LEASE)
    return 1 if leased_until - now > LEASE - timedelta(seconds=1) else (leased_until - now).total_seconds()


def purge(most: int = PURGED_AT_ONCE) -> int:
    """Deletes rows that are older than a day, at most ``most`` of them. Returns the number."""
    old = rows().filter(created_at__lte=timezone.now() - KEEP)
    keys = list(old.order_by("created_at").values_list("key", flat=True)[:most])
    deleted: int = old.filter(key__in=keys).delete()[0] if keys else 0
    return deleted


def _purge_now_and_then(key: str) -> None:
    # One write of 256, chosen by its id, also deletes old rows, at most 500. So no cron job is needed.
    if key.startswith("00"):
        try:
            purge()
        except (DatabaseError, ScmError) as error:
            log.warning("Old request ids could not be deleted: %s", type(error).__name__)


def _key_of(call: Call) -> str:
    request_id: str = call.request.request_id  # type: ignore[attr-defined]
    return hashlib.sha256(f"{call.principal.key}\0{call.rpc.name}\0{request_id}".encode()).hexdigest()


def _inserted(call: Call, key: str, digest: str) -> Attempt:
    """Inserts a row. Raises _Taken; the transaction must end then."""
    now = timezone.now()
    try:
        rows().create(
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


def _transaction() -> Any:
    return transaction.atomic(database())
