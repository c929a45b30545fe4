"""The facts about a repository that ``ProviderContract`` needs, and the calls that it makes.

Unlike ``provider_contract``, this needs no pytest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.rpc import paging
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.rpc.principal import Principal


@dataclass(frozen=True)
class Facts:
    """Facts about the repository. Give those that the implemented operations need."""

    #: Its identifier in SearchRepositories and CreateRepository.
    identifier: str
    #: The default branch, and the full SHA of its newest commit. It must have at least three commits.
    branch: str
    head: str
    #: A file on the branch with at least two lines, and its bytes.
    path: str
    content: bytes
    #: A directory on the branch.
    directory: str
    #: A text in the file above.
    query: str
    #: Where issues are created, and their required fields. Empty if there is no tracker.
    destination: str = ""
    issue_metadata: dict[str, str] = field(default_factory=dict)


class _Context:
    """The part of a gRPC context that operations use: a call without a deadline, which nobody ends early."""

    def time_remaining(self) -> None:
        return None

    def add_callback(self, callback: Callable[[], None]) -> bool:
        return True


def call_of(rpc_name: str, request: Any, page_size: int = 100) -> Call:
    """A call as the dispatcher makes it, by a caller of organization 1."""
    context: Any = _Context()
    call = Call(RPCS[rpc_name], request, Principal("contract", 1, frozenset()), current_host(), context)
    call.organization_id = 1
    if call.rpc.pages:
        call.page_size = page_size
        call.cursor = paging.read(call.rpc, 1, request)
    return call
