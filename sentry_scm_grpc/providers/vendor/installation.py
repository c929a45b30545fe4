"""What a host gives to the vendors' adapters: Sentry's live installation, described without importing Sentry.

The protocols contain what all versions of Sentry from 23.7 have in common. ``standalone`` satisfies them without a
Sentry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.v1 import scm_pb2 as pb


class Client(Protocol):
    """Sentry's authenticated HTTP client of an installation.

    All versions accept the keywords ``params``, ``data`` (sent as JSON, or as it is with ``json=False``), ``headers``,
    ``auth`` (passed to requests), ``timeout`` (seconds, 30 by default). A status of 400 and above raises an exception
    with ``code``, the HTTP status.
    Adapters call it only through ``providers.vendor.http``.
    """

    def get(self, path: str, **options: Any) -> Any: ...
    def head(self, path: str, **options: Any) -> Any: ...
    def post(self, path: str, **options: Any) -> Any: ...
    def put(self, path: str, **options: Any) -> Any: ...
    def patch(self, path: str, **options: Any) -> Any: ...
    def delete(self, path: str, **options: Any) -> Any: ...


class IntegrationModel(Protocol):
    """Sentry's integration. ``metadata`` contains secrets: read single values, and never pass it on."""

    id: int
    name: str
    metadata: Mapping[str, Any]


class Installation(Protocol):
    """Sentry's live object for one integration of one organization."""

    model: IntegrationModel

    def get_client(self) -> Client: ...

    def get_repositories(self, query: str | None = None) -> Sequence[Mapping[str, Any]]:
        """The provider's repositories: dicts with ``name``, ``identifier`` and, for some, ``default_branch``."""

    def create_issue(self, data: dict[str, Any]) -> Mapping[str, Any]:
        """Creates an issue from ``title``, ``description`` and the vendor's own fields. The result has ``key``,
        ``title``, ``description`` and, at some vendors, ``url`` and ``metadata``."""

    def make_external_key(self, data: Mapping[str, Any]) -> str:
        """The key under which Sentry stores an issue of create_issue or get_issue."""

    def get_issue_url(self, key: str) -> str: ...


@dataclass(frozen=True)
class Connection:
    """An installation, and what else adapters need."""

    installation: Installation
    integration: pb.Integration
    #: The provider's identifier of the call's repository.
    identifier: Callable[[], str]
    #: The ids of the integration's repositories in the organization, by identifier.
    known_repositories: Callable[[], Mapping[str, int]]
    #: The status error for an exception of the site. None if the exception is unexpected.
    map_error: Callable[[Exception], ScmError | None]
    #: The principal's key. Callers share a vendor's rate limit by it.
    caller: str
    #: Seconds until the caller's deadline. None if there is no deadline.
    seconds_left: Callable[[], float | None]
    #: The tracker's state that the site's settings name for the issues of a project, by the project's id at the
    #: vendor and whether the group is resolved. Empty if the settings name none.
    mapped_state: Callable[[str, bool], str] = lambda project, resolved: ""
