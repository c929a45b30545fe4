"""The request id: the name of one call in its log entries, its traces and its trailers.

The caller may choose it with the metadata ``x-request-id``; otherwise it is generated. It differs from the field
``request_id`` of a write, which makes the write safe to repeat.
"""

from __future__ import annotations

import re
from random import getrandbits
from typing import Any

import grpc

KEY = "x-request-id"

# Characters that are safe in every log and every header.
_VALID = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")


def valid_or_new(given: str | bytes) -> str:
    """The id that a caller gave, if it is safe in a log; otherwise a new one of 32 hexadecimal digits.

    The id gives access to nothing, so it need not be hard to guess.
    """
    if given and isinstance(given, str) and _VALID.match(given):
        return given
    return f"{getrandbits(128):032x}"


def request_id_of(context: grpc.ServicerContext) -> str:
    """The id of a call. It is the same each time."""
    kept: Any = context
    found: str | None = getattr(kept, "request_id", None)
    if found is None:
        given = next((value for key, value in context.invocation_metadata() if key == KEY), "")
        found = kept.request_id = valid_or_new(given)
    return found


def with_request_id(
    metadata: tuple[tuple[str, str | bytes], ...], request_id: str
) -> tuple[tuple[str, str | bytes], ...]:
    """The trailing metadata with the id added, if it is not there yet."""
    if not metadata:
        return ((KEY, request_id),)
    return (*(item for item in metadata if item[0] != KEY), (KEY, request_id))
