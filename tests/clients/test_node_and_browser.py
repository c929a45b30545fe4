"""Google's grpc-web and the @connectrpc clients pass all scenarios in Node and Chromium, from listed origins only."""

from __future__ import annotations

import pytest

from tests.clients.conftest import SERVERS, RunNode, Served, note


@pytest.mark.parametrize("server", SERVERS)
def test_in_node(served: Served, run_node: RunNode, server: str) -> None:
    failures = note(f"Node to {server}", run_node("node", served.config(server)))
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("server", SERVERS)
def test_in_chromium_from_the_same_origin(served: Served, run_node: RunNode, server: str) -> None:
    page = f"http://127.0.0.1:{served.ports[server]}/page"
    failures = note(f"Chromium to {server}", run_node("chromium", served.config(server, page=page)))
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("server", SERVERS)
def test_in_chromium_from_another_origin_that_is_listed(served: Served, run_node: RunNode, server: str) -> None:
    other = next(name for name in SERVERS if name != server)
    page = f"http://127.0.0.1:{served.ports[other]}/page"
    failures = note(f"cross-origin to {server}", run_node("chromium", served.config(server, page=page)))
    assert not failures, "\n".join(failures)


def test_in_chromium_from_an_origin_that_is_not_listed(served: Served, run_node: RunNode) -> None:
    page = f"http://localhost:{served.ports['gunicorn']}/page"
    results = run_node("chromium", served.config("granian", page=page))
    passed = [f"{result['client']}: {result['scenario']}" for result in results if not result["error"]]
    assert results, "no client ran"
    # A client that cannot read anything tells of no status that a server sent.
    assert not passed
