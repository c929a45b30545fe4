"""The adapters of the vendors pass the contract of every provider's adapter, with a credential of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sentry_scm_grpc.hosts.embedded.adapters import adapter_of_repository
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.testing import Facts, ProviderContract
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES
from tests.vendors.facts import facts_of
from tests.vendors.fake import FakeVendor
from tests.vendors.site import OpenSite, Site

pytestmark = pytest.mark.django_db


class VendorContract:
    """The fixtures of a vendor: its fake, and the adapter as the embedded host makes it."""

    fake_class: type[FakeVendor]

    @pytest.fixture
    def site(self, open_site: OpenSite) -> Iterator[Site]:
        with open_site(self.fake_class()) as site:
            yield site

    @pytest.fixture
    def facts(self, site: Site) -> Facts:
        return facts_of(site.fake)

    @pytest.fixture
    def adapter(self, site: Site) -> ProviderAdapter:
        call = call_of("GetCommit", pb.GetCommitRequest())
        call.organization_id = site.rows.organization.id
        return adapter_of_repository(site.repository, call)


def _contract_of(key: str) -> Any:
    members = {"adapter_class": adapters()[key], "fake_class": FAKES[key]}
    return type(f"Test_{key}", (VendorContract, ProviderContract), members)


# One class for each vendor: TestGitHub and so on, named after the key.
globals().update({f"Test_{key}": _contract_of(key) for key in FAKES})


def test_every_vendor_is_held_to_it() -> None:
    assert set(FAKES) == {key for key, adapter in adapters().items() if issubclass(adapter, Vendor)}
