"""Python clients pass every scenario that they can: connectrpc's and sonora's over HTTP/1.1, grpcio over HTTP/2."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest
from connectrpc.compression.gzip import GzipCompression
from connectrpc.protocol import ProtocolType

from tests.clients.conftest import SERVERS, Served, note
from tests.clients.python_clients import ConnectrpcClient, GrpcioClient, sonora_client
from tests.clients.python_scenarios import STREAMING, UNARY, Client, Scenario, error_with_details, run, scm_error

EVERY = (*UNARY, *STREAMING)
HTTP1: dict[str, tuple[Callable[[str, str], Client], tuple[Scenario, ...]]] = {
    "connectrpc, grpc-web": (
        lambda url, key: ConnectrpcClient(url, key, ProtocolType.GRPC_WEB, send_compression=None),
        EVERY,
    ),
    "connectrpc, grpc-web, gzip": (
        lambda url, key: ConnectrpcClient(url, key, ProtocolType.GRPC_WEB, send_compression=GzipCompression()),
        EVERY,
    ),
    "connectrpc, connect, JSON": (
        lambda url, key: ConnectrpcClient(url, key, ProtocolType.CONNECT, "json", send_compression=None),
        UNARY,
    ),
    "connectrpc, connect, binary, gzip": (
        lambda url, key: ConnectrpcClient(url, key, ProtocolType.CONNECT, send_compression=GzipCompression()),
        UNARY,
    ),
    "sonora": (
        sonora_client,
        # The client throws the details of errors away.
        tuple(scenario for scenario in EVERY if scenario not in (error_with_details, scm_error)),
    ),
}


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("name", HTTP1)
def test_over_http1(served: Served, server: str, name: str) -> None:
    make, scenarios = HTTP1[name]
    client = make(served.url(server), served.site.api_key)
    failures = note(f"Python to {server}", list(run(name, client, scenarios, *served.ids)))
    assert not failures, "\n".join(failures)


def test_grpcio_over_http2(served: Served) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{served.ports['native']}") as channel:
        client = GrpcioClient(channel, served.site.api_key)
        failures = note("Python to native", list(run("grpcio", client, EVERY, *served.ids)))
    assert not failures, "\n".join(failures)
