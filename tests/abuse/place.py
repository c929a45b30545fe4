"""The server that is attacked, the rows that it serves, and calls of it as any client may make them."""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from google.protobuf import json_format

from sentry_scm_grpc.hosts.embedded.data import allow_root, set_up
from sentry_scm_grpc.rpc import call as resources
from sentry_scm_grpc.rpc.policy import RPCS
from tests.abuse import messages
from tests.abuse.packs import Bare
from tests.abuse.repositories import REPOSITORIES, Hostile, make
from tests.ports import free_ports
from tests.scenarios.running import running

#: The deadline of each hostile call, and the site's own limit for those without one, in seconds.
DEADLINE = 1.0
MAX_CALL_SECONDS = 5
# Whoever waits longer for an answer gives up; what is measured by then is wrong by far.
_GIVES_UP = 30.0

_CODES = {code.value[0]: code.name for code in grpc.StatusCode}


class Outcome(NamedTuple):
    status: str
    seconds: float


@dataclass
class Target:
    """An organization, its key, and the ids of its rows by Resource."""

    key: str
    ids: dict[int, int]
    hostile: Hostile = field(default_factory=Hostile)

    def request(self, rpc_name: str, fields: Mapping[str, Any]) -> Any:
        """A request about the organization's rows."""
        rpc = RPCS[rpc_name]
        request = json_format.ParseDict(dict(fields), rpc.request_class())
        for resource in rpc.resource_fields:
            holder = getattr(request, resource.name) if resource.nested else request
            name = "id" if resource.nested else resource.name
            if not getattr(holder, name) and resource.resource in self.ids:
                setattr(holder, name, self.ids[resource.resource])
        return request


@dataclass
class Server:
    port: int
    pid: int

    def web(self, target: Target, rpc_name: str, body: bytes, seconds: float | None = DEADLINE) -> Outcome:
        """A call over gRPC-Web; ``body`` is the request's message."""
        headers = {"Content-Type": "application/grpc-web+proto", "x-api-key": target.key}
        if seconds is not None:
            headers["grpc-timeout"] = f"{int(seconds * 1000)}m"
        started = time.monotonic()
        status, end = self._post(rpc_name, b"\0" + len(body).to_bytes(4, "big") + body, headers)
        seconds_taken = time.monotonic() - started
        _, found, text = end.rpartition(b"grpc-status:")
        code = text.split(b"\r", 1)[0].strip()
        return Outcome(_CODES[int(code)] if found and code.isdigit() else status, seconds_taken)

    def json(self, target: Target, rpc_name: str, body: bytes, seconds: float = DEADLINE) -> Outcome:
        """A call of the JSON door, which has no streams; ``body`` is sent as it is."""
        headers = {"Content-Type": "application/json", "x-api-key": target.key}
        headers["connect-timeout-ms"] = str(int(seconds * 1000))
        started = time.monotonic()
        status, end = self._post(rpc_name, body, headers)
        taken = time.monotonic() - started
        if status.startswith("HTTP"):
            with suppress(ValueError):
                status = json.loads(end)["code"].upper()
        return Outcome(status, taken)

    def _post(self, rpc_name: str, body: bytes, headers: Mapping[str, str]) -> tuple[str, bytes]:
        """ "OK", or what HTTP says, and the end of the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_GIVES_UP)
        try:
            connection.request("POST", f"/grpc{RPCS[rpc_name].path}", body, dict(headers))
            answer = connection.getresponse()
            end = b""
            while piece := answer.read1(1 << 20):
                end = (end + piece)[-8192:]
            return "OK" if answer.status == 200 else f"HTTP {answer.status}", end
        except (OSError, http.client.HTTPException) as error:
            return f"broken: {type(error).__name__}", b""
        finally:
            connection.close()

    @contextmanager
    def left(self, target: Target, rpc_name: str, fields: Mapping[str, Any]) -> Iterator[None]:
        """A call without a deadline, whose client goes at the end of the block without an answer."""
        message = target.request(rpc_name, fields).SerializeToString()
        body = b"\0" + len(message).to_bytes(4, "big") + message
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_GIVES_UP)
        headers = {"Content-Type": "application/grpc-web+proto", "x-api-key": target.key}
        connection.request("POST", f"/grpc{RPCS[rpc_name].path}", body, headers)
        try:
            yield
        finally:
            connection.close()


@dataclass
class Place:
    """``bystander`` is another organization, with a plain repository."""

    server: Server
    bystander: Target
    #: By the name of the hostile repository.
    targets: dict[str, Target]
    #: For each form of hostile messages, which may delete rows.
    receivers: dict[str, Target]


@contextmanager
def a_place(directory: Path, wanted: str = "") -> Iterator[Place]:
    """``wanted``: only repositories with this text in their names."""
    data = directory / "data"
    os.environ["SCM_GRPC_LOG_LEVEL"] = "ERROR"
    set_up(data, make=True)
    plain = directory / "plain"
    bystander = _target(data, plain, _plain(plain))
    wanted_names = [name for name in REPOSITORIES if wanted in name]
    paths = [directory / f"hostile{number}" for number in range(len(wanted_names))]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        made = pool.map(make, wanted_names, paths)
        targets = {
            name: _target(data, path, found) for name, path, found in zip(wanted_names, paths, made, strict=True)
        }
    receivers = {name: _target(data, plain, Hostile()) for name in (*messages.WEB, *messages.JSON) if wanted in name}
    (port,) = free_ports(1)
    with _server(data, port) as server:
        yield Place(server, bystander, targets, receivers)


def _plain(path: Path) -> Hostile:
    bare = Bare(path)
    bare.refs["refs/heads/main"] = bare.commit(bare.files({"a.txt": b"one\n"}))
    bare.close()
    return Hostile()


def _target(data: Path, path: Path, hostile: Hostile) -> Target:
    from sentry_scm_grpc.testing import factories as typed

    factories: Any = typed
    allow_root(data, path)
    organization = factories.OrganizationFactory()
    project = factories.ProjectFactory(organization=organization)
    integration = factories.IntegrationFactory(organization=organization)
    repository = factories.RepositoryFactory(
        organization=organization,
        integration=integration,
        path=path,
        name="o/r",
        url="https://git.example.com/o/r",
        default_branch="main",
    )
    mapping = factories.CodeMappingFactory(
        repository=repository, project=project, stack_root="src/", source_root="", default_branch="main"
    )
    issue = factories.ExternalIssueFactory(integration=integration)
    group = factories.GroupFactory(project=project)
    return Target(
        factories.ApiKeyFactory(organization=organization).plain,
        {
            resources.ORGANIZATION: organization.id,
            resources.PROJECT: project.id,
            resources.INTEGRATION: integration.id,
            resources.REPOSITORY: repository.id,
            resources.CODE_MAPPING: mapping.id,
            resources.EXTERNAL_ISSUE: issue.id,
            resources.GROUP: group.id,
        },
        hostile,
    )


@contextmanager
def _server(data: Path, port: int) -> Iterator[Server]:
    """As users start it: one worker of eight threads."""
    program = Path(sys.executable).with_name("sentry-scm-grpc")
    command = [str(program), "serve", "--data", str(data), "--bind", f"127.0.0.1:{port}"]
    environment = {"SCM_GRPC_MAX_CALL_SECONDS": str(MAX_CALL_SECONDS)}
    with running(command, port, environment, data / "server.log") as process:
        yield Server(port, process.pid)
