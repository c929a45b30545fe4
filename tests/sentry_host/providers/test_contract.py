"""An adapter passes the contract of every provider's adapter with Sentry's own client, too.

It is that of Azure DevOps, whose client is the furthest from the others. On the embedded host all are held to it
(tests/standalone/test_contract.py), and test_every_cell.py asks each RPC of all here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.host import make_adapter
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.testing import Facts, ProviderContract
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.providers.installed import mocked, repository_of, rows_of
from tests.vendors import FAKES
from tests.vendors.facts import facts_of
from tests.vendors.fake import FakeVendor

pytestmark = pytest.mark.django_db


class VendorContract:
    """The fixtures of a vendor: its fake, and the adapter as the Sentry host makes it."""

    fake_class: type[FakeVendor]

    @pytest.fixture
    def fake(self) -> Iterator[FakeVendor]:
        cache.clear()
        fake = self.fake_class()
        with mocked(fake):
            yield fake

    @pytest.fixture
    def facts(self, fake: FakeVendor) -> Facts:
        return facts_of(fake)

    @pytest.fixture
    def adapter(self, fake: FakeVendor, db: None) -> ProviderAdapter:
        rows = rows_of(fake)
        context = compat.integration_context(rows.organization.id, rows.integration.id)
        assert context is not None
        call = call_of("GetCommit", pb.GetCommitRequest())
        call.organization_id = rows.organization.id
        return make_adapter(adapters()[fake.key], context, call, repository_of(fake, rows))


def _contract_of(key: str) -> Any:
    adapter = adapters()[key]
    members: dict[str, Any] = {"adapter_class": adapter, "fake_class": FAKES[key]}
    for name in dir(ProviderContract):
        if adapter.only_standalone.keys() & set(getattr(getattr(ProviderContract, name), "operations", ())):
            members[name] = None
    return type(f"ContractOf_{key}", (VendorContract, ProviderContract), members)


TestAzureDevOps = _contract_of("vsts")
