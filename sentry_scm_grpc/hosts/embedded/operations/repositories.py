"""Operations on repositories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import AlreadyExists, FailedPrecondition, InvalidArgument, ScmError, Unimplemented
from sentry_scm_grpc.hosts.embedded.adapters import (
    adapter_of_integration,
    adapter_of_repository,
    identifier_of,
    offered,
)
from sentry_scm_grpc.hosts.embedded.credentials import check, vendor_adapter
from sentry_scm_grpc.hosts.embedded.messages import provider_keys, repository_message
from sentry_scm_grpc.hosts.embedded.models import CodeMapping, Integration, Repository
from sentry_scm_grpc.hosts.embedded.paging import page_by_name
from sentry_scm_grpc.hosts.embedded.rows import (
    REPOSITORIES,
    REPOSITORY_ROW,
    AnyIntegration,
    AnyRepository,
    RepositoryRow,
)
from sentry_scm_grpc.hosts.listed import Listed
from sentry_scm_grpc.hosts.values import text_map
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.providers.vendor.repositories import Repositories
from sentry_scm_grpc.providers.vendor.standalone import Standalone
from sentry_scm_grpc.rpc.call import REPOSITORY, Call, needed, not_found
from sentry_scm_grpc.rpc.masks import masked_fields
from sentry_scm_grpc.rpc.validation import ref_problem
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The statuses that an update can set, and those that it stores.
STATUSES = {
    pb.REPOSITORY_STATUS_ACTIVE: pb.REPOSITORY_STATUS_ACTIVE,
    pb.REPOSITORY_STATUS_DISABLED: pb.REPOSITORY_STATUS_HIDDEN,
    pb.REPOSITORY_STATUS_HIDDEN: pb.REPOSITORY_STATUS_HIDDEN,
}
LEAVING = (pb.REPOSITORY_STATUS_PENDING_DELETION, pb.REPOSITORY_STATUS_DELETION_IN_PROGRESS)
UPDATABLE = ("status", "name", "url", "default_branch")
MAX_NAME, MAX_URL, MAX_EXTERNAL_ID = 512, 2048, 512

LISTED = Listed(
    REPOSITORIES, pb.ListRepositoriesResponse, lambda row, answer: repository_message(row, answer.repositories.add)
)


class RepositoryOperations:
    def list_repositories(self, call: Call, request: pb.ListRepositoriesRequest) -> pb.ListRepositoriesResponse:
        by: dict[str, Any] = {}
        if request.integration_id:
            # It is known to belong to the organization. Filtering by that too could make the database choose the wrong
            # index.
            by["integration_id"] = request.integration_id
        else:
            by["organization_id"] = call.organization_id
        if request.provider:
            by["provider_keys"] = provider_keys(request.provider)
        if request.provider_key:
            by["provider_key"] = request.provider_key
        if request.query:
            by["query"] = request.query
        return page_by_name(call, LISTED, **by)

    def get_repository(self, call: Call, request: pb.GetRepositoryRequest) -> pb.Repository:
        return repository_message(call.repository)

    def create_repository(self, call: Call, request: pb.CreateRepositoryRequest) -> pb.Repository:
        remote = needed(call, "describe_repository")(request.identifier)
        with transaction.atomic():
            row, added = _remember(call.integration, remote)
            if not added:
                raise AlreadyExists(
                    f"The organization already has this repository, with the id {row.id}. Use that one.",
                    reason="REPOSITORY_EXISTS",
                    metadata={"repository_id": str(row.id)},
                )
            return call.keep(repository_message(row))

    def update_repository(self, call: Call, request: pb.UpdateRepositoryRequest) -> pb.Repository:
        wanted = masked_fields(request.update_mask, UPDATABLE)
        values = {name: getattr(request.repository, name) for name in UPDATABLE if name in wanted}
        _check_values(values)
        if "status" in values:
            values["status"] = STATUSES[values["status"]]
        row: RepositoryRow = call.repository
        staying = Repository.objects.filter(id=row.id).exclude(status__in=LEAVING)
        if not staying.update(**values):
            if not Repository.objects.filter(id=row.id).exists():
                raise not_found(REPOSITORY, row.id, "repository.id")
            raise FailedPrecondition(
                f"The repository {row.id} is being deleted, so it cannot be changed.", reason="REPOSITORY_INACTIVE"
            )
        changed = REPOSITORY_ROW.first(id=row.id)
        if changed is None:
            raise not_found(REPOSITORY, row.id, "repository.id")
        return repository_message(changed)

    def delete_repository(self, call: Call, request: pb.DeleteRepositoryRequest) -> Empty:
        """Deletes it at once, with its code mappings. Succeeds if another call was faster."""
        self.remove_repository(request.repository_id)
        return Empty()

    def sync_repository(self, call: Call, request: pb.SyncRepositoryRequest) -> pb.SyncRepositoryResponse:
        remote = _described(call.repository, call)
        with transaction.atomic():
            changes, values = _take_over(call.repository, remote)
            row: RepositoryRow = call.repository._replace(**values)
            return call.keep(pb.SyncRepositoryResponse(repository=repository_message(row), changes=changes))

    def search_repositories(self, call: Call, request: pb.SearchRepositoriesRequest) -> pb.SearchRepositoriesResponse:
        """The adapter's answer, with the ids of repositories that the organization has."""
        answer: pb.SearchRepositoriesResponse = needed(call, "search_repositories")(call, request)
        ids = [_external_id(remote) for remote in answer.repositories]
        rows = Repository.objects.filter(integration=request.integration_id, external_id__in=ids)
        known = dict(rows.values_list("external_id", "id"))
        for remote, external_id in zip(answer.repositories, ids, strict=True):
            remote.repository_id = known.get(external_id, 0)
        return answer

    # ---- what SyncRepositories needs (hosts/repository_syncs.py) ----------------------------------------------------

    def integration_repositories(self, call: Call, integration_id: int) -> Iterator[pb.Repository]:
        rows = Repository.objects.filter(organization=call.organization_id, integration=integration_id)
        yield from map(repository_message, rows.order_by("id").iterator())

    def take_over_repository(
        self, call: Call, repository_id: int, remote: pb.RemoteRepository
    ) -> pb.SyncRepositoryResponse:
        row: RepositoryRow | None = REPOSITORY_ROW.first(id=repository_id, organization_id=call.organization_id)
        if row is None:
            raise not_found(REPOSITORY, repository_id, "repository_id")
        changes, values = _take_over(row, remote)
        return pb.SyncRepositoryResponse(repository=repository_message(row._replace(**values)), changes=changes)

    def add_listed_repository(self, call: Call, remote: pb.RemoteRepository) -> int:
        return _remember(call.integration, remote)[0].id

    # ---- the same without a call, for the command line -------------------------------------------------------------

    def add_repository(self, integration: Integration, name: str) -> Repository:
        """The row of a repository of the integration, made where there is none. ``name`` is the provider's identifier
        or, at a vendor, what people call the repository. Raises as CreateRepository."""
        adapter = adapter_of_integration(integration)
        if isinstance(adapter, Vendor) and isinstance(adapter.live, Standalone):
            name = adapter.live.find_identifier(name)
        return _remember(integration, offered(adapter, "describe_repository")(name))[0]

    def add_repositories(self, integration: Integration) -> Iterator[tuple[Repository, bool]]:
        """The rows of all repositories that a vendor lists, and whether each was added now."""
        adapter, position = vendor_adapter(integration), None
        if not isinstance(adapter, Repositories):
            raise Unimplemented(adapter.missing["describe_repository"], metadata={"provider": adapter.key})
        while True:
            page = adapter.fetch_repositories("", position)
            with transaction.atomic():
                added = [_remember(integration, remote) for remote in page.items]
            yield from added
            position = page.next
            if position is None:
                return

    def remove_repository(self, id: int) -> None:
        """Deletes the row and its code mappings."""
        with transaction.atomic():
            # The mappings first, and by name: a transaction of SQLite that begins with a read may be refused.
            CodeMapping.objects.filter(repository=id).delete()
            Repository.objects.filter(id=id).delete()

    def try_integrations(self) -> Iterator[tuple[str, Exception | None]]:
        """Repositories on disk one by one, vendors by one call each."""
        on_disk = Repository.objects.exclude(integration__access__isnull=False)
        for row in on_disk.select_related("integration").order_by("id").iterator():
            yield f"{row.name} (repository {row.id})", _failure(partial(_described, row))
        for integration in Integration.objects.filter(access__isnull=False).order_by("id"):
            yield f"{integration.name} (integration {integration.id})", _failure(partial(check, integration))

    def refresh_repository(self, row: Repository) -> list[pb.RepositoryChange]:
        """Takes over what the provider says now, and returns what changed. Raises as SyncRepository."""
        changes, values = _take_over(row, _described(row))
        for name, value in values.items():
            setattr(row, name, value)
        return changes


def _failure(ask: Callable[[], object]) -> Exception | None:
    try:
        ask()
    except ScmError as error:
        return error
    return None


def _described(row: AnyRepository, call: Call | None = None) -> pb.RemoteRepository:
    adapter = adapter_of_repository(row, call)
    remote: pb.RemoteRepository = offered(adapter, "describe_repository")(identifier_of(adapter, row))
    return remote


def _take_over(row: AnyRepository, remote: pb.RemoteRepository) -> tuple[list[pb.RepositoryChange], dict[str, Any]]:
    """Stores what the provider says. Returns what changed, and the values that the row has now."""
    found = {"name": remote.name[:MAX_NAME], "url": remote.url, "default_branch": remote.default_branch}
    # Values that the provider does not know stay.
    values: dict[str, Any] = {name: value for name, value in found.items() if value}
    changes = [
        pb.RepositoryChange(field=name, old_value=getattr(row, name), new_value=value)
        for name, value in values.items()
        if value != getattr(row, name)
    ]
    kept = text_map(row.config)
    changes += [
        pb.RepositoryChange(field=f"config.{name}", old_value=kept.get(name, ""), new_value=value)
        for name, value in sorted(remote.config.items())
        if value != kept.get(name)
    ]
    if changes:
        values["config"] = {**row.config, **remote.config}
        Repository.objects.filter(id=row.id).update(**values)
    return changes, values


def _external_id(remote: pb.RemoteRepository) -> str:
    return remote.external_id or remote.identifier


def _remember(integration: AnyIntegration, remote: pb.RemoteRepository) -> tuple[Repository, bool]:
    """The row of a repository, and whether it was added now: created, or made active again."""
    external_id = _external_id(remote)
    if len(external_id) > MAX_EXTERNAL_ID:
        raise InvalidArgument.of(("identifier", f"stands for an id of more than {MAX_EXTERNAL_ID} characters"))
    values: dict[str, Any] = {
        "name": remote.name[:MAX_NAME],
        "url": remote.url,
        "default_branch": remote.default_branch,
        "config": dict(remote.config) or {"path": remote.identifier},
        "status": pb.REPOSITORY_STATUS_ACTIVE,
    }
    try:
        with transaction.atomic():
            row = Repository.objects.create(
                organization_id=integration.organization_id,
                integration_id=integration.id,
                provider_key=integration.provider_key,
                external_id=external_id,
                **values,
            )
        return row, True
    except IntegrityError:
        mine = Repository.objects.filter(integration_id=integration.id, external_id=external_id)
        came_back = mine.filter(status=pb.REPOSITORY_STATUS_HIDDEN).update(**values)
        row = mine.get()
    if row.status in LEAVING:
        raise FailedPrecondition(
            f"The repository {row.id} is being deleted. Repeat the call when the deletion is complete.",
            reason="REPOSITORY_INACTIVE",
        ) from None
    return row, bool(came_back)


def _check_values(values: dict[str, Any]) -> None:
    problems = []
    if values.get("status", pb.REPOSITORY_STATUS_ACTIVE) not in STATUSES:
        problems.append(("repository.status", "must be ACTIVE, or HIDDEN or DISABLED, which mean the same"))
    if "name" in values and not values["name"].strip():
        problems.append(("repository.name", "must not be empty"))
    for name, most in (("name", MAX_NAME), ("url", MAX_URL)):
        if len(values.get(name, "")) > most:
            problems.append((f"repository.{name}", f"is longer than {most} characters"))
    if not values.get("url", "").startswith(("https://", "http://")) and values.get("url"):
        problems.append(("repository.url", "must be an absolute http or https URL, or empty"))
    if "@" in "".join(values.get("url", "").split("/")[2:3]):
        problems.append(("repository.url", "must not contain a user or a password"))
    if branch := values.get("default_branch"):
        problem = ref_problem(branch)
        if problem:
            problems.append(("repository.default_branch", problem))
    if problems:
        raise InvalidArgument.of(*problems)
