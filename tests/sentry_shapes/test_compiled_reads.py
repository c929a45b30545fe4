"""Compiled reads give what the ORM gives in each shape of a Sentry, for whatever is in the rows."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sentry.models import RepositoryProjectPathConfig

from sentry_scm_grpc.hosts.reads import Read
from sentry_scm_grpc.hosts.sentry import rows as reads
from sentry_scm_grpc.hosts.sentry.compat import code_mappings
from sentry_scm_grpc.rpc.call import CODE_MAPPING, PROJECT, REPOSITORY
from tests.sentry_shapes.rows import Rows

TEXTS = st.text("aAß%_\\'\" ", max_size=4) | st.text(
    st.characters(exclude_categories=["Cs"], min_codepoint=1), max_size=8
)


def check(read: Read[Any], limit: int | None, **values: Any) -> list[Any]:
    expected = [attributes(row) for row in read.uncompiled(limit, **values)]
    for _ in range(2):
        found = read(limit, **values)
        assert [attributes(row) for row in found] == expected
    return found


def attributes(row: Any) -> str:
    shown = {name: value for name, value in vars(row).items() if name != "_state"} if hasattr(row, "_meta") else row
    return repr(shown)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4, unique=True), st.none() | st.integers(1, 3))
def test_repositories_and_code_mappings(rows: Rows, name: str, roots: list[str], limit: int | None) -> None:
    with transaction.atomic():
        organization, repository = rows.organization.id, rows.repository(name)
        mappings = [rows.mapping(repository, stack_root=root, default_branch=root or None) for root in roots]
        other = rows.mapping(rows.repository(f"{name}2"), rows.make_project("other"))
        for resource, row in ((CODE_MAPPING, other), (PROJECT, rows.project), (REPOSITORY, repository)):
            _, read, _ = reads.RESOURCES[resource]
            for by in ({}, {"organization_id": organization}):
                assert check(read, 1, id=row.id, **by) == [row]
            assert check(read, 1, id=row.id, organization_id=organization + 1) == []
        _, read, _ = reads.RESOURCES[CODE_MAPPING]
        found = read.first(id=mappings[0].id)
        assert (found.project_id, found.repository_id) == (rows.project.id, repository.id)
        assert attributes(found) == attributes(code_mappings.rows().get(id=found.id))
        for narrow in ({}, {"project_id": rows.project.id}, {"repository_id": repository.id}):
            for after in (0, mappings[0].id):
                check(reads.CODE_MAPPINGS, limit, organization_id=organization, after_id=after, **narrow)
        listed = reads.CODE_MAPPINGS(organization_id=organization, after_id=0, repository_id=repository.id)
        assert [(row.id, row.stack_root, row.default_branch) for row in listed] == [
            (row.id, row.stack_root, row.default_branch) for row in mappings
        ]
        for more in ({}, {"query": name or "a"}, {"providers": ("gitlab", "integrations:gitlab")}):
            check(reads.REPOSITORIES, limit, organization_id=organization, **more)
        assert RepositoryProjectPathConfig.objects.count() == len(mappings) + 1
        transaction.set_rollback(True)
