"""The JSON schemas of requests, as tools for language models take them, from the contract's OpenAPI document.

Fields have the names that the contract's words use. A schema is one piece, because not every host resolves references.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sentry_scm_grpc.client.described import contract
from sentry_scm_grpc.contract import OPENAPI
from sentry_scm_grpc.rpc.policy import Rpc

Schema = dict[str, Any]


@cache
def _schemas() -> dict[str, Schema]:
    found: dict[str, Schema] = json.loads(OPENAPI.read_text(encoding="utf-8"))["components"]["schemas"]
    return found


def request_schema(rpc: Rpc) -> Schema:
    """Of the request of an RPC. Raises KeyError for a message that the OpenAPI document does not have."""
    return _message(rpc.request_class.DESCRIPTOR.full_name, frozenset())


def _message(full_name: str, above: frozenset[str]) -> Schema:
    message = contract()["messages"][full_name]
    schema = _schemas()[message["name"]]
    names = {field["json_name"]: field["name"] for field in message["fields"]}
    made: Schema = {"type": "object"}
    if above:
        made["description"] = schema["description"]
    made["properties"] = {
        names[name]: _inlined(field, above | {full_name}) for name, field in schema.get("properties", {}).items()
    }
    if "required" in schema:
        made["required"] = [names[name] for name in schema["required"]]
    made["additionalProperties"] = False
    return made


def _inlined(schema: Schema, above: frozenset[str]) -> Schema:
    made = {key: value for key, value in schema.items() if key != "$ref"}
    if "items" in made:
        made["items"] = _inlined(made["items"], above)
    if made.get("format") == "int64":
        # Answers have texts, and a model may write either.
        made["type"] = ["integer", "string"]
    if "$ref" not in schema:
        return made
    name = schema["$ref"].rpartition("/")[2]
    full_name = f"{contract()['package']}.{name}"
    if full_name not in contract()["messages"]:
        found = _schemas()[name]
    elif full_name in above:
        found = {"type": "object"}
    else:
        found = _message(full_name, above)
    described = "\n\n".join(filter(None, (made.get("description"), found.get("description"))))
    return {**found, **made, **({"description": described} if described else {})}
