"""Values in a request's JSON that protobuf's Python would read as something else.

It passes over characters that are not Base64, so that it would read a text that nobody encoded as other bytes, and
CreateCommit would store them. Where it ignores unknown fields, it also ignores an unknown name of an enum, so that
ListPullRequests would list other states than the caller asks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

# Either alphabet of RFC 4648, with the line breaks that the command base64 makes.
_BASE64 = re.compile(r"[A-Za-z0-9+/_\r\n-]*={0,2}[\r\n]*\Z")
_NUMBER = re.compile(r"-?[0-9]+\Z")
_CHECKED = (FieldDescriptor.TYPE_BYTES, FieldDescriptor.TYPE_ENUM)


@cache
def has_such_values(message: Descriptor) -> bool:
    """Whether a message, or one inside of it, has a field of bytes or of an enum."""
    seen: set[str] = set()
    waiting = [message]
    while waiting:
        one = waiting.pop()
        if one.full_name in seen or _reads_its_own_json(one):
            continue
        seen.add(one.full_name)
        if any(field.type in _CHECKED for field in one.fields):
            return True
        waiting += [field.message_type for field in one.fields if field.message_type is not None]
    return False


def misread(value: Any, message: Any) -> str:
    """What is wrong with the first such value. Empty if all are right.

    ``value`` is JSON for a message of the type that the descriptor ``message`` has.
    """
    if not isinstance(value, Mapping) or not has_such_values(message):
        return ""
    for field in message.fields:
        for name in (name for name in dict.fromkeys((field.json_name, field.name)) if name in value):
            items = value[name] if isinstance(value[name], list) else [value[name]]
            for item in items:
                if field.type == FieldDescriptor.TYPE_BYTES and isinstance(item, str) and not _BASE64.match(item):
                    return f"{name} must be Base64, as all bytes in JSON"
                if field.enum_type is not None and isinstance(item, str) and not _names(item, field.enum_type):
                    names = ", ".join(known.name for known in field.enum_type.values if known.number)
                    return f"{name} is {item[:80]!r}, but must be one of {names}"
                if field.message_type is not None and (problem := misread(item, field.message_type)):
                    return problem
    return ""


def _names(text: str, enum: EnumDescriptor) -> bool:
    """A number may be a text too, as protobuf allows. The rules of the field judge numbers."""
    return text in enum.values_by_name or _NUMBER.match(text) is not None


def _reads_its_own_json(message: Descriptor) -> bool:
    """Maps, and the messages of protobuf that have a JSON form of their own."""
    return message.GetOptions().map_entry or message.full_name.startswith("google.protobuf.")
