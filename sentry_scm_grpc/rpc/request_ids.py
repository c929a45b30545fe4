"""The request id: the name of one call, which its log entries, its traces and its trailers share.

The caller may give it as metadata ``x-request-id``; otherwise one is made up. It has nothing to do with the field
``request_id`` of a write, by which a repeated request is known.
"""

from __future__ import annotations

import re
from random import getrandbits
from typing import Any

import grpc

KEY = "x-request-id"

# What can stand in any log and any header.
_VALID = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")


def valid_or_new(given: str | bytes) -> str:
    """The id that a caller gave, if it may stand in any log; else one of 32 hexadecimal digits.

    Nobody is let in for knowing an id, so it does not have to be hard to guess.
    """
    if given and isinstance(given, str) and _VALID.match(given):
        return given
    return f"{getrandbits(128):032x}"


def request_id_of(context: grpc.ServicerContext) -> str:
    """The id of a call, the same whoever asks."""
    kept: Any = context
    found: str | None = getattr(kept, "request_id", None)
    if found is None:
        given = next((value for key, value in context.invocation_metadata() if key == KEY), "")
        found = kept.request_id = valid_or_new(given)
    return found


def with_request_id(
    metadata: tuple[tuple[str, str | bytes], ...], request_id: str
) -> tuple[tuple[str, str | bytes], ...]:
    """Trailing metadata with the id, once."""
    if not metadata:
        return ((KEY, request_id),)
    return (*(item for item in metadata if item[0] != KEY), (KEY, request_id))
