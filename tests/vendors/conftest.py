"""Fixtures: a vendor's fake on a socket, whose every answer is judged where there is a description, and our adapter."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.vendors import FAKES
from tests.vendors.evidence import MARK
from tests.vendors.installation import Ours
from tests.vendors.schemas import DESCRIPTIONS, judged
from tests.vendors.serving import Served, served
from tests.vendors.sources import not_listed


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARK)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames and not _says_which(metafunc):
        metafunc.parametrize("server", metafunc.module.VENDORS, indirect=True)


def _says_which(metafunc: pytest.Metafunc) -> bool:
    return any(mark.args[0] == "server" for mark in metafunc.definition.iter_markers("parametrize"))


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Served]:
    """One for each vendor of the module."""
    from django.core.cache import cache

    cache.clear()
    key = request.param
    with served(FAKES[key](), *([partial(judged, key)] if key in DESCRIPTIONS else [])) as server:
        yield server


@pytest.fixture
def ours(request: pytest.FixtureRequest, server: Served) -> Iterator[Ours]:
    """Our adapter for the vendor. A test that is evidence for an RPC must have called it."""
    ours = Ours(server)
    yield ours
    assert not not_listed(server), "docs/reference/vendor-sources.md does not list what the adapter asked for"
    for mark in request.node.iter_markers("evidence"):
        assert set(mark.args[1:]) <= ours.asked, "it says to be evidence for what it did not call"
