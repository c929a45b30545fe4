"""How much is tried, and the two organizations that most tests here start from.

30 messages for each RPC in every run of the tests, 2,000 with --hypothesis-profile=fuzz.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings as hypothesis_settings

from tests.security.organizations import Tenant, two_tenants

hypothesis_settings.register_profile("fuzz", max_examples=2000)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of GIT_ROOTS."""
    return tmp_path_factory.mktemp("root")


@pytest.fixture(scope="module")
def two_organizations(root: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Tenant, Tenant]]:
    """Rows made once for a module, in a transaction around those of its tests: each test finds them as they were."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield two_tenants(root)
        transaction.set_rollback(True)
