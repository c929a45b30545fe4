"""The interface of a provider adapter: the operations that leave the machine.

An adapter is a class with a key, a name and the operations that the provider can do; what a class does not define, the
provider cannot do, and GetCapabilities says so. Two kinds of operations:

* those that serve an RPC, named after it in snake case: ``def search_code(self, call, request) -> SearchCodeResponse``;
* those that a host builds on, listed at the bottom of this page.

An adapter is made by the host for one call: ``Adapter(installation, repository)``. ``repository`` is a Repository
message, or None where the request names an integration only; ``installation`` is what the host offers to reach the
provider. Adapters raise the errors of ``sentry_scm_grpc.errors``.
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
    #: The provider's key, such as "github"; also the name of its entry point.
    key: ClassVar[str]
    #: What people call the provider.
    name: ClassVar[str]
    #: The contract's enum value; unspecified for a provider outside it.
    provider: ClassVar[pb.Provider.ValueType] = pb.PROVIDER_UNSPECIFIED
    #: Operations that the provider's API does not have and that are worked out from others: at what cost, in words.
    derived: ClassVar[Mapping[str, str]] = {}

    #: Why the provider cannot do an operation, in words, where there is more to say than that it cannot.
    missing: ClassVar[Mapping[str, str]] = {}

    def __init__(self, installation: Any, repository: pb.Repository | None = None) -> None:
        self.installation = installation
        self.repository = repository

    @classmethod
    def supports(cls, operation: str) -> bool:
        """Whether the provider can do an operation: whether the class defines it."""
        return hasattr(cls, operation)

    @classmethod
    def same_addresses(cls, url: str) -> Iterable[str]:
        """A file's address in every form that a provider has for it; a repository's stored address begins one."""
        return (url,)


# Operations that hosts build on, beside those named after RPCs. An adapter defines those its provider can do:
#
#   list_paths(call) -> Iterator[str]                                   DeriveCodeMappings: the default branch's files
#   describe_repository(identifier: str) -> pb.RemoteRepository         CreateRepository, SyncRepository; NotFound
#   create_issue(call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue
#   find_made_issue(call, request: pb.CreateExternalIssueRequest, marker: str, asked: datetime) -> ...
#       the pb.TrackerIssue that create_issue made with this call.attempt.marker, then or later; None where it made
#       none. Without this operation a call whose attempt was cut off is FAILED_PRECONDITION (OUTCOME_UNKNOWN)
#   get_issue(key: str) -> pb.TrackerIssue                              NotFound
#   set_issue_state(key: str, state: pb.IssueState) -> None
#   parse_source_url(url: str) -> pb.ResolvedSourceUrl | None           of this adapter's repository; None: not its url
