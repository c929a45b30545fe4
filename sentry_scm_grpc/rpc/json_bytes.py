"""Bytes in a request's JSON. protobuf's Python passes over characters that are not Base64, so that it would read a text
that nobody encoded as other bytes, and CreateCommit would store them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

# Either alphabet of RFC 4648, with the line breaks that the command base64 makes.
_BASE64 = re.compile(r"[A-Za-z0-9+/_\r\n-]*={0,2}[\r\n]*\Z")


@cache
def has_bytes(message: Descriptor) -> bool:
    """Whether a message, or one inside of it, has a field of bytes."""
    seen: set[str] = set()
    waiting = [message]
    while waiting:
        one = waiting.pop()
        if one.full_name in seen:
            continue
        seen.add(one.full_name)
        if any(field.type == FieldDescriptor.TYPE_BYTES for field in one.fields):
            return True
        waiting += [field.message_type for field in one.fields if field.message_type is not None]
    return False


def not_base64(value: Any, message: Any) -> str:
    """What is wrong with the first field of bytes that is not Base64. Empty if all are.

    ``value`` is JSON that protobuf has taken for a message of the type that the descriptor ``message`` has.
    """
    if not isinstance(value, Mapping) or not has_bytes(message):
        return ""
    for field in message.fields:
        for name in {field.json_name, field.name} & value.keys():
            items = value[name] if isinstance(value[name], list) else [value[name]]
            for item in items:
                if field.type == FieldDescriptor.TYPE_BYTES and isinstance(item, str) and not _BASE64.match(item):
                    return f"{name} must be Base64, as all bytes in JSON"
                if field.message_type is not None and (problem := not_base64(item, field.message_type)):
                    return problem
    return ""
