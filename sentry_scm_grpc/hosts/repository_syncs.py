"""SyncRepositories, which is the same on every host: repositories are compared with the provider's list."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sentry_scm_grpc.errors import PermissionDenied, ScmError
from sentry_scm_grpc.hosts.refusals import refusal
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.rpc import paging
from sentry_scm_grpc.rpc.call import Call, lacks_user, needed
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb

PAGE_SIZE = 100
#: How many repositories of the provider's list are read.
MAX_LISTED = 10_000
#: How many repositories that are not listed are asked for.
MAX_CHECKED = 100
_TOLD = ("name", "url", "default_branch")


class RepositorySyncs(ABC):
    @abstractmethod
    def keys_may_act_as_users(self) -> bool:
        """Whether an organization's key may do what the contract requires a user for."""

    @abstractmethod
    def adapters_of(self, call: Call, repository_ids: Collection[int]) -> Mapping[int, ProviderAdapter | ScmError]:
        """The adapter of each repository of the organization, or the reason why there is none."""

    @abstractmethod
    def integration_repositories(self, call: Call, integration_id: int) -> Iterable[pb.Repository]:
        """The organization's repositories of an integration, whatever their status. One query."""

    @abstractmethod
    def take_over_repository(
        self, call: Call, repository_id: int, remote: pb.RemoteRepository
    ) -> pb.SyncRepositoryResponse:
        """Stores what the provider says of a repository, and returns what changed. Raises NotFound, AlreadyExists."""

    @abstractmethod
    def add_listed_repository(self, call: Call, remote: pb.RemoteRepository) -> int:
        """Adds a repository as CreateRepository does. Returns its id. Raises as CreateRepository."""

    def sync_repositories(self, call: Call, request: lookup.SyncRepositoriesRequest) -> lookup.SyncRepositoriesResponse:
        if request.add and lacks_user(RPCS["CreateRepository"], call.principal, self.keys_may_act_as_users()):
            raise PermissionDenied(
                "`add` wants a user's token, as CreateRepository does. Use one, or have the operator set"
                " SCM_GRPC['KEYS_MAY_ACT_AS_USERS'].",
                reason="USER_REQUIRED",
            )
        answer = lookup.SyncRepositoriesResponse()
        known = {row.id: row for row in self.integration_repositories(call, request.integration_id)}
        by_external_id = {row.external_id: row.id for row in known.values() if row.external_id}
        seen: set[int] = set()
        for remote in self._listed(call, request, answer):
            call.budget.check()
            row = known.get(by_external_id.get(remote.external_id or remote.identifier, remote.repository_id))
            if row is None:
                self._add(call, remote, answer.added.add(), add=request.add)
            elif row.id not in seen:
                seen.add(row.id)
                # One that is hidden stays so, and one that is being deleted too.
                if row.status == pb.REPOSITORY_STATUS_ACTIVE:
                    self._compare(call, row, remote, answer)
        active = [row for row in known.values() if row.status == pb.REPOSITORY_STATUS_ACTIVE and row.id not in seen]
        self._check(call, active, answer)
        return answer

    def _listed(
        self, call: Call, request: lookup.SyncRepositoriesRequest, answer: lookup.SyncRepositoriesResponse
    ) -> Iterator[pb.RemoteRepository]:
        """The provider's list, page by page, as SearchRepositories reads it."""
        asked = pb.SearchRepositoriesRequest(
            organization_id=call.organization_id, integration_id=request.integration_id, page_size=PAGE_SIZE
        )
        page_call = Call(RPCS["SearchRepositories"], asked, call.principal, call.host, call.context)
        page_call.organization_id, page_call.found, page_call.budget = call.organization_id, call.found, call.budget
        page_call.page_size = PAGE_SIZE
        search: Any = getattr(self, "search_repositories", None) or needed(page_call, "search_repositories")
        listed = 0
        while True:
            call.budget.check()
            page: pb.SearchRepositoriesResponse = search(page_call, asked)
            yield from page.repositories
            listed += len(page.repositories)
            if page.incomplete:
                _cut(answer, page.incomplete_reason)
            if not page.next_page_token:
                return
            if listed >= MAX_LISTED:
                _cut(answer, "TOO_MANY_REPOSITORIES")
                return
            asked.page_token = page.next_page_token
            page_call.cursor = paging.read(page_call.rpc, call.organization_id, asked)

    def _add(self, call: Call, remote: pb.RemoteRepository, new: lookup.NewRepository, *, add: bool) -> None:
        new.repository.CopyFrom(remote)
        new.repository.repository_id = 0
        if add:
            try:
                new.repository.repository_id = self.add_listed_repository(call, remote)
            except Exception as error:
                new.error.CopyFrom(refusal(call, error))

    def _compare(
        self,
        call: Call,
        row: pb.Repository,
        remote: pb.RemoteRepository,
        answer: lookup.SyncRepositoriesResponse,
    ) -> None:
        told = any(getattr(remote, name) not in ("", getattr(row, name)) for name in _TOLD)
        if told or any(row.config.get(name, "") != value for name, value in remote.config.items()):
            changed = self.take_over_repository(call, row.id, remote)
            if changed.changes:
                answer.changed.append(changed)
                return
        answer.unchanged += 1

    def _check(self, call: Call, rows: list[pb.Repository], answer: lookup.SyncRepositoriesResponse) -> None:
        """Asks the provider for repositories that it does not list: a list may leave out what the credential may read,
        but not manage."""
        if len(rows) > MAX_CHECKED:
            _cut(answer, "TOO_MANY_TO_CHECK")
        checked = rows[:MAX_CHECKED]
        adapters = self.adapters_of(call, [row.id for row in checked]) if checked else {}
        for row in checked:
            call.budget.check()
            operation: Any = getattr(adapters[row.id], "check_repository_access", None)
            if operation is None:
                _cut(answer, "REPOSITORIES_SKIPPED")
                continue
            try:
                access: pb.CheckRepositoryAccessResponse = operation(
                    call, pb.CheckRepositoryAccessRequest(repository_id=row.id)
                )
            except Exception as error:
                refusal(call, error)
                _cut(answer, "REPOSITORIES_SKIPPED")
                continue
            if access.accessible:
                answer.unchanged += 1
            else:
                answer.gone.add(repository=row, reason=access.reason, message=access.message)


def _cut(answer: lookup.SyncRepositoriesResponse, reason: str) -> None:
    """Says that something was not compared. The first reason stays."""
    answer.incomplete, answer.incomplete_reason = True, answer.incomplete_reason or reason
