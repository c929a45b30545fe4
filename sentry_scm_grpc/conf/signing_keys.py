"""The keys of services that sign their calls: the setting HMAC_KEYS."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# The form of key ids in the metadata x-signature (rpc/signature.py).
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

#: In characters. 32 hexadecimal digits are 128 random bits.
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class SigningKey:
    """A key and what it gives access to. ``organizations`` is None for all."""

    secrets: tuple[bytes, ...] = field(repr=False)
    scopes: frozenset[str]
    organizations: frozenset[int] | None
    expires: datetime | None = None

    def expired(self) -> bool:
        return self.expires is not None and self.expires <= datetime.now(UTC)

    def opens(self, organization_id: int) -> bool:
        return self.organizations is None or organization_id in self.organizations


def read_keys(value: Any) -> dict[str, SigningKey]:
    """Reads the keys from a dict or its JSON. Raises ValueError; its text names the key and the mistake, and never
    contains a secret."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError("it is not valid JSON") from None
    if not isinstance(value, Mapping):
        raise ValueError("it must be a dict of key id to key")
    return {_key_id(key_id): _read_key(key_id, key) for key_id, key in value.items()}


def _key_id(key_id: Any) -> str:
    if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id):
        raise ValueError(f"the key id{_shown(key_id)} must be 1 to 64 letters, digits, '.', '_' and '-'")
    return key_id


def _read_key(key_id: str, key: Any) -> SigningKey:
    if not isinstance(key, Mapping):
        raise ValueError(f"{key_id!r} must be a dict with 'secrets', 'scopes' and 'organizations'")
    if unknown := sorted(set(map(str, key)) - {"secrets", "scopes", "organizations", "expires"}):
        raise ValueError(
            f"{key_id!r} has the unknown{_shown(unknown[0])}; a key has 'secrets', 'scopes', 'organizations', 'expires'"
        )
    secrets, scopes, organizations = (key.get(name) for name in ("secrets", "scopes", "organizations"))
    if not _is_list(secrets, str) or not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise ValueError(f"'secrets' of {key_id!r} must be a list of texts of {SHORTEST_SECRET} characters or more")
    if not _is_list(scopes, str) or not scopes:
        raise ValueError(f"'scopes' of {key_id!r} must be a list of scopes, such as ['org:read']")
    if organizations != "*" and (not _is_list(organizations, int) or not organizations or min(organizations) < 1):
        raise ValueError(f"'organizations' of {key_id!r} must be a list of ids, or '*' for all")
    return SigningKey(
        secrets=tuple(secret.encode() for secret in secrets),
        scopes=frozenset(scopes),
        organizations=None if organizations == "*" else frozenset(organizations),
        expires=_read_expires(key_id, key.get("expires")),
    )


def _shown(name: Any) -> str:
    """An invalid name for a message, unless it is so long that it may be a secret in the wrong place."""
    return f" {name!r}" if len(str(name)) < SHORTEST_SECRET else " (too long to be shown here)"


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(type(item) is kind for item in value)


def _read_expires(key_id: str, value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = False
    if value is not None and not isinstance(value, datetime):
        raise ValueError(f"'expires' of {key_id!r} must be a time as in ISO 8601, such as '2030-01-31T12:00:00Z'")
    # A time without an offset is UTC.
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
