"""Requests at the limits of size, depth and form, for any RPC, at both doors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.rpc.validation import descriptor_kind

#: A little below the largest message that a server takes by default.
SIZE = 1024 * 1024 - 4096

# What makes a body for an RPC, given a good request of its.
Make = Callable[[str, Any], bytes]


def _texts(rpc_name: str) -> list[FieldDescriptor]:
    fields = RPCS[rpc_name].method.input_type.fields
    return [field for field in fields if field.cpp_type == field.CPPTYPE_STRING]


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(number: int) -> bytes:
    found = b""
    while number > 0x7F:
        found, number = found + bytes([number & 0x7F | 0x80]), number >> 7
    return found + bytes([number])


def _text_of(rpc_name: str, request: Any, text: bytes) -> bytes:
    """The request with each text field as this, as far as that fits."""
    fields = _texts(rpc_name)
    if not fields:
        return bytes(request.SerializeToString())
    part = text[: SIZE // len(fields)]
    return bytes(request.SerializeToString()) + b"".join(
        _key(field.number, 2) + _varint(len(part)) + part for field in fields
    )


def _items(rpc_name: str, request: Any) -> bytes:
    """As many items of each repeated field, or of an unknown one, as fit."""
    fields = RPCS[rpc_name].method.input_type.fields
    numbers = [f.number for f in fields if descriptor_kind(f) in ("repeated", "map")] or [1000]
    found = b"".join((_key(number, 2) + b"\0") * (SIZE // len(numbers) // 3) for number in numbers)
    return bytes(request.SerializeToString()) + found


def _groups(rpc_name: str, request: Any) -> bytes:
    return bytes(request.SerializeToString()) + _key(1000, 3) * 90 + _key(1000, 4) * 90


WEB: dict[str, Make] = {
    "messages with texts of 1 MiB": lambda rpc, request: _text_of(rpc, request, b"a/" * SIZE),
    "messages with texts that are not UTF-8": lambda rpc, request: _text_of(rpc, request, b"\xff" * SIZE),
    "messages with texts of 1 MiB of backslashes and stars": lambda rpc, request: _text_of(rpc, request, b"\\*" * SIZE),
    "messages with texts of 4 KB of stars": lambda rpc, request: _text_of(rpc, request, b"*a" * 2000),
    "messages with 350,000 items": _items,
    "messages with unknown groups, 90 deep": _groups,
    "messages with unknown groups without an end": lambda rpc, request: _key(1000, 3) * 100_000,
    "bytes that are not a message": lambda rpc, request: b"\xff" * SIZE,
}


JSON: dict[str, Make] = {
    "JSON in lists, 500,000 deep": lambda rpc, request: _json_one(rpc, "[" * 500_000),
    "JSON in objects, 100,000 deep": lambda rpc, request: _json_one(rpc, '{"a":' * 100_000),
    "JSON closed, 40,000 deep": lambda rpc, request: _json_one(rpc, "[" * 40_000 + "]" * 40_000),
    "JSON numbers of 100,000 digits": lambda rpc, request: _json_one(rpc, "1" * 100_000),
    "JSON numbers with exponents": lambda rpc, request: _json_one(rpc, "1e" + "9" * 1000),
    "JSON texts of 1 MiB": lambda rpc, request: _json_one(rpc, '"' + "a/" * (SIZE // 2) + '"'),
    "JSON texts of escapes and half surrogates": lambda rpc, request: _json_one(
        rpc, '"' + "\\ud800" * (SIZE // 6) + '"'
    ),
    "JSON lists of 300,000 items": lambda rpc, request: _json_one(rpc, "[" + "{}," * (SIZE // 3 - 1) + "{}]"),
    "JSON with 100,000 names": lambda rpc, request: (
        "{" + ",".join(f'"n{number}":1' for number in range(80_000)) + "}"
    ).encode(),
    "JSON that is not UTF-8": lambda rpc, request: b'{"a":"' + b"\xff" * SIZE + b'"}',
}

#: What is no message by the rules of protobuf.
NO_MESSAGES = {
    "messages with texts that are not UTF-8",
    "messages with unknown groups without an end",
    "bytes that are not a message",
}


def _json_one(rpc_name: str, value: str) -> bytes:
    """A JSON request whose last field, a list or a text where there is one, is this."""
    fields = RPCS[rpc_name].method.input_type.fields
    of_use = [f for f in fields if descriptor_kind(f) in ("repeated", "map")] or _texts(rpc_name) or list(fields)
    return f'{{"{of_use[-1].json_name}":{value}}}'.encode()
