"""Field validation. The rules of the contract are compiled once for each message type.

This happens before any row is read or any provider is called. All violations of a request are reported together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.rpc.policy import field_rules
from sentry_scm_grpc.v1 import options_pb2 as options

Violation = tuple[str, str]
# Yields the violations of one field of a message. The prefix is the path of the message in the request.
FieldCheck = Callable[[Message, str], Iterator[Violation]]

DEFAULT_MAX_BYTES = 65536
DEFAULT_MAX_ITEMS = 1000
MAX_PATH_BYTES = 4096
MAX_REF_BYTES = 255
MAX_INT64 = 2**63 - 1

_SHA = re.compile(r"[0-9a-fA-F]{4,64}\Z")
_BRANCH = re.compile(r"(?!/)[\w./-]+(?<!/)\Z")
_ROOT = re.compile(r"[^\s'\"]*\Z")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
_URL = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?\Z", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def validate(request: Message) -> None:
    """Raises InvalidArgument with every violation of the contract's field rules."""
    violations = list(_violations(request, ""))
    if violations:
        raise InvalidArgument.of(*violations)


def ref_problem(ref: str) -> str:
    """Why a text is neither a SHA nor a ref that git check-ref-format(1) allows. Empty if it is one."""
    if len(ref.encode()) > MAX_REF_BYTES:
        return f"is longer than {MAX_REF_BYTES} bytes"
    if ref == "@":
        return "must not be '@'; HEAD names the same commit"
    if ref.startswith(("-", "/", ".")) or ref.endswith(("/", ".", ".lock")):
        return "must not start with '-', '/' or '.', nor end with '/', '.' or '.lock'"
    if _CONTROL.search(ref):
        return "must not contain spaces or control characters"
    if bad := next((bad for bad in ("..", "//", "/.", "@{", ".lock/", *"~^:?*[\\") if bad in ref), ""):
        return f"must not contain '{bad}': only a branch, a tag, HEAD or a SHA is taken"
    return ""


def path_problem(path: str) -> str:
    """Why a text is not a relative path inside a repository. Empty if it is one."""
    if len(path.encode()) > MAX_PATH_BYTES:
        return f"is longer than {MAX_PATH_BYTES} bytes"
    if path.startswith("/"):
        return "must be relative: leave the leading slash out"
    if any(bad in path for bad in "\0\n\r"):
        return "must not contain NUL or line breaks; on local git, \\x0a finds a line break in a name"
    if ".." in path.split("/"):
        return "must not contain '..'"
    return ""


def url_problem(url: str) -> str:
    """Why a text is not a web address. Empty if it is one."""
    try:
        urlsplit(url)
    except ValueError:  # Such as "https://[half/", or with letters that become "/" when they are normalized.
        return "must have a valid host"
    return "" if _URL.match(url) else "must be an absolute http or https URL"


def _matching(pattern: re.Pattern[str], text: str) -> Callable[[str], str]:
    return lambda value: "" if pattern.match(value) else text


_STRING_FORMATS: dict[int, Callable[[str], str]] = {
    options.FORMAT_SHA: _matching(_SHA, "must be 4 to 64 hexadecimal digits"),
    options.FORMAT_REF: ref_problem,
    options.FORMAT_PATH: path_problem,
    options.FORMAT_TEXT: lambda value: "" if value.strip() else "must not be only white space",
    options.FORMAT_ROOT: _matching(_ROOT, "must not contain white space or quotes"),
    options.FORMAT_BRANCH: _matching(_BRANCH, "must be a branch: letters, digits, '_', '.', '-' and inner slashes"),
    options.FORMAT_REQUEST_ID: _matching(_REQUEST_ID, "must be 1 to 64 letters, digits, '-', '_', '.' or ':'"),
    options.FORMAT_URL: url_problem,
}
_NUMBER_FORMATS = {options.FORMAT_LINE, options.FORMAT_PAGE_SIZE, options.FORMAT_NON_NEGATIVE}


def _violations(message: Message, prefix: str) -> Iterator[Violation]:
    for check in _checks(message.DESCRIPTOR):
        yield from check(message, prefix)


@cache
def _checks(descriptor: Descriptor) -> tuple[FieldCheck, ...]:
    if descriptor.full_name.startswith("google.protobuf."):
        return ()
    return tuple(_check_of(field) for field in descriptor.fields)


def _check_of(field: FieldDescriptor) -> FieldCheck:
    kind = descriptor_kind(field)
    return {
        "map": _map_check,
        "repeated": _repeated_check,
        "message": _message_check,
        "string": _string_check,
        "bytes": _bytes_check,
        "int": _int_check,
        "enum": _enum_check,
    }.get(kind, _no_check)(field)


def descriptor_kind(field: FieldDescriptor) -> str:
    """map, repeated, message, string, bytes, int, enum or other."""
    message_type = field.message_type
    if _is_repeated(field):
        return "map" if message_type is not None and message_type.GetOptions().map_entry else "repeated"
    if message_type is not None:
        return "message"
    if field.enum_type is not None:
        return "enum"
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "bytes"
    return {FieldDescriptor.CPPTYPE_STRING: "string"}.get(field.cpp_type) or (
        "int" if field.cpp_type in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64) else "other"
    )


def _is_repeated(field: FieldDescriptor) -> bool:
    # `label` is deprecated since protobuf 6, where `is_repeated` replaces it.
    repeated = getattr(field, "is_repeated", None)
    return bool(getattr(field, "label", None) == FieldDescriptor.LABEL_REPEATED if repeated is None else repeated)


def _no_check(field: FieldDescriptor) -> FieldCheck:
    return lambda message, prefix: iter(())


def _value_problem(field: FieldDescriptor) -> Callable[[str], str]:
    rules = field_rules(field)
    max_bytes = rules.max_bytes or DEFAULT_MAX_BYTES
    form = _STRING_FORMATS.get(rules.format)

    def problem(value: str) -> str:
        # A character has at most four bytes, so most values need not be encoded to be measured.
        if len(value) * 4 > max_bytes and len(value.encode()) > max_bytes:
            return f"is longer than {max_bytes} bytes"
        if "\0" in value:
            return "must not contain NUL"
        return form(value) if form is not None and value else ""

    return problem


def _string_check(field: FieldDescriptor) -> FieldCheck:
    name, required, problem_of = field.name, field_rules(field).required, _value_problem(field)

    def check(message: Message, prefix: str) -> Iterator[Violation]:
        value = getattr(message, name)
        if not value:
            if required:
                yield prefix + name, "is required"
        elif problem := problem_of(value):
            yield prefix + name, problem

    return check


def _bytes_check(field: FieldDescriptor) -> FieldCheck:
    name, required, max_bytes = field.name, field_rules(field).required, field_rules(field).max_bytes

    def check(message: Message, prefix: str) -> Iterator[Violation]:
        size = len(getattr(message, name))
        if required and not size:
            yield prefix + name, "is required"
        elif 0 < max_bytes < size:
            yield prefix + name, f"is longer than {max_bytes} bytes"

    return check


def _int_check(field: FieldDescriptor) -> FieldCheck:
    name, rules = field.name, field_rules(field)
    lower = rules.resource or rules.format in _NUMBER_FORMATS

    def check(message: Message, prefix: str) -> Iterator[Violation]:
        value = getattr(message, name)
        if value == 0:
            if rules.required:
                yield prefix + name, "is required and starts at 1"
        elif value < 0 and lower:
            yield prefix + name, "must not be negative"

    return check


def _enum_check(field: FieldDescriptor) -> FieldCheck:
    name, required, enum = field.name, field_rules(field).required, field.enum_type
    assert enum is not None
    known = set(enum.values_by_number)
    choice = ", ".join(value.name for value in enum.values if value.number)

    def check(message: Message, prefix: str) -> Iterator[Violation]:
        value = getattr(message, name)
        if value not in known:
            yield prefix + name, f"{value} is not a value of {enum.name}: give one of {choice}"
        elif required and not value:
            yield prefix + name, f"is required: one of {choice}"

    return check


def _message_check(field: FieldDescriptor) -> FieldCheck:
    name, rules = field.name, field_rules(field)
    assert field.message_type is not None
    kind = field.message_type.full_name

    def check(message: Message, prefix: str) -> Iterator[Violation]:
        if not message.HasField(name):
            if rules.required:
                yield prefix + name, "is required"
            return
        value = getattr(message, name)
        if rules.resource and value.id <= 0:
            yield f"{prefix}{name}.id", "is required and starts at 1"
        if kind == "google.protobuf.FieldMask":
            if rules.required and not value.paths:
                yield prefix + name, "must name at least one field"
        elif kind == "google.protobuf.Timestamp":
            if problem := _timestamp_problem(value):
                yield prefix + name, problem
        else:
            yield from _violations(value, f"{prefix}{name}.")

    return check


def _timestamp_problem(value: Any) -> str:
    # The range of Timestamp is the years 1 to 9999. The binary form can exceed it; JSON cannot.
    if not -62135596800 <= value.seconds <= 253402300799 or not 0 <= value.nanos <= 999_999_999:
        return "must be a time in the years 1 to 9999"
    return ""


def _repeated_check(field: FieldDescriptor) -> FieldCheck:
    name, rules = field.name, field_rules(field)
    max_items = rules.max_items or DEFAULT_MAX_ITEMS
    problem_of = _value_problem(field) if field.cpp_type == FieldDescriptor.CPPTYPE_STRING else None

    def check(message: Message, prefix: str) -> Iterator[Violation]:
        values = getattr(message, name)
        if rules.required and not values:
            yield prefix + name, "is required"
        if len(values) > max_items:
            yield prefix + name, f"has {len(values)} values; at most {max_items} are allowed"
            return
        for index, value in enumerate(values):
            path = f"{prefix}{name}[{index}]"
            if field.message_type is not None:
                yield from _violations(value, f"{path}.")
            elif problem_of is not None:
                problem = problem_of(value) if value else "must not be empty"
                if problem:
                    yield path, problem

    return check


def _map_check(field: FieldDescriptor) -> FieldCheck:
    name, rules = field.name, field_rules(field)
    max_items = rules.max_items or DEFAULT_MAX_ITEMS
    problem_of = _value_problem(field)

    def check(message: Message, prefix: str) -> Iterator[Violation]:
        values = getattr(message, name)
        if len(values) > max_items:
            yield prefix + name, f"has {len(values)} entries; at most {max_items} are allowed"
            return
        for key in values:
            if problem := (problem_of(key) if key else "has an empty key") or problem_of(values[key]):
                yield f"{prefix}{name}[{key[:64]!r}]", problem

    return check
