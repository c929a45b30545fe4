"""Clients that leave, stop in the middle or only connect: the work stops, and threads, connections and files return."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.reliability.place import Place, Server
from tests.reliability.services import children, open_connections, redis, threads_and_files
from tests.scenarios import scenarios_pb2 as scenarios
from tests.waiting import eventually

PATH = f"/grpc{RPCS['StreamCommits'].path}"


def test_a_client_that_leaves_a_stream_stops_the_work(place: Place) -> None:
    with redis(place.cache_port, place.directory), place.server() as server:
        with place.client(server.url) as client:
            client.get_repository(repository_id=place.site.repository_id)
        idle = place.database.connections()
        # More than the server has threads: without their return the last of these would find none.
        for _ in range(24):
            leave_in_the_middle(place, server)
        eventually(lambda: answers(place, server), "a call is answered")
        eventually(lambda: place.database.connections() <= idle + 8, "connections to the database are given back")


# A thread of a WSGI server waits for the body that was announced, one of gunicorn for the first byte of a connection
# too: as many clients that do not go on as there are threads hold the server. It belongs behind a proxy that reads
# requests to their end before it hands them on, as nginx does.


def test_half_a_frame(place: Place) -> None:
    lines = [f"POST {PATH} HTTP/1.1", "Host: x", "Content-Type: application/grpc-web+proto", "Content-Length: 100"]
    head = "\r\n".join([*lines, f"x-api-key: {place.site.api_key}", "", ""]).encode()
    with redis(place.cache_port, place.directory), place.behind_nginx() as server, contextlib.ExitStack() as held:
        # More than the server has threads: each waits for bytes that do not come.
        for _ in range(50):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            connection.sendall(head + b"\0\0\0\0\x5f\x08")
        assert answers(place, server)


@pytest.mark.parametrize("server_of", [Place.granian, Place.behind_nginx], ids=["granian", "gunicorn-nginx"])
def test_connections_with_nothing(place: Place, server_of: Callable[[Place], AbstractContextManager[Server]]) -> None:
    with redis(place.cache_port, place.directory), server_of(place) as server:
        assert answers(place, server)
        (worker, *_) = [pid for pid in children(server.pid) if threads_and_files(pid)[0] > 1] or [server.pid]
        before = threads_and_files(worker)
        idle = open_connections(2000, server.port)
        assert answers(place, server), "2,000 idle connections keep a call waiting"
        for connection in idle:
            connection.close()
        eventually(lambda: threads_and_files(worker)[1] <= before[1] + 8, "the files of the connections are closed")
        assert threads_and_files(worker)[0] <= before[0] + 8


def leave_in_the_middle(place: Place, server: Server) -> None:
    """Reads the beginning of a stream that would last for hours, and goes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    body = scenarios.CountRequest(to=1_000_000, milliseconds_between=20).SerializeToString()
    headers = {"Content-Type": "application/grpc-web+proto", "x-api-key": place.site.api_key}
    path = "/grpc/scm.scenarios.v1.ScenarioService/Count"
    connection.request("POST", path, b"\0" + len(body).to_bytes(4, "big") + body, headers)
    answer = connection.getresponse()
    assert answer.read(5) == b"\0\0\0\0\2", "the stream did not begin"
    connection.close()


def answers(place: Place, server: Server) -> bool:
    with place.client(server.url, timeout=5) as client:
        found: pb.Repository = client.get_repository(repository_id=place.site.repository_id)
    return found.id == place.site.repository_id
