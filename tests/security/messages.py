"""Random messages of any type, made from its descriptor: values that mean something, values at the edges, and noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from sentry_scm_grpc.rpc.policy import field_rules
from sentry_scm_grpc.rpc.validation import descriptor_kind

INT32 = (-(2**31), 2**31 - 1)
INT64 = (-(2**63), 2**63 - 1)
# What a parser of paths, refs, globs, SQL or a shell may stumble over; each is one valid value of the wire.
# fmt: off
TRAPS = [
    "", ".", "..", "../etc/passwd", "/", "//", "a/../b", "HEAD", "HEAD~1", "@{-1}", "-n", "--upload-pack=x", "main",
    "refs/heads/main", "*", "%", "%s", "_", "[", "(", "(?:", "\\", "'", '"', "\0", "\n", "\r\n", "\u2028", "\ufeff",
    "\U0001f680", "é", "e\u0301", "https://git.example.com/", "file:///etc/passwd", "javascript:alert(1)", "${7*7}",
    "' OR 1=1 --", "a" * 5000, "0" * 40, "f" * 64,
]
# fmt: on


def texts(known: list[str]) -> st.SearchStrategy[str]:
    noise = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
    return st.one_of(st.sampled_from(known), st.sampled_from(TRAPS), noise)


def numbers(bounds: tuple[int, int]) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(-2, 3), st.sampled_from(bounds), st.integers(*bounds))


def messages(kind: type[Message], ids: Mapping[int, list[int]], known: list[str]) -> st.SearchStrategy[Any]:
    """Messages of a type. ``ids`` of rows by Resource and ``known`` texts are likely values."""
    fields = _fields(kind.DESCRIPTOR, ids, known, depth=3)
    return fields.map(lambda values: kind(**values))


def _fields(
    descriptor: Descriptor, ids: Mapping[int, list[int]], known: list[str], depth: int
) -> st.SearchStrategy[dict[str, Any]]:
    required, optional = {}, {}
    for field in descriptor.fields:
        if descriptor_kind(field) in ("message", "repeated") and field.message_type is not None and not depth:
            continue
        # A request without what it must have never comes far.
        rules = field_rules(field)
        (required if rules.required or rules.resource else optional)[field.name] = _value(field, ids, known, depth)
    return st.fixed_dictionaries(required, optional=optional)


def _value(field: FieldDescriptor, ids: Mapping[int, list[int]], known: list[str], depth: int) -> Any:
    one = _single(field, ids, known, depth)
    kind = descriptor_kind(field)
    if kind == "map":
        return st.dictionaries(texts(known), texts(known), max_size=2)
    return st.lists(one, max_size=3) if kind == "repeated" else one


def _single(field: FieldDescriptor, ids: Mapping[int, list[int]], known: list[str], depth: int) -> Any:
    resource = field_rules(field).resource
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.FieldMask":
            return st.fixed_dictionaries(
                {"paths": st.lists(st.sampled_from([*TRAPS, "status", "id", "name"]), max_size=2)}
            )
        values = _fields(field.message_type, ids, known, depth - 1)
        return values.map(lambda given: {**given, "id": ids[resource][0]}) if resource else values
    if resource:
        return st.one_of(st.sampled_from(ids[resource]), st.sampled_from((0, -1, 2**40, *INT64)))
    if field.enum_type is not None:
        return st.one_of(st.sampled_from([value.number for value in field.enum_type.values]), st.integers(*INT32))
    return {
        FieldDescriptor.CPPTYPE_STRING: st.binary(max_size=20) if field.type == field.TYPE_BYTES else texts(known),
        FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
        FieldDescriptor.CPPTYPE_INT32: numbers(INT32),
        FieldDescriptor.CPPTYPE_INT64: numbers(INT64),
        FieldDescriptor.CPPTYPE_UINT32: numbers((0, 2**32 - 1)),
        FieldDescriptor.CPPTYPE_UINT64: numbers((0, 2**64 - 1)),
        FieldDescriptor.CPPTYPE_DOUBLE: st.floats(),
        FieldDescriptor.CPPTYPE_FLOAT: st.floats(width=32),
    }[field.cpp_type]
