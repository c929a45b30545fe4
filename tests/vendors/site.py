"""A vendor's fake, and the site on which it is installed, as a scenario uses them: the same for a Sentry and for the
embedded host.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, Protocol

import pytest
from google.protobuf.message import Message

from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor
from tests.vendors.pulls import TOPIC
from tests.vendors.world import NEEDLE

SCOPES = ("org:read", "org:write", "org:admin", "org:integrations", "event:write", "event:admin", "project:read")
MARK = "rpcs(*names): the scenario runs for the vendors that can serve all of these"


class Rows(Protocol):
    """An organization with a project and one integration of the vendor, whose credentials are good."""

    organization: Any
    project: Any
    integration: Any

    def repository(self, name: str = "acme/rocket", **values: Any) -> Any: ...
    def group(self) -> Any: ...
    def issue(self, key: str) -> Any: ...
    def link(self, group: Any, issue: Any) -> Any: ...
    def as_key(self, *scopes: str) -> Mapping[str, str]: ...
    def as_owner(self, *scopes: str) -> Mapping[str, str]: ...


class OpenSite(Protocol):
    """The fixture ``open_site``: a site with a fake, for as long as the context lasts. ``metadata`` is what the
    integration has other than the fake's ``integration_metadata``."""

    def __call__(self, fake: FakeVendor, **metadata: Any) -> AbstractContextManager[Site]: ...


class Known(Protocol):
    """What the requests of ``every_cell`` name: a commit and a branch, a file and a text in it, and an issue.

    A scenario on a fake knows it from the fake's world. Where a real vendor is asked (tests/live), it is looked up.
    """

    @property
    def head(self) -> str: ...
    @property
    def older(self) -> str: ...
    @property
    def branch(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def destination(self) -> str: ...
    @property
    def issue_metadata(self) -> Mapping[str, str]: ...
    @property
    def issue_key(self) -> str: ...
    @property
    def issue_text(self) -> str: ...
    @property
    def pull_request(self) -> int: ...
    @property
    def check_run(self) -> str: ...
    @property
    def pipeline(self) -> str: ...
    @property
    def job(self) -> str: ...
    @property
    def user(self) -> str: ...


class KnownOfFake:
    branch, path, text, issue_text = "main", "src/app.py", NEEDLE, "it breaks"
    pull_request = TOPIC

    def __init__(self, fake: FakeVendor) -> None:
        self._fake = fake
        self.destination, self.issue_metadata = fake.destination, fake.issue_metadata

    @property
    def head(self) -> str:
        return self._fake.world.head

    @property
    def title(self) -> str:
        """The first line of the message of ``head``."""
        return self._fake.world.commits[0].title

    @property
    def older(self) -> str:
        """The commit before ``head``."""
        return self._fake.world.commits[1].sha

    @property
    def issue_key(self) -> str:
        return self._fake.issue_key(7)

    @property
    def pipeline(self) -> str:
        """The id of the newest pipeline."""
        number = self._fake.world.ci[0].number
        return f"{{{number}}}" if self._fake.key == "bitbucket" else str(number)

    @property
    def job(self) -> str:
        """The id of its first job."""
        if self._fake.key == "bitbucket":
            return f"{self.pipeline}/{{1}}"
        return f"{self.pipeline}/00000000-0000-0000-0000-000000000001" if self._fake.key == "vsts" else "1"

    @property
    def check_run(self) -> str:
        """The id of a check run of ``head``."""
        return "1" if self._fake.key.startswith("github") else f"{self.head}:lint"

    @property
    def user(self) -> str:
        """A user of the vendor, as GetRepositoryPermission names one."""
        return "1:ada" if self._fake.key == "bitbucket" else "ada"


class Site(ABC):
    def __init__(self, fake: FakeVendor, rows: Rows) -> None:
        self.fake = fake
        self.rows = rows
        self.known: Known = KnownOfFake(fake)

    @cached_property
    def repository(self) -> Any:
        """The row of the repository "rocket", as the site adds it."""
        return self.rows.repository(url=self.fake.web, **self.fake.stored_repository)

    @cached_property
    def _metadata(self) -> Mapping[str, str]:
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

    def pages(self, rpc_name: str, request: Any, field: str) -> list[Any]:
        """The items of all pages of a list."""
        found: list[Any] = []
        while True:
            answer = self.call(rpc_name, request).message
            found += getattr(answer, field)
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token

    @property
    def from_rows(self) -> frozenset[str]:
        """The RPCs that the site's rows answer where the vendor cannot."""
        return current_host().from_rows  # type: ignore[attr-defined]

    # ---- rows, which each site has in a form of its own

    @abstractmethod
    def update(self, row: Any, **values: Any) -> None: ...

    @abstractmethod
    def resolve(self, group: Any) -> None: ...

    @abstractmethod
    def is_resolved(self, group: Any) -> bool: ...

    @abstractmethod
    def linked(self) -> tuple[int, int]:
        """The ids of a group and of the issue that it is linked to: the same at each call."""

    @abstractmethod
    def stored_issue(self, id: int) -> Any: ...

    @abstractmethod
    def stored_mappings(self) -> Any:
        """The code mappings of the project: a QuerySet."""


def keys_that_serve(rpc_names: Iterable[str]) -> list[str]:
    """The vendors whose adapters can serve all of these RPCs."""
    needs = {RPCS[name].needs for name in rpc_names} - {""}
    return [key for key in FAKES if all(adapters()[key].supports(operation) for operation in needs)]


def parametrize(metafunc: pytest.Metafunc, without: Collection[str] = ()) -> None:
    """Runs a test with the fixture ``vendor`` for the vendors that its mark names, but not for those in ``without``."""
    if "vendor" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("rpcs")
        keys = [key for key in keys_that_serve(mark.args if mark else ()) if key not in without]
        metafunc.parametrize("vendor", keys, indirect=True)


def is_only_standalone(site: Site, operation: str) -> bool:
    """Whether a vendor does something with a credential of the site's own alone, and the site is a Sentry."""
    return current_host().key == "sentry" and operation in adapters()[site.fake.key].only_standalone
