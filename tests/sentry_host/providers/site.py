"""A vendor's fake, and the Sentry in which it is installed, as a scenario uses them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.protobuf.message import Message

from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from tests.sentry_host.providers.installed import repository_of
from tests.sentry_host.rows import Rows
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor

SCOPES = ("org:read", "org:write", "org:admin", "org:integrations", "event:write", "event:admin", "project:read")


def keys_that_serve(rpc_names: Iterable[str]) -> list[str]:
    """The vendors whose adapters can serve all of these RPCs."""
    needs = {RPCS[name].needs for name in rpc_names} - {""}
    return [key for key in FAKES if all(adapters()[key].supports(operation) for operation in needs)]


@dataclass
class Site:
    fake: FakeVendor
    rows: Rows

    @cached_property
    def repository(self) -> Any:
        return repository_of(self.fake, self.rows)

    @cached_property
    def _metadata(self) -> Any:
        return self.rows.as_owner(*SCOPES)

    def call(self, rpc_name: str, request: Message, **metadata: str) -> CallResult:
        """A call by the organization's owner. Fields that name organization, integration and repository are filled."""
        fields = request.DESCRIPTOR.fields_by_name
        for name, id_of in (
            ("organization_id", lambda: self.rows.organization.id),
            ("integration_id", lambda: self.rows.integration.id),
            ("repository_id", lambda: self.repository.id),
        ):
            if name in fields and not getattr(request, name):
                setattr(request, name, id_of())
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
