"""Readers of vendors' JSON, which may lack anything, hold null, or another type than documented: then the answer is
refused with
UNAVAILABLE (BAD_VENDOR_RESPONSE), never a traceback. ``path`` names keys from the outside inwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.errors import Unavailable
from sentry_scm_grpc.v1 import scm_pb2 as pb

_MAX_INT32 = 2**31 - 1


def value(answer: Any, *path: str) -> Any:
    """What must be there, of whatever type."""
    found = _at(answer, path)
    if found is None:
        raise bad_answer()
    return found


def string(answer: Any, *path: str) -> str:
    """A text that must be there; a whole number counts as one, as ids are either."""
    found = _at(answer, path)
    if isinstance(found, str) or (isinstance(found, int) and not isinstance(found, bool)):
        return str(found)
    raise bad_answer()


def text(answer: Any, *path: str) -> str:
    """A text; empty where it is absent or no text."""
    found = _at(answer, path)
    return found if isinstance(found, str) else ""


def number(answer: Any, *path: str) -> int:
    """A whole number from 0 to 2^31 - 1; 0 where it is absent or none."""
    found = _at(answer, path)
    return found if isinstance(found, int) and 0 <= found <= _MAX_INT32 else 0


def rows(answer: Any, *path: str) -> list[Mapping[str, Any]]:
    """A list of objects that must be there."""
    found = _at(answer, path)
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise bad_answer()
    return found


def told_rows(answer: Any, *path: str) -> list[Mapping[str, Any]]:
    """A list of objects; empty where it is absent."""
    return [] if _at(answer, path) is None else rows(answer, *path)


def moment(answer: Any, *path: str) -> Timestamp | None:
    """A date: ISO 8601, or milliseconds since the epoch; None where it is absent or neither, or of the year 1, which is
    what .NET writes for none.
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
    """Who wrote a commit; None, which leaves a field unset, where nothing is known."""
    return pb.CommitAuthor(name=name, email=email, external_id=external_id) if name or email or external_id else None


def moment_text(when: datetime | None) -> str:
    """A date as vendors take it: ISO 8601 in whole seconds, as dates in git are; empty for None."""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z" if when else ""


def bad_answer() -> Unavailable:
    return Unavailable(
        "What the provider answered is not as its API describes it. Check the integration's address, or repeat the call"
        " later.",
        reason="BAD_VENDOR_RESPONSE",
    )


def _at(answer: Any, path: tuple[str, ...]) -> Any:
    found = answer
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
