"""The explorer through both ways in: nothing answers unless it is on, then its page, its files, which RPCs are on."""

from __future__ import annotations

import gzip
import io
import json
import re
from functools import cache
from typing import Any
from urllib.parse import urljoin

import pytest
from django.core.checks import run_checks
from django.core.handlers.wsgi import WSGIHandler
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.test.client import RequestFactory
from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass

from sentry_scm_grpc import contract
from sentry_scm_grpc.explorer import pages
from sentry_scm_grpc.explorer.openapi import references
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.server import site
from sentry_scm_grpc.wsgi import wrap

ON = {"RPCS": ["read", "-SearchCode"], "AUTHENTICATORS": ["api_key"], "EXPLORER": True}


@pytest.fixture(autouse=True)
def fresh_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site's server, made with the settings of a test."""
    monkeypatch.setattr(site, "site_server", cache(site.site_server.__wrapped__))


def body_of(response: HttpResponseBase) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def files_of(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="(explorer/[^"]+)"', page)


@override_settings(SCM_GRPC=ON)
def test_the_page_and_its_files_with_their_headers() -> None:
    client = Client()
    page = client.get("/grpc/")
    assert page.status_code == 200
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert page["Cache-Control"] == "no-cache"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Referrer-Policy"] == "no-referrer"
    policy = dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";"))
    assert {name: value for name, value in policy.items() if value != "'none'"} == {
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self'",
    }
    assert set(policy) > {"default-src", "base-uri", "form-action", "frame-ancestors"}
    # No inline code, which the policy would stop.
    assert not re.search(r"<style|style=|\son\w+=|<script[^>]*>[^<]", body_of(page))
    found = files_of(body_of(page))
    assert len(found) == 3
    for name in found:
        file = client.get(f"/grpc/{name}")
        assert file.status_code == 200
        assert file["Cache-Control"] == "public, max-age=31536000, immutable"
        assert file["Content-Security-Policy"] == page["Content-Security-Policy"]


@override_settings(SCM_GRPC=ON)
def test_a_file_is_packed_for_those_who_take_it() -> None:
    client = Client()
    script = next(name for name in files_of(body_of(client.get("/grpc/"))) if name.endswith("main.js"))
    packed = client.get(f"/grpc/{script}", HTTP_ACCEPT_ENCODING="br, gzip")
    plain = client.get(f"/grpc/{script}")
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"


@override_settings(SCM_GRPC=ON)
def test_the_rpcs_that_are_on_are_told_by_name_alone() -> None:
    told = json.loads(body_of(Client().get("/grpc/explorer/site.json")))
    assert set(told) == {"prefix", "rpcs"}
    assert "ListCommits" in told["rpcs"]
    assert not {"SearchCode", "DeleteRepository"} & set(told["rpcs"])


@override_settings(SCM_GRPC={**ON, "PREFIX": "/api/scm"})
def test_the_openapi_document_has_the_rpcs_that_are_on_and_what_they_name_alone() -> None:
    response = Client().get("/api/scm/openapi.json", HTTP_ACCEPT_ENCODING="gzip")
    assert response["Content-Type"] == "application/json"
    document = json.loads(gzip.decompress(response.content))
    assert document["servers"] == [{"url": "/api/scm"}]
    operations = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    assert {"GetCommit", "GetCommitByGet"} <= operations
    assert not {"SearchCode", "DeleteRepository", "StreamCommits"} & operations
    schemas = document["components"]["schemas"]
    assert {"GetCommitRequest", "Commit", "ConnectError", "ErrorInfo"} <= set(schemas)
    assert not {"SearchCodeRequest", "DeleteRepositoryRequest", "StreamCommitsRequest"} & set(schemas)
    missing = {name for name in references(document) if name.rpartition("/")[2] not in str(document["components"])}
    assert not missing
    assert schemas["GetCommitRequest"]["required"] == ["repositoryId", "commitSha"]
    assert schemas["GetCommitRequest"]["properties"]["repositoryId"]["pattern"] == "^[1-9][0-9]{0,18}$"


@override_settings(SCM_GRPC=ON)
def test_the_openapi_document_names_the_path_below_which_the_site_is_mounted() -> None:
    answer = pages.answer(RequestFactory().get("/grpc/openapi.json").environ | {"SCRIPT_NAME": "/sentry"})
    assert answer is not None
    assert json.loads(b"".join(answer.body))["servers"] == [{"url": "/sentry/grpc"}]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/grpc/"),
        ("head", "/grpc/"),
        ("head", "/grpc"),
        ("post", "/grpc"),
        ("get", "/grpc/explorer/"),
        ("get", "/grpc/explorer/main.js"),
        ("get", "/grpc/explorer/0123456789abcdef/main.js"),
        ("get", "/grpc/explorer/{hash}/none.js"),
        ("get", "/grpc/explorer/{hash}/index.html"),
        ("get", "/grpc/explorer/{hash}/../pages.py"),
        ("get", "/grpc/explorer/{hash}/%2e%2e/pages.py"),
        ("get", "/grpc/explorer/../../conf.py"),
        ("post", "/grpc/openapi.json"),
        ("get", "/grpcs/"),
    ],
)
@override_settings(SCM_GRPC=ON)
def test_everything_else_goes_on_to_the_site(method: str, path: str) -> None:
    page = body_of(Client().get("/grpc/"))
    path = path.replace("{hash}", files_of(page)[0].split("/")[1])
    assert getattr(Client(), method)(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["/grpc", "/api/scm"])
def test_the_address_without_its_slash_leads_to_the_page(prefix: str) -> None:
    with override_settings(SCM_GRPC={**ON, "PREFIX": prefix}):
        answer = Client().get(prefix)
        # Relative, so that it works behind a proxy that cuts a path off.
        location = answer["Location"]
        assert (answer.status_code, location) == (302, f"{prefix.rpartition('/')[2]}/")
        assert Client().get(urljoin(prefix, location)).status_code == 200
        started: list[Any] = []
        environ = RequestFactory().get(prefix).environ | {"wsgi.input": io.BytesIO()}
        wrap(WSGIHandler())(environ, lambda *given: started.append(given))  # type: ignore[arg-type]
        assert (started[0][0], dict(started[0][1])["Location"]) == ("302 Found", location)


def test_off_is_the_default_and_then_nothing_answers() -> None:
    for path in ("/grpc", "/grpc/", "/grpc/explorer/site.json", "/grpc/openapi.json"):
        assert Client().get(path).status_code == 404
        assert pages.answer(RequestFactory().get(path).environ) is None


@pytest.mark.django_db
@override_settings(SCM_GRPC=ON)
def test_the_wsgi_wrapper_answers_the_same() -> None:
    wrapped = wrap(WSGIHandler())
    started: list[Any] = []
    environ = RequestFactory().get("/grpc/").environ | {"wsgi.input": io.BytesIO()}
    body = b"".join(wrapped(environ, lambda *given: started.append(given)))  # type: ignore[arg-type]
    assert started[0][0] == "200 OK"
    assert body == Client().get("/grpc/").content


@override_settings(SCM_GRPC={**ON, "PREFIX": "/api/scm"})
def test_the_page_follows_the_prefix() -> None:
    page = Client().get("/api/scm/")
    assert page.status_code == 200
    assert Client().get(f"/api/scm/{files_of(body_of(page))[0]}").status_code == 200
    assert Client().get("/grpc/").status_code == 404


@override_settings(SCM_GRPC={**ON, "PREFIX": ""})
def test_without_a_prefix_there_is_no_page_and_a_check_says_so() -> None:
    assert "SCM API explorer" not in body_of(Client().get("/"))
    assert "sentry_scm_grpc.W029" in [message.id for message in run_checks()]


@override_settings(SCM_GRPC=ON)
def test_the_page_can_show_each_recorded_answer() -> None:
    path = next(name for name in files_of(body_of(Client().get("/grpc/"))) if name.endswith("main.js"))
    answers = json.loads(body_of(Client().get(f"/grpc/{path}".replace("main.js", "answers.json"))))
    assert answers == json.loads(contract.ANSWERS.read_text())
    for name, answer in answers.items():
        method = RPCS[name].method
        json_format.ParseDict(answer, GetMessageClass(method.output_type)())
