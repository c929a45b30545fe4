"""A running site and a client for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sentry_scm_grpc.client import ScmClient
from tests.client.site import Scm, running


@pytest.fixture
def scm() -> Iterator[Scm]:
    with running(Scm()) as scm:  # type: ignore[abstract]
        yield scm


@pytest.fixture
def client(scm: Scm) -> Iterator[ScmClient]:
    with ScmClient(scm.url, api_key="scm_key") as client:
        yield client
