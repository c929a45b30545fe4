"""Makes request messages from what a caller gives."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.client.described import unknown
from sentry_scm_grpc.rpc.json_values import misread
from sentry_scm_grpc.rpc.policy import RPCS, Rpc


def find_rpc(name: str) -> Rpc:
    """The RPC with this name, such as "GetCommit". Raises ValueError."""
    if name in RPCS:
        return RPCS[name]
    raise unknown("RPC", name, RPCS)


def make_request(rpc: Rpc, request: Message | None, fields: Mapping[str, Any]) -> Message:
    """A new request message: a copy of the caller's, or one made from fields.

    A timestamp may be a datetime (UTC if it has no zone), a field mask a list of paths, an enum its name, a message a
    dict. Raises TypeError or ValueError for invalid values.
    """
    if request is None:
        made = rpc.request_class(**{name: _as_message(value, rpc, name) for name, value in fields.items()})
    elif fields:
        raise TypeError(f"Give {rpc.operation} a request message or fields, not both.")
    elif not isinstance(request, rpc.request_class):
        raise TypeError(f"{rpc.operation} takes a {rpc.request_class.__name__}, not a {type(request).__name__}.")
    else:
        made = rpc.request_class()
        made.CopyFrom(request)
    return _with_request_id(rpc, made)


def request_from_json(rpc: Rpc, request: str | Mapping[str, Any]) -> Message:
    """A request message from JSON (protobuf.dev/programming-guides/json), as text or already read. Raises
    ValueError."""
    made = rpc.request_class()
    try:
        if isinstance(request, str):
            json_format.Parse(request, made)
        else:
            json_format.ParseDict(dict(request), made)
    except json_format.Error as error:
        _refuse_unknown_fields(request, rpc.request_class.DESCRIPTOR)
        why = _misread(request, rpc) or str(error)
        raise ValueError(f"This is not a {rpc.request_class.__name__}: {why}") from None
    if why := _misread(request, rpc):
        raise ValueError(f"This is not a {rpc.request_class.__name__}: {why}")
    return _with_request_id(rpc, made)


def _misread(request: str | Mapping[str, Any], rpc: Rpc) -> str:
    try:
        value = json.loads(request) if isinstance(request, str) else request
    except ValueError:
        return ""
    return misread(value, rpc.request_class.DESCRIPTOR)


def _refuse_unknown_fields(request: Any, message: Any) -> None:
    """Raises ValueError for a field that the message does not have, with the nearest one that it has."""
    if isinstance(request, str):
        try:
            request = json.loads(request)
        except ValueError:
            return
    is_map = message.GetOptions().map_entry
    if not isinstance(request, Mapping) or is_map or message.full_name.startswith("google.protobuf."):
        return
    known = {name: field for field in message.fields for name in (field.json_name, field.name)}
    for name, value in request.items():
        if name not in known:
            raise unknown("field", name, (field.name for field in message.fields), f" in {message.name}")
        if (inner := known[name].message_type) is not None:
            for item in value if isinstance(value, list) else [value]:
                _refuse_unknown_fields(item, inner)


def as_json(message: Message) -> dict[str, Any]:
    """A message in protobuf's JSON form. Fields have their names in the contract."""
    read: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return read


def _with_request_id(rpc: Rpc, request: Any) -> Message:
    if rpc.takes_request_id and not request.request_id:
        request.request_id = str(uuid.uuid4())
    made: Message = request
    return made


def _as_message(value: Any, rpc: Rpc, name: str) -> Any:
    if value is None:
        return None
    field = rpc.method.input_type.fields_by_name.get(name)
    kind = field.message_type.full_name if field is not None and field.message_type is not None else ""
    if kind == "google.protobuf.Timestamp" and isinstance(value, datetime):
        made = Timestamp()
        made.FromDatetime(value)
        return made
    if kind == "google.protobuf.FieldMask" and not isinstance(value, FieldMask | Mapping):
        return FieldMask(paths=value.split(",") if isinstance(value, str) else value)
    return value
