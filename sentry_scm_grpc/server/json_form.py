"""The JSON of messages: the text of ``json_format.MessageToJson``, from writers that are kept for each field.

json_format looks up the field for every value. Here the name and the writer of a field are looked up once, and most
writers are functions in C. json_format still writes floats, and messages with a special form such as
google.protobuf.Struct. Source: https://protobuf.dev/programming-guides/json/
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from json.encoder import encode_basestring as quoted
from typing import Any

from google.protobuf import json_format, wrappers_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from sentry_scm_grpc.rpc.validation import descriptor_kind

#: The JSON of one value.
Writer = Callable[[Any], str]

# Messages whose own method returns the text of a JSON string.
_TEXTS = frozenset({"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"})


def to_json(message: Message) -> str:
    """Raises ValueError and other errors if a message has no JSON form, as json_format does."""
    return _of_message(message.DESCRIPTOR)(message)


class _Fields(dict[FieldDescriptor, tuple[str, Writer]]):
    """The beginning of a member, ``"name": ``, and the writer of its value."""

    def __missing__(self, field: FieldDescriptor) -> tuple[str, Writer]:
        name = f"[{field.full_name}]" if field.is_extension else field.json_name
        self[field] = made = f"{quoted(name)}: ", _of_field(field)
        return made


_FIELDS = _Fields()


def _of_field(field: FieldDescriptor) -> Writer:
    kind = descriptor_kind(field)
    if kind == "map" and field.message_type is not None:
        return _of_map(field.message_type.fields_by_name["value"])
    write = _of_one(field)
    return (lambda values: f"[{', '.join(map(write, values))}]") if kind == "repeated" else write


def _of_one(field: FieldDescriptor) -> Writer:
    if field.message_type is not None:
        return _of_message(field.message_type)
    if field.enum_type is not None:
        return _of_enum(field.enum_type)
    return _OF_TYPE[field.type]


def _members(message: Message) -> str:
    members = []
    for field, value in message.ListFields():
        beginning, write = _FIELDS[field]
        members.append(beginning + write(value))
    return f"{{{', '.join(members)}}}"


@cache
def _of_message(descriptor: Descriptor) -> Writer:
    if descriptor.full_name in _TEXTS:
        return lambda message: quoted(message.ToJsonString())
    return _by_json_format if descriptor.full_name.startswith("google.protobuf.") else _members


def _by_json_format(message: Message) -> str:
    return json_format.MessageToJson(message, indent=None, ensure_ascii=False)


class _Names(dict[int, str]):
    """The numbers of an enum. A number that the contract does not have is written as a number."""

    def __missing__(self, number: int) -> str:
        return str(number)


def _of_enum(enum: EnumDescriptor) -> Writer:
    if enum.full_name == "google.protobuf.NullValue":
        return lambda _: "null"
    return _Names({number: quoted(value.name) for number, value in enum.values_by_number.items()}).__getitem__


def _of_map(field: FieldDescriptor) -> Writer:
    write = _of_one(field)

    def members(values: Any) -> str:
        # For messages, values.items() would first make a copy.
        return f"{{{', '.join([f'{_key(key)}: {write(values[key])}' for key in values])}}}"

    return members


def _key(key: str | int | bool) -> str:
    return quoted(str(key).lower() if isinstance(key, bool) else str(key))


_number = "%d".__mod__
# Numbers in JavaScript have 53 bits.
_number_as_text = '"%d"'.__mod__
_OF_TYPE: dict[int, Writer] = {
    FieldDescriptor.TYPE_STRING: quoted,
    FieldDescriptor.TYPE_BOOL: {True: "true", False: "false"}.__getitem__,
    FieldDescriptor.TYPE_BYTES: lambda value: f'"{b64encode(value).decode()}"',
    FieldDescriptor.TYPE_FLOAT: lambda value: _by_json_format(wrappers_pb2.FloatValue(value=value)),
    FieldDescriptor.TYPE_DOUBLE: lambda value: _by_json_format(wrappers_pb2.DoubleValue(value=value)),
    FieldDescriptor.TYPE_INT32: _number,
    FieldDescriptor.TYPE_SINT32: _number,
    FieldDescriptor.TYPE_UINT32: _number,
    FieldDescriptor.TYPE_FIXED32: _number,
    FieldDescriptor.TYPE_SFIXED32: _number,
    FieldDescriptor.TYPE_INT64: _number_as_text,
    FieldDescriptor.TYPE_SINT64: _number_as_text,
    FieldDescriptor.TYPE_UINT64: _number_as_text,
    FieldDescriptor.TYPE_FIXED64: _number_as_text,
    FieldDescriptor.TYPE_SFIXED64: _number_as_text,
}
