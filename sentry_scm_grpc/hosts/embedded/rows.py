"""The rows that calls read, as tuples: compiled reads, which hosts/reads.py describes.

The attributes of a tuple are those of its model, so code can use either.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Func, Q

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.hosts.reads import Read
from sentry_scm_grpc.rpc.call import CODE_MAPPING, EXTERNAL_ISSUE, GROUP, INTEGRATION, PROJECT, REPOSITORY
from sentry_scm_grpc.v1 import scm_pb2 as pb


class IntegrationRow(NamedTuple):
    id: int
    organization_id: int
    provider_key: str
    name: str
    domain: str
    status: int
    tracker_key: str


class RepositoryRow(NamedTuple):
    id: int
    organization_id: int
    integration_id: int | None
    name: str
    url: str
    provider_key: str
    external_id: str
    status: int
    config: Any
    default_branch: str
    date_added: datetime
    #: Pages do without it.
    integration: IntegrationRow | None = None


class CodeMappingRow(NamedTuple):
    id: int
    organization_id: int
    project_id: int
    repository_id: int
    stack_root: str
    source_root: str
    default_branch: str
    #: Pages do without it.
    repository_integration_id: int | None = None


class ExternalIssueRow(NamedTuple):
    id: int
    organization_id: int
    integration_id: int
    key: str
    title: str
    description: str
    web_url: str
    metadata: Any
    #: Pages do without it.
    integration: IntegrationRow | None = None


class ProjectRow(NamedTuple):
    id: int
    organization_id: int


class GroupRow(NamedTuple):
    id: int
    status: str
    project_id: int
    organization_id: int


class ApiKeyRow(NamedTuple):
    id: int
    organization_id: int
    scopes: list[str]
    expires: datetime | None
    last_used: datetime | None
    active: bool
    hash: str


AnyIntegration = models.Integration | IntegrationRow
AnyRepository = models.Repository | RepositoryRow
AnyCodeMapping = models.CodeMapping | CodeMappingRow
AnyExternalIssue = models.ExternalIssue | ExternalIssueRow

INTEGRATION_COLUMNS = IntegrationRow._fields
REPOSITORY_COLUMNS = RepositoryRow._fields[:-1]
CODE_MAPPING_COLUMNS = CodeMappingRow._fields[:-1]
EXTERNAL_ISSUE_COLUMNS = ExternalIssueRow._fields[:-1]


class AsStored(Func):
    """A column of moments, which on SQLite the driver returns as the stored text. Without this, Django makes the driver
    parse it, also in a list that needs no parsed rows. The ORM parses it later."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS TEXT)", **context)


def _of(relation: str, columns: Iterable[str]) -> list[str]:
    """The columns of a related row."""
    return [f"{relation}__{column}" for column in columns]


def _repository(*values: Any) -> RepositoryRow:
    return RepositoryRow._make((*values[:11], _integration(*values[11:])))


def _external_issue(*values: Any) -> ExternalIssueRow:
    return ExternalIssueRow._make((*values[:8], _integration(*values[8:])))


def _integration(*values: Any) -> IntegrationRow | None:
    return None if values[0] is None else IntegrationRow(*values)


# ---- rows by their columns ------------------------------------------------------------------------------------------


def _by(model: Any, *columns: str) -> Any:
    """Builds the query for the rows of a model whose columns have the given values."""
    return lambda **by: model.objects.filter(**by).values_list(*columns)


def _groups(*, id: int, organization_id: int | None = None) -> Any:
    rows = models.Group.objects.filter(id=id)
    if organization_id is not None:
        rows = rows.filter(project__organization_id=organization_id)
    return rows.values_list("id", "status", "project_id", "project__organization_id")


ORGANIZATION_ID = Read(_by(models.Organization, "id"), int)
API_KEY = Read(_by(models.ApiKey, *ApiKeyRow._fields), ApiKeyRow)
REPOSITORY_ROW = Read(
    _by(models.Repository, *REPOSITORY_COLUMNS, *_of("integration", INTEGRATION_COLUMNS)), _repository, keeps=True
)
CODE_MAPPING_ROW = Read(_by(models.CodeMapping, *CODE_MAPPING_COLUMNS, "repository__integration_id"), CodeMappingRow)

#: For each resource: its rows by id and organization_id, and the columns of the rows they belong to.
RESOURCES: dict[int, tuple[Read[Any], dict[int, str]]] = {
    PROJECT: (Read(_by(models.Project, *ProjectRow._fields), ProjectRow), {}),
    GROUP: (Read(_groups, GroupRow), {PROJECT: "project_id"}),
    INTEGRATION: (Read(_by(models.Integration, *INTEGRATION_COLUMNS), IntegrationRow), {}),
    REPOSITORY: (REPOSITORY_ROW, {INTEGRATION: "integration_id"}),
    CODE_MAPPING: (CODE_MAPPING_ROW, {PROJECT: "project_id", REPOSITORY: "repository_id"}),
    EXTERNAL_ISSUE: (
        Read(
            _by(models.ExternalIssue, *EXTERNAL_ISSUE_COLUMNS, *_of("integration", INTEGRATION_COLUMNS)),
            _external_issue,
        ),
        {INTEGRATION: "integration_id"},
    ),
}


# ---- lists, each in the order of an index: a page goes on behind the last row of the one before ---------------------


def _repositories(
    *,
    provider_keys: tuple[str, ...] | None = None,
    query: str | None = None,
    after_name: str | None = None,
    after_id: int | None = None,
    **by: Any,
) -> Any:
    rows = models.Repository.objects.filter(status=pb.REPOSITORY_STATUS_ACTIVE, **by)
    if provider_keys is not None:
        rows = rows.filter(provider_key__in=provider_keys)
    if query is not None:
        rows = rows.filter(name__icontains=query)
    if after_id is not None:
        # The last condition is redundant, but lets the database start in the middle of the index.
        rows = rows.filter(Q(name__gt=after_name) | Q(id__gt=after_id), name__gte=after_name)
    return rows.order_by("name", "id").values_list(*REPOSITORY_COLUMNS[:-1], AsStored("date_added"))


def _integrations(*, provider_keys: tuple[str, ...] | None = None, after_id: int | None = None, **by: Any) -> Any:
    rows = models.Integration.objects.filter(**by)
    if provider_keys is not None:
        rows = rows.filter(provider_key__in=provider_keys)
    if after_id is not None:
        rows = rows.filter(id__gt=after_id)
    return rows.order_by("id").values_list(*INTEGRATION_COLUMNS)


def _code_mappings(*, after_id: int | None = None, **by: Any) -> Any:
    rows = models.CodeMapping.objects.filter(**by)
    if after_id is not None:
        rows = rows.filter(id__gt=after_id)
    return rows.order_by("id").values_list(*CODE_MAPPING_COLUMNS)


def _linked_issues(*, group_id: int, after_id: int | None = None) -> Any:
    rows = models.GroupLink.objects.filter(group_id=group_id)
    if after_id is not None:
        rows = rows.filter(external_issue_id__gt=after_id)
    return rows.order_by("external_issue_id").values_list(*_of("external_issue", EXTERNAL_ISSUE_COLUMNS))


REPOSITORIES = Read(_repositories, RepositoryRow)
INTEGRATIONS = Read(_integrations, IntegrationRow)
CODE_MAPPINGS = Read(_code_mappings, CodeMappingRow)
LINKED_ISSUES = Read(_linked_issues, ExternalIssueRow)
