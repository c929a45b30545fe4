"""The fixture ``vendor``: one of the six vendors, faked at the HTTP level, with its rows in Sentry; a scenario runs for
each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
import responses
from django.core.cache import cache
from google.protobuf.message import Message

from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.providers.base import PROVIDERS
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.service.policy import RPCS
from sentry_scm_grpc.testing.web_call import Answer, web_call
from tests.sentry_host.providers.fake import FakeVendor
from tests.sentry_host.rows import Rows

# The module of a vendor's fake has the key's name.
FAKES: dict[str, type[FakeVendor]] = {
    key: import_module(name).Fake
    for key in PROVIDERS
    if find_spec(name := f"tests.sentry_host.providers.{key}") is not None
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rpcs(*names): the scenario runs for the vendors that can serve all of these")


@dataclass
class Site:
    """A vendor, and a Sentry in which it is installed."""

    fake: FakeVendor
    rows: Rows

    @cached_property
    def repository(self) -> Any:
        return self.fake.repository(self.rows)

    @cached_property
    def _metadata(self) -> Any:
        return self.rows.as_owner(
            "org:read", "org:write", "org:admin", "org:integrations", "event:write", "event:admin"
        )

    def call(self, rpc_name: str, request: Message, **metadata: str) -> Answer:
        """A call by the organization's owner. Fields that name the organization, integration and repository are
        filled.
        """
        fields = request.DESCRIPTOR.fields_by_name
        for name, id in (
            ("organization_id", lambda: self.rows.organization.id),
            ("integration_id", lambda: self.rows.integration.id),
            ("repository_id", lambda: self.repository.id),
        ):
            if name in fields and not getattr(request, name):
                setattr(request, name, id())
        return web_call(rpc_name, request, {**self._metadata, **metadata})

    @property
    def from_rows(self) -> frozenset[str]:
        """The RPCs that Sentry's rows answer where the vendor cannot."""
        return current_host().from_rows

    def pages(self, rpc_name: str, request: Any, field: str) -> list[Any]:
        """The items of all pages of a list."""
        found: list[Any] = []
        while True:
            answer = self.call(rpc_name, request).message
            found += getattr(answer, field)
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token


@pytest.fixture
def vendor(request: pytest.FixtureRequest, db: None) -> Iterator[Site]:
    cache.clear()
    fake = FAKES[request.param]()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        fake.install(mocked)
        yield Site(fake, fake.rows())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A scenario runs for each vendor whose adapter can serve the RPCs that its mark ``rpcs`` names."""
    if "vendor" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("rpcs")
    needs = {RPCS[name].needs for name in (mark.args if mark else ())}
    able = [key for key in FAKES if all(adapters()[key].supports(operation) for operation in needs)]
    metafunc.parametrize("vendor", able, indirect=True)
