"""The OpenAPI document of a site: that of the contract, with the RPCs that are on and what they name."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from sentry_scm_grpc import contract


def document(rpcs: Collection[str], server: str) -> dict[str, Any]:
    """``server`` is the URL, or the absolute path, below which the RPCs answer."""
    made: dict[str, Any] = json.loads(contract.OPENAPI.read_text(encoding="utf-8"))
    made["servers"] = [{"url": server}]
    made["paths"] = {path: item for path, item in made["paths"].items() if path.rpartition("/")[2] in rpcs}
    tags = {tag for item in made["paths"].values() for operation in item.values() for tag in operation["tags"]}
    made["tags"] = [tag for tag in made["tags"] if tag["name"] in tags]
    _prune(made)
    return made


def _prune(made: dict[str, Any]) -> None:
    """Drops the components that nothing refers to any more."""
    components = made["components"]
    used: set[str] = set()
    waiting = list(references(made["paths"]))
    while waiting:
        reference = waiting.pop()
        if reference not in used:
            used.add(reference)
            _, _, kind, name = reference.split("/")
            waiting += references(components[kind][name])
    for kind in ("schemas", "responses", "parameters"):
        components[kind] = {n: c for n, c in components[kind].items() if f"#/components/{kind}/{n}" in used}


def references(value: Any) -> Iterator[str]:
    """Every ``$ref`` in a part of a document."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)
