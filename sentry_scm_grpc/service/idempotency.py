"""Request ids (AIP-155): a write that is repeated with the same id answers what the first call answered.

What was answered is kept for a day in a Django cache, under the caller, the RPC and the id. While the first call is
still running, a second one with its id is ABORTED. A call that fails forgets the id, so that it can be repeated, but
keeps the notes that the operation took (such as the key of an issue that the tracker already has).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import caches
from google.protobuf.message import Message

from sentry_scm_grpc.auth.principal import Principal
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import Aborted, AlreadyExists
from sentry_scm_grpc.service.policy import Rpc

KEEP_SECONDS = 24 * 60 * 60
# A process that dies in the middle of a call blocks its id for this long.
RUNNING_SECONDS = 5 * 60


class Attempt:
    """One attempt at a write with a request id. ``notes`` survive a failed attempt."""

    def __init__(self, key: str, digest: str, notes: dict[str, str]) -> None:
        self.key = key
        self.digest = digest
        self.notes = notes
        self.answer: bytes | None = None

    def note(self, **notes: str) -> None:
        """Keeps something for the next attempt, at once."""
        self.notes.update(notes)
        self._store("notes", KEEP_SECONDS)

    def _store(self, state: str, seconds: int) -> None:
        record = {"digest": self.digest, "state": state, "notes": self.notes, "answer": self.answer}
        caches[conf().CACHE].set(self.key, record, seconds)


@contextmanager
def attempt(rpc: Rpc, principal: Principal, request: Message) -> Iterator[Attempt | None]:
    """Around a write; None where the request has no id.

    ``answer`` of what it yields is set where the call is a repetition; set it to the response's bytes when the
    operation has succeeded.
    """
    request_id: str = getattr(request, "request_id", "")
    if not request_id:
        yield None
        return
    current = _claim(rpc, principal, request, request_id)
    if current.answer is not None:
        yield current
        return
    try:
        yield current
    finally:
        if current.answer is not None:
            current._store("done", KEEP_SECONDS)
        elif current.notes:
            current._store("notes", KEEP_SECONDS)
        else:
            caches[conf().CACHE].delete(current.key)


def _claim(rpc: Rpc, principal: Principal, request: Message, request_id: str) -> Attempt:
    cache = caches[conf().CACHE]
    name = f"{principal.key}\0{rpc.name}\0{request_id}".encode()
    key = f"scm_grpc.request.{hashlib.sha256(name).hexdigest()}"
    digest = hashlib.sha256(request.SerializeToString(deterministic=True)).hexdigest()
    running: dict[str, Any] = {"digest": digest, "state": "running", "notes": {}, "answer": None}
    if cache.add(key, running, RUNNING_SECONDS):
        return Attempt(key, digest, {})
    record = cache.get(key) or running
    if record["digest"] != digest:
        raise AlreadyExists(
            "This request_id was used for another request of this RPC. Take a new one for a new request.",
            reason="REQUEST_ID_REUSED",
        )
    if record["state"] == "running":
        raise Aborted(
            "A call with this request_id is still running. Repeat it in a moment, with the same request_id.",
            reason="REQUEST_IN_PROGRESS",
            retry_after=1,
        )
    current = Attempt(key, digest, record["notes"])
    current.answer = record["answer"]
    if current.answer is None:
        cache.set(key, {**running, "notes": current.notes}, RUNNING_SECONDS)
    return current
