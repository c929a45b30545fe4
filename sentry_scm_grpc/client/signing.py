"""Signed calls: the signer for ScmClient, for services with a key in the site's HMAC_KEYS.

docs/how-to/authentication.md has the specification. The signer can also be used alone, for calls of other clients.
"""

from __future__ import annotations

import secrets
import time

from sentry_scm_grpc.rpc.signature import HEADER, KEY_ID, PROTO, head_of, sign, string_to_sign


class HmacSigner:
    """Signs calls with a key of the site's HMAC_KEYS, for one organization. Threads may share a signer.

    Raises ValueError for an invalid key.
    """

    def __init__(self, key_id: str, secret: str, organization_id: int) -> None:
        if not KEY_ID.fullmatch(key_id):
            raise ValueError(f"{key_id!r} is not a key id: 1 to 64 letters, digits, '.', '_' and '-'.")
        if not secret.isprintable() or secret != secret.strip() or not secret:
            raise ValueError("The secret is empty or has white space around it. Was a line break copied with it?")
        if organization_id < 1:
            raise ValueError("The organization's id is a number from 1.")
        self._key_id = key_id
        self._secret = secret.encode()
        self._organization_id = organization_id

    def __repr__(self) -> str:
        return f"HmacSigner({self._key_id!r}, organization_id={self._organization_id})"

    def headers(self, path: str, message: bytes, encoding: str = PROTO) -> dict[str, str]:
        """The metadata for one attempt at one call. Each attempt needs its own.

        ``path`` is that of the RPC, such as "/package.Service/Rpc". ``message`` is the request in its ``encoding``,
        "proto" or "json", before compression.
        """
        head = head_of(self._key_id, int(time.time()), secrets.token_urlsafe(16), self._organization_id)
        signature = sign(self._secret, string_to_sign(head, path, encoding, message))
        return {HEADER: f"{head};hmac={signature}"}
