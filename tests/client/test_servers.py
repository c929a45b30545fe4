"""The client on the servers that sites run: connections are kept, threads share a client, closed streams end there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sentry_scm_grpc.client import ScmClient
from tests.client.site import await_port
from tests.ports import free_port

GUNICORN = ["gunicorn", "--workers=1", "--threads=8", "--keep-alive=75", "--bind=127.0.0.1:{port}"]
GRANIAN = ["granian", "--interface=wsgi", "--no-ws", "--blocking-threads=8", "--host=127.0.0.1", "--port={port}"]


@pytest.fixture(scope="module", params=[GUNICORN, GRANIAN], ids=["gunicorn", "granian"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    port = free_port()
    command = [part.format(port=port) for part in request.param]
    server = subprocess.Popen(
        [sys.executable, "-m", *command, "tests.client.served:application"],
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(40)


# Only gunicorn says from which port a call came.
@pytest.mark.parametrize("url", [GUNICORN], ids=["gunicorn"], indirect=True)
def test_connections_are_kept(url: str) -> None:
    with ScmClient(url) as client:
        peers = {client.get_repository(repository_id=n).url for n in range(50)}
    # A call may come before the pool has the connection of the one before back, and open a second.
    assert len(peers) < 5


def test_threads_share_a_client(url: str) -> None:
    with ScmClient(url) as client, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: client.get_repository(repository_id=n).id, range(1, 401)))
    assert found == list(range(1, 401))


def test_a_stream_that_is_closed_ends_on_the_server(url: str) -> None:
    with ScmClient(url) as client:
        commits = client.stream_commits(repository_id=7)
        next(commits)
        commits.close()
        assert client.check_file(repository_id=7, path="a.py").exists
