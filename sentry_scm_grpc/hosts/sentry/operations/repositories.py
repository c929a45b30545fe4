"""Repositories: Sentry's rows, changed as Sentry's own endpoints change them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import IntegrityError
from django.db.models import ProtectedError
from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import (
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    ScmError,
    Unimplemented,
)
from sentry_scm_grpc.hosts.listed import Listed
from sentry_scm_grpc.hosts.sentry import compat, messages
from sentry_scm_grpc.hosts.sentry.compat import repositories
from sentry_scm_grpc.hosts.sentry.rows import REPOSITORIES
from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import INTEGRATION, Call, needed
from sentry_scm_grpc.v1 import scm_pb2 as pb

UPDATABLE = ("status", "integration_id")
# Sentry's columns.
MAX_NAME = MAX_URL = 200


def _repositories() -> Any:
    return compat.model("Repository")


LISTED = Listed(
    REPOSITORIES, pb.ListRepositoriesResponse, lambda row, answer: messages.repository(row, answer.repositories.add)
)


class RepositoryOperations:
    def list_repositories(self, call: Call, request: pb.ListRepositoriesRequest) -> pb.ListRepositoriesResponse:
        by: dict[str, Any] = {"organization_id": call.organization_id}
        if request.integration_id:
            by["integration_id"] = request.integration_id
        if keys := messages.provider_keys(request.provider, request.provider_key):
            # Rows of the old plugins have the bare key.
            by["providers"] = (*keys, *(messages.INTEGRATION_PREFIX + key for key in keys))
        if request.query:
            by["query"] = request.query
        if call.cursor:
            by["after_name"], by["after_id"] = call.cursor
        return LISTED.answer(call, lambda row: [row.name, row.id], **by)

    def get_repository(self, call: Call, request: pb.GetRepositoryRequest) -> pb.Repository:
        return messages.repository(call.repository)

    def create_repository(self, call: Call, request: pb.CreateRepositoryRequest) -> pb.Repository:
        remote: pb.RemoteRepository = needed(call, "describe_repository")(request.identifier)
        context: compat.Context = call.integration
        provider = compat.repository_provider(context.integration.provider)
        if provider is None:
            raise Unimplemented(f"The provider {context.integration.provider!r} has no repositories in this Sentry.")
        # Some Sentrys create the webhook before they look for the row, so look for it first.
        existing = _row_of(call.organization_id, provider.id, remote.external_id)
        # Sentry's provider uses an existing row that has no integration.
        there = existing is not None and existing.status == compat.ACTIVE and bool(existing.integration_id)
        asked = call.attempt is not None and "asked" in call.attempt.notes
        unfinished = there and _lacks_webhook(call, provider, existing)
        if there and not asked and not unfinished:
            raise _exists(existing)
        if asked and not there and context.integration.provider in repositories.WITH_WEBHOOKS:
            raise outcome_unknown("the repository's webhook")
        organization = compat.model("Organization").objects.get(id=call.organization_id)
        id = existing.id if there else self._added(call, request, provider, organization, remote)
        if unfinished:
            with _webhook_of(call, existing):
                repositories.make_webhook(provider, organization, existing.id)
        with compat.atomic(_repositories()):
            row = _repositories().objects.get(id=id)
            if remote.default_branch:
                row.update(config={**messages.config_of(row), "default_branch": remote.default_branch})
            answer = call.keep(messages.repository(row))
        compat.repository_linked(row, compat.user_of(call.principal), type(provider))
        return answer

    def _added(
        self,
        call: Call,
        request: pb.CreateRepositoryRequest,
        provider: Any,
        organization: Any,
        remote: pb.RemoteRepository,
    ) -> int:
        """The id of the row that Sentry's provider creates, with the webhook if the vendor has one."""
        wanted = {"installation": call.integration.id, "identifier": request.identifier}
        config = provider.get_repository_data(organization, wanted)
        with call.making():
            try:
                _, made = provider.create_repository(repo_config=config, organization=organization)
            except compat.repository_exists_error() as error:
                raise _exists(_row_of(call.organization_id, provider.id, remote.external_id)) from error
            except Exception as error:
                row = _row_of(call.organization_id, provider.id, remote.external_id)
                if row is None or row.status != compat.ACTIVE or not _lacks_webhook(call, provider, row):
                    raise
                with _webhook_of(call, row):
                    raise error
        return int(made.id)

    def update_repository(self, call: Call, request: pb.UpdateRepositoryRequest) -> pb.Repository:
        row = call.repository
        changes = self._changes(call, request)
        if row.status == compat.DELETION_IN_PROGRESS:
            raise FailedPrecondition(
                "The repository is being deleted. Add it again when it is gone.", reason="REPOSITORY_INACTIVE"
            )
        hides = changes.get("status") == compat.HIDDEN
        delete, at_once = repositories.deleter_on_hide(partial(_check_time, call)) if hides else (None, False)
        try:
            with compat.atomic(_repositories()):
                row = _repositories().objects.select_for_update().get(id=row.id)
                before = row.status
                row.update(**changes)
                if before == compat.PENDING_DELETION and row.status == compat.ACTIVE:
                    row.reset_pending_deletion_field_names()
                    row.delete_pending_deletion_option()
                if delete is not None and at_once:
                    delete(row.id)
        except ProtectedError as error:
            raise FailedPrecondition(
                "Code owners of a project use a code mapping of this repository. Delete them in Sentry first.",
                reason="CODE_MAPPING_IN_USE",
            ) from error
        if delete is not None and not at_once:
            # Also if it is hidden already: this repeats a deletion that did not reach Sentry's queue.
            call.after_commit(partial(delete, row.id))
        row.refresh_from_db()
        return messages.repository(row)

    def _changes(self, call: Call, request: pb.UpdateRepositoryRequest) -> dict[str, Any]:
        """The columns to change, from the mask."""
        paths = list(UPDATABLE) if list(request.update_mask.paths) == ["*"] else list(request.update_mask.paths)
        if unknown := [path for path in paths if path not in UPDATABLE]:
            allowed = ", ".join(UPDATABLE)
            raise InvalidArgument.of(*(("update_mask", f"{path!r} is not one of {allowed}") for path in unknown))
        changes: dict[str, Any] = {}
        if "status" in paths:
            changes["status"] = _stored_status(request.repository.status)
        if "integration_id" in paths:
            if not request.repository.integration_id:
                raise InvalidArgument.of(("repository.integration_id", "is required when the mask names it"))
            found = call.find(INTEGRATION, request.repository.integration_id, "repository.integration_id")
            if found.id != call.repository.integration_id and not repositories.may_move():
                raise FailedPrecondition(
                    "This Sentry does not give a repository another integration. Delete the repository, and add it"
                    " with CreateRepository through the other integration.",
                    reason="REPOSITORY_CANNOT_MOVE",
                    metadata={"repository_id": str(call.repository.id)},
                )
            changes["integration_id"] = found.id
            changes["provider"] = messages.INTEGRATION_PREFIX + found.row.integration.provider
        return changes

    def delete_repository(self, call: Call, request: pb.DeleteRepositoryRequest) -> Empty:
        row = call.repository
        with compat.atomic(_repositories()):
            deletable = _repositories().objects.filter(id=row.id, status__in=[compat.ACTIVE, compat.HIDDEN])
            if deletable.update(status=compat.PENDING_DELETION):
                row.status = compat.PENDING_DELETION
                commits = compat.model("Commit").objects.filter(
                    repository_id=row.id, organization_id=row.organization_id
                )
                row.config = messages.config_of(row)
                row.rename_on_pending_deletion()
                actor = getattr(call.principal, "user", None)
                compat.schedule_deletion(row, hours=1 if commits.exists() else 0, actor=actor)
        return Empty()

    def sync_repository(self, call: Call, request: pb.SyncRepositoryRequest) -> pb.SyncRepositoryResponse:
        describe = needed(call, "describe_repository")
        row = call.repository
        remote: pb.RemoteRepository = describe(call.adapter.installation.identifier())
        if row.external_id and remote.external_id and row.external_id != remote.external_id:
            raise NotFound(
                "The provider now has another repository with this name. Delete this one and add the other.",
                reason="REPOSITORY_REPLACED",
                metadata={"repository_id": str(row.id)},
            )
        with compat.atomic(_repositories()):
            return call.keep(_synced(row.id, remote))

    # ---- what SyncRepositories needs (hosts/repository_syncs.py) ----------------------------------------------------

    def integration_repositories(self, call: Call, integration_id: int) -> Iterator[pb.Repository]:
        rows = _repositories().objects.filter(organization_id=call.organization_id, integration_id=integration_id)
        yield from map(messages.repository, rows.order_by("id").iterator())

    def take_over_repository(
        self, call: Call, repository_id: int, remote: pb.RemoteRepository
    ) -> pb.SyncRepositoryResponse:
        with compat.atomic(_repositories()):
            return _synced(repository_id, remote)

    def add_listed_repository(self, call: Call, remote: pb.RemoteRepository) -> int:
        provider = compat.repository_provider(call.integration.integration.provider)
        if provider is None:
            raise Unimplemented(f"The provider {call.integration.integration.provider!r} has no repositories here.")
        organization = compat.model("Organization").objects.get(id=call.organization_id)
        request = pb.CreateRepositoryRequest(identifier=remote.identifier)
        id = self._added(call, request, provider, organization, remote)
        row = _repositories().objects.get(id=id)
        if remote.default_branch:
            row.update(config={**messages.config_of(row), "default_branch": remote.default_branch})
        compat.repository_linked(row, compat.user_of(call.principal), type(provider))
        return id


def _synced(id: int, remote: pb.RemoteRepository) -> pb.SyncRepositoryResponse:
    """Stores what the provider says. Must run in a transaction."""
    row = _repositories().objects.select_for_update().get(id=id)
    before = messages.repository(row)
    _take_over(row, remote)
    after = messages.repository(row)
    changes = list(_differences(before, after))
    if changes:
        try:
            row.save()
        except IntegrityError as error:
            raise _exists(_row_of(row.organization_id, row.provider, row.external_id)) from error
    return pb.SyncRepositoryResponse(repository=after, changes=changes)


def _lacks_webhook(call: Call, provider: Any, row: Any) -> bool:
    return repositories.lacks_webhook(call.integration.integration.provider, messages.config_of(row), provider)


@contextmanager
def _webhook_of(call: Call, row: Any) -> Iterator[None]:
    """Surrounds the creation of a stored repository's webhook. If that fails, the error says that the repository
    exists."""
    try:
        yield
    except Exception as error:
        known = error if isinstance(error, ScmError) else call.host.map_error(error)
        if known is None:
            raise
        raise type(known)(
            "Sentry has the repository now, but its webhook was not made at the provider"
            f" ({known.reason}). Correct this, then repeat the call to create the webhook.",
            reason="WEBHOOK_NOT_MADE",
            metadata={"repository_id": str(row.id), "cause": known.reason},
            retry_after=known.retry_after,
        ) from error


def _check_time(call: Call) -> None:
    left = call.seconds_left()
    if left is not None and left <= 0:
        raise DeadlineExceeded(
            "The deadline passed before all commits of the repository were deleted, so nothing was changed. Give the"
            " call more time."
        )


def _row_of(organization_id: int, provider: str, external_id: str) -> Any:
    """The row, which Sentry's unique constraint allows only once."""
    rows = _repositories().objects.filter(organization_id=organization_id, provider=provider, external_id=external_id)
    return rows.first()


def _exists(row: Any) -> AlreadyExists:
    return AlreadyExists(
        "The organization has this repository already. Use it as it is.",
        reason="REPOSITORY_EXISTS",
        metadata={} if row is None else {"repository_id": str(row.id)},
    )


def _stored_status(status: pb.RepositoryStatus.ValueType) -> int:
    if status == pb.REPOSITORY_STATUS_ACTIVE:
        return compat.ACTIVE
    if status in (pb.REPOSITORY_STATUS_HIDDEN, pb.REPOSITORY_STATUS_DISABLED):
        return compat.HIDDEN
    raise InvalidArgument.of(("repository.status", "must be ACTIVE, HIDDEN or DISABLED; DeleteRepository deletes"))


def _take_over(row: Any, remote: pb.RemoteRepository) -> None:
    """Stores in the row what the provider says. Other values stay."""
    if remote.name:
        row.name = remote.name[:MAX_NAME]
    if remote.url and len(remote.url) <= MAX_URL:
        row.url = remote.url
    if remote.external_id and not row.external_id:
        row.external_id = remote.external_id
    config = dict(messages.config_of(row))
    said = {**remote.config, "default_branch": remote.default_branch}
    # Sentry stores some of these as numbers.
    config.update({key: value for key, value in said.items() if value and str(config.get(key)) != value})
    row.config = config


def _differences(before: pb.Repository, after: pb.Repository) -> Any:
    for field in ("name", "url", "external_id", "default_branch"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield pb.RepositoryChange(field=field, old_value=old, new_value=new)
    for key in sorted({*before.config, *after.config} - {"default_branch"}):
        old, new = before.config.get(key, ""), after.config.get(key, "")
        if old != new:
            yield pb.RepositoryChange(field=f"config.{key}", old_value=old, new_value=new)
