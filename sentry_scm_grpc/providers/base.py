"""The interface of a provider adapter: the operations that leave the machine.

An adapter is a class with a key, a name and the operations that its provider supports. A provider does not support an
operation that its class does not define; GetCapabilities is derived from this. There are two kinds of operations:

* Some serve an RPC and have its name in snake case: ``def search_code(self, call, request) -> SearchCodeResponse``.
* Others are used by hosts. The end of this module lists them.

The host makes an adapter for each call: ``Adapter(installation, repository)``. ``installation`` is the host's access to
the provider. ``repository`` is a Repository message, or None if the request names only an integration. Adapters raise
the errors of ``sentry_scm_grpc.errors``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The contract's enum value by provider key.
PROVIDERS: dict[str, pb.Provider.ValueType] = {
    "github": pb.PROVIDER_GITHUB,
    "gitlab": pb.PROVIDER_GITLAB,
    "bitbucket": pb.PROVIDER_BITBUCKET,
    "bitbucket_server": pb.PROVIDER_BITBUCKET_SERVER,
    "vsts": pb.PROVIDER_AZURE_DEVOPS,
    "github_enterprise": pb.PROVIDER_GITHUB_ENTERPRISE,
}


class ProviderAdapter:
    #: The provider's key, such as "github". It is also the name of its entry point.
    key: ClassVar[str]
    #: The provider's name for people.
    name: ClassVar[str]
    #: The contract's enum value. It is unspecified for a provider that the contract does not list.
    provider: ClassVar[pb.Provider.ValueType] = pb.PROVIDER_UNSPECIFIED
    #: Operations that the provider's API lacks and that are computed from other calls, with a description of the cost.
    derived: ClassVar[Mapping[str, str]] = {}

    #: Operations that the provider does not support, with a reason, if there is one to give.
    missing: ClassVar[Mapping[str, str]] = {}

    #: Operations that work with a credential of the site's own, and not with that of Sentry's integration, with a
    #: reason.
    only_standalone: ClassVar[Mapping[str, str]] = {}

    def __init__(self, installation: Any, repository: pb.Repository | None = None) -> None:
        self.installation = installation
        self.repository = repository

    @classmethod
    def supports(cls, operation: str) -> bool:
        """Whether the provider supports an operation, which means that the class defines it."""
        return hasattr(cls, operation)

    @classmethod
    def same_addresses(cls, url: str) -> Iterable[str]:
        """All forms of a file's address. One of them begins with the repository's stored address."""
        return (url,)


# Operations that hosts use, besides those named after RPCs. An adapter defines those that its provider supports:
#
#   list_paths(call) -> Iterator[str]                                   DeriveCodeMappings: the default branch's files
#   describe_repository(identifier: str) -> pb.RemoteRepository         CreateRepository, SyncRepository; NotFound
#   create_issue(call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue
#   find_made_issue(call, request: pb.CreateExternalIssueRequest, marker: str, asked: datetime) -> ...
#       the pb.TrackerIssue that create_issue made with this call.attempt.marker at that time or later; None if it
#       made none. Without this operation, a call after an interrupted attempt is FAILED_PRECONDITION (OUTCOME_UNKNOWN)
#   get_issue(key: str) -> pb.TrackerIssue                              NotFound
#   set_issue_state(key: str, state: pb.IssueState) -> None
#   parse_source_url(url: str) -> pb.ResolvedSourceUrl | None           None if it is not a url of the repository
