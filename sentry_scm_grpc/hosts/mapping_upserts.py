"""BatchUpsertCodeMappings, which is the same on every host: code mappings as a build knows them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sentry_scm_grpc.errors import (
    Aborted,
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ScmError,
)
from sentry_scm_grpc.hosts.lookups import NO_KEY, LookupOperations, has_key
from sentry_scm_grpc.hosts.refusals import inactive
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb

# Refusals of one mapping. Any other error ends the call.
_REFUSALS = (InvalidArgument, NotFound, FailedPrecondition, AlreadyExists, Aborted, PermissionDenied)


@dataclass(frozen=True)
class StoredMapping:
    """A mapping of a project, and the integration of its repository."""

    message: pb.CodeMapping
    integration_id: int | None


class MappingUpserts(LookupOperations):
    @abstractmethod
    def project_by_slug(self, call: Call, slug: str) -> int | None:
        """The id of a project of the organization. None if there is none. One query."""

    @abstractmethod
    def mappings_by_root(
        self, call: Call, project_id: int, stack_roots: Collection[str]
    ) -> Mapping[str, StoredMapping]:
        """The mappings of a project that have one of these stack roots. One query."""

    @abstractmethod
    def write_code_mapping(self, call: Call, mapping: pb.CodeMapping, repository: pb.Repository) -> pb.CodeMapping:
        """Stores a mapping in a transaction: a new one if its id is 0. Returns it as it is stored.

        Raises as CreateCodeMapping and UpdateCodeMapping.
        """

    def batch_upsert_code_mappings(
        self, call: Call, request: lookup.BatchUpsertCodeMappingsRequest
    ) -> lookup.BatchUpsertCodeMappingsResponse:
        _check(request)
        project_id = request.project_id or self._project(call, request.project_slug)
        if call.attempt is not None:
            call.attempt.reaches_project(project_id)
        keys = [entry.repository_id or entry.repository for entry in request.mappings]
        repositories = self.find_repositories(call, keys)
        stored = self.mappings_by_root(call, project_id, {entry.stack_root for entry in request.mappings})
        answer = lookup.BatchUpsertCodeMappingsResponse()
        for entry, repository in zip(request.mappings, repositories, strict=True):
            call.budget.check()
            result = answer.results.add(outcome=lookup.CODE_MAPPING_OUTCOME_FAILED)
            if isinstance(repository, lookup.RepositoryLookupError):
                result.error.code, result.error.reason = repository.code, repository.reason
                result.error.message = repository.message
                continue
            try:
                result.outcome = self._upsert(
                    call, project_id, entry, repository, stored.get(entry.stack_root), result.code_mapping
                )
            except _REFUSALS as error:
                result.ClearField("code_mapping")
                result.error.CopyFrom(_error(error))
        return answer

    def _project(self, call: Call, slug: str) -> int:
        id = self.project_by_slug(call, slug)
        if id is None:
            raise NotFound(
                f"There is no project {slug!r} in your organization. GetCaller lists the projects.",
                reason="PROJECT_NOT_FOUND",
                metadata={"field": "project_slug"},
            )
        if not call.principal.may_see_project(call.organization_id, id):
            raise PermissionDenied(
                "Your credentials do not reach this project. Ask for access to it, or use other credentials.",
                reason="PROJECT_FORBIDDEN",
            )
        return id

    def _upsert(
        self,
        call: Call,
        project_id: int,
        entry: lookup.CodeMappingEntry,
        repository: pb.Repository,
        known: StoredMapping | None,
        made: pb.CodeMapping,
    ) -> lookup.CodeMappingOutcome.ValueType:
        """Stores one mapping, and fills in ``made``."""
        if repository.status != pb.REPOSITORY_STATUS_ACTIVE:
            raise inactive(repository.id)
        if known is None:
            try:
                made.CopyFrom(self.write_code_mapping(call, _mapping(call, project_id, entry, repository), repository))
            except AlreadyExists:  # Another call has created it meanwhile.
                known = self.mappings_by_root(call, project_id, {entry.stack_root}).get(entry.stack_root)
                if known is None:
                    raise
            else:
                return lookup.CODE_MAPPING_OUTCOME_CREATED
        if known.message.organization_id != call.organization_id:
            raise taken_elsewhere()
        if known.integration_id != repository.integration_id:
            raise InvalidArgument(
                f"The code mapping {known.message.id} has this stack root, and its repository belongs to another"
                " integration. Delete it first.",
                reason="IDS_DO_NOT_MATCH",
            )
        wanted = _mapping(call, project_id, entry, repository, known.message)
        if wanted == known.message:
            made.CopyFrom(wanted)
            return lookup.CODE_MAPPING_OUTCOME_UNCHANGED
        made.CopyFrom(self.write_code_mapping(call, wanted, repository))
        return lookup.CODE_MAPPING_OUTCOME_UPDATED


def taken_elsewhere() -> AlreadyExists:
    """The error for a stack root of a project that has come from another organization, whose code mapping stayed."""
    return AlreadyExists(
        "A code mapping of another organization has this stack root of the project. Ask the operator to delete it, or"
        " use another stack root.",
        reason="CODE_MAPPING_EXISTS",
    )


def _check(request: lookup.BatchUpsertCodeMappingsRequest) -> None:
    """Raises InvalidArgument."""
    problems = []
    if bool(request.project_id) == bool(request.project_slug):
        problems.append(("project_id", "is required, or project_slug, but not both"))
    roots: dict[str, int] = {}
    for index, entry in enumerate(request.mappings):
        if bool(entry.repository_id) == entry.HasField("repository"):
            problems.append((f"mappings[{index}].repository_id", "is required, or repository, but not both"))
        elif entry.HasField("repository") and not has_key(entry.repository):
            problems.append((f"mappings[{index}].repository", NO_KEY))
        first = roots.setdefault(entry.stack_root, index)
        if first != index:
            problems.append((f"mappings[{index}].stack_root", f"is the same as in mappings[{first}]"))
    if problems:
        raise InvalidArgument.of(*problems)


def _mapping(
    call: Call,
    project_id: int,
    entry: lookup.CodeMappingEntry,
    repository: pb.Repository,
    known: pb.CodeMapping | None = None,
) -> pb.CodeMapping:
    """The mapping as the caller wants it. Raises InvalidArgument if its branch is unknown."""
    kept = known or pb.CodeMapping()
    branch = entry.default_branch or kept.default_branch or repository.default_branch
    if not branch:
        raise InvalidArgument(
            "The repository's default branch is unknown. Give default_branch, or call SyncRepository first.",
            reason="DEFAULT_BRANCH_UNKNOWN",
        )
    return pb.CodeMapping(
        id=kept.id,
        organization_id=call.organization_id,
        project_id=project_id,
        repository_id=repository.id,
        stack_root=entry.stack_root,
        source_root=entry.source_root,
        default_branch=branch,
    )


def _error(error: ScmError) -> lookup.CodeMappingError:
    return lookup.CodeMappingError(code=error.code.value[0], reason=error.reason, message=error.message)
