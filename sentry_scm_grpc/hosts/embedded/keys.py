"""API keys: made, checked and revoked here. A key is ``scm_<prefix>_<secret>``, shown once; its hash is stored."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from sentry_scm_grpc.errors import ScmError, Unauthenticated
from sentry_scm_grpc.hosts.embedded.models import ApiKey, Organization, state_of_key
from sentry_scm_grpc.hosts.embedded.rows import API_KEY, ApiKeyRow
from sentry_scm_grpc.rpc import budget

log = logging.getLogger(__name__)

_KEY = re.compile(r"scm_([0-9a-f]{12})_[A-Za-z0-9_-]{43}\Z")
# last_used is written at most so often: a busy key must not cost a write per call.
LAST_USED_EVERY = timedelta(minutes=1)
# How long a call waits for that.
LAST_USED_SECONDS = 0.25


def make_key(
    organization: Organization, label: str = "", scopes: Iterable[str] = (), expires: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key: its row, and the key itself, which cannot be shown again."""
    plain, prefix, digest = new_secret()
    row = ApiKey.objects.create(
        organization=organization, label=label, scopes=sorted(set(scopes)), expires=expires, prefix=prefix, hash=digest
    )
    return row, plain


def revoke(key_id: int) -> bool:
    """Makes a key useless, at the latest after CREDENTIAL_CACHE_SECONDS. False where there is no such key."""
    return bool(ApiKey.objects.filter(id=key_id).update(active=False))


def prefix_of(plain: str) -> str:
    """The part of a key by which it is known, no secret; empty where it has not the form of a key."""
    match = _KEY.match(plain)
    return "" if match is None else match[1]


def check(plain: str) -> ApiKeyRow:
    """The row of a good key. One query, and a write once a minute. Raises Unauthenticated."""
    match = _KEY.match(plain)
    row = None if match is None else API_KEY.first(prefix=match[1])
    if row is None or not hmac.compare_digest(row.hash, digest_of(plain)):
        raise Unauthenticated("The API key is not a valid one. Check 'x-api-key'.", reason="API_KEY_INVALID")
    # Only who holds the secret learns more.
    if (state := state_of_key(row.active, row.expires)) != "active":
        raise Unauthenticated(f"The API key is {state}. Use another.", reason=f"API_KEY_{state.upper()}")
    _mark_used(row)
    return row


def new_secret() -> tuple[str, str, str]:
    """A new key, its prefix and its hash."""
    prefix = secrets.token_hex(6)
    plain = f"scm_{prefix}_{secrets.token_urlsafe(32)}"
    return plain, prefix, digest_of(plain)


def digest_of(plain: str) -> str:
    # A slow, salted hash protects secrets that can be guessed. Nobody guesses 256 random bits: SHA-256 is
    # enough, and a call does not pay for more.
    return hashlib.sha256(plain.encode()).hexdigest()


def _mark_used(row: ApiKeyRow) -> None:
    now = timezone.now()
    before = now - LAST_USED_EVERY
    if row.last_used is not None and row.last_used > before:
        return
    try:
        # Of several calls at once, one writes.
        with budget.at_most(LAST_USED_SECONDS):
            unused = Q(last_used=None) | Q(last_used__lte=before)
            ApiKey.objects.filter(unused, id=row.id).update(last_used=now)
    except (DatabaseError, ScmError) as error:
        # A busy, full or read-only database is no reason to refuse a good key.
        log.warning("The last use of the API key %s could not be noted: %s", row.id, type(error).__name__)
