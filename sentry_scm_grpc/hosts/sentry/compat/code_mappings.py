"""Where a code mapping stores its project and its repository.

Until Sentry 26.5 in its own columns. Since 26.6 in the ``ProjectRepository`` to which it refers. In the weeks between,
in both, and a row must have both. The fields of the model show which form this Sentry has.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import F, UniqueConstraint

from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.compat.symbols import symbol

_SOURCE = symbol(
    "how a repository was added to a project",
    "sentry.models.projectrepository:ProjectRepositorySource",
    without="no code mapping can be changed in a Sentry where they refer to a ProjectRepository",
    optional=True,
)
_LINK = "project_repository"
_KEPT_THERE = ("project_id", "repository_id")


def model() -> Any:
    return compat.model("RepositoryProjectPathConfig")


def rows() -> Any:
    """All code mappings. Rows have ``project_id`` and ``repository_id``, and can be filtered by them."""
    if _has("project"):
        return model().objects.all()
    return model().objects.annotate(**{name: F(f"{_LINK}__{name}") for name in _KEPT_THERE})


def annotated() -> tuple[str, ...]:
    """Names of rows that are not columns."""
    return () if _has("project") else _KEPT_THERE


def create(**values: Any) -> Any:
    """A new row, as ``rows`` has it. Raises IntegrityError."""
    made = model().objects.create(**_columns(values))
    return made if _has("project") else rows().get(id=made.id)


def update(row: Any, **values: Any) -> Any:
    """Changes a row, and returns it as ``rows`` has it. Raises IntegrityError."""
    if _KEPT_THERE[0] in values or _KEPT_THERE[1] in values:
        values = {**{name: getattr(row, name) for name in _KEPT_THERE}, **values}
        values["automatically_generated"] = row.automatically_generated
    for name, value in _columns(values).items():
        setattr(row, name, value)
    # Sentry listens to saves: code owners follow their mapping.
    row.save()
    return row if _has("project") else rows().get(id=row.id)


def hold_stack_roots(project_id: int) -> None:
    """Within a transaction: keeps other writers of this app out of a project's mappings until its end, if the database
    does not enforce unique stack roots."""
    if not _database_refuses_doubles():
        # Without "key", so that events of the project, which refer to its row, can be stored meanwhile.
        list(compat.model("Project").objects.select_for_update(no_key=True).filter(id=project_id).values_list("id"))


def shape() -> str:
    """How this Sentry stores them, for the doctor."""
    places = [
        *(["columns of their own"] if _has("project") else []),
        *(["a ProjectRepository"] if _has(_LINK) else []),
    ]
    return f"project and repository in {' and '.join(places)}"


@cache
def _has(field: str) -> bool:
    return any(found.name == field for found in model()._meta.get_fields())


def _database_refuses_doubles() -> bool:
    options = model()._meta
    constraints = [set(names) for names in options.unique_together]
    constraints += [set(found.fields) for found in options.constraints if isinstance(found, UniqueConstraint)]
    return {"project", "stack_root"} in constraints


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """Values by the columns that this Sentry has."""
    project_id, repository_id = (values.get(name) for name in _KEPT_THERE)
    columns = dict(values)
    if not _has("project"):
        columns = {name: value for name, value in values.items() if name not in _KEPT_THERE}
    if _has(_LINK) and project_id and repository_id:
        generated = values.get("automatically_generated", False)
        sources = _SOURCE.find()
        link, _ = compat.model("ProjectRepository").objects.get_or_create_with_source(
            project_id=project_id,
            repository_id=repository_id,
            source=sources.AUTO_EVENT if generated else sources.MANUAL,
        )
        columns[f"{_LINK}_id"] = link.id
    return columns
