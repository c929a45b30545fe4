"""The fields of a new issue: which there are, and what Jira wants for the text of a caller.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-issuetypeid-get
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentry_scm_grpc.providers.vendor.reading import string, text, told_rows
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: What CreateExternalIssue has fields of its own for.
OWN = frozenset({"summary", "description", "project", "issuetype"})
#: What no text can stand for.
UNSUPPORTED = frozenset({"attachment", "issuelinks"})
#: Jira fills it in with the user of the credential, although it calls it required.
FILLED = frozenset({"reporter"})
CHILD = " > "
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"


@dataclass(frozen=True)
class Field:
    key: str
    label: str
    required: bool
    #: The type of the value, and of its items if it is an array.
    kind: str
    items: str
    custom: str
    #: The values that are allowed. Empty if Jira does not tell.
    allowed: Sequence[Mapping[str, Any]]
    default: Any

    @classmethod
    def of(cls, told: Any) -> Field:
        schema = told.get("schema")
        schema = schema if isinstance(schema, Mapping) else {}
        key = text(told, "fieldId") or string(told, "key")
        given = told.get("hasDefaultValue") is True or key in FILLED
        return cls(
            key=key,
            label=text(told, "name") or key,
            required=told.get("required") is True and not given,
            kind=text(schema, "type"),
            items=text(schema, "items"),
            custom=text(schema, "custom"),
            allowed=told_rows(told, "allowedValues"),
            default=told.get("defaultValue"),
        )

    def message(self) -> pb.IssueField:
        choices = [label(value) for value in self.allowed]
        for value in self.allowed:
            choices += [f"{label(value)}{CHILD}{label(child)}" for child in told_rows(value, "children")]
        default = label(self.default) if isinstance(self.default, Mapping) else self.default
        return pb.IssueField(
            name=self.key,
            label=self.label,
            required=self.required,
            choices=choices,
            default_value=default if isinstance(default, str) else "",
        )

    def value(self, given: str, markup: Callable[[str], Any], user: str) -> Any:
        """The value for a caller's text. ``user`` is how Jira names a person. Raises ValueError, which says what is
        wrong."""
        if self.kind == "array":
            return [self._one(part, self.items, markup, user) for part in _parts(given)]
        return self._one(given, self.kind, markup, user)

    def _one(self, given: str, kind: str, markup: Callable[[str], Any], user: str) -> Any:
        if kind == "user":
            return {user: given}
        if kind == "issuelink":
            return {"id" if given.isdecimal() else "key": given}
        if kind == "number" or self.custom.endswith(":gh-sprint"):
            return _number(given)
        if self.allowed:
            return self._choice(given)
        if kind == "string" and (self.custom == f"{_CUSTOM}textarea" or self.key == "environment"):
            return markup(given)
        if kind in ("string", "date", "datetime", "any", ""):
            return given
        if given[:1] in ("{", "["):
            return _json(given)
        if given.isdecimal():
            return {"id": given}
        return {"value" if kind.startswith("option") else "name": given}

    def _choice(self, given: str) -> Any:
        parent, _, child = given.partition(CHILD)
        if not child or _find(self.allowed, given):
            return {"id": _only(self.allowed, given)}
        found = _only(self.allowed, parent)
        children = next(told_rows(value, "children") for value in self.allowed if _id(value) == found)
        return {"id": found, "child": {"id": _only(children, child)}}


def label(value: Mapping[str, Any]) -> str:
    """How people know a value: an option has a value, everything else a name."""
    return text(value, "value") or text(value, "name") or text(value, "key") or _id(value)


def _id(value: Mapping[str, Any]) -> str:
    return string(value, "id")


def _find(values: Sequence[Mapping[str, Any]], given: str) -> set[str]:
    """The ids of the values with this id or, ignoring case, this name."""
    found = {_id(value) for value in values if _id(value) == given}
    return found or {_id(value) for value in values if label(value).casefold() == given.casefold()}


def _only(values: Sequence[Mapping[str, Any]], given: str) -> str:
    found = _find(values, given)
    if not found:
        raise ValueError("is not one of the choices that ListIssueDestinations names")
    if len(found) > 1:
        raise ValueError("is the name of several choices; give the id of one")
    return found.pop()


def _parts(given: str) -> list[str]:
    """The items of a list: separated by commas, or a JSON array of texts."""
    if given.lstrip().startswith("["):
        found = _json(given)
        if not isinstance(found, list) or not all(isinstance(part, str) for part in found):
            raise ValueError("must be texts separated by commas, or a JSON array of texts")
        return found
    return [part.strip() for part in given.split(",") if part.strip()]


def _number(given: str) -> int | float:
    try:
        return int(given)
    except ValueError:
        pass
    try:
        found = float(given)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ValueError("must be a number")
    return found


def _json(given: str) -> Any:
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        raise ValueError("is not valid JSON") from None
