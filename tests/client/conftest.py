"""A running site and clients for it: both kinds, which every test that takes one of these fixtures is run with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sentry_scm_grpc.client import ScmClient
from tests.client.awaited import awaited
from tests.client.site import Scm, running


@pytest.fixture
def scm() -> Iterator[Scm]:
    with running(Scm()) as scm:  # type: ignore[abstract]
        yield scm


@pytest.fixture(params=[ScmClient, awaited], ids=["sync", "asyncio"])
def new_client(request: pytest.FixtureRequest) -> Callable[..., ScmClient]:
    """Takes the arguments of ScmClient."""
    made: Callable[..., ScmClient] = request.param
    return made


@pytest.fixture
def client(scm: Scm, new_client: Callable[..., ScmClient]) -> Iterator[ScmClient]:
    with new_client(scm.url, api_key="scm_key") as client:
        yield client
