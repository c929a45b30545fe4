"""The servicer: its methods are made from the service descriptor, and all go the same way.

For each call, in this order and in one function: validate the fields, answer a repeated request id, resolve every row
the request names (which proves that the caller may touch them), check the scope, read the page token, run one
operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.protobuf.message import Message

from sentry_scm_grpc.auth.principal import Principal, current_principal
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import InvalidArgument, PermissionDenied, Unauthenticated, Unimplemented
from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.hosts.base import Host
from sentry_scm_grpc.service import idempotency, paging
from sentry_scm_grpc.service.call import ORGANIZATION, PROJECT, RESOURCE_NAMES, Call, needed, not_found
from sentry_scm_grpc.service.policy import RPCS, Rpc
from sentry_scm_grpc.service.validation import validate
from sentry_scm_grpc.v1.scm_pb2_grpc import ScmServiceServicer


class ScmServicer(ScmServiceServicer):
    """Serves ScmService on whatever host the settings name."""


def answer(rpc: Rpc, request: Message, context: grpc.ServicerContext) -> Any:
    """Answers one call: a message, or an iterator of messages for a streaming RPC. Raises ScmError."""
    principal = current_principal()
    if principal is None:
        raise Unauthenticated("No credentials were checked for this call.")
    validate(request)
    host = current_host()
    with idempotency.attempt(rpc, principal, request) as attempt:
        if attempt is not None and attempt.answer is not None:
            return rpc.response_class.FromString(attempt.answer)
        call = Call(rpc, request, principal, host, context)
        call.attempt = attempt
        resolve(call)
        check_scope(call)
        if rpc.pages:
            call.page_size = min(request.page_size or conf().PAGE_SIZE, conf().MAX_PAGE_SIZE)  # type: ignore[attr-defined]
            call.cursor = paging.read(rpc, call.organization_id, request)
        response = operation(call)(call, request)
        if attempt is not None:
            attempt.answer = response.SerializeToString()
        return response


def resolve(call: Call) -> None:
    """Finds every row that the request names. All must be the caller's, of one organization, and belong together."""
    call.organization_id = call.principal.organization_id or 0
    named_organization = False
    for field in call.rpc.resource_fields:
        id = field.id_in(call.request)
        if not id:
            continue
        if field.resource == ORGANIZATION:
            if call.principal.scopes_in(id) is None:
                raise not_found(ORGANIZATION, id, field.path)
            call.organization_id, named_organization = id, True
            continue
        found = call.host.find(field.resource, id, call.organization_id or None)
        if found is None or not _is_the_callers(call.principal, found.organization_id):
            raise not_found(field.resource, id, field.path)
        if call.organization_id and found.organization_id != call.organization_id:
            raise not_found(field.resource, id, field.path)
        call.organization_id = found.organization_id
        _check_belonging(call, field.resource, found, field.path)
        call.found[field.resource] = found
    if not call.organization_id and not named_organization:
        raise InvalidArgument.of(("organization_id", "is required"))
    _check_projects(call)


def _is_the_callers(principal: Principal, organization_id: int) -> bool:
    return principal.scopes_in(organization_id) is not None


def _check_belonging(call: Call, resource: int, found: Any, path: str) -> None:
    for other_resource, other in call.found.items():
        mine = found.belongs_to.get(other_resource)
        theirs = other.belongs_to.get(resource)
        if (mine is not None and mine != other.id) or (theirs is not None and theirs != found.id):
            name, other_name = RESOURCE_NAMES[resource], RESOURCE_NAMES[other_resource]
            raise InvalidArgument.of(
                (path, f"{name} {found.id} does not belong to {other_name} {other.id}"), reason="IDS_DO_NOT_MATCH"
            )


def _check_projects(call: Call) -> None:
    for found in call.found.values():
        project_id = found.id if found is call.found.get(PROJECT) else found.belongs_to.get(PROJECT)
        if project_id and not call.principal.may_see_project(call.organization_id, project_id):
            raise PermissionDenied(
                "Your credentials do not reach this project. Ask for access to it, or use other credentials.",
                reason="PROJECT_FORBIDDEN",
            )


def check_scope(call: Call) -> None:
    scopes = call.principal.scopes_in(call.organization_id) or frozenset()
    if call.rpc.scopes.isdisjoint(scopes):
        wanted = ", ".join(sorted(call.rpc.scopes))
        raise PermissionDenied(
            f"{call.rpc.name} needs one of the scopes {wanted}. Use credentials that have one.",
            metadata={"scopes": wanted},
        )
    if call.rpc.wants_user and call.principal.user_id is None and not call.host.keys_may_act_as_users():
        raise PermissionDenied(
            f"{call.rpc.name} wants a user's token, as Sentry's REST API does. Use one, or have the operator set"
            " SCM_GRPC['KEYS_MAY_ACT_AS_USERS'].",
            reason="USER_REQUIRED",
        )


def operation(call: Call) -> Callable[[Call, Any], Any]:
    """What serves the RPC: the host's method, or that of the adapter."""
    host: Host = call.host
    name = call.rpc.operation
    found: Callable[[Call, Any], Any] | None = getattr(host, name, None)
    if found is not None:
        return found
    if reason := host.unsupported(call.rpc.name):
        raise Unimplemented(reason, reason="HOST_UNSUPPORTED")
    if not call.rpc.by_provider:
        raise Unimplemented(f"The host {host.key!r} does not serve {call.rpc.name}.", reason="HOST_UNSUPPORTED")
    return needed(call, name)


def _make_method(rpc: Rpc) -> Callable[..., Any]:
    def method(self: ScmServicer, request: Message, context: grpc.ServicerContext) -> Any:
        return answer(rpc, request, context)

    def streaming_method(self: ScmServicer, request: Message, context: grpc.ServicerContext) -> Iterator[Message]:
        # The checks run now, in the caller's thread, not when the first message is asked for.
        messages: Iterator[Message] = answer(rpc, request, context)
        return messages

    made = streaming_method if rpc.streams else method
    made.__name__ = rpc.name
    made.__doc__ = f"Answers {rpc.path}; described in the contract."
    return made


for _rpc in RPCS.values():
    setattr(ScmServicer, _rpc.name, _make_method(_rpc))
