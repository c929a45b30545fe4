"""Turns values of columns into values of messages."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# These fill a field that is there. Another message made for it would be copied: that takes twice as long.


def set_timestamp(field: Timestamp, moment: datetime) -> None:
    """A moment. One without a time zone is UTC."""
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    field.seconds = since.days * 86400 + since.seconds
    field.nanos = since.microseconds * 1000


def set_texts(field: MutableMapping[str, str], values: Any) -> None:
    """A JSON object, as ``text_map`` has it."""
    for key, value in text_map(values).items():
        field[key] = value


def text_map(values: Any) -> dict[str, str]:
    """A JSON object as a map of strings. Values that are not text are written as JSON. Empty for anything but an
    object."""
    if not isinstance(values, dict):
        return {}
    return {text(key): text(value) if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def text(value: Any) -> str:
    """A value of a JSON column that should be text. Empty if it is not.

    JSON may contain half of a surrogate pair, but a message may not: one such row would make a whole list fail.
    """
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
