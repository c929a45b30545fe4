"""curl gets and sends JSON, as docs/explanation/transport.md shows it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

from tests.clients.conftest import SERVERS, Served, note

UNICODE = "grüße, 世界, 🦀 and a line\nbreak, 100% of it"
SCENARIOS = "scm.scenarios.v1.ScenarioService"
SCM = "sentry.integrations.scm.v1.ScmService"


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: Any


class Curl:
    def __init__(self, served: Served, server: str) -> None:
        self._url = served.url(server)
        self._key = served.site.api_key
        self.organization, self.repository = served.ids

    def __call__(self, method: str, data: Any, *options: str, key: str | None = None) -> Reply:
        text = data if isinstance(data, str) else json.dumps(data)
        command = ["curl", "--silent", "--show-error", "--include", "--http1.1", "--max-time", "120"]
        command += ["--header", f"x-api-key: {self._key if key is None else key}"]
        command += ["--header", "content-type: application/json", "--data-binary", "@-", *options]
        ran = subprocess.run(
            [*command, f"{self._url}/{method}"], input=text.encode(), stdout=subprocess.PIPE, check=True
        )
        head, _, body = ran.stdout.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"").partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        is_json = headers.get("content-type") == "application/json"
        return Reply(int(status.split()[1]), headers, json.loads(body) if is_json else body)


def unary(curl: Curl) -> None:
    reply = curl(f"{SCENARIOS}/Echo", {"text": "hello"})
    assert (reply.status, reply.body) == (200, {"text": "hello"})


def empty_message(curl: Curl) -> None:
    reply = curl(f"{SCENARIOS}/Nothing", {})
    assert (reply.status, reply.body) == (200, {})


def unicode(curl: Curl) -> None:
    assert curl(f"{SCENARIOS}/Echo", {"text": UNICODE}).body == {"text": UNICODE}
    reply = curl(f"{SCENARIOS}/Fail", {"code": 10, "message": UNICODE})
    assert (reply.status, reply.body) == (409, {"code": "aborted", "message": UNICODE})


def large_message(curl: Curl) -> None:
    text = "x" * (3 << 20)
    assert curl(f"{SCENARIOS}/Echo", {"text": text}).body == {"text": text}
    reply = curl(f"{SCENARIOS}/Echo", {"text": text}, "--compressed")
    assert (reply.headers["content-encoding"], reply.body) == ("gzip", {"text": text})


def too_large_a_message(curl: Curl) -> None:
    reply = curl(f"{SCENARIOS}/Echo", {"text": "x" * (4 << 20)})
    assert (reply.status, reply.body["code"]) == (429, "resource_exhausted")


def error_with_details(curl: Curl) -> None:
    reply = curl(f"{SCENARIOS}/Fail", {"withDetails": True, "message": "is bad"})
    assert (reply.status, reply.body["code"], reply.body["message"]) == (400, "invalid_argument", "text: is bad")
    assert [detail["type"] for detail in reply.body["details"]] == ["google.rpc.ErrorInfo", "google.rpc.BadRequest"]
    assert reply.body["details"][1]["debug"] == {"fieldViolations": [{"field": "text", "description": "is bad"}]}


def unexpected_exception(curl: Curl) -> None:
    reply = curl(f"{SCENARIOS}/Fail", {"raise": True, "message": "secret"})
    assert (reply.status, reply.body["code"]) == (500, "internal")
    assert "secret" not in json.dumps(reply.body)


def metadata_both_ways(curl: Curl) -> None:
    reply = curl(f"{SCENARIOS}/Echo", {}, "--header", "x-echo: ping", "--header", "x-echo-bin: AAEC/f7/")
    assert (reply.headers["x-echo-initial"], reply.headers["x-echo-initial-bin"]) == ("ping", "AAEC/f7/")
    assert (reply.headers["trailer-x-echo-trailing"], reply.headers["trailer-x-echo-trailing-bin"]) == (
        "ping",
        "AAEC/f7/",
    )


def deadline(curl: Curl) -> None:
    reply = curl(f"{SCENARIOS}/Sleep", {"milliseconds": 300}, "--header", "connect-timeout-ms: 100")
    assert (reply.status, reply.body["code"]) == (504, "deadline_exceeded")
    assert 30 < curl(f"{SCENARIOS}/Echo", {}, "--header", "connect-timeout-ms: 60000").body["secondsLeft"] <= 60


def unknown_method(curl: Curl) -> None:
    assert curl(f"{SCENARIOS}/Missing", {}).status == 501
    reply = curl("scm.scenarios.v1.NoService/Nowhere", {})
    assert (reply.status, reply.body["code"]) == (404, "unimplemented")


def no_credentials(curl: Curl) -> None:
    reply = curl(f"{SCM}/ListRepositories", {"organizationId": curl.organization}, key="")
    assert (reply.status, reply.body["code"]) == (401, "unauthenticated")


def get(curl: Curl) -> None:
    query = ["--get", "--data-urlencode", "connect=v1", "--data-urlencode", "encoding=json"]
    reply = curl(
        f"{SCM}/GetRepository", "", *query, "--data-urlencode", f'message={{"repositoryId":{curl.repository}}}'
    )
    assert (reply.status, reply.body["name"]) == (200, "greeter")


def scm_rows(curl: Curl) -> None:
    reply = curl(f"{SCM}/ListRepositories", {"organization_id": curl.organization})
    # 64-bit numbers are strings in protobuf's JSON.
    assert [row["id"] for row in reply.body["repositories"]] == [str(curl.repository)]


EVERY = (
    unary,
    empty_message,
    unicode,
    large_message,
    too_large_a_message,
    error_with_details,
    unexpected_exception,
    metadata_both_ways,
    deadline,
    unknown_method,
    no_credentials,
    get,
    scm_rows,
)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("scenario", EVERY, ids=lambda scenario: scenario.__name__)
def test_curl(served: Served, server: str, scenario: Any) -> None:
    try:
        scenario(Curl(served, server))
    except BaseException as error:
        note(f"curl to {server}", [{"client": "curl, JSON", "error": error, "scenario": scenario.__name__}])
        raise
    note(f"curl to {server}", [{"client": "curl, JSON", "error": None, "scenario": ""}])
