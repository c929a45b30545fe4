"""One call of one RPC, as operations see it: the caller, the rows that the request names, and the page token."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import grpc
from django.utils import timezone
from google.protobuf.message import Message

from sentry_scm_grpc.errors import NotFound, ScmError, Unimplemented
from sentry_scm_grpc.rpc import paging
from sentry_scm_grpc.rpc.attempts import REFUSALS, Attempt
from sentry_scm_grpc.rpc.budget import Budget, current_or_none
from sentry_scm_grpc.rpc.host import Adapter, Host
from sentry_scm_grpc.rpc.policy import Rpc
from sentry_scm_grpc.rpc.principal import Principal
from sentry_scm_grpc.v1 import options_pb2

MessageT = TypeVar("MessageT", bound=Message)

ORGANIZATION = options_pb2.RESOURCE_ORGANIZATION
PROJECT = options_pb2.RESOURCE_PROJECT
INTEGRATION = options_pb2.RESOURCE_INTEGRATION
REPOSITORY = options_pb2.RESOURCE_REPOSITORY
CODE_MAPPING = options_pb2.RESOURCE_CODE_MAPPING
EXTERNAL_ISSUE = options_pb2.RESOURCE_EXTERNAL_ISSUE
GROUP = options_pb2.RESOURCE_GROUP

RESOURCE_NAMES: dict[int, str] = {
    ORGANIZATION: "organization",
    PROJECT: "project",
    INTEGRATION: "integration",
    REPOSITORY: "repository",
    CODE_MAPPING: "code mapping",
    EXTERNAL_ISSUE: "external issue",
    GROUP: "group",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A row that a request names: the host's own object, its id, its organization, and the rows to which it belongs."""

    row: Any
    id: int
    organization_id: int
    belongs_to: Mapping[int, int] = field(default_factory=dict)


class Call:
    """The dispatcher makes it and passes it to the operation that serves the RPC."""

    def __init__(
        self, rpc: Rpc, request: Message, principal: Principal, host: Host, context: grpc.ServicerContext
    ) -> None:
        self.rpc = rpc
        self.request = request
        self.principal = principal
        self.host = host
        self.context = context
        #: What the call may use. Code without access to the call finds it with ``budget.current()``.
        self.budget = current_or_none() or Budget.of(context, streams=rpc.streams)
        self.organization_id = 0
        self.found: dict[int, Found] = {}
        self.page_size = 0
        self.cursor: Any = None
        #: Set for a write with a request id. Notes that the operation adds are kept even if the call fails.
        self.attempt: Attempt | None = None

    def keep(self, response: MessageT) -> MessageT:
        """Stores the answer for the request id, in the transaction that changes the rows. Returns the response."""
        if self.attempt is not None:
            self.attempt.keep(response)
        return response

    @contextmanager
    def making(self) -> Iterator[None]:
        """Surrounds the request that creates something at a vendor.

        It stores in ``notes["asked"]`` when the request was sent (ISO 8601, UTC). A later attempt then knows that the
        thing may exist.
        """
        attempt = self.attempt
        if attempt is None:
            yield
            return
        attempt.note(asked=timezone.now().isoformat())
        try:
            yield
        except Exception as error:
            known = error if isinstance(error, ScmError) else self.host.map_error(error)
            if isinstance(known, REFUSALS):
                del attempt.notes["asked"]
            raise

    def after_commit(self, then: Callable[[], object]) -> None:
        """Calls ``then`` when the rows of the call are committed; at once if they are already."""
        if self.attempt is None:
            then()
        else:
            self.attempt.after_commit(then)

    def row(self, resource: int) -> Any:
        """The host's row for a resource that the request names; None if it names none."""
        found = self.found.get(resource)
        return None if found is None else found.row

    @property
    def repository(self) -> Any:
        return self.row(REPOSITORY)

    @property
    def integration(self) -> Any:
        return self.row(INTEGRATION)

    @cached_property
    def adapter(self) -> Adapter:
        """The provider adapter of the repository or integration that the request names.

        Raises FailedPrecondition if that is not active or if the request names none, Unimplemented if no adapter is
        installed.
        """
        found: Adapter = self.host.adapter(self)
        return found

    def find(self, resource: int, id: int, field: str) -> Found:
        """Finds one more row of the same organization, for an operation that needs a row which the request does not
        name."""
        found: Found | None = self.host.find(resource, id, self.organization_id)
        if found is None or found.organization_id != self.organization_id:
            raise not_found(resource, id, field)
        return found

    def next_page_token(self, cursor: Any) -> str:
        """The token of the page that starts after ``cursor``, which is any JSON value. None means that there are no
        more pages."""
        if cursor is None:
            return ""
        return paging.sign(self.rpc, self.organization_id, self.request, cursor)

    def seconds_left(self) -> float | None:
        """Seconds until the call's end: the caller's deadline, or the site's limit for a call if that is earlier."""
        return self.budget.seconds_left()


def lacks_user(rpc: Rpc, principal: Principal, keys_may_act_as_users: bool) -> bool:
    """Whether the RPC requires a user and the credential has none."""
    return rpc.wants_user and principal.user_id is None and not keys_may_act_as_users


def not_found(resource: int, id: int, field: str) -> NotFound:
    name = RESOURCE_NAMES[resource]
    return NotFound(
        f"There is no {name} {id} in your organization. Check {field}, and that the credentials are for the right"
        " organization.",
        reason=f"{name.upper().replace(' ', '_')}_NOT_FOUND",
        metadata={"field": field},
    )


def needed(call: Call, name: str) -> Callable[..., Any]:
    """Returns an operation of the adapter. Raises Unimplemented if the provider does not support it."""
    adapter = call.adapter
    found: Callable[..., Any] | None = getattr(adapter, name, None)
    if found is None:
        raise Unimplemented(
            adapter.missing.get(name)
            or f"{adapter.name} cannot serve {call.rpc.name}. GetCapabilities lists what it can.",
            metadata={"provider": adapter.key, "rpc": call.rpc.name},
        )
    return found
