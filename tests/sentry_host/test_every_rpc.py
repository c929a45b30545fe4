"""Every RPC keeps strangers out and says what is wrong, inside Sentry as on the embedded host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sentry_scm_grpc.testing.every_rpc import EveryRpc, Site
from tests.sentry_host.rows import Rows, key_metadata, user_metadata

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def two_organizations(django_db_setup: None, django_db_blocker: Any) -> tuple[Rows, Site]:
    """Made once and left in the test database: making them takes half a second, and no test here changes them."""
    with django_db_blocker.unblock():
        mine, theirs = Rows(), Rows()
        return mine, Site(mine.ids(), theirs.ids(), lambda scopes: {})


def site_of(two_organizations: tuple[Rows, Site], credentials: Callable[[Rows, set[str]], Any]) -> Site:
    mine, site = two_organizations
    return Site(site.ids, site.foreign_ids, lambda scopes: credentials(mine, scopes))


class TestEveryRpcWithUserTokens(EveryRpc):
    # These do not depend on the kind of credentials, so they are asked with keys alone.
    test_nobody_comes_in_without_credentials = None
    test_what_is_switched_off_is_unimplemented_even_for_strangers = None
    test_each_required_field_that_is_missing_is_named = None
    test_a_foreign_id_and_one_that_nobody_has_look_alike = None

    @pytest.fixture
    def site(self, two_organizations: tuple[Rows, Site]) -> Site:
        return site_of(two_organizations, lambda mine, scopes: user_metadata(mine.owner, scopes))


class TestEveryRpcWithKeys(EveryRpc):
    @pytest.fixture
    def site(self, two_organizations: tuple[Rows, Site]) -> Site:
        return site_of(two_organizations, lambda mine, scopes: key_metadata(mine.organization, scopes))
