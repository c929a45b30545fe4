"""Operations on code mappings."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import Aborted, AlreadyExists, InvalidArgument, ScmError
from sentry_scm_grpc.hosts.embedded.adapters import integration_of
from sentry_scm_grpc.hosts.embedded.messages import code_mapping_message
from sentry_scm_grpc.hosts.embedded.models import CodeMapping, Repository
from sentry_scm_grpc.hosts.embedded.operations.masks import masked_fields
from sentry_scm_grpc.hosts.embedded.paging import page_by_id
from sentry_scm_grpc.service.call import CODE_MAPPING, PROJECT, REPOSITORY, Call, not_found
from sentry_scm_grpc.v1 import scm_pb2 as pb

UPDATABLE = ("project_id", "repository_id", "stack_root", "source_root", "default_branch")
# Those that a mapping cannot be without.
REQUIRED = ("project_id", "repository_id", "default_branch")


class CodeMappingOperations:
    def get_code_mapping(self, call: Call, request: pb.GetCodeMappingRequest) -> pb.CodeMapping:
        return code_mapping_message(call.row(CODE_MAPPING))

    def list_code_mappings(self, call: Call, request: pb.ListCodeMappingsRequest) -> pb.ListCodeMappingsResponse:
        rows = CodeMapping.objects.filter(organization=call.organization_id)
        if request.project_id:
            rows = rows.filter(project=request.project_id)
        if request.repository_id:
            rows = rows.filter(repository=request.repository_id)
        page, token = page_by_id(call, rows)
        return pb.ListCodeMappingsResponse(code_mappings=map(code_mapping_message, page), next_page_token=token)

    def create_code_mapping(self, call: Call, request: pb.CreateCodeMappingRequest) -> pb.CodeMapping:
        integration_of(call.repository)
        try:
            with transaction.atomic():
                row = CodeMapping.objects.create(
                    organization_id=call.organization_id,
                    project_id=request.project_id,
                    repository_id=request.repository_id,
                    stack_root=request.stack_root,
                    source_root=request.source_root,
                    default_branch=request.default_branch,
                )
        except IntegrityError:
            raise _conflict(request.project_id, request.stack_root) from None
        return code_mapping_message(row)

    def update_code_mapping(self, call: Call, request: pb.UpdateCodeMappingRequest) -> pb.CodeMapping:
        wanted = masked_fields(request.update_mask, UPDATABLE)
        values = {name: getattr(request.code_mapping, name) for name in UPDATABLE if name in wanted}
        missing = [(f"code_mapping.{name}", "is required") for name in REQUIRED if not values.get(name, True)]
        if missing:
            raise InvalidArgument.of(*missing)
        row: CodeMapping = call.row(CODE_MAPPING)
        if "project_id" in values:
            call.find(PROJECT, values["project_id"], "code_mapping.project_id")
        if "repository_id" in values:
            repository = call.find(REPOSITORY, values["repository_id"], "code_mapping.repository_id").row
            _check_same_integration(row.repository, repository)
        try:
            with transaction.atomic():
                found = CodeMapping.objects.filter(id=row.id).update(**values)
        except IntegrityError:
            project_id = values.get("project_id", row.project_id)
            raise _conflict(project_id, values.get("stack_root", row.stack_root)) from None
        if not found:
            raise not_found(CODE_MAPPING, row.id, "code_mapping.id")
        row.refresh_from_db()
        return code_mapping_message(row)

    def delete_code_mapping(self, call: Call, request: pb.DeleteCodeMappingRequest) -> Empty:
        CodeMapping.objects.filter(id=request.code_mapping_id).delete()
        return Empty()


def _check_same_integration(old: Repository, new: Repository) -> None:
    if new.integration_id != old.integration_id:
        raise InvalidArgument.of(
            ("code_mapping.repository_id", "is of another integration; make a new code mapping for it"),
            reason="IDS_DO_NOT_MATCH",
        )


def _conflict(project_id: int, stack_root: str) -> ScmError:
    """The error for a write that a constraint refused."""
    existing = CodeMapping.objects.filter(project=project_id, stack_root=stack_root).first()
    if existing is None:
        return Aborted("Another call changed the same rows. Repeat this one.")
    return AlreadyExists(
        f"The project has a code mapping for this stack root already, {existing.id}. Update that one.",
        reason="CODE_MAPPING_EXISTS",
        metadata={"code_mapping_id": str(existing.id)},
    )
