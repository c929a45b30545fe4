"""The metadata ``x-signature``: which bytes are signed, and how the header is written.

docs/how-to/authentication.md specifies it.

The server and the Python client share this module. It needs neither Django nor gRPC.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import NamedTuple

HEADER = "x-signature"
#: How many seconds the time in a signature may be before or after the server's clock.
WINDOW_SECONDS = 300
#: The encodings in which a message can be signed.
PROTO = "proto"
JSON = "json"

KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# A signature can be written in only one way: the order is fixed, and numbers have no sign and no leading zeros.
_HEADER = re.compile(
    rf"(?P<head>v1;key=(?P<key>{KEY_ID.pattern});time=(?P<time>[1-9][0-9]{{0,11}});nonce=(?P<nonce>[A-Za-z0-9_-]{{16,64}})"
    r";organization=(?P<organization>[1-9][0-9]{0,17}));hmac=(?P<hmac>[0-9a-f]{64})"
)


class Signature(NamedTuple):
    """A parsed header. ``head`` is its text before ";hmac=", ``time`` is in seconds since 1970."""

    head: str
    key_id: str
    time: int
    nonce: str
    organization_id: int
    hmac: str


def read(value: str | bytes) -> Signature | None:
    """Parses a header. Returns None if its form is wrong."""
    found = _HEADER.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    return Signature(
        found["head"], found["key"], int(found["time"]), found["nonce"], int(found["organization"]), found["hmac"]
    )


def head_of(key_id: str, time: int, nonce: str, organization_id: int) -> str:
    """The head of a header."""
    return f"v1;key={key_id};time={time};nonce={nonce};organization={organization_id}"


def string_to_sign(head: str, path: str, encoding: str, message: bytes) -> bytes:
    """The bytes to sign.

    ``path`` is that of the RPC, such as "/package.Service/Rpc", without the site's prefix. ``message`` is the request
    as sent, before compression and framing.
    """
    return "\n".join((head, path, encoding, hashlib.sha256(message).hexdigest())).encode()


def sign(secret: bytes, string: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) in lower-case hex."""
    return hmac.digest(secret, string, "sha256").hex()
