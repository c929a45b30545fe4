"""Our adapters on a vendor's fake, with the smallest installation that they work with: no Sentry, no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from google.protobuf.message import Message

from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.installation import Connection
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import told
from tests.vendors.serving import Served

#: How our requests are told from others' clients'.
AGENT = "our adapter"


class Refused(Exception):
    """A status of 400 and above, as Sentry's client reports it."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Client:
    """An HTTP client with the face of Sentry's."""

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    preview: Mapping[str, str] = field(default_factory=dict)

    def _send(
        self, method: str, path: str, data: Any = None, json: bool = True, api_preview: bool = False, **options: Any
    ) -> Any:
        url = f"{self.base_url}{path}" if path.startswith("/") else path
        headers = {
            "User-Agent": AGENT,
            **self.headers,
            **(self.preview if api_preview else {}),
            **(options.pop("headers", None) or {}),
        }
        if isinstance(data, list) and "Content-Type" not in headers:
            headers["Content-Type"] = "application/json-patch+json"
        response = requests.request(method, url, headers=headers, **options, **{"json" if json else "data": data})
        if response.status_code >= 400:
            raise Refused(response.status_code)
        return response

    def get(self, path: str, **options: Any) -> Any:
        return self._send("GET", path, **options)

    def head(self, path: str, **options: Any) -> Any:
        return self._send("HEAD", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self._send("POST", path, **options)

    def put(self, path: str, **options: Any) -> Any:
        return self._send("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Any:
        return self._send("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self._send("DELETE", path, **options)


@dataclass
class Model:
    metadata: Mapping[str, Any]
    id: int = 1
    name: str = "acme"


@dataclass
class Installation:
    client: Client
    model: Model
    instance: str

    def get_client(self, **_: Any) -> Client:
        return self.client

    def make_external_key(self, data: Mapping[str, Any]) -> str:
        # GitLab's keys name the instance and the group.
        return f"{self.model.metadata['domain_name']}:{data['key']}"

    def get_issue_url(self, key: str) -> str:
        return f"https://issues.example.com/{key}"


#: What the paths of an adapter are relative to, below the address of the socket.
_BASES: dict[str, str] = {"github_enterprise": "/api/v3", "gitlab": "/api/v4", "jira_server": "/jira"}
_AZURE = "application/json; api-version=4.1"


def adapter_of(server: Served) -> ProviderAdapter:
    """The adapter of the vendor whose fake is served, for the repository "rocket"."""
    fake, base = server.fake, server.url + _BASES.get(server.fake.key, "")
    headers, preview = {}, {}
    if fake.key == "vsts":
        headers, preview = {"Accept": _AZURE}, {"Accept": f"{_AZURE}-preview.1"}
    stored = fake.stored_repository
    known: Any = Installation(
        Client(base, headers, preview), Model(fake.integration_metadata), instance=f"{server.url}/"
    )
    connection = Connection(
        installation=known,
        integration=pb.Integration(id=1, provider_key=fake.key),
        identifier=lambda: fake.identifier,
        known_repositories=dict,
        map_error=lambda error: None,
        caller="tests",
        seconds_left=lambda: None,
    )
    config = {name: str(value) for name, value in stored["config"].items()}
    return adapters()[fake.key](connection, pb.Repository(id=7, name=stored["name"], url=fake.web, config=config))


class Ours:
    """Calls of our adapter."""

    def __init__(self, server: Served) -> None:
        self.adapter = adapter_of(server)
        self._any: Any = self.adapter
        #: The RPCs that were asked for.
        self.asked: set[str] = set()

    def ask(self, rpc_name: str, request: Message) -> Any:
        self.asked.add(rpc_name)
        call = call_of(rpc_name, request)
        operation: Callable[..., Any] = getattr(self.adapter, call.rpc.operation)
        return operation(call, request)

    def pages(self, rpc_name: str, request: Any, items: str) -> list[Any]:
        """The items of all pages of a list."""
        found: list[Any] = []
        while True:
            answer = self.ask(rpc_name, request)
            found += getattr(answer, items)
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token

    def archive(self, **asked: Any) -> bytes:
        """The bytes of an archive."""
        pieces = self.ask("StreamArchive", files_pb2.StreamArchiveRequest(**asked))
        return b"".join(piece.data for piece in pieces)

    # ---- what hosts ask for

    def repository(self) -> pb.RemoteRepository:
        """What is asked of the vendor where a repository is added, or brought up to date."""
        self.asked |= {"CreateRepository", "SyncRepository"}
        return self._any.describe_repository(self._any.installation.identifier())

    def issue(self, key: str, number: int | None = None) -> told.Issue:
        self.asked |= {"GetExternalIssue", "LinkExternalIssue"}
        return told.our_issue(self._any.get_issue(key), number)

    def close(self, key: str) -> None:
        self.asked.add("SyncIssueStatus")
        self._any.set_issue_state(key, pb.ISSUE_STATE_CLOSED)
