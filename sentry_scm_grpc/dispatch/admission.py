"""Admission: every row that a request names must be the caller's, and the caller must have the scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, PermissionDenied
from sentry_scm_grpc.rpc.call import ORGANIZATION, PROJECT, RESOURCE_NAMES, Call, lacks_user, not_found
from sentry_scm_grpc.telemetry.calls import current_call


def fill_in_organization(call: Call) -> None:
    """Sets organization_id in a request that leaves it out, if the caller has exactly one. Raises InvalidArgument."""
    # The organization comes first in the order in which fields are resolved.
    field = call.rpc.resource_fields[0]
    if field.resource != ORGANIZATION or field.id_in(call.request):
        return
    if call.rpc.any_credential:
        return
    only = call.principal.only_organization()
    if only is None:
        raise InvalidArgument.of(
            (field.path, "is required, because your credentials do not belong to exactly one organization")
        )
    setattr(call.request, field.name, only)


def admit(call: Call) -> None:
    """Resolves the rows and checks the scope. Raises NotFound, InvalidArgument, PermissionDenied."""
    resolve(call)
    if (observed := current_call()) is not None:
        observed.organization_id = call.organization_id
    check_scope(call)


def resolve(call: Call) -> None:
    """Finds every row that the request names. All must belong to one organization of the caller, and to each other."""
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
        if found is None or call.principal.scopes_in(found.organization_id) is None:
            raise not_found(field.resource, id, field.path)
        if call.organization_id and found.organization_id != call.organization_id:
            raise not_found(field.resource, id, field.path)
        call.organization_id = found.organization_id
        _check_belonging(call, field.resource, found, field.path)
        call.found[field.resource] = found
    if not call.organization_id and not named_organization and not call.rpc.any_credential:
        raise InvalidArgument.of(("organization_id", "is required"))
    check_projects(call, project_ids(call))


def _check_belonging(call: Call, resource: int, found: Any, path: str) -> None:
    for other_resource, other in call.found.items():
        mine = found.belongs_to.get(other_resource)
        theirs = other.belongs_to.get(resource)
        if (mine is not None and mine != other.id) or (theirs is not None and theirs != found.id):
            name, other_name = RESOURCE_NAMES[resource], RESOURCE_NAMES[other_resource]
            raise InvalidArgument.of(
                (path, f"{name} {found.id} does not belong to {other_name} {other.id}"), reason="IDS_DO_NOT_MATCH"
            )


def project_ids(call: Call) -> Iterator[int]:
    """The projects of the rows that the request names."""
    for found in call.found.values():
        project_id = found.id if found is call.found.get(PROJECT) else found.belongs_to.get(PROJECT)
        if project_id:
            yield project_id


def check_projects(call: Call, ids: Iterable[int]) -> None:
    for id in ids:
        if not call.principal.may_see_project(call.organization_id, id):
            raise PermissionDenied(
                "Your credentials do not reach this project. Ask for access to it, or use other credentials.",
                reason="PROJECT_FORBIDDEN",
            )


def check_scope(call: Call) -> None:
    scopes = call.principal.scopes_in(call.organization_id) or frozenset()
    if not call.rpc.admits(scopes):
        wanted = ", ".join(sorted(call.rpc.scopes))
        raise PermissionDenied(
            f"{call.rpc.name} needs one of the scopes {wanted}. Use credentials that have one.",
            metadata={"scopes": wanted},
        )
    if lacks_user(call.rpc, call.principal, call.host.keys_may_act_as_users()):
        raise PermissionDenied(
            f"{call.rpc.name} wants a user's token, as Sentry's REST API does. Use one, or have the operator set"
            " SCM_GRPC['KEYS_MAY_ACT_AS_USERS'].",
            reason="USER_REQUIRED",
        )
