"""Readers of vendors' JSON. If it lacks a required value, or has one of another type than documented, the call is
UNAVAILABLE (BAD_VENDOR_RESPONSE). ``path`` names nested keys, the outermost first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.errors import Unavailable
from sentry_scm_grpc.v1 import scm_pb2 as pb

MAX_INT32 = 2**31 - 1
_MAX_INT64 = 2**63 - 1
# Nearly all are dicts, and those are recognized four times as fast if the tuple begins with them.
_OBJECT = (dict, Mapping)


def value(answer: Any, *path: str) -> Any:
    """A required value of any type."""
    found = _at(answer, path)
    if found is None:
        raise bad_answer()
    return found


def fields(answer: Any, *path: str) -> Mapping[str, Any]:
    """A required object."""
    found = _at(answer, path)
    if not isinstance(found, _OBJECT):
        raise bad_answer()
    return found


def string(answer: Any, *path: str) -> str:
    """A required text. A whole number is accepted, because ids are either."""
    found = _at(answer, path)
    if isinstance(found, str) or (isinstance(found, int) and not isinstance(found, bool)):
        return str(found)
    raise bad_answer()


def whole(answer: Any, *path: str) -> int:
    """A required whole number that is not negative, also as a text."""
    found = string(answer, *path)
    if not (found.isascii() and found.isdecimal() and len(found) < 20 and int(found) <= _MAX_INT64):
        raise bad_answer()
    return int(found)


def text(answer: Any, *path: str) -> str:
    """An optional text. Empty if it is missing or not a text."""
    found = _at(answer, path)
    return found if isinstance(found, str) else ""


def number(answer: Any, *path: str) -> int:
    """An optional whole number from 0 to 2^31 - 1. 0 if it is missing or anything else."""
    found = _at(answer, path)
    is_number = isinstance(found, int) and not isinstance(found, bool)
    return found if is_number and 0 <= found <= MAX_INT32 else 0


def count(answer: Any, *path: str, most: int = _MAX_INT64) -> int | None:
    """An optional count. None if the vendor does not tell it, and if it is larger than ``most``."""
    found = _at(answer, path)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= most else None


def rows(answer: Any, *path: str) -> list[Mapping[str, Any]]:
    """A required list of objects."""
    found = _at(answer, path)
    if not isinstance(found, list) or not all(isinstance(row, _OBJECT) for row in found):
        raise bad_answer()
    return found


def told_rows(answer: Any, *path: str) -> list[Mapping[str, Any]]:
    """An optional list of objects. Empty if it is missing."""
    return [] if _at(answer, path) is None else rows(answer, *path)


def moment(answer: Any, *path: str) -> Timestamp | None:
    """An optional date: ISO 8601, or milliseconds since the epoch. None if it is missing or invalid.

    A date in the year 1 is also None, because .NET writes it for no date.
    """
    found = _at(answer, path)
    try:
        if isinstance(found, str):
            date = datetime.fromisoformat(found)
        elif isinstance(found, (int, float)) and not isinstance(found, bool):
            date = datetime.fromtimestamp(found / 1000, UTC)
        else:
            return None
        if date.year == 1:
            return None
        stamp = Timestamp()
        stamp.FromDatetime(date)
    except (ValueError, OverflowError, OSError):
        return None
    return stamp


def person(name: str, email: str, external_id: str = "") -> pb.CommitAuthor | None:
    """The author of a commit. None, which leaves a field unset, if nothing is known."""
    return pb.CommitAuthor(name=name, email=email, external_id=external_id) if name or email or external_id else None


def moment_text(when: datetime | None) -> str:
    """A date as a parameter: ISO 8601 in whole seconds, like dates in git. Empty for None."""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z" if when else ""


def bad_answer() -> Unavailable:
    return Unavailable(
        "The provider's response does not have the form that its API describes. Check the integration's address, or"
        " repeat the call later.",
        reason="BAD_VENDOR_RESPONSE",
    )


def _at(answer: Any, path: tuple[str, ...]) -> Any:
    found = answer
    for name in path:
        found = found.get(name) if isinstance(found, _OBJECT) else None
    return found
