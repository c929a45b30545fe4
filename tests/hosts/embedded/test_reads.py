"""Compiled reads give what the ORM gives, for whatever is in the rows."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.hosts.embedded import models, rows
from sentry_scm_grpc.hosts.reads import MOST_STATEMENTS, Read
from sentry_scm_grpc.rpc.call import CODE_MAPPING, EXTERNAL_ISSUE, GROUP, INTEGRATION, PROJECT, REPOSITORY
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb

Case = tuple[Read[Any], int | None, dict[str, Any]]

# What LIKE, quoting and letter case make of a text; and any other that both databases store.
TEXTS = st.text("aAbß%_\\'\"é ", max_size=4) | st.text(
    st.characters(exclude_categories=["Cs"], min_codepoint=1), max_size=8
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS, lambda inner: st.dictionaries(TEXTS, inner, max_size=3)
)
JSON = ANY_JSON.filter(lambda value: value is not None)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
LIMITS = st.none() | st.integers(1, 4)
REPOSITORIES = st.lists(
    st.fixed_dictionaries(
        {
            "name": TEXTS,
            "url": TEXTS,
            "provider_key": st.sampled_from(["git", "github", ""]),
            "config": JSON,
            "date_added": MOMENTS,
            "default_branch": TEXTS,
            "status": st.sampled_from([pb.REPOSITORY_STATUS_ACTIVE, pb.REPOSITORY_STATUS_HIDDEN]),
            "of_integration": st.booleans(),
        }
    ),
    min_size=1,
    max_size=6,
)

pytestmark = pytest.mark.django_db


def as_the_orm_reads(read: Read[Any], limit: int | None, values: dict[str, Any]) -> list[Any]:
    return [read.make(*row) for row in read.build(**values)[:limit]]


def repository_cases(
    integration: models.Integration, made: list[models.Repository], query: str, limit: int | None
) -> Iterator[Case]:
    organization, last = integration.organization_id, made[-1]
    for row in made:
        yield rows.REPOSITORY_ROW, limit, {"id": row.id}
        yield rows.REPOSITORY_ROW, limit, {"id": row.id, "organization_id": organization}
    yield rows.REPOSITORY_ROW, limit, {"id": last.id, "organization_id": organization + 1}
    yield rows.REPOSITORY_ROW, limit, {"integration_id": None}
    yield rows.REPOSITORY_ROW, limit, {"id": 2**63 - 1}
    after = {"after_name": made[0].name, "after_id": made[0].id}
    narrowed: tuple[dict[str, Any], ...] = (
        {},
        {"query": query},
        {"provider_keys": ()},
        {"provider_keys": ("git",)},
        {"provider_keys": ("github", "git", "git")},
        {"provider_key": ""},
        after,
        {"query": query, "provider_keys": ("git", ""), **after},
    )
    for more in narrowed:
        yield rows.REPOSITORIES, limit, {"organization_id": organization, **more}
        yield rows.REPOSITORIES, limit, {"integration_id": integration.id, **more}


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REPOSITORIES, TEXTS, LIMITS)
@example([{"name": "100%_\\", "config": {"a": None}, "of_integration": False}], "%_\\", None)
def test_repositories(given: list[dict[str, Any]], query: str, limit: int | None) -> None:
    with transaction.atomic():
        integration = factories.IntegrationFactory()
        owner = {"organization": integration.organization}
        made = [
            factories.RepositoryFactory(
                **owner, integration=integration if values.pop("of_integration") else None, **values
            )
            for values in map(dict, given)
        ]
        for read, most, values in repository_cases(integration, made, query, limit):
            check(read, most, values)
        for row in made:
            check_attributes(rows.REPOSITORY_ROW.first(id=row.id), row)
        transaction.set_rollback(True)


def check(read: Read[Any], limit: int | None, values: dict[str, Any]) -> None:
    found = read(limit, **values)
    assert found == as_the_orm_reads(read, limit, values)
    assert repr(found) == repr(as_the_orm_reads(read, limit, values))  # True is not 1.
    # The kept statement, with the same values.
    assert read(limit, **values) == found


def check_attributes(row: Any, stored: Any) -> None:
    """A row has the attributes that its model has."""
    stored = type(stored).objects.get(pk=stored.pk)
    for name in set(row._fields) & {field.attname for field in stored._meta.concrete_fields}:
        assert repr(getattr(row, name)) == repr(getattr(stored, name)), name
    if getattr(row, "integration", None) is not None:
        check_attributes(row.integration, stored.integration)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, JSON, LIMITS)
def test_other_rows(text: str, json: Any, limit: int | None) -> None:
    with transaction.atomic():
        repository = factories.RepositoryFactory(integration=None)
        organization = repository.organization
        integration = factories.IntegrationFactory(organization=organization, name=text, domain=text)
        mapping = factories.CodeMappingFactory(repository=repository, stack_root=text, default_branch=text)
        other = factories.CodeMappingFactory(repository=factories.RepositoryFactory(organization=organization))
        issue = factories.ExternalIssueFactory(integration=integration, key=text, description=text, metadata=json)
        group = factories.GroupFactory(organization=organization)
        models.GroupLink.objects.create(group=group, external_issue=issue)
        key = factories.ApiKeyFactory(organization=organization, scopes=[text])
        by_id = {
            PROJECT: mapping.project,
            GROUP: group,
            INTEGRATION: integration,
            REPOSITORY: repository,
            CODE_MAPPING: mapping,
            EXTERNAL_ISSUE: issue,
        }
        assert by_id.keys() == rows.RESOURCES.keys()
        for resource, row in by_id.items():
            read, _ = rows.RESOURCES[resource]
            check(read, 1, {"id": row.id})
            check(read, 1, {"id": row.id, "organization_id": organization.id})
            check(read, 1, {"id": row.id, "organization_id": organization.id + 1})
            check_attributes(read.first(id=row.id), row)
        check(rows.CODE_MAPPING_ROW, 1, {"id": other.id})
        check(rows.ORGANIZATION_ID, 1, {"id": organization.id})
        for prefix in (key.prefix, text):
            check(rows.API_KEY, limit, {"prefix": prefix})
        check_attributes(rows.API_KEY.first(prefix=key.prefix), key)
        for after in ({}, {"after_id": 0}, {"after_id": mapping.id}):
            check(rows.CODE_MAPPINGS, limit, {"organization_id": organization.id, **after})
            check(
                rows.CODE_MAPPINGS, limit, {"project_id": mapping.project_id, "repository_id": repository.id, **after}
            )
            check(rows.LINKED_ISSUES, limit, {"group_id": group.id, **after})
            check(rows.INTEGRATIONS, limit, {"organization_id": organization.id, "provider_keys": ("git",), **after})
            check(rows.INTEGRATIONS, limit, {"organization_id": organization.id, "provider_key": text, **after})
        transaction.set_rollback(True)


def test_is_one_query_that_instrumentation_sees() -> None:
    seen: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    row = factories.RepositoryFactory()
    with connection.execute_wrapper(watch), CaptureQueriesContext(connection) as captured:
        for _ in range(3):
            assert rows.REPOSITORY_ROW.first(id=row.id).name == row.name  # type: ignore[union-attr]
    assert len(captured) == len(seen) == 3


class Asked:
    """A router that says which models it was asked for."""

    models: list[str] = []

    def db_for_read(self, model: Any, **hints: Any) -> str:
        self.models.append(model.__name__)
        return "default"


def test_asks_the_routers_each_time(settings: Any) -> None:
    row = factories.RepositoryFactory()
    settings.DATABASE_ROUTERS = ["tests.hosts.embedded.test_reads.Asked"]
    Asked.models.clear()
    for _ in range(2):
        rows.REPOSITORY_ROW.first(id=row.id)
    assert Asked.models.count("Repository") >= 2


def test_sees_what_its_transaction_has_written() -> None:
    row = factories.RepositoryFactory(name="before")
    with transaction.atomic():
        models.Repository.objects.filter(id=row.id).update(name="after")
        assert rows.REPOSITORY_ROW.first(id=row.id).name == "after"  # type: ignore[union-attr]


def test_keeps_few_statements() -> None:
    read = Read(lambda ids: models.Organization.objects.filter(id__in=ids).values_list("id"), int)
    for length in range(2 * MOST_STATEMENTS):
        assert read(ids=tuple(range(-length, 0))) == []
    assert len(read._statements) <= MOST_STATEMENTS


@pytest.mark.django_db(transaction=True)
def test_keeps_no_connection_of_another_thread() -> None:
    read = Read(lambda id: models.Repository.objects.filter(id=id).values_list("date_added", "config"), tuple_of)
    row = factories.RepositoryFactory(config={"a": 1})
    connections: list[weakref.ref[Any]] = []

    def compile_it() -> None:
        assert read(id=row.id) == [(row.date_added, {"a": 1})]
        wrapper = connection._connections[connection._alias]  # type: ignore[attr-defined]
        connections.append(weakref.ref(wrapper))
        wrapper.close()

    thread = threading.Thread(target=compile_it)
    thread.start()
    thread.join()
    gc.collect()
    assert connections[0]() is None
    assert read(id=row.id) == [(row.date_added, {"a": 1})]


def tuple_of(*values: Any) -> tuple[Any, ...]:
    return values
