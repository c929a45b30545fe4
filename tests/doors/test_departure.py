"""A client that goes away in the middle of a stream: the git process that works for it ends, on every server."""

from __future__ import annotations

import http.client
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb
from sentry_scm_grpc.v1 import scm_pb2_grpc
from tests.ports import free_ports
from tests.scenarios.running import Site
from tests.waiting import eventually

COMMITS = 20_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Its repository has more commits than pipes and sockets hold: git waits for its reader."""
    made = Site.make(tmp_path_factory.mktemp("site") / "data")
    commits = [
        f"commit refs/heads/main\nmark :{number}\n"
        f"committer a <a@b> {1_700_000_000 + number} +0000\ndata 2000\n{'x' * 2000}\n"
        f"from {f':{number - 1}' if number > 1 else 'refs/heads/main^0'}\n"
        for number in range(1, COMMITS + 1)
    ]
    command = ["git", "-C", str(made.data / "greeter"), "fast-import", "--quiet", "--force"]
    subprocess.run(command, input="\n".join(commits).encode(), check=True)
    return made


@pytest.mark.parametrize("server", [Site.gunicorn, Site.granian, Site.native], ids=["gunicorn", "granian", "native"])
def test_git_ends_with_the_client(site: Site, server: Callable[[Site, int], list[str]]) -> None:
    (port,) = free_ports(1)
    with site.running(server(site, port), port) as process:
        leave = over_http2(site, port) if server is Site.native else over_http1(site, port)
        eventually(lambda: git_below(process.pid), "git is at work")
        leave()
        eventually(lambda: not git_below(process.pid), "git has ended")


def over_http1(site: Site, port: int) -> Callable[[], None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    message = pb.StreamCommitsRequest(repository_id=site.repository_id).SerializeToString()
    headers = {"Content-Type": "application/grpc-web+proto", "x-api-key": site.api_key}
    body = b"\0" + len(message).to_bytes(4, "big") + message
    connection.request("POST", f"/grpc{RPCS['StreamCommits'].path}", body, headers)
    response = connection.getresponse()
    assert response.read(1) == b"\0"

    def leave() -> None:
        response.close()
        connection.close()

    return leave


def over_http2(site: Site, port: int) -> Callable[[], None]:
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    request = pb.StreamCommitsRequest(repository_id=site.repository_id)
    stream = scm_pb2_grpc.ScmServiceStub(channel).StreamCommits(request, metadata=(("x-api-key", site.api_key),))
    assert next(iter(stream)).ByteSize()
    return channel.close


def git_below(pid: int) -> list[int]:
    """The processes of git that a server or its workers started."""
    found, left = [], [pid]
    while left:
        current = left.pop()
        try:
            if Path(f"/proc/{current}/comm").read_text().startswith("git"):
                found.append(current)
            for task in os.listdir(f"/proc/{current}/task"):
                left.extend(map(int, Path(f"/proc/{current}/task/{task}/children").read_text().split()))
        except OSError:
            continue
    return found
