"""API keys. A key is ``scm_<prefix>_<secret>``. It is shown once, and only its hash is stored."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import DatabaseError, connections, router
from django.db.models import Q
from django.utils import timezone

from sentry_scm_grpc.errors import ScmError, Unauthenticated
from sentry_scm_grpc.hosts.embedded.models import ApiKey, Organization, state_of_key
from sentry_scm_grpc.hosts.embedded.rows import API_KEY, ApiKeyRow
from sentry_scm_grpc.rpc import budget

log = logging.getLogger(__name__)

_KEY = re.compile(r"scm_([0-9a-f]{12})_[A-Za-z0-9_-]{43}\Z")
# How often last_used is written at most, so that not every call of a busy key costs a write.
LAST_USED_EVERY = timedelta(minutes=1)
# How long a call waits for this write.
LAST_USED_SECONDS = 0.25


def make_key(
    organization: Organization, label: str = "", scopes: Iterable[str] = (), expires: datetime | None = None
) -> tuple[ApiKey, str]:
    """Creates a key. Returns its row and the key itself, which cannot be shown again."""
    plain, prefix, digest = new_secret()
    row = ApiKey.objects.create(
        organization=organization, label=label, scopes=sorted(set(scopes)), expires=expires, prefix=prefix, hash=digest
    )
    return row, plain


def revoke(key_id: int) -> bool:
    """Revokes a key; it stops working after CREDENTIAL_CACHE_SECONDS at the latest. Returns False if there is no such
    key."""
    return bool(ApiKey.objects.filter(id=key_id).update(active=False))


def prefix_of(plain: str) -> str:
    """The public part of a key, which identifies it. Empty if the text does not have the form of a key."""
    match = _KEY.match(plain)
    return "" if match is None else match[1]


def check(plain: str) -> ApiKeyRow:
    """The row of a valid key. One query, and a write once a minute. Raises Unauthenticated."""
    match = _KEY.match(plain)
    if match is None:
        raise Unauthenticated(
            "This is not an API key of this site. A key is 'scm_', 12 hexadecimal digits, '_' and 43 characters. Send"
            " the whole key, without 'Bearer', quotes or spaces.",
            reason="API_KEY_INVALID",
        )
    row = API_KEY.first(prefix=match[1])
    if row is None or not hmac.compare_digest(row.hash, digest_of(plain)):
        raise Unauthenticated(
            "The API key is not valid. It may be mistyped, deleted or of another server. On the server,"
            " 'sentry-scm-grpc keys list' shows its keys, and 'keys create' makes another.",
            reason="API_KEY_INVALID",
        )
    # Only a caller with the secret learns the reason.
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
    # A slow, salted hash is for secrets that can be guessed. Nobody can guess 256 random bits, so SHA-256 is enough and
    # takes less time.
    return hashlib.sha256(plain.encode()).hexdigest()


def _mark_used(row: ApiKeyRow) -> None:
    now = timezone.now()
    before = now - LAST_USED_EVERY
    if row.last_used is not None and row.last_used > before:
        return
    in_transaction = connections[router.db_for_write(ApiKey)].in_atomic_block
    try:
        # If several calls come at once, one writes. In a transaction, a statement that is cut off would break the rest.
        with nullcontext() if in_transaction else budget.at_most(LAST_USED_SECONDS):
            unused = Q(last_used=None) | Q(last_used__lte=before)
            ApiKey.objects.filter(unused, id=row.id).update(last_used=now)
    except (DatabaseError, ScmError) as error:
        # A valid key is accepted even if the database is busy, full or read-only.
        log.warning("The last use of the API key %s could not be stored: %s", row.id, type(error).__name__)
