"""Every RPC keeps strangers out and says what is wrong, on the embedded host."""

from __future__ import annotations

import pytest

from sentry_scm_grpc.testing.every_rpc import EveryRpc, Site
from tests.sites import two_organizations


@pytest.fixture
def site(db: None) -> Site:
    return two_organizations()


class TestEveryRpc(EveryRpc):
    pass
