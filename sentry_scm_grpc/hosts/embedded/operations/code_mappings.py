"""Operations on code mappings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import (
    Aborted,
    AlreadyExists,
    InvalidArgument,
    ScmError,
)
from sentry_scm_grpc.hosts.base import SkippedRepositories
from sentry_scm_grpc.hosts.embedded.adapters import (
    adapter_of_repository,
    check_active,
    integration_of,
    no_integration,
    offered,
)
from sentry_scm_grpc.hosts.embedded.messages import code_mapping_message
from sentry_scm_grpc.hosts.embedded.models import CodeMapping, Project, Repository
from sentry_scm_grpc.hosts.embedded.paging import page_by_id
from sentry_scm_grpc.hosts.embedded.rows import CODE_MAPPING_ROW, CODE_MAPPINGS, CodeMappingRow, RepositoryRow
from sentry_scm_grpc.hosts.listed import Listed
from sentry_scm_grpc.hosts.mapping_upserts import StoredMapping, taken_elsewhere
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.call import CODE_MAPPING, PROJECT, REPOSITORY, Call, not_found
from sentry_scm_grpc.rpc.masks import masked_fields
from sentry_scm_grpc.source.frames import root_key
from sentry_scm_grpc.source.stack_paths import Derived, derive, place_of, root_spellings
from sentry_scm_grpc.v1 import scm_pb2 as pb

UPDATABLE = ("project_id", "repository_id", "stack_root", "source_root", "default_branch")
# The required ones.
REQUIRED = ("project_id", "repository_id", "default_branch")

# The longest root that a row can store.
MAX_ROOT = 2048

LISTED = Listed(
    CODE_MAPPINGS,
    pb.ListCodeMappingsResponse,
    lambda row, answer: answer.code_mappings.append(code_mapping_message(row)),
)


class CodeMappingOperations:
    def get_code_mapping(self, call: Call, request: pb.GetCodeMappingRequest) -> pb.CodeMapping:
        return code_mapping_message(call.row(CODE_MAPPING))

    def list_code_mappings(self, call: Call, request: pb.ListCodeMappingsRequest) -> pb.ListCodeMappingsResponse:
        # Project and repository are known to belong to the organization. Filtering by it too could make the database
        # choose the wrong index.
        narrow = {"project_id": request.project_id, "repository_id": request.repository_id}
        by = {field: id for field, id in narrow.items() if id} or {"organization_id": call.organization_id}
        return page_by_id(call, LISTED, **by)

    def create_code_mapping(self, call: Call, request: pb.CreateCodeMappingRequest) -> pb.CodeMapping:
        integration_of(call.repository)
        check_active(call.repository)
        return _created(call, request)

    def update_code_mapping(self, call: Call, request: pb.UpdateCodeMappingRequest) -> pb.CodeMapping:
        wanted = masked_fields(request.update_mask, UPDATABLE)
        values = {name: getattr(request.code_mapping, name) for name in UPDATABLE if name in wanted}
        missing = [(f"code_mapping.{name}", "is required") for name in REQUIRED if not values.get(name, True)]
        if missing:
            raise InvalidArgument.of(*missing)
        row: CodeMappingRow = call.row(CODE_MAPPING)
        if "project_id" in values:
            call.find(PROJECT, values["project_id"], "code_mapping.project_id")
        if "repository_id" in values:
            repository = call.find(REPOSITORY, values["repository_id"], "code_mapping.repository_id").row
            _check_same_integration(row, repository)
            check_active(repository)
        project_id = values.get("project_id", row.project_id)
        return _updated(call, row.id, (project_id, values.get("stack_root", row.stack_root)), values)

    def delete_code_mapping(self, call: Call, request: pb.DeleteCodeMappingRequest) -> Empty:
        CodeMapping.objects.filter(id=request.code_mapping_id).delete()
        return Empty()

    def derive_code_mappings(self, call: Call, request: pb.DeriveCodeMappingsRequest) -> pb.DeriveCodeMappingsResponse:
        """Existing mappings stay. A derived mapping for the same stack root is returned with id 0."""
        repositories = _readable_repositories(call)
        skipped = SkippedRepositories(call)
        files = {id: _paths(call, row) for id, row in repositories.items()}
        derived, _ = derive(request.stacktrace_paths, files, skipped.add)
        fitting = [mapping for mapping in derived if len(mapping.stack_root) <= MAX_ROOT >= len(mapping.source_root)]
        rows = [
            CodeMapping(
                organization_id=call.organization_id,
                project_id=request.project_id,
                repository_id=mapping.repository_id,
                stack_root=mapping.stack_root,
                source_root=mapping.source_root,
                default_branch=repositories[mapping.repository_id].default_branch,
            )
            for mapping in fitting
        ]
        if request.store:
            taken = {root_key(row.stack_root) for row in _stored(request.project_id, fitting)}
            new = [row for row in rows if root_key(row.stack_root) not in taken]
            CodeMapping.objects.bulk_create(new, ignore_conflicts=True)
        ids = {place_of(code_mapping_message(row)): row.id for row in _stored(request.project_id, fitting)}
        mappings = [code_mapping_message(row) for row in rows]
        for message in mappings:
            message.id = ids.get(place_of(message), 0)
        explained = {path for mapping in fitting for path in mapping.paths}
        return skipped.answer(
            mappings, [path for path in dict.fromkeys(request.stacktrace_paths) if path not in explained]
        )

    # ---- what BatchUpsertCodeMappings needs (hosts/mapping_upserts.py) ----------------------------------------------

    def project_by_slug(self, call: Call, slug: str) -> int | None:
        rows = Project.objects.filter(organization=call.organization_id, slug=slug)
        return rows.values_list("id", flat=True).first()

    def mappings_by_root(
        self, call: Call, project_id: int, stack_roots: Collection[str]
    ) -> Mapping[str, StoredMapping]:
        rows = CodeMapping.objects.filter(project=project_id, stack_root__in=stack_roots)
        return {
            row.stack_root: StoredMapping(code_mapping_message(row), row.repository.integration_id)
            for row in rows.select_related("repository")
        }

    def write_code_mapping(self, call: Call, mapping: pb.CodeMapping, repository: pb.Repository) -> pb.CodeMapping:
        if not repository.integration_id:
            raise no_integration(repository.id)
        if not mapping.id:
            return _created(call, mapping)
        values = {name: getattr(mapping, name) for name in ("repository_id", "source_root", "default_branch")}
        return _updated(call, mapping.id, (mapping.project_id, mapping.stack_root), values)


def _created(call: Call, wanted: pb.CreateCodeMappingRequest | pb.CodeMapping) -> pb.CodeMapping:
    try:
        with transaction.atomic():
            row = CodeMapping.objects.create(
                organization_id=call.organization_id,
                project_id=wanted.project_id,
                repository_id=wanted.repository_id,
                stack_root=wanted.stack_root,
                source_root=wanted.source_root,
                default_branch=wanted.default_branch,
            )
    except IntegrityError:
        raise _conflict(call, wanted.project_id, wanted.stack_root) from None
    return code_mapping_message(row)


def _updated(call: Call, id: int, place: tuple[int, str], values: dict[str, Any]) -> pb.CodeMapping:
    """Changes a mapping. ``place`` is the project and the stack root that it has then."""
    try:
        with transaction.atomic():
            found = CodeMapping.objects.filter(id=id).update(**values)
    except IntegrityError:
        raise _conflict(call, *place) from None
    changed = CODE_MAPPING_ROW.first(id=id) if found else None
    if changed is None:
        raise not_found(CODE_MAPPING, id, "code_mapping.id")
    return code_mapping_message(changed)


def _readable_repositories(call: Call) -> dict[int, Repository]:
    """The organization's active repositories whose provider lists files, by id."""
    rows = Repository.objects.filter(
        organization=call.organization_id,
        status=pb.REPOSITORY_STATUS_ACTIVE,
        integration__status=pb.INTEGRATION_STATUS_ACTIVE,
    ).select_related("integration")
    able = {key for key, adapter in adapters().items() if adapter.supports("list_paths")}
    return {row.id: row for row in rows.order_by("id") if integration_of(row).provider_key in able}


def _paths(call: Call, row: Repository) -> Iterator[str]:
    call.budget.check()
    yield from offered(adapter_of_repository(row, call), "list_paths")(call)


def _stored(project_id: int, derived: Iterable[Derived]) -> Iterable[CodeMapping]:
    """The project's mappings for the stack roots of derived ones, with any kind of slashes."""
    roots = set().union(*(root_spellings(mapping.stack_root) for mapping in derived))
    return CodeMapping.objects.filter(project=project_id, stack_root__in=roots)


def _check_same_integration(mapping: CodeMappingRow, new: RepositoryRow) -> None:
    if new.integration_id != mapping.repository_integration_id:
        raise InvalidArgument.of(
            ("code_mapping.repository_id", "belongs to another integration; create a new code mapping for it"),
            reason="IDS_DO_NOT_MATCH",
        )


def _conflict(call: Call, project_id: int, stack_root: str) -> ScmError:
    """The error for a write that violates a constraint."""
    existing = CodeMapping.objects.filter(project=project_id, stack_root=stack_root).first()
    if existing is None:
        return Aborted("Another call changed the same rows. Repeat this one.")
    if existing.organization_id != call.organization_id:
        return taken_elsewhere()
    return AlreadyExists(
        f"The project has a code mapping for this stack root already, {existing.id}. Update that one.",
        reason="CODE_MAPPING_EXISTS",
        metadata={"code_mapping_id": str(existing.id)},
    )
