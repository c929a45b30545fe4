"""The text of the contract: the docstrings of the client's methods, and the output of ``scm describe``."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from textwrap import fill
from typing import Any

from sentry_scm_grpc.contract import JSON

_WIDTH = 100
_TYPES = {"int32": "int", "int64": "int", "bool": "bool", "string": "str", "bytes": "bytes"}


@cache
def contract() -> dict[str, Any]:
    """contract.json; the package ``contract`` describes its form."""
    found: dict[str, Any] = json.loads(JSON.read_text(encoding="utf-8"))
    return found


@cache
def _rpcs() -> dict[str, dict[str, Any]]:
    return {rpc["name"]: rpc for rpc in contract()["rpcs"]}


def unknown(kind: str, name: str, known: Iterable[str], where: str = "") -> ValueError:
    """The error for a name that the contract does not have. It suggests the nearest name.

    ``where`` follows the name, such as " in GetCommitRequest".
    """
    names = list(known)
    by_lower = {known.lower(): known for known in names}
    near = [lower for lower in by_lower if lower.startswith(name.lower())] if name else []
    near = near or difflib.get_close_matches(name.lower(), by_lower, n=1)
    hint = f"Did you mean {by_lower[near[0]]}?" if near else f"There are: {', '.join(names)}."
    return ValueError(f"There is no {kind} {name!r}{where}. {hint}")


def docstring(name: str) -> str:
    """The docstring of the method that calls an RPC: its description, fields, answer and errors.

    Empty for an RPC that is not in the contract which was shipped with the client.
    """
    rpc = _rpcs().get(name)
    if rpc is None:
        return ""
    parts = [_filled(rpc["comment"])]
    if fields := contract()["messages"][rpc["request"]]["fields"]:
        parts.append("\n".join(["Fields:", *map(_field, fields)]))
    parts.append("\n".join(["Returns:", _answer(rpc)]))
    parts.append("\n".join(["Raises:", *_errors(rpc)]))
    return "\n\n".join(parts) + "\n"


def words(name: str) -> str:
    """The contract's comment on an RPC."""
    found: str = _rpcs()[name]["comment"]
    return found


def describe(name: str) -> str:
    """The contract's text about an RPC, a message or an enum. Raises ValueError for another name."""
    data = contract()
    if name in _rpcs():
        return _rpc(_rpcs()[name])
    for message in data["messages"].values():
        if message["name"] == name:
            return "\n".join([name, "", _filled(message["comment"]), "", *map(_field, message["fields"])])
    for enum in data["enums"].values():
        if enum["name"] == name:
            values = [_item(value["name"], value["comment"]) for value in enum["values"]]
            return "\n".join([name, "", _filled(enum["comment"]), "", *values])
    others = [found["name"] for kind in ("messages", "enums") for found in data[kind].values()]
    # If no name is near, only RPCs are listed: there are a hundred messages.
    near = [known for known in others if known.lower() == name.lower()]
    raise unknown("RPC or message", name, [*_rpcs(), *near])


def _rpc(rpc: dict[str, Any]) -> str:
    request, response = contract()["messages"][rpc["request"]], contract()["messages"].get(rpc["response"])
    lines = [f"{rpc['name']}  ({rpc['access']}s)", "", _filled(rpc["comment"]), "", f"Request: {request['name']}"]
    lines += list(map(_field, request["fields"])) or ["    It has no fields."]
    lines += ["", f"Answer: {_kind_of_answer(rpc)}"]
    lines += list(map(_field, response["fields"])) if response else []
    lines += [
        "",
        "Errors:",
        *_errors(rpc),
        "",
        f"Scopes, one of: {', '.join(rpc['scopes'])}"
        if rpc["scopes"]
        else "Scopes: none; every credential may call it",
    ]
    return "\n".join(lines)


def _kind_of_answer(rpc: dict[str, Any]) -> str:
    name = rpc["response"].rpartition(".")[2]
    return f"a stream of {name}" if rpc["streams"] else f"{name}, a page" if rpc["pages"] else str(name)


def _answer(rpc: dict[str, Any]) -> str:
    message = contract()["messages"].get(rpc["response"])
    return _item(_kind_of_answer(rpc), message["comment"] if message else "Nothing.")


def _errors(rpc: dict[str, Any]) -> Iterator[str]:
    # A sentence may name several reasons of one status.
    reasons: dict[tuple[str, str], list[str]] = {}
    for error in rpc["errors"]:
        reasons.setdefault((error["status"], error["when"]), []).append(error["reason"])
    for (status, sentence), named in reasons.items():
        reason = f" (reason {' or '.join(named)})" if any(named) else ""
        when = sentence.removeprefix(f"{status}{reason}").strip()
        yield _item(_class_of(status) + reason, when[:1].upper() + when[1:])
    yield _item("Others", "Every call can fail with InvalidArgument, Unauthenticated, PermissionDenied, NotFound or")
    yield "        Unavailable. All of them are ScmError."


def _class_of(status: str) -> str:
    return "".join(word.capitalize() for word in status.split("_"))


def _field(field: dict[str, Any]) -> str:
    rules = field["rules"]
    stated = [type_of(field)]
    stated += ["required"] if rules.get("required") else []
    stated += [rules["format"].replace("_", " ")] if rules.get("format") else []
    stated += [f"at most {rules['max_items']} items"] if "max_items" in rules else []
    return _item(f"{field['name']} ({', '.join(stated)})", field["comment"])


def type_of(field: dict[str, Any]) -> str:
    """The type of a field in words."""
    if field["type"] == "map":
        return "dict of str to str"
    kind = field["type_name"].rpartition(".")[2] or _TYPES.get(field["type"], field["type"])
    return f"list of {kind}" if field["repeated"] else str(kind)


def _item(name: str, text: str) -> str:
    return fill(f"{name}: {' '.join(text.split())}", _WIDTH, initial_indent="    ", subsequent_indent="        ")


def _filled(text: str) -> str:
    return fill(" ".join(text.split()), _WIDTH)
