"""The JSON of messages is that of google.protobuf.json_format, to the byte, for every kind of field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    json_format,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.rpc.validation import descriptor_kind
from sentry_scm_grpc.server.json_form import to_json
from sentry_scm_grpc.v1 import scm_pb2

Field = descriptor_pb2.FieldDescriptorProto
WELL_KNOWN = [
    *(timestamp_pb2.Timestamp, duration_pb2.Duration, field_mask_pb2.FieldMask, any_pb2.Any, empty_pb2.Empty),
    *(struct_pb2.Struct, struct_pb2.Value, struct_pb2.ListValue),
    *(GetMessageClass(wrapper) for wrapper in wrappers_pb2.DESCRIPTOR.message_types_by_name.values()),
]
SCALARS = [number for number in Field.Type.values() if number not in (Field.TYPE_GROUP, Field.TYPE_MESSAGE)]


def every_kind() -> type[Message]:
    """A message with a field of every type: alone, optional, repeated, in a map and in a oneof."""
    made = descriptor_pb2.FileDescriptorProto(name="every_kind.proto", package="every.kind", syntax="proto3")
    made.dependency.extend(sorted({known.DESCRIPTOR.file.name for known in WELL_KNOWN}))
    made.enum_type.add(name="Color").value.add(name="COLOR_UNSPECIFIED", number=0)
    made.enum_type[0].value.add(name="COLOR_RED", number=1)
    message = made.message_type.add(name="EveryKind")
    message.oneof_decl.add(name="one")
    types: list[tuple[int, str]] = [(number, ".every.kind.Color") for number in SCALARS]
    types += [(Field.TYPE_MESSAGE, f".{known.DESCRIPTOR.full_name}") for known in WELL_KNOWN]
    types += [(Field.TYPE_MESSAGE, ".every.kind.EveryKind"), (Field.TYPE_ENUM, ".google.protobuf.NullValue")]
    number = 0

    def add(where: Any, name: str, kind: int, type_name: str, at: int, **more: Any) -> Any:
        field = where.field.add(name=name, number=at, type=kind, **{"label": Field.LABEL_OPTIONAL, **more})
        if kind in (Field.TYPE_ENUM, Field.TYPE_MESSAGE):
            field.type_name = type_name
        return field

    for index, (kind, type_name) in enumerate(types):
        forms = {"just": {}, "many": {"label": Field.LABEL_REPEATED}, "one_of": {"oneof_index": 0}}
        for form, more in forms.items():
            number += 1
            add(message, f"{form}_{index}", kind, type_name, number, **more)
        if type_name != ".google.protobuf.NullValue":
            number += 1
            entry = message.nested_type.add(name=f"Map{index}Entry")
            entry.options.map_entry = True
            keys = (Field.TYPE_STRING, Field.TYPE_BOOL, Field.TYPE_INT64, Field.TYPE_UINT32)
            add(entry, "key", keys[index % 4], "", 1)
            add(entry, "value", kind, type_name, 2)
            of = f".every.kind.EveryKind.Map{index}Entry"
            add(message, f"map_{index}", Field.TYPE_MESSAGE, of, number, label=Field.LABEL_REPEATED)
    # The oneof of an optional field follows all that are written by hand.
    for index, (kind, type_name) in enumerate(types):
        number += 1
        message.oneof_decl.add(name=f"_set_{index}")
        add(message, f"set_{index}", kind, type_name, number, proto3_optional=True, oneof_index=index + 1)
    descriptor_pool.Default().AddSerializedFile(made.SerializeToString())
    found: type[Message] = GetMessageClass(descriptor_pool.Default().FindMessageTypeByName("every.kind.EveryKind"))
    return found


EVERY_KIND = every_kind()
CONTRACT = [GetMessageClass(found) for found in scm_pb2.DESCRIPTOR.message_types_by_name.values()]
# Quotes, what JSON escapes, signs beyond the first plane: in JavaScript, pairs of surrogates.
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=10), st.sampled_from('"\\/\0\x1f\x7f\u2028😀')
)
SECONDS = st.one_of(st.integers(-(2**34), 2**34), st.sampled_from([-62135596800, 253402300799, 253402300800, 2**62]))
NANOS = st.sampled_from([0, 1, 999_999_999, 5_000_000, 7_000, 1_000_000_000, -1])


def values(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    kind = descriptor_kind(field)
    if kind == "map":
        entry = field.message_type.fields_by_name
        return st.dictionaries(value(entry["key"], depth), value(entry["value"], depth), max_size=2)
    return st.lists(value(field, depth), max_size=2) if kind == "repeated" else value(field, depth)


def value(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        return messages(field.message_type, depth - 1)
    if field.enum_type is not None:
        return st.one_of(st.sampled_from(list(field.enum_type.values_by_number)), st.sampled_from([-1, 77, 2**31 - 1]))
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.binary(max_size=8)
    return {
        FieldDescriptor.CPPTYPE_STRING: TEXTS,
        FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
        FieldDescriptor.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
        FieldDescriptor.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
        FieldDescriptor.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
        FieldDescriptor.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
        FieldDescriptor.CPPTYPE_DOUBLE: st.floats(),
        FieldDescriptor.CPPTYPE_FLOAT: st.floats(width=32),
    }[field.cpp_type]


def messages(descriptor: Descriptor, depth: int = 2) -> st.SearchStrategy[Any]:
    kind = GetMessageClass(descriptor)
    if descriptor.full_name in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
        return st.builds(kind, seconds=SECONDS, nanos=NANOS)
    if descriptor.full_name == "google.protobuf.Any":
        return st.sampled_from([scm_pb2.Repository(id=1, name="a"), timestamp_pb2.Timestamp(seconds=1)]).map(packed)
    fields = [field for field in descriptor.fields if depth > 0 or descriptor_kind(field) not in ("message", "map")]
    if depth <= 0:
        fields = [field for field in fields if field.message_type is None]
    chosen = st.lists(st.sampled_from(fields), max_size=6, unique=True) if fields else st.just([])
    return chosen.flatmap(
        lambda fields: st.fixed_dictionaries({field.name: values(field, depth) for field in fields}).map(
            lambda given: kind(**given)
        )
    )


def packed(message: Message) -> any_pb2.Any:
    made = any_pb2.Any()
    made.Pack(message)
    return made


def outcome(write: Any, message: Message) -> str | None:
    """None where the message has no JSON form."""
    try:
        text: str = write(message)
    except Exception:
        return None
    return text


def by_json_format(message: Message) -> str:
    return json_format.MessageToJson(message, indent=None, ensure_ascii=False)


def assert_same(message: Message) -> None:
    text = outcome(to_json, message)
    assert text == outcome(by_json_format, message)
    if text is not None:
        json.loads(text)
        text.encode()


@pytest.mark.parametrize("kind", CONTRACT, ids=lambda kind: kind.DESCRIPTOR.name)
def test_messages_of_the_contract(kind: type[Message]) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(message=messages(kind.DESCRIPTOR, depth=3))
    def same(message: Message) -> None:
        assert_same(message)

    same()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(message=messages(EVERY_KIND.DESCRIPTOR))
def test_every_kind_of_field(message: Message) -> None:
    assert_same(message)


@pytest.mark.parametrize("kind", WELL_KNOWN, ids=lambda kind: kind.DESCRIPTOR.name)
def test_well_known_types_alone(kind: type[Message]) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(message=messages(kind.DESCRIPTOR))
    def same(message: Message) -> None:
        assert_same(message)

    same()


def test_every_field_of_every_kind_at_its_default_and_set() -> None:
    """No field is left to chance."""
    for field in EVERY_KIND.DESCRIPTOR.fields:
        for number in (0, 1):
            message = EVERY_KIND()
            set_to(message, field, number)
            text = to_json(message)
            assert text == by_json_format(message)
            assert (text != "{}") is bool(message.ListFields())


def set_to(message: Any, field: FieldDescriptor, number: int) -> None:
    kind = descriptor_kind(field)
    if kind == "map":
        entry = field.message_type.fields_by_name
        key = simple(entry["key"], number)
        if entry["value"].message_type is not None:
            getattr(message, field.name)[key].SetInParent()
        else:
            getattr(message, field.name)[key] = simple(entry["value"], number)
    elif field.message_type is not None:
        target = getattr(message, field.name)
        target.add() if kind == "repeated" else target.SetInParent()
    elif kind == "repeated":
        getattr(message, field.name).append(simple(field, number))
    else:
        setattr(message, field.name, simple(field, number))


def simple(field: FieldDescriptor, number: int) -> Any:
    if field.type == FieldDescriptor.TYPE_BYTES:
        return b"\xff" * number
    if field.type == FieldDescriptor.TYPE_STRING:
        return '"' * number
    if field.type == FieldDescriptor.TYPE_BOOL:
        return bool(number)
    return number if field.type != FieldDescriptor.TYPE_ENUM or number in field.enum_type.values_by_number else 0


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), -0.0, 1e300, 0.1])
def test_odd_numbers(number: float) -> None:
    for name in ("just", "many", "one_of", "set"):
        index = SCALARS.index(Field.TYPE_DOUBLE)
        assert_same(EVERY_KIND(**{f"{name}_{index}": [number] if name == "many" else number}))
    assert_same(wrappers_pb2.FloatValue(value=number))


def test_extensions() -> None:
    options = descriptor_pb2.MethodOptions()
    options.CopyFrom(scm_pb2.DESCRIPTOR.services_by_name["ScmService"].methods[0].GetOptions())
    assert_same(options)
    made = descriptor_pb2.FileDescriptorProto(name="extended.proto", package="extended", syntax="proto2")
    made.message_type.add(name="Open").extension_range.add(start=1, end=9)
    made.extension.add(
        name="note", number=1, type=Field.TYPE_STRING, label=Field.LABEL_OPTIONAL, extendee=".extended.Open"
    )
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(made.SerializeToString())
    message: Any = GetMessageClass(pool.FindMessageTypeByName("extended.Open"))()
    message.Extensions[pool.FindExtensionByName("extended.note")] = "x"
    assert_same(message)
    assert to_json(message) == '{"[extended.note]": "x"}'
