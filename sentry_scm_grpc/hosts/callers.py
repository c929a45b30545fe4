"""GetCaller, which is the same on every host: who the credential is, and what it may do where."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.rpc.call import Call, lacks_user
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.rpc.principal import Principal
from sentry_scm_grpc.v1 import lookup_pb2 as lookup

MAX_ORGANIZATIONS = 50
MAX_PROJECTS = 1000


class CallerOperations(ABC):
    @abstractmethod
    def keys_may_act_as_users(self) -> bool:
        """Whether an organization's key may do what the contract requires a user for."""

    @abstractmethod
    def unsupported(self, rpc_name: str) -> str:
        """Why this host never serves an RPC, in words. Empty if it does."""

    def caller_user(self, principal: Principal) -> lookup.CallerUser | None:
        """The user of a token. None if the credential belongs to no user."""
        return None

    @abstractmethod
    def caller_organizations(self, ids: Sequence[int]) -> Iterable[lookup.CallerOrganization]:
        """Id, slug and name of active organizations, by id. One query."""

    @abstractmethod
    def caller_projects(self, call: Call, organization_id: int) -> Iterable[lookup.CallerProject]:
        """The active projects of an organization that the caller reaches, by slug. One query; they are read while the
        caller iterates."""

    def get_caller(self, call: Call, request: lookup.GetCallerRequest) -> lookup.Caller:
        principal = call.principal
        answer = lookup.Caller(credential=principal.key)
        kind, colon, _ = principal.key.partition(":")
        answer.kind = kind if colon else ""
        if (user := self.caller_user(principal)) is not None:
            answer.user.CopyFrom(user)
        if request.organization_id:
            ids: list[int] | None = [request.organization_id]
        else:
            ids = principal.organizations(MAX_ORGANIZATIONS + 1)
        if ids is None:
            _cut(answer, "ORGANIZATIONS_UNKNOWN")
        elif len(ids) > MAX_ORGANIZATIONS:
            _cut(answer, "TOO_MANY_ORGANIZATIONS")
        left = MAX_PROJECTS
        for found in self.caller_organizations((ids or [])[:MAX_ORGANIZATIONS]):
            call.budget.check()
            scopes = principal.scopes_in(found.id)
            if scopes is None:  # A user who is not active in it.
                continue
            organization = answer.organizations.add()
            organization.CopyFrom(found)
            organization.scopes.extend(sorted(scopes))
            organization.rpcs.extend(self._callable(principal, scopes))
            for project in self.caller_projects(call, found.id):
                if not left:
                    _cut(answer, "TOO_MANY_PROJECTS")
                    break
                organization.projects.append(project)
                left -= 1
        return answer

    def _callable(self, principal: Principal, scopes: frozenset[str]) -> list[str]:
        return [
            rpc.name
            for rpc in RPCS.values()
            if rpc.admits(scopes)
            and conf().enabled(rpc.setting_names)
            and not self.unsupported(rpc.name)
            and (rpc.by_provider or hasattr(self, rpc.operation))
            and not lacks_user(rpc, principal, self.keys_may_act_as_users())
        ]


def _cut(answer: lookup.Caller, reason: str) -> None:
    """Says that something is left out. The first reason stays."""
    answer.incomplete, answer.incomplete_reason = True, answer.incomplete_reason or reason
