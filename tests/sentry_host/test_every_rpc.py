"""Every RPC keeps strangers out and says what is wrong, inside Sentry as on the embedded host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sentry_scm_grpc.rpc.policy import RPCS, Rpc
from sentry_scm_grpc.testing.every_rpc import EveryRpc, Site
from sentry_scm_grpc.v1 import options_pb2 as options
from tests.sentry_host.rows import Rows, key_metadata, user_metadata

pytestmark = pytest.mark.django_db


SCOPES = {rpc.scopes for rpc in RPCS.values()} | {frozenset({"member:read"})}


@dataclass
class Prepared:
    """Two organizations, and credentials of the first for each set of scopes."""

    site: Site
    keys: Mapping[frozenset[str], Mapping[str, str]]
    tokens: Mapping[frozenset[str], Mapping[str, str]]


@pytest.fixture(scope="module")
def prepared(django_db_setup: None, django_db_blocker: Any) -> Prepared:
    """Made once and left in the test database: making them takes seconds, and no test here changes them."""
    with django_db_blocker.unblock():
        mine, theirs = Rows(), Rows()
        return Prepared(
            Site(mine.ids(), theirs.ids(), lambda scopes: {}),
            {scopes: key_metadata(mine.organization, {*scopes}) for scopes in SCOPES},
            {scopes: user_metadata(mine.owner, {*scopes}) for scopes in SCOPES},
        )


def like(rpc: Rpc) -> tuple[object, ...]:
    """What decides how a user's token is judged: RPCs that are alike in it take the same way."""
    return rpc.scopes, rpc.any_credential, rpc.wants_user, rpc.resource_fields


EACH_KIND = {like(rpc): rpc for rpc in RPCS.values()}.values()
ONE_OF_EACH_KIND = pytest.mark.parametrize("rpc", EACH_KIND, ids=lambda rpc: rpc.name)
ONE_WITH_ORGANIZATION = pytest.mark.parametrize(
    "rpc",
    [rpc for rpc in EACH_KIND if rpc.resource_fields[0].resource == options.RESOURCE_ORGANIZATION],
    ids=lambda rpc: rpc.name,
)


class TestRpcsOfEachKindWithUserTokens:
    """Tokens of users: an RPC of each kind. Every RPC is asked with keys, below."""

    @pytest.fixture
    def site(self, prepared: Prepared) -> Site:
        return replace(prepared.site, credentials=lambda scopes: prepared.tokens[frozenset(scopes)])

    @ONE_OF_EACH_KIND
    def test_ids_of_another_organization_do_not_exist(self, rpc: Rpc, site: Site) -> None:
        EveryRpc().test_ids_of_another_organization_do_not_exist(rpc, site)

    @ONE_OF_EACH_KIND
    def test_a_scope_of_another_kind_does_not_help(self, rpc: Rpc, site: Site) -> None:
        EveryRpc().test_a_scope_of_another_kind_does_not_help(rpc, site)

    @ONE_WITH_ORGANIZATION
    def test_the_organization_that_is_left_out_is_that_of_the_credentials(self, rpc: Rpc, site: Site) -> None:
        EveryRpc().test_the_organization_that_is_left_out_is_that_of_the_credentials(rpc, site)


class TestEveryRpcWithKeys(EveryRpc):
    @pytest.fixture
    def site(self, prepared: Prepared) -> Site:
        return replace(prepared.site, credentials=lambda scopes: prepared.keys[frozenset(scopes)])
