"""Prints the OpenAPI 3.1 document of the JSON door, from contract.json: scripts/generate-contract runs it.

The JSON door is the unary form of the Connect protocol (sentry_scm_grpc/server/connect.py). The schemas follow
protobuf's JSON form (https://protobuf.dev/programming-guides/json): an int64 is a string, bytes are base64, and a field
that has its default is left out of answers.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

ABOUT = """The JSON door of sentry-scm-grpc: typed access to the source-code integrations of a Sentry.

A call is a POST with the request as JSON. An RPC that only reads takes a GET too. The door speaks the unary form of the
[Connect protocol](https://connectrpc.com/docs/protocol), and its JSON is
[protobuf's JSON form](https://protobuf.dev/programming-guides/json):

* A field that has its default value (0, false, an empty text or list) is left out of answers.
* An int64 is a string in answers. Requests may give a number.
* Requests may also name fields as the contract does, such as `page_size` for `pageSize`. Unknown fields are ignored.

RPCs that answer with a stream are not part of this document, because they have no JSON form. Call them over gRPC-Web.

"""
MAX_BYTES, MAX_ITEMS = 65536, 1000  # of rpc/validation.py, where a field states no limit of its own
FORMATS = {
    "sha": "[0-9a-fA-F]{4,64}",
    "ref": r"[^\u0000-\u0020\u007f~^:?*\[\\]{1,255}",
    "path": r"[^/\u0000\n\r][^\u0000\n\r]*",
    "root": r"[^\s'\"]*",
    "branch": r"[^/\s]([^\s]*[^/\s])?",
    "request_id": "[A-Za-z0-9._:-]{1,64}",
    "url": r"[hH][tT][tT][pP][sS]?://\S+",
}
SAID = {
    "sha": "4 to 64 hexadecimal digits.",
    "ref": "A SHA of 4 to 64 hexadecimal digits, or a branch, a tag or HEAD by the rules of git check-ref-format.",
    "path": 'A relative path without "..".',
    "branch": 'Letters, digits, "_", ".", "-" and inner slashes.',
}
WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.FieldMask": {"type": "string", "description": "Names of fields, separated by commas."},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.StringValue": {"type": "string"},
    "google.protobuf.Int32Value": {"type": "integer", "format": "int32"},
    "google.protobuf.Int64Value": {"type": "string", "format": "int64"},
}
#: HTTP status: name of the response, the codes of Connect that it stands for, and what they mean.
ERRORS = {
    "400": ("BadRequest", "`invalid_argument`, `failed_precondition` or `out_of_range`", "The request breaks a rule."),
    "401": ("Unauthorized", "`unauthenticated`", "The credentials are missing, wrong or expired."),
    "403": ("Forbidden", "`permission_denied`", "The credentials lack a scope, or the provider refuses."),
    "404": ("NotFound", "`not_found`", "What an id or a name means does not exist, or is not the caller's."),
    "409": ("Conflict", "`already_exists` or `aborted`", "It is there already, or another write won."),
    "429": ("TooManyRequests", "`resource_exhausted`", "A limit is reached. `Retry-After` says when to try again."),
    "499": ("Canceled", "`canceled`", "The caller or the provider gave up."),
    "500": ("InternalError", "`internal` or `unknown`", "A fault of the service, logged with the request id."),
    "501": ("NotImplemented", "`unimplemented`", "The RPC is off, or the provider cannot serve it."),
    "503": ("Unavailable", "`unavailable`", "The provider or the database cannot be reached. Try again."),
    "504": ("DeadlineExceeded", "`deadline_exceeded`", "The deadline passed."),
}
CODES = [
    *("canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists"),
    *("permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented"),
    *("internal", "unavailable", "data_loss", "unauthenticated"),
]


class Document:
    def __init__(self, contract: dict[str, Any]) -> None:
        self._contract = contract
        self._package = contract["package"] + "."
        requests = self._reached(rpc["request"] for rpc in contract["rpcs"])
        # Rules are those of requests. What a row holds may be older than a rule.
        self._ruled = requests - self._reached(rpc["response"] for rpc in contract["rpcs"])

    def made(self) -> dict[str, Any]:
        rpcs = [rpc for rpc in self._contract["rpcs"] if not rpc["streams"]]
        groups = dict.fromkeys(rpc["group"] for rpc in rpcs)
        # The messages of streams too: other tools take schemas from here.
        used = self._reached(n for rpc in self._contract["rpcs"] for n in (rpc["request"], rpc["response"]))
        schemas = {self._short(name): self._message(name) for name in self._contract["messages"] if name in used}
        schemas |= {self._short(name): self._enum(name) for name in self._contract["enums"] if name in used}
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "sentry-scm-grpc",
                "version": self._contract["package"].rpartition(".")[2],
                "description": ABOUT + self._contract["rules"].partition("\n\n")[2],
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "http://127.0.0.1:8800", "description": "The embedded host, as it starts."}],
            "security": [{"apiKey": []}, {"bearer": []}, {"signature": []}],
            "tags": [{"name": group} for group in groups],
            "paths": {rpc["path"]: self._path(rpc) for rpc in rpcs},
            "components": {
                "schemas": dict(sorted(schemas.items())) | _error_schemas(),
                "responses": {name: _error_response(codes, text) for name, codes, text in ERRORS.values()}
                | {"Error": _error_response("", "Another failure."), **_refusals()},
                "parameters": _parameters(),
                "securitySchemes": _security(),
            },
        }

    def _path(self, rpc: dict[str, Any]) -> dict[str, Any]:
        headers = [{"$ref": "#/components/parameters/Timeout"}, {"$ref": "#/components/parameters/RequestId"}]
        request = self._schema_of(rpc["request"])
        path = {"post": self._operation(rpc, rpc["name"], headers)}
        path["post"]["requestBody"] = {"required": True, "content": {"application/json": {"schema": request}}}
        if rpc["idempotency"] == "NO_SIDE_EFFECTS":
            message = {
                "name": "message",
                "in": "query",
                "required": True,
                "description": "The request as JSON.",
                # Most generators of clients know no parameter with a content of its own; to them this is a text.
                "schema": {"type": "string", "contentMediaType": "application/json", "contentSchema": request},
            }
            query = [{"$ref": f"#/components/parameters/{name}"} for name in ("Connect", "Encoding")]
            path["get"] = self._operation(rpc, f"{rpc['name']}ByGet", [*query, message, *headers])
            path["get"]["responses"]["414"] = {"$ref": "#/components/responses/AddressTooLong"}
        return path

    def _operation(self, rpc: dict[str, Any], name: str, parameters: list[Any]) -> dict[str, Any]:
        scopes = ", ".join(f"`{scope}`" for scope in rpc["scopes"])
        return {
            "operationId": name,
            "summary": re.split(r"(?<=[.:;])\s", " ".join(rpc["comment"].split()))[0].rstrip(".:;"),
            "description": rpc["comment"] + (f"\n\nScopes, any one of: {scopes}." if scopes else ""),
            "tags": [rpc["group"]],
            "parameters": parameters,
            "responses": {
                "200": {
                    "description": "The answer.",
                    "content": {"application/json": {"schema": self._schema_of(rpc["response"])}},
                },
                **{status: {"$ref": f"#/components/responses/{made[0]}"} for status, made in ERRORS.items()},
                "415": {"$ref": "#/components/responses/UnsupportedMediaType"},
                "default": {"$ref": "#/components/responses/Error"},
            },
        }

    def _message(self, name: str) -> Schema:
        message = self._contract["messages"][name]
        ruled = name in self._ruled
        fields = {field["json_name"]: self._field(field, ruled) for field in message["fields"]}
        made: Schema = {"type": "object", "description": _described(message["comment"], _oneofs(message))}
        if fields:
            made["properties"] = fields
        if required := [f["json_name"] for f in message["fields"] if ruled and f["rules"].get("required")]:
            made["required"] = required
        return made

    def _field(self, field: dict[str, Any], ruled: bool) -> Schema:
        rules = field["rules"] if ruled else {}
        if field["type"] == "map":
            assert field["map"] == ["string", "string"], f"{field['name']}: OpenAPI for its map is not written yet"
            made: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
            if ruled:
                made["maxProperties"] = rules.get("max_items", MAX_ITEMS)
        elif field["repeated"]:
            # The rules of the values are also those of each required value: an empty one is refused.
            made = {"type": "array", "items": self._value(field, {**rules, "required": True} if ruled else {}, ruled)}
            if ruled:
                made["maxItems"] = rules.get("max_items", MAX_ITEMS)
            if rules.get("required"):
                made["minItems"] = 1
        else:
            made = self._value(field, rules, ruled)
        said = SAID.get(rules.get("format", ""), "")
        left_out = "Not needed where the credentials belong to one organization."
        said += left_out if rules.get("resource") == "organization" and not rules.get("required") else ""
        return {**made, "description": _described(field["comment"], said, made.get("description", ""))}

    def _value(self, field: dict[str, Any], rules: dict[str, Any], ruled: bool) -> Schema:
        kind = field["type"]
        if kind == "enum" and rules.get("required"):
            unset = self._contract["enums"][field["type_name"]]["values"][0]["name"]
            return {**self._schema_of(field["type_name"]), "not": {"const": unset}}
        if kind in ("message", "enum"):
            return self._schema_of(field["type_name"])
        if kind == "bool":
            return {"type": "boolean"}
        if kind == "bytes":
            return {"type": "string", "contentEncoding": "base64"}
        if kind in ("double", "float"):
            return {"type": "number", "format": kind}
        if kind == "int32":
            least = rules.get("minimum", 1 if rules.get("required") else None)
            return {"type": "integer", "format": "int32", **({} if least is None else {"minimum": least})}
        if kind == "int64":
            least = rules.get("minimum", -1)
            digits = {-1: "-?[0-9]{1,19}", 0: "[0-9]{1,19}", 1: "[1-9][0-9]{0,18}"}[least]
            return {"type": "string", "format": "int64", "pattern": f"^{digits}$"}
        assert kind == "string", f"{field['name']}: OpenAPI for {kind} is not written yet"
        return _string(rules, ruled)

    def _schema_of(self, name: str) -> Schema:
        return WELL_KNOWN[name] if name in WELL_KNOWN else {"$ref": f"#/components/schemas/{self._short(name)}"}

    def _enum(self, name: str) -> Schema:
        enum = self._contract["enums"][name]
        values = "\n".join(f"* `{value['name']}`: {' '.join(value['comment'].split())}" for value in enum["values"])
        return {
            "type": "string",
            "enum": [value["name"] for value in enum["values"]],
            "description": f"{enum['comment']}\n\n{values}",
        }

    def _reached(self, names: Any) -> set[str]:
        """The messages and enums with these names, and those that they hold."""
        waiting, reached = list(names), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                fields = self._contract["messages"].get(name, {"fields": []})["fields"]
                waiting += [field["type_name"] for field in fields if field["type_name"]]
        return reached

    def _short(self, name: str) -> str:
        return name.removeprefix(self._package)


def _string(rules: dict[str, Any], ruled: bool) -> Schema:
    made: Schema = {"type": "string"}
    if not ruled:
        return made
    # In bytes of UTF-8, of which a character has one or more.
    made["maxLength"] = rules.get("max_bytes", MAX_BYTES)
    form = rules.get("format", "")
    if rules.get("required"):
        made["minLength"] = 1
    if form == "text":
        made["pattern"] = r"\S" if rules.get("required") else r"^$|\S"
    elif form:
        made["pattern"] = f"^{FORMATS[form]}$" if rules.get("required") else f"^({FORMATS[form]})?$"
    return made


def _oneofs(message: dict[str, Any]) -> str:
    """Of a oneof that a message really has: an ``optional`` field is one too, of its own."""
    said = []
    for name in message["oneofs"]:
        fields = [field["json_name"] for field in message["fields"] if field["oneof"] == name]
        if len(fields) > 1:
            said.append(f"At most one of {', '.join(f'`{field}`' for field in fields)}.")
    return " ".join(said)


def _described(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


def _error_response(codes: str, text: str) -> dict[str, Any]:
    return {
        "description": f"{text} The code is {codes}." if codes else text,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ConnectError"}}},
    }


def _refusals() -> dict[str, Any]:
    """What is no call at all is refused in words."""
    text = {"text/plain": {"schema": {"type": "string"}}}
    media = {
        "description": "The body has another content type than JSON. `Accept-Post` lists those that the server reads.",
        "content": text | _error_response("", "")["content"],
    }
    longer = {
        "description": "The web server's own refusal of a long address. Send the request as a POST.",
        "content": {"text/html": {"schema": {"type": "string"}}},
    }
    return {"UnsupportedMediaType": media, "AddressTooLong": longer}


def _error_schemas() -> dict[str, Schema]:
    """Connect's error, and what google.rpc's details hold (AIP-193)."""
    text: Schema = {"type": "string"}
    known = ("ErrorInfo", "BadRequest", "RetryInfo", "RequestInfo")
    return {
        "ConnectError": {
            "type": "object",
            "description": "Why a call failed. One of the details is an ErrorInfo.",
            "properties": {
                "code": {"type": "string", "enum": CODES, "description": "The gRPC status."},
                "message": {"type": "string", "description": "What was wrong and what to do, for people."},
                "details": {"type": "array", "items": {"$ref": "#/components/schemas/ErrorDetail"}},
            },
            "required": ["code"],
        },
        "ErrorDetail": {
            "type": "object",
            "properties": {
                "type": {"type": "string", "description": 'The message, such as "google.rpc.ErrorInfo".'},
                "value": {"type": "string", "description": "The message in protobuf's binary form, as base64."},
                "debug": {
                    "description": "The same message as JSON.",
                    "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in known],
                },
            },
            "required": ["type", "value"],
        },
        "ErrorInfo": {
            "type": "object",
            "properties": {
                "reason": {"type": "string", "description": "A stable name in UPPER_SNAKE: what a program decides by."},
                "domain": {"type": "string", "description": 'Always "scm.sentry".'},
                "metadata": {
                    "type": "object",
                    "additionalProperties": text,
                    "description": "What belongs to the reason.",
                },
            },
            "required": ["reason", "domain"],
        },
        "BadRequest": {
            "type": "object",
            "description": "The fields of the request that break their rules.",
            "properties": {
                "fieldViolations": {"type": "array", "items": {"$ref": "#/components/schemas/FieldViolation"}}
            },
            "required": ["fieldViolations"],
        },
        "FieldViolation": {"type": "object", "properties": {"field": text, "description": text}, "required": ["field"]},
        "RetryInfo": {
            "type": "object",
            "properties": {"retryDelay": WELL_KNOWN["google.protobuf.Duration"]},
            "required": ["retryDelay"],
        },
        "RequestInfo": {
            "type": "object",
            "properties": {"requestId": {"type": "string", "description": "The name under which the call is logged."}},
            "required": ["requestId"],
        },
    }


def _parameters() -> dict[str, Any]:
    return {
        "Connect": {
            "name": "connect",
            "in": "query",
            "required": True,
            "description": "The version of the protocol.",
            "schema": {"type": "string", "const": "v1"},
        },
        "Encoding": {
            "name": "encoding",
            "in": "query",
            "required": True,
            "description": "The form of `message`.",
            "schema": {"type": "string", "const": "json"},
        },
        "Timeout": {
            "name": "Connect-Timeout-Ms",
            "in": "header",
            "description": "The deadline of the call, in milliseconds.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 9999999999},
        },
        "RequestId": {
            "name": "X-Request-Id",
            "in": "header",
            "description": "A name for the call in logs and traces: 1 to 128 letters, digits, `.`, `_`, `:` or `-`."
            " If it has another form, the server makes a name up.",
            "schema": {"type": "string"},
        },
    }


def _security() -> dict[str, Any]:
    return {
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "An API key."},
        "bearer": {"type": "http", "scheme": "bearer", "description": "A token."},
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Signature",
            "description": "A signature of this one call, made from a shared secret, the RPC, the message and the time:"
            " `v1;key=KEY;time=TIME;nonce=NONCE;organization=ORGANIZATION;hmac=HMAC`. The page on authentication in the"
            " project's documentation specifies it. A signed GET is signed over the decoded `message`.",
        },
    }


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps(Document(given).made(), indent=1, ensure_ascii=False))
