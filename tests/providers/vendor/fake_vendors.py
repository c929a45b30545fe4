"""Runs the vendors' adapters on responses that a test defines, at the level of HTTP, without a Sentry.

    vendor = Vendor("github")
    vendor.on("GET", "/repos/acme/rocket/commits", [])
    vendor.call("ListCommits", pb.ListCommitsRequest())

A response has a method and a regular expression for the path as sent. The newest match is used. A request without
a response fails the test.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from django.core.cache import cache
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.installation import Connection
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import scm_pb2 as pb

# Where each vendor's API is, its repository's identifier, and what Sentry keeps of the integration.
_SITES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "github": ("https://api.github.com", "acme/rocket", {"domain_name": "github.com/acme"}),
    "github_enterprise": ("https://ghe.example.com/api/v3", "acme/rocket", {"domain_name": "ghe.example.com/acme"}),
    "gitlab": (
        "https://gitlab.example.com/api/v4",
        "7",
        {"instance": "gitlab.example.com", "base_url": "https://gitlab.example.com", "group_id": 1},
    ),
    "bitbucket": ("https://api.bitbucket.org", "acme/rocket", {"domain_name": "bitbucket.org/acme", "uuid": "{acme}"}),
    "bitbucket_server": ("https://stash.example.com", "ACME/rocket", {"base_url": "https://stash.example.com"}),
    "vsts": ("", "278d5cd2-584d-4b63-824a-2ba458937249", {"domain_name": "https://dev.azure.com/acme/"}),
}
VENDORS = tuple(_SITES)


class Refused(Exception):
    """The error of Sentry's client for a status of 400 or more."""


class Answers(HTTPAdapter):
    """Returns the responses of a test instead of using a network."""

    def __init__(self, vendor: Vendor) -> None:
        super().__init__()
        self._vendor = vendor

    def send(self, request: Any, *_: Any, **__: Any) -> requests.Response:
        status, headers, body = self._vendor.answer_to(request)
        raw = HTTPResponse(io.BytesIO(body), headers=headers, status=status, preload_content=False)
        return self.build_response(request, raw)


class Client:
    """Like Sentry's client of a vendor: it joins addresses, sends JSON and raises for error responses."""

    def __init__(self, base_url: str, vendor: Vendor) -> None:
        self.base_url = base_url
        self._session = requests.Session()
        self._session.mount("https://", Answers(vendor))

    def _send(self, method: str, path: str, *, data: Any = None, api_preview: bool = False, **options: Any) -> Any:
        url = self.base_url + path if path.startswith("/") else path
        answer = self._session.request(method, url, json=data, allow_redirects=method == "GET", **options)
        if answer.status_code >= 400:
            raise Refused
        return answer

    def get(self, path: str, **options: Any) -> Any:
        return self._send("GET", path, **options)

    def head(self, path: str, **options: Any) -> Any:
        return self._send("HEAD", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self._send("POST", path, **options)

    def put(self, path: str, **options: Any) -> Any:
        return self._send("PUT", path, **options)


class Vendor:
    """A vendor with the repository ``acme/rocket``."""

    def __init__(self, key: str, *, metadata: Mapping[str, Any] | None = None, **repository: Any) -> None:
        cache.clear()
        self.key = key
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self._rules: list[tuple[str, re.Pattern[str], dict[str, str], int, dict[str, str], Any]] = []
        base, self.identifier, known = _SITES[key]
        client, domain = Client(base, self), "gitlab.example.com/acme:" if key == "gitlab" else ""
        installation = SimpleNamespace(
            model=SimpleNamespace(id=1, name="acme", metadata={**known, **(metadata or {})}),
            instance="https://dev.azure.com/acme/",
            get_client=lambda **_: client,
            make_external_key=lambda data: domain + data["key"],
            get_issue_url=lambda key: f"https://issues.example.com/{key}",
        )
        connection = Connection(
            installation=installation,  # type: ignore[arg-type]
            integration=pb.Integration(id=1, provider_key=key),
            identifier=lambda: self.identifier,
            known_repositories=dict,
            map_error=lambda error: None,
            caller="api-key:1",
            seconds_left=lambda: None,
        )
        fields = {"id": 7, "name": "acme/rocket", "config": {"path": "acme/rocket"}, **repository}
        self.adapter: Any = adapters()[key](connection, pb.Repository(**fields))

    def on(
        self,
        method: str,
        path: str,
        body: Any,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        of_path: str = "",
        **params: str,
    ) -> Vendor:
        """Has the vendor answer; ``body`` is JSON, bytes, or a function of the query. ``params`` must be asked for,
        and ``of_path`` is one called "path"."""
        params |= {"path": of_path} if of_path else {}
        self._rules.insert(0, (method, re.compile(path), params, status, dict(headers or {}), body))
        return self

    def answer_to(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(request.url)
        path = parts.path.removeprefix("/api/v3").removeprefix("/api/v4").replace("/api/graphql", "/graphql")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.asked.append((request.method, path, query))
        for method, pattern, params, status, headers, body in self._rules:
            if method == request.method and pattern.fullmatch(path) and params.items() <= query.items():
                if isinstance(body, Callable):  # type: ignore[arg-type]
                    body = body(query)
                if not isinstance(body, bytes):
                    body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
                return status, headers, b"" if method == "HEAD" else body
        raise AssertionError(f"no answer for {request.method} {request.url}")

    def call(self, rpc: str, request: Any, page_size: int = 100) -> Any:
        """What the adapter answers: a message, a list of a stream's messages, or the error."""
        try:
            call = call_of(rpc, request, page_size)
            found = getattr(self.adapter, call.rpc.operation)(call, request)
            return list(found) if hasattr(found, "__next__") else found
        except ScmError as error:
            return error
