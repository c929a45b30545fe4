"""Code mappings, checked as Sentry's own serializer checks them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.db.models import ProtectedError
from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    PermissionDenied,
)
from sentry_scm_grpc.hosts.base import SkippedRepositories
from sentry_scm_grpc.hosts.listed import Listed
from sentry_scm_grpc.hosts.mapping_upserts import StoredMapping, taken_elsewhere
from sentry_scm_grpc.hosts.sentry import compat, messages
from sentry_scm_grpc.hosts.sentry.compat import code_mappings
from sentry_scm_grpc.hosts.sentry.rows import CODE_MAPPINGS, check_active
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.rpc.call import CODE_MAPPING, PROJECT, REPOSITORY, Call, not_found
from sentry_scm_grpc.source.stack_paths import derive, root_spellings
from sentry_scm_grpc.v1 import scm_pb2 as pb

log = logging.getLogger("sentry_scm_grpc")

UPDATABLE = ("project_id", "repository_id", "stack_root", "source_root", "default_branch")

LISTED = Listed(
    CODE_MAPPINGS,
    pb.ListCodeMappingsResponse,
    lambda row, answer: answer.code_mappings.append(messages.code_mapping(row)),
)


class CodeMappingOperations:
    def get_code_mapping(self, call: Call, request: pb.GetCodeMappingRequest) -> pb.CodeMapping:
        return messages.code_mapping(_row(call))

    def list_code_mappings(self, call: Call, request: pb.ListCodeMappingsRequest) -> pb.ListCodeMappingsResponse:
        narrow = {"project_id": request.project_id, "repository_id": request.repository_id}
        by = {field: id for field, id in narrow.items() if id}
        by |= {"organization_id": call.organization_id, "after_id": call.cursor or 0}
        return LISTED.answer(call, lambda row: row.id, **by)

    def create_code_mapping(self, call: Call, request: pb.CreateCodeMappingRequest) -> pb.CodeMapping:
        check_active(call.repository)
        row = store(
            call,
            call.repository,
            project_id=request.project_id,
            stack_root=request.stack_root,
            source_root=request.source_root,
            default_branch=request.default_branch,
        )
        return messages.code_mapping(row)

    def update_code_mapping(self, call: Call, request: pb.UpdateCodeMappingRequest) -> pb.CodeMapping:
        changes = _changes(call, _row(call), request)
        with _writing(call) as check_free:
            # The current row: another call may have changed the fields that this one does not change.
            row = code_mappings.rows().select_for_update(of=("self",)).filter(id=_row(call).id).first()
            if row is None:
                raise not_found(CODE_MAPPING, _row(call).id, "code_mapping.id")
            kept = (row.project_id, row.stack_root)
            wanted = (changes.get("project_id", row.project_id), changes.get("stack_root", row.stack_root))
            if wanted != kept:
                check_free(*wanted)
            row = code_mappings.update(row, **changes)
        return messages.code_mapping(row)

    def delete_code_mapping(self, call: Call, request: pb.DeleteCodeMappingRequest) -> Empty:
        try:
            with compat.atomic(code_mappings.model()):
                _row(call).delete()
        except ProtectedError as error:
            raise FailedPrecondition(
                "Code owners of the project use this mapping. Delete them in Sentry first.",
                reason="CODE_MAPPING_IN_USE",
            ) from error
        return Empty()

    def derive_code_mappings(self, call: Call, request: pb.DeriveCodeMappingsRequest) -> pb.DeriveCodeMappingsResponse:
        """Existing mappings stay. A derived mapping for the same stack root is returned with id 0."""
        readable = {row.id: (row, make) for row, make in self.readable_repositories(call)}
        made: dict[int, ProviderAdapter] = {}
        skipped = SkippedRepositories(call)
        files = {id: _paths(call, id, make, made) for id, (_, make) in readable.items()}
        derived, unmatched = derive(request.stacktrace_paths, files, skipped.add)
        mappings = []
        for found in derived:
            row, _ = readable[found.repository_id]
            try:
                message = pb.CodeMapping(
                    organization_id=call.organization_id,
                    project_id=request.project_id,
                    repository_id=row.id,
                    stack_root=found.stack_root,
                    source_root=found.source_root,
                    default_branch=_default_branch(made[row.id]),
                )
                mappings.append(_stored(call, row, message) if request.store else _known(message))
            # The provider, or the integration of the row, refuses.
            except Exception as error:
                skipped.add(row.id, error)
        return skipped.answer(mappings, unmatched)

    def readable_repositories(self, call: Call) -> Iterator[tuple[Any, Callable[[], ProviderAdapter]]]:
        """The organization's active repositories whose provider lists files, each with a function that makes its
        adapter."""
        raise NotImplementedError

    # ---- what BatchUpsertCodeMappings needs (hosts/mapping_upserts.py) ----------------------------------------------

    def project_by_slug(self, call: Call, slug: str) -> int | None:
        leaving = (compat.PENDING_DELETION, compat.DELETION_IN_PROGRESS)
        rows = compat.model("Project").objects.filter(organization_id=call.organization_id, slug=slug)
        id: int | None = rows.exclude(status__in=leaving).values_list("id", flat=True).first()
        return id

    def mappings_by_root(
        self, call: Call, project_id: int, stack_roots: Collection[str]
    ) -> Mapping[str, StoredMapping]:
        rows = code_mappings.rows().filter(project_id=project_id, stack_root__in=stack_roots)
        # A Sentry without the constraint may have several of a stack root; its oldest one counts.
        return {
            row.stack_root: StoredMapping(messages.code_mapping(row), row.integration_id)
            for row in rows.order_by("-id")
        }

    def write_code_mapping(self, call: Call, mapping: pb.CodeMapping, repository: pb.Repository) -> pb.CodeMapping:
        values = {name: getattr(mapping, name) for name in ("source_root", "default_branch")}
        if not mapping.id:
            place = {"project_id": mapping.project_id, "stack_root": mapping.stack_root}
            return messages.code_mapping(store(call, repository, **place, **values))
        with compat.atomic(code_mappings.model()):
            row = code_mappings.rows().select_for_update(of=("self",)).filter(id=mapping.id).first()
            if row is None:
                raise not_found(CODE_MAPPING, mapping.id, "code_mapping.id")
            changes = {"repository_id": repository.id} if row.repository_id != repository.id else {}
            return messages.code_mapping(code_mappings.update(row, **changes, **values))


def _paths(call: Call, id: int, make: Callable[[], ProviderAdapter], made: dict[int, ProviderAdapter]) -> Iterator[str]:
    adapter: Any = make()
    made[id] = adapter
    yield from adapter.list_paths(call)


def _default_branch(adapter: Any) -> str:
    known: str = adapter.repository.default_branch
    return known or adapter.describe_repository(adapter.installation.identifier()).default_branch


def _known(message: pb.CodeMapping) -> pb.CodeMapping:
    """A derived mapping, with the id of the project's identical mapping if there is one. The slashes of roots may
    differ."""
    row = code_mappings.rows().filter(
        project_id=message.project_id,
        stack_root__in=root_spellings(message.stack_root),
        source_root=message.source_root,
        repository_id=message.repository_id,
    )
    message.id = row.values_list("id", flat=True).first() or 0
    return message


def _stored(call: Call, repository: Any, message: pb.CodeMapping) -> pb.CodeMapping:
    roots = root_spellings(message.stack_root)
    if code_mappings.rows().filter(project_id=message.project_id, stack_root__in=roots).exists():
        return _known(message)
    try:
        row = store(
            call,
            repository,
            project_id=message.project_id,
            stack_root=message.stack_root,
            source_root=message.source_root,
            default_branch=message.default_branch or None,
            automatically_generated=True,
        )
    except AlreadyExists:
        return _known(message)
    message.id = row.id
    return message


def store(call: Call, repository: Any, **values: Any) -> Any:
    """Stores a new mapping to a repository. Raises FailedPrecondition, AlreadyExists."""
    integration_id = repository.integration_id
    context = compat.integration_context(call.organization_id, integration_id) if integration_id else None
    if context is None:
        raise FailedPrecondition(
            "The repository has no integration, so the mapping could not be used. Add it again with"
            " CreateRepository, which gives it one.",
            reason="NO_INTEGRATION",
            metadata={"repository_id": str(repository.id)},
        )
    with _writing(call) as check_free:
        check_free(values["project_id"], values["stack_root"])
        return code_mappings.create(
            repository_id=repository.id,
            organization_integration_id=context.organization_integration.id,
            organization_id=call.organization_id,
            integration_id=context.id,
            **values,
        )


@contextmanager
def _writing(call: Call) -> Iterator[Callable[[int, str], None]]:
    """A transaction that writes one mapping. It refuses a stack root that the project has mapped already.

    Raises AlreadyExists if the database refuses it because another call mapped it meanwhile.
    """
    asked: list[tuple[int, str]] = []

    def check_free(project_id: int, stack_root: str) -> None:
        asked.append((project_id, stack_root))
        code_mappings.hold_stack_roots(project_id)
        if (existing := _mapping_of(project_id, stack_root)) is not None:
            raise _exists(call, existing)

    try:
        with compat.atomic(code_mappings.model()):
            yield check_free
    except IntegrityError as error:
        # Rows have other constraints too. Only this one concerns the caller.
        for place in asked:
            if (existing := _mapping_of(*place)) is not None:
                raise _exists(call, existing) from error
        raise


def _mapping_of(project_id: int, stack_root: str) -> Any:
    return code_mappings.rows().filter(project_id=project_id, stack_root=stack_root).first()


def _row(call: Call) -> Any:
    return call.row(CODE_MAPPING)


def _changes(call: Call, row: Any, request: pb.UpdateCodeMappingRequest) -> dict[str, Any]:
    paths = list(request.update_mask.paths)
    if paths == ["*"]:
        paths = list(UPDATABLE)
    if unknown := [path for path in paths if path not in UPDATABLE]:
        allowed = ", ".join(UPDATABLE)
        raise InvalidArgument.of(*(("update_mask", f"{path!r} is not one of {allowed}") for path in unknown))
    wanted = {path: getattr(request.code_mapping, path) for path in paths}
    for required in ("project_id", "repository_id", "default_branch"):
        if required in wanted and not wanted[required]:
            raise InvalidArgument.of((f"code_mapping.{required}", "is required when the mask names it"))
    if "project_id" in wanted:
        call.find(PROJECT, wanted["project_id"], "code_mapping.project_id")
        if not call.principal.may_see_project(call.organization_id, wanted["project_id"]):
            raise PermissionDenied(
                "Your credentials do not reach this project. Ask for access to it, or use other credentials.",
                reason="PROJECT_FORBIDDEN",
            )
    if "repository_id" in wanted:
        repository = call.find(REPOSITORY, wanted["repository_id"], "code_mapping.repository_id").row
        if repository.integration_id != row.integration_id:
            raise InvalidArgument.of(
                (
                    "code_mapping.repository_id",
                    "belongs to another integration; create a new mapping instead",
                )
            )
        check_active(repository)
    return wanted


def _exists(call: Call, existing: Any) -> AlreadyExists:
    if existing.organization_id != call.organization_id:
        return taken_elsewhere()
    return AlreadyExists(
        "The project has a mapping for this stack root already. Change that one with UpdateCodeMapping.",
        reason="CODE_MAPPING_EXISTS",
        metadata={"code_mapping_id": str(existing.id)},
    )
