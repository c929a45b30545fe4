"""What a host hands to the adapters of the six vendors: Sentry's live installation, described without importing Sentry.

The protocols hold what all versions from 23.7 on have in common; docs/sentry.md says where that was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.v1 import scm_pb2 as pb


class Client(Protocol):
    """Sentry's authenticated HTTP client of an installation.

    Keywords that all versions take: ``params``, ``data`` (sent as JSON), ``headers``, ``auth`` (handed to requests),
    ``timeout`` (seconds, 30 by default). A status of 400 and above raises an exception with ``code``, the HTTP status.
    Adapters do not call it but through ``providers.http``.
    """

    def get(self, path: str, **options: Any) -> Any: ...
    def head(self, path: str, **options: Any) -> Any: ...
    def post(self, path: str, **options: Any) -> Any: ...
    def put(self, path: str, **options: Any) -> Any: ...
    def patch(self, path: str, **options: Any) -> Any: ...


class IntegrationModel(Protocol):
    """Sentry's integration. ``metadata`` holds secrets: take single values from it, never hand it on."""

    id: int
    name: str
    metadata: Mapping[str, Any]


class Installation(Protocol):
    """Sentry's live object for one integration of one organization."""

    model: IntegrationModel

    def get_client(self) -> Client: ...

    def get_repositories(self, query: str | None = None) -> Sequence[Mapping[str, Any]]:
        """The provider's repositories: dicts with ``name``, ``identifier`` and, from some, ``default_branch``."""

    def create_issue(self, data: dict[str, Any]) -> Mapping[str, Any]:
        """Makes an issue of ``title``, ``description`` and the vendor's own fields. The answer has ``key``, ``title``,
        ``description``, and from some vendors ``url`` and ``metadata``."""

    def make_external_key(self, data: Mapping[str, Any]) -> str:
        """The key under which Sentry stores an issue that create_issue or get_issue returned."""

    def get_issue_url(self, key: str) -> str: ...


@dataclass(frozen=True)
class Connection:
    """An installation, and what the adapters need to know around it."""

    installation: Installation
    integration: pb.Integration
    #: The identifier by which the provider knows the repository of the call.
    identifier: Callable[[], str]
    #: The organization's repository ids by the identifiers of the integration's repositories.
    known_repositories: Callable[[], Mapping[str, int]]
    #: The status error for an exception of the site's own; None where it is unexpected.
    map_error: Callable[[Exception], ScmError | None]
    #: Who calls: the principal's key, by which a vendor's rate limit is shared.
    caller: str
    #: Seconds until the caller's deadline; None where there is none.
    seconds_left: Callable[[], float | None]
    #: The tracker's state to which the site's own settings set the issues of a project, by the project's id at the
    #: vendor and whether the group is resolved; empty where they say nothing.
    mapped_state: Callable[[str, bool], str] = lambda project, resolved: ""
