"""What ``ProviderContract`` is given of a repository, and the calls that it makes.

Unlike ``provider_contract`` it needs no pytest.
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
    """What is true of the repository. Give what the claimed operations need."""

    #: What SearchRepositories and CreateRepository call it.
    identifier: str
    #: A branch, and the full SHA it stands at. At least three commits lead to it; it is the default branch.
    branch: str
    head: str
    #: A file on the branch with at least two lines, and its bytes.
    path: str
    content: bytes
    #: A directory on the branch.
    directory: str
    #: A text that is in the file above.
    query: str
    #: Where issues are created, and what else they must have; empty where there is no tracker.
    destination: str = ""
    issue_metadata: dict[str, str] = field(default_factory=dict)


class _Context:
    """The part of a gRPC context that operations see: a call without a deadline that nobody ends early."""

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
