"""The rows of Sentry that calls read, with compiled reads, which hosts/reads.py describes.

Lists are tuples. A row that a request names is an object of the model, as the ORM makes it, because Sentry's code needs
one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import router
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from sentry_scm_grpc.hosts.reads import Read
from sentry_scm_grpc.hosts.refusals import inactive
from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.compat import code_mappings
from sentry_scm_grpc.rpc.call import CODE_MAPPING, EXTERNAL_ISSUE, GROUP, INTEGRATION, PROJECT, REPOSITORY

# Sentry's REST API does not find these either: groups that are being merged or deleted (GroupStatus).
HIDDEN_GROUPS = (3, 4, 5)
# GroupLink.LinkedType.issue.
ISSUE_LINK = 3


def _objects(name: str) -> Any:
    return compat.model(name).objects


@cache
def _columns(name: str) -> tuple[str, ...]:
    """All columns of a model, in their order."""
    return tuple(field.attname for field in compat.model(name)._meta.concrete_fields)


def _object(name: str, values: Any) -> Any:
    """An object of a model with the values of all its columns, as the ORM makes it."""
    model = compat.model(name)
    return model.from_db(router.db_for_read(model), _columns(name), values)


def _read_objects(name: str, build: Callable[..., Any]) -> Read[Any]:
    """A read of whole rows, as objects."""
    return Read(lambda **by: build(**by).values_list(*_columns(name)), lambda *values: _object(name, values))


def _by_id(name: str, *conditions: Q) -> Read[Any]:
    return _read_objects(name, lambda **by: _objects(name).filter(*conditions, **by))


# ---- rows by id, within an organization where one is given -----------------------------------------------------------


def _groups(*, id: int, organization_id: int | None = None) -> Any:
    rows = _objects("Group").filter(id=id).exclude(status__in=HIDDEN_GROUPS)
    if organization_id is not None:
        rows = rows.filter(project__organization_id=organization_id)
    return rows.values_list(*_columns("Group"), *(f"project__{column}" for column in _columns("Project")))


def _group(*values: Any) -> Any:
    own = len(_columns("Group"))
    found = _object("Group", values[:own])
    found._meta.get_field("project").set_cached_value(found, _object("Project", values[own:]))
    return found


def _code_mappings(**by: Any) -> Any:
    return code_mappings.rows().filter(**by).values_list(*_columns(_MAPPING), *code_mappings.annotated())


def _code_mapping(*values: Any) -> Any:
    own = len(_columns(_MAPPING))
    found = _object(_MAPPING, values[:own])
    for name, value in zip(code_mappings.annotated(), values[own:], strict=True):
        setattr(found, name, value)
    return found


_MAPPING = "RepositoryProjectPathConfig"
#: For each resource: its model, its rows, and the columns of the rows they belong to.
RESOURCES: dict[int, tuple[str, Read[Any], dict[int, str]]] = {
    PROJECT: (
        "Project",
        _by_id("Project", ~Q(status__in=(compat.PENDING_DELETION, compat.DELETION_IN_PROGRESS))),
        {},
    ),
    REPOSITORY: ("Repository", _by_id("Repository"), {INTEGRATION: "integration_id"}),
    CODE_MAPPING: (
        _MAPPING,
        Read(_code_mappings, _code_mapping),
        {PROJECT: "project_id", REPOSITORY: "repository_id", INTEGRATION: "integration_id"},
    ),
    EXTERNAL_ISSUE: ("ExternalIssue", _by_id("ExternalIssue"), {INTEGRATION: "integration_id"}),
    GROUP: ("Group", Read(_groups, _group), {PROJECT: "project_id"}),
}
#: A project, whatever its status.
PROJECT_BY_ID = _by_id("Project")
ACTIVE_ORGANIZATION = Read(
    lambda *, id: _objects("Organization").filter(id=id, status=compat.ACTIVE).values_list("id"), int
)


# ---- lists ----------------------------------------------------------------------------------------------------------


class RepositoryRow(NamedTuple):
    """``config`` is read as text, because Sentry's own field records a trace for each decoding."""

    id: int
    organization_id: int
    name: str
    url: str | None
    provider: str | None
    external_id: str | None
    status: int
    date_added: datetime
    integration_id: int | None
    config: Any

    @classmethod
    def of(cls, *values: Any) -> RepositoryRow:
        return cls._make((*values[:-1], _loaded(values[-1])))


def _loaded(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:  # Of a row from before Sentry checked it.
        return None


def _repositories(
    *,
    providers: tuple[str, ...] | None = None,
    query: str | None = None,
    after_name: str | None = None,
    after_id: int | None = None,
    **by: Any,
) -> Any:
    rows = _objects("Repository").filter(status=compat.ACTIVE, **by)
    if providers is not None:
        rows = rows.filter(provider__in=providers)
    if query is not None:
        rows = rows.filter(name__icontains=query)
    if after_id is not None:
        rows = rows.filter(name__gte=after_name).exclude(name=after_name, id__lte=after_id)
    rows = rows.annotate(config_text=Cast("config", TextField()))
    return rows.order_by("name", "id").values_list(*RepositoryRow._fields[:-1], "config_text")


class CodeMappingRow(NamedTuple):
    id: int
    organization_id: int
    stack_root: str
    source_root: str
    default_branch: str | None
    project_id: int
    repository_id: int


def _listed_code_mappings(*, after_id: int, **by: Any) -> Any:
    return code_mappings.rows().filter(id__gt=after_id, **by).order_by("id").values_list(*CodeMappingRow._fields)


def _linked_issues(*, group_id: int, project_id: int, organization_id: int, after_id: int) -> Any:
    links = _objects("GroupLink").filter(group_id=group_id, project_id=project_id, linked_type=ISSUE_LINK)
    rows = _objects("ExternalIssue").filter(
        id__in=links.values("linked_id"), organization_id=organization_id, id__gt=after_id
    )
    return rows.order_by("id")


REPOSITORIES = Read(_repositories, RepositoryRow.of)
CODE_MAPPINGS = Read(_listed_code_mappings, CodeMappingRow)
LINKED_ISSUES = _read_objects("ExternalIssue", _linked_issues)


# ---- stored commits -------------------------------------------------------------------------------------------------


class Author(NamedTuple):
    name: str | None
    email: str | None
    external_id: str | None


class CommitRow(NamedTuple):
    id: int
    repository_id: int
    key: str
    message: str | None
    date_added: datetime
    author: Author | None

    @classmethod
    def of(cls, *values: Any) -> CommitRow:
        author_id, *author = values[5:]
        return cls._make((*values[:5], None if author_id is None else Author(*author)))


class FileChangeRow(NamedTuple):
    filename: str
    type: str


_COMMIT_COLUMNS = (*CommitRow._fields[:-1], "author_id", *(f"author__{name}" for name in Author._fields))


def _commits(
    *,
    author: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: str | None = None,
    before_id: int | None = None,
    **by: Any,
) -> Any:
    """Newest first. ``before``, a moment, and an id name a place in that order; only commits after it are returned."""
    rows = _objects("Commit").filter(**by)
    if author is not None:
        rows = rows.filter(Q(author__name__icontains=author) | Q(author__email__icontains=author))
    if since is not None:
        rows = rows.filter(date_added__gte=since)
    if until is not None:
        rows = rows.filter(date_added__lte=until)
    if before is not None:
        # The first condition is redundant, but lets the database start at the right place of its index.
        behind = Q(date_added__lt=before) | Q(date_added=before, id__lt=before_id)
        rows = rows.filter(Q(date_added__lte=before) & behind)
    return rows.order_by("-date_added", "-id").values_list(*_COMMIT_COLUMNS)


def _file_changes(*, commit_id: int, after: str | None = None) -> Any:
    rows = _objects("CommitFileChange").filter(commit_id=commit_id)
    if after is not None:
        rows = rows.filter(filename__gt=after)
    return rows.order_by("filename").values_list(*FileChangeRow._fields)


COMMITS = Read(_commits, CommitRow.of)
COMMIT = Read(lambda **by: _objects("Commit").filter(**by).values_list(*_COMMIT_COLUMNS), CommitRow.of)
COMMIT_IDS = Read(lambda **by: _objects("Commit").filter(**by).values_list("id"), int)
FILE_CHANGES = Read(_file_changes, FileChangeRow)


def check_active(repository: Any) -> None:
    """Raises FailedPrecondition if the repository is hidden or being deleted."""
    if repository.status != compat.ACTIVE:
        raise inactive(repository.id)
