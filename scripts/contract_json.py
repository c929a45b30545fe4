"""Prints the contract as JSON, from a descriptor set with comments: scripts/generate-contract runs it.

The shape of what it prints is told in sentry_scm_grpc/contract/__init__.py.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2

# Whose extensions must be known before the descriptor set is read.
from sentry_scm_grpc.v1 import options_pb2

FIELD = descriptor_pb2.FieldDescriptorProto
MESSAGE, ENUM, SERVICE = 4, 5, 6  # the numbers of FileDescriptorProto's fields, of which paths are made
MESSAGE_FIELD, MESSAGE_ONEOF, ENUM_VALUE, SERVICE_METHOD, SYNTAX = 2, 8, 2, 2, 12
STATUS = (
    r"ABORTED|ALREADY_EXISTS|DEADLINE_EXCEEDED|FAILED_PRECONDITION|INTERNAL|INVALID_ARGUMENT|NOT_FOUND|"
    r"PERMISSION_DENIED|RESOURCE_EXHAUSTED|UNAUTHENTICATED|UNAVAILABLE|UNIMPLEMENTED"
)
# A status with the text that follows it, up to the next status.
ERROR = re.compile(rf"\b({STATUS})\b(.*?)(?=\b(?:{STATUS})\b|$)")
REASON = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")


class Comments:
    """The comments of a file, by path.

    A line such as "---- commits ----" begins a group. Without one, the group of RPCs has the name of the file.
    """

    def __init__(self, file: descriptor_pb2.FileDescriptorProto) -> None:
        self._locations = {tuple(location.path): location for location in file.source_code_info.location}
        self.first_group = Path(file.name).stem

    def of(self, *path: int) -> str:
        location = self._locations.get(path)
        return _plain(location.leading_comments) if location else ""

    def detached(self, *path: int) -> list[str]:
        location = self._locations.get(path)
        return [_plain(text) for text in location.leading_detached_comments] if location else []

    def group(self, *path: int) -> str:
        """The group that begins at a path. Empty if none does. The first one of a service is after its brace."""
        location = self._locations.get(path)
        behind = [_plain(location.trailing_comments)] if location else []
        lines = "\n".join([*self.detached(*path), *behind]).splitlines()
        return next((found[1] for line in lines if (found := re.match(r"-{4} (.+?) -{4,}$", line))), "")


def _plain(comment: str) -> str:
    return "\n".join(line.removeprefix(" ").rstrip() for line in comment.strip("\n").splitlines()).strip()


def contract(files: descriptor_pb2.FileDescriptorSet) -> dict[str, Any]:
    made: dict[str, Any] = {"package": "", "rules": "", "services": [], "rpcs": [], "messages": {}, "enums": {}}
    for file in files.file:
        if not file.name.startswith("sentry_scm_grpc/"):
            continue
        comments = Comments(file)
        made["package"] = file.package
        made["messages"] |= _messages(file, comments)
        made["enums"] |= {
            f"{file.package}.{enum.name}": _enum(enum, comments, index) for index, enum in enumerate(file.enum_type)
        }
        for index, service in enumerate(file.service):
            full_name = f"{file.package}.{service.name}"
            comment = comments.of(SERVICE, index)
            made["services"].append(
                {"name": service.name, "full_name": full_name, "file": file.name, "comment": comment}
            )
            made["rpcs"] += _rpcs(service, full_name, made, comments, index)
        if file.name == "sentry_scm_grpc/v1/scm.proto":
            made["rules"] = comments.of(SYNTAX)
    return made


def _rpcs(
    service: descriptor_pb2.ServiceDescriptorProto,
    full_name: str,
    made: dict[str, Any],
    comments: Comments,
    number: int,
) -> list[dict[str, Any]]:
    found, group = [], comments.group(SERVICE, number) or comments.first_group
    for index, method in enumerate(service.method):
        path = (SERVICE, number, SERVICE_METHOD, index)
        group = comments.group(*path) or group
        policy = method.options.Extensions[options_pb2.policy]
        comment = comments.of(*path)
        request = made["messages"][method.input_type[1:]]
        names = [field["name"] for field in request["fields"]]
        response = made["messages"].get(method.output_type[1:], {"fields": []})
        found.append(
            {
                "name": method.name,
                "service": full_name,
                "path": f"/{full_name}/{method.name}",
                "operation": re.sub(r"(?<!^)(?=[A-Z])", "_", method.name).lower(),
                "group": group,
                "comment": comment,
                "access": _short(options_pb2.Access, policy.access),
                "executor": _short(options_pb2.Executor, policy.executor),
                "scopes": list(policy.scopes),
                "needs": policy.needs,
                "wants_user": policy.wants_user,
                "any_credential": policy.any_credential,
                "idempotency": descriptor_pb2.MethodOptions.IdempotencyLevel.Name(method.options.idempotency_level),
                "request": method.input_type[1:],
                "response": method.output_type[1:],
                "streams": method.server_streaming,
                "pages": "page_token" in names,
                "items": next((f["name"] for f in response["fields"] if f["repeated"] and "page_token" in names), ""),
                "takes_request_id": "request_id" in names,
                "resources": [
                    {"field": field["name"], "resource": field["rules"]["resource"]}
                    for field in request["fields"]
                    if field["rules"].get("resource")
                ],
                "errors": _errors(comment),
            }
        )
    return found


def _errors(comment: str) -> list[dict[str, str]]:
    """What the comment says of an RPC's own errors: status, reason and the sentence that names them."""
    errors = []
    for sentence in re.split(r"(?<=\.)\s+", " ".join(comment.split())):
        for status, said in ERROR.findall(sentence):
            # Other names in capitals, such as those of settings, stand where no reason is named.
            reasons = REASON.findall(said.partition("reason")[2])
            errors += [{"status": status, "reason": reason, "when": sentence} for reason in reasons or [""]]
    return errors


def _messages(file: descriptor_pb2.FileDescriptorProto, comments: Comments) -> dict[str, Any]:
    found, group = {}, ""
    for index, message in enumerate(file.message_type):
        group = comments.group(MESSAGE, index) or group
        maps = {nested.name: nested for nested in message.nested_type if nested.options.map_entry}
        found[f"{file.package}.{message.name}"] = {
            "name": message.name,
            "group": group,
            "comment": comments.of(MESSAGE, index),
            "fields": [
                _field(field, maps, message, comments.of(MESSAGE, index, MESSAGE_FIELD, number))
                for number, field in enumerate(message.field)
            ],
            "oneofs": {
                oneof.name: comments.of(MESSAGE, index, MESSAGE_ONEOF, number)
                for number, oneof in enumerate(message.oneof_decl)
                if not oneof.name.startswith("_")
            },
        }
    return found


def _field(
    field: descriptor_pb2.FieldDescriptorProto,
    maps: dict[str, descriptor_pb2.DescriptorProto],
    message: descriptor_pb2.DescriptorProto,
    comment: str,
) -> dict[str, Any]:
    entry = maps.get(field.type_name.rpartition(".")[2])
    return {
        "name": field.name,
        "json_name": field.json_name,
        "number": field.number,
        "type": "map" if entry else _type(field),
        "type_name": "" if entry else field.type_name[1:],
        "map": [_type(part) for part in entry.field] if entry else [],
        "repeated": entry is None and field.label == FIELD.LABEL_REPEATED,
        # The compiler gives each "optional" field a oneof of its own.
        "oneof": ""
        if field.proto3_optional or not field.HasField("oneof_index")
        else message.oneof_decl[field.oneof_index].name,
        "comment": comment,
        "rules": _rules(field),
    }


def _type(field: descriptor_pb2.FieldDescriptorProto) -> str:
    """int32, int64, bool, string, bytes, message or enum."""
    return FIELD.Type.Name(field.type).removeprefix("TYPE_").lower()


def _rules(field: descriptor_pb2.FieldDescriptorProto) -> dict[str, Any]:
    """The rules as the contract states them, and the least value and the limits that follow from them."""
    rules = field.options.Extensions[options_pb2.rules]
    found: dict[str, Any] = {}
    if rules.required:
        found["required"] = True
    if rules.resource:
        found["resource"] = _short(options_pb2.Resource, rules.resource)
    if rules.format:
        found["format"] = _short(options_pb2.Format, rules.format)
    if rules.max_bytes:
        found["max_bytes"] = rules.max_bytes
    elif rules.format == options_pb2.FORMAT_PATH:
        found["max_bytes"] = 4096
    if rules.max_items:
        found["max_items"] = rules.max_items
    if field.type in (FIELD.TYPE_INT32, FIELD.TYPE_INT64):
        if rules.required and (rules.resource or rules.format == options_pb2.FORMAT_LINE):
            found["minimum"] = 1
        elif rules.resource or rules.format:
            found["minimum"] = 0
    return found


def _enum(enum: descriptor_pb2.EnumDescriptorProto, comments: Comments, index: int) -> dict[str, Any]:
    return {
        "name": enum.name,
        "comment": comments.of(ENUM, index),
        "values": [
            {"name": value.name, "number": value.number, "comment": comments.of(ENUM, index, ENUM_VALUE, number)}
            for number, value in enumerate(enum.value)
        ],
    }


def _short(enum: Any, value: int) -> str:
    """ACCESS_READ -> read"""
    name: str = enum.Name(value)
    return name.removeprefix(re.sub(r"(?<!^)(?=[A-Z])", "_", enum.DESCRIPTOR.name).upper() + "_").lower()


if __name__ == "__main__":
    given = descriptor_pb2.FileDescriptorSet.FromString(Path(sys.argv[1]).read_bytes())
    print(json.dumps(contract(given), indent=1, ensure_ascii=False))
