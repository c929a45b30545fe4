"""GitHub's own descriptions of its APIs as judges of an answer.

The REST description is OpenAPI 3.0 (https://spec.openapis.org/oas/v3.0.3), whose schemas are JSON Schema but for
``nullable``. They are read more strictly than GitHub means them: a field
that GitHub does not describe is a mistake too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    SelectionSetNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)
from graphql.language import FragmentSpreadNode
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.vendors.serving import Exchange

OCTOKIT = Path(__file__).with_name("node_modules") / "@octokit"
#: The descriptions of REST by which each fake is judged.
DESCRIPTIONS = {
    "github": ("api.github.com",),
    "github_enterprise": ("ghes-3.17", "ghes-3.18", "ghes-3.19"),
}

#: The name of the description within itself.
_HERE = "urn:description"
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(text: Any) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


@_FORMATS.checks("uri")
def _is_address(text: Any) -> bool:
    return not isinstance(text, str) or bool(urlsplit(text).scheme and urlsplit(text).netloc)


@cache
def description(name: str) -> OpenApi:
    return OpenApi(json.loads((OCTOKIT / "openapi" / "generated" / f"{name}.json").read_bytes()))


# The page of blobs names this media type, and the description leaves it out.
_RAW_BLOB = ("/repos/{owner}/{repo}/git/blobs/{file_sha}", "application/vnd.github.raw+json")


class _Schemas(dict[str, Any]):
    """JSON Schemas by name, each made when it is first asked for: few of a thousand are."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        super().__init__()
        self._described = described

    def __missing__(self, name: str) -> Any:
        self[name] = found = _as_json_schema(self._described[name])
        return found


class OpenApi:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._paths: Mapping[str, Any] = document["paths"]
        self._components: Mapping[str, Any] = document["components"]
        known = Resource({"components": {"schemas": _Schemas(self._components["schemas"])}}, DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_HERE, known)
        # A path of words stands before one of parameters.
        templates = sorted(self._paths, key=lambda template: (template.count("{"), template))
        self._templates = [(re.compile(_pattern(name)), name) for name in templates]
        self._validator = _validator()
        self._judged: dict[tuple[object, ...], list[str]] = {}

    def mistakes(self, exchange: Exchange) -> list[str]:
        """What the description does not allow in an answer. Many tests are given the same, which is judged once."""
        method, path = exchange.request.method, exchange.request.path
        template = next((name for pattern, name in self._templates if pattern.match(path)), None)
        answer = (method, template or path, exchange.status, exchange.headers.get("Content-Type"), exchange.body)
        if answer not in self._judged:
            self._judged[answer] = self._mistakes_of(exchange, template)
        return self._judged[answer]

    def _mistakes_of(self, exchange: Exchange, template: str | None) -> list[str]:
        method, path = exchange.request.method, exchange.request.path
        operation = self._paths.get(template or "", {}).get(method.lower())
        if operation is None:
            return [f"{method} {path} is not described"]
        response = operation["responses"].get(str(exchange.status))
        if response is None:
            return [f"{method} {template} has no answer of status {exchange.status}"]
        if reference := response.get("$ref"):
            response = self._components["responses"][reference.rpartition("/")[2]]
        content = response.get("content", {})
        kind = exchange.headers.get("Content-Type", "").partition(";")[0]
        if (template, kind) == _RAW_BLOB:
            return []
        if kind not in content:
            return [] if not content and not exchange.body else [f"{method} {template} has no answer of {kind}"]
        schema = _as_json_schema(content[kind]["schema"])
        return list(self._mistakes_in(json.loads(exchange.body), schema))

    def _mistakes_in(self, body: Any, schema: Any) -> Iterator[str]:
        validator = self._validator(schema, registry=self._registry, format_checker=_FORMATS)
        for error in validator.iter_errors(body):
            yield f"{error.json_path}: {error.message}"[:500]


def _validator() -> Any:
    """A class of validators that judge a value by a named schema once: answers are full of the same people, commits and
    repositories."""
    good: set[bytes] = set()

    def judge(validator: Any, reference: str, value: Any, schema: Any) -> Iterator[Any]:
        seen = blake2b(f"{reference} {json.dumps(value, sort_keys=True)}".encode()).digest()
        if seen not in good:
            errors = [*Draft202012Validator.VALIDATORS["$ref"](validator, reference, value, schema)]
            yield from errors
            if not errors:
                good.add(seen)

    return extend(Draft202012Validator, {"$ref": judge})


def _pattern(template: str) -> str:
    """The paths that a template stands for. A ref has slashes where it is named in full."""
    return re.sub(r"\{\w+\}", "[^/]+", template.replace("/git/ref/{ref}", "/git/ref/.+")) + r"\Z"


def _as_json_schema(schema: Any, *, closed: bool = True) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema that knows no other fields than those that it names."""
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "properties":
            found[name] = {key: _as_json_schema(part) for key, part in value.items()}
        elif name in ("items", "additionalProperties", "not"):
            found[name] = _as_json_schema(value)
        elif name in ("anyOf", "oneOf", "allOf"):
            found[name] = [_as_json_schema(part, closed=name != "allOf") for part in value]
        elif name == "$ref":
            found[name] = _HERE + value
        elif name not in ("nullable", "example", "examples", "discriminator", "xml", "deprecated"):
            found[name] = value
    if closed and "properties" in found:
        found.setdefault("additionalProperties", False)
    return {"anyOf": [{"type": "null"}, found]} if schema.get("nullable") else found


@cache
def graph() -> GraphQLSchema:
    text = (OCTOKIT / "graphql-schema" / "schema.graphql").read_text()
    return build_schema(text, assume_valid=True, assume_valid_sdl=True)


def graph_mistakes(exchange: Exchange) -> list[str]:
    """What GitHub's schema does not allow in a query, or in its answer.

    The answer is judged by carrying the query out once more, on GitHub's schema, with the answer for data.
    """
    asked = exchange.request.data
    return _graph_mistakes(asked["query"], json.dumps(asked["variables"]), exchange.body)


@cache
def _query(text: str) -> tuple[DocumentNode, list[str]]:
    """A query, and what is wrong with it."""
    document = parse(text)
    return document, [error.message for error in validate(graph(), document)]


@cache
def _graph_mistakes(query: str, variables: str, body: bytes) -> list[str]:
    answer = json.loads(body)
    document, wrong = _query(query)
    if wrong:
        return wrong
    # GitHub has null in the place of what failed.
    failed = {tuple(error["path"]) for error in answer.get("errors", ()) if "path" in error}
    result = execute_sync(
        graph(),
        document,
        answer["data"],
        variable_values=json.loads(variables),
        field_resolver=lambda source, info, **_: source[info.path.key],
        type_resolver=_type_of,
    )
    mistakes = [str(error) for error in result.errors or () if tuple(error.path or ()) not in failed]
    return mistakes or ([] if result.data == answer["data"] else ["the answer has other fields than the query"])


def _type_of(value: Any, info: GraphQLResolveInfo, kind: GraphQLAbstractType) -> str | None:
    """The type of an object, by the fields that it has of those that the query asks of each type."""
    for possible in info.schema.get_possible_types(kind):
        fields = {name for node in info.field_nodes for name in _fields(node.selection_set, possible, info)}
        if fields == set(value):
            return possible.name
    return None


def _fields(selected: SelectionSetNode | None, kind: GraphQLObjectType, info: GraphQLResolveInfo) -> Iterator[str]:
    for node in selected.selections if selected else ():
        if isinstance(node, FieldNode):
            yield (node.alias or node.name).value
            continue
        part: Any = info.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        assert isinstance(part, FragmentDefinitionNode) or part.type_condition is not None
        if part.type_condition.name.value == kind.name:
            yield from _fields(part.selection_set, kind, info)


def judged(key: str, exchange: Exchange) -> None:
    """Raises AssertionError for an answer of a fake that GitHub could not have given."""
    # Archives and logs are not at the API's own address.
    if "/legacy." in exchange.request.path or exchange.request.path.startswith(("/logs/", "/_storage/")):
        return
    if exchange.request.path == "/graphql":
        mistakes = graph_mistakes(exchange)
    else:
        mistakes = [
            f"{name}: {mistake}" for name in DESCRIPTIONS[key] for mistake in description(name).mistakes(exchange)
        ]
    asked = f"{exchange.request.method} {exchange.request.path} {exchange.request.params}"
    assert not mistakes, "\n".join([asked, *mistakes[:20]])
