"""Holds the answers of a site to its own document: usage answers.py URL KEY. Prints the RPCs that answered.

Every RPC that reads is called by POST and by GET, with the required fields and values that the scenario site has.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import httpx
from openapi_schema_validator import OAS31Validator

VALUES = {
    "repositoryId": "1",
    "organizationId": "1",
    "integrationId": "1",
    "commitSha": "main",
    "ref": "main",
    "path": "README.md",
    "filepath": "README.md",
    "lineNumber": 1,
    "query": "main",
}


def main(url: str, key: str) -> None:
    client = httpx.Client(headers={"X-Api-Key": key})
    document = client.get(f"{url}/grpc/openapi.json").json()
    answered = []
    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        request = filled(document, item["post"]["requestBody"]["content"]["application/json"]["schema"])
        where = url + document["servers"][0]["url"] + path
        query = {"connect": "v1", "encoding": "json", "message": json.dumps(request)}
        answers = [client.post(where, json=request), client.get(where, params=query)]
        assert answers[0].status_code == answers[1].status_code, (path, [answer.text for answer in answers])
        for operation, answer in zip((item["post"], item["get"]), answers, strict=True):
            hold(document, operation, answer)
        if answers[0].status_code == 200:
            answered.append(path.rpartition("/")[2])
    print(" ".join(answered))


def filled(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A request with its required fields."""
    if "$ref" in schema:
        return filled(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if schema["type"] == "array":
        return [filled(document, schema["items"])]
    if schema["type"] != "object":
        return {"string": "1", "integer": 1, "boolean": True}[schema["type"]]
    wanted = set(schema.get("required", ())) | ({"ref", "commitSha"} & set(schema.get("properties", ())))
    return {name: VALUES.get(name) or filled(document, schema["properties"][name]) for name in sorted(wanted)}


def hold(document: dict[str, Any], operation: dict[str, Any], answer: httpx.Response) -> None:
    """Raises AssertionError or ValidationError for an answer that the document does not have."""
    response = operation["responses"][str(answer.status_code)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"][answer.headers["content-type"].partition(";")[0]]["schema"]
    OAS31Validator({**schema, "components": document["components"]}).validate(answer.json())
    # A field that the document does not have would be let through.
    known = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]].get("properties", {})
    assert set(answer.json()) <= set(known), (operation["operationId"], answer.text)


if __name__ == "__main__":
    main(*sys.argv[1:])
