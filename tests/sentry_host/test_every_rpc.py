"""Every RPC keeps strangers out and says what is wrong, inside Sentry as on the embedded host."""

from __future__ import annotations

import pytest

from sentry_scm_grpc.testing.every_rpc import EveryRpc, Site
from tests.sentry_host.rows import Rows, key_metadata, user_metadata


@pytest.fixture()
def site(db: None) -> Site:
    mine, theirs = Rows(), Rows()
    return Site(mine.ids(), theirs.ids(), lambda scopes: user_metadata(mine.owner, scopes))


class TestEveryRpcWithUserTokens(EveryRpc):
    pass


class TestEveryRpcWithKeys(EveryRpc):
    @pytest.fixture()
    def site(self, db: None) -> Site:
        mine, theirs = Rows(), Rows()
        return Site(mine.ids(), theirs.ids(), lambda scopes: key_metadata(mine.organization, scopes))
