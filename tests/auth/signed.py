"""Keys, and calls signed with them, for the tests of this directory."""

from __future__ import annotations

import secrets
import time
from typing import Any

from google.protobuf.message import Message

from sentry_scm_grpc.rpc import signature
from sentry_scm_grpc.rpc.policy import RPCS

NEW, OLD = "n" * 32, "o" * 32
ALL_SCOPES = sorted(frozenset().union(*(rpc.scopes for rpc in RPCS.values())))


def key(organizations: Any = "*", **changed: Any) -> dict[str, Any]:
    """A key as HMAC_KEYS has it."""
    return {"secrets": [NEW, OLD], "scopes": ALL_SCOPES, "organizations": organizations, **changed}


def header(
    path: str,
    message: bytes,
    organization_id: int,
    *,
    encoding: str = "proto",
    key_id: str = "reports",
    secret: str = NEW,
    at: float | None = None,
    nonce: str = "",
) -> str:
    """The value of x-signature."""
    moment = int(time.time() if at is None else at)
    head = signature.head_of(key_id, moment, nonce or secrets.token_urlsafe(16), organization_id)
    string = signature.string_to_sign(head, path, encoding, message)
    return f"{head};hmac={signature.sign(secret.encode(), string)}"


def signed(rpc_name: str, request: Message, organization_id: int, **changed: Any) -> dict[str, str]:
    """The metadata of a signed call."""
    return {"x-signature": header(RPCS[rpc_name].path, request.SerializeToString(), organization_id, **changed)}
