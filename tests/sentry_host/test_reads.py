"""Compiled reads give what Sentry's ORM gives, for whatever is in the rows.

This Sentry's environment has no hypothesis: rows are made of odd values by numbers that stay the same.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from sentry.models import Commit, CommitAuthor, CommitFileChange, Project, Repository

from sentry_scm_grpc.hosts.reads import Read
from sentry_scm_grpc.hosts.sentry import rows as reads
from sentry_scm_grpc.rpc import call
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

TEXTS = ("", "a", "A", "aß", "100%", "a_b", "\\", "'\"", "é" * 3, "日本", "\x01\x7f", "a%_\\'b", " a ", "\U0001f680")
CONFIGS: tuple[Any, ...] = ({}, {"name": "a"}, {"name": None, "é": {"b": [1, "%"]}}, ["odd"], 7)


def check(read: Read[Any], limit: int | None, **values: Any) -> list[Any]:
    """Compares with the ORM, the first time and by the kept statement, and returns the rows."""
    expected = [attributes(row) for row in read.uncompiled(limit, **values)]
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            found = read(limit, **values)
        assert [attributes(row) for row in found] == expected
        assert len(captured) == (0 if () in values.values() else 1)
    return found


def attributes(row: Any) -> Any:
    """What is in a row, types included: True is not 1."""
    if hasattr(row, "_meta"):
        names = [field.attname for field in row._meta.concrete_fields]
        return type(row), row._state.db, row._state.adding, {name: repr(getattr(row, name)) for name in names}
    return repr(row)


def check_object(found: Any, stored: Any) -> None:
    """An object of a compiled read is the one that the manager finds."""
    assert found == stored
    assert attributes(found) == attributes(type(stored).objects.get(id=stored.id))


@pytest.mark.parametrize("seed", range(6))
def test_repositories(seed: int) -> None:
    chance = random.Random(seed)
    rows = Rows()
    made = [
        rows.repository(
            f"{chance.choice(TEXTS)}{number % 3}",
            external_id=chance.choice([None, f"{number}"]),
            url=chance.choice([None, *TEXTS]),
            provider=chance.choice([None, "github", "integrations:github", "integrations:gitlab"]),
            config=chance.choice(CONFIGS),
            status=chance.choice([0, 0, 1, 2]),
            integration_id=chance.choice([None, rows.integration.id]),
            date_added=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=chance.randrange(10**15)),
        )
        for number in range(12)
    ]
    organization = rows.organization.id
    _, by_id, _ = reads.RESOURCES[call.REPOSITORY]
    for row in made:
        for found in (*check(by_id, 1, id=row.id), *check(by_id, 1, id=row.id, organization_id=organization)):
            check_object(found, row)
        assert check(by_id, 1, id=row.id, organization_id=organization + 1) == []
    after = {"after_name": made[0].name, "after_id": made[0].id}
    for more in (
        {},
        after,
        {"query": chance.choice(TEXTS[1:])},
        {"providers": ()},
        {"providers": ("github", "integrations:github")},
        {"integration_id": rows.integration.id, "query": "a", "providers": ("github", "github"), **after},
        {"integration_id": None},
    ):
        for limit in (None, 1, 3):
            check(reads.REPOSITORIES, limit, organization_id=organization, **more)
    listed = {row.id: row for row in reads.REPOSITORIES(organization_id=organization)}
    assert listed.keys() == {row.id for row in made if row.status == 0}
    for id, found in listed.items():
        stored = Repository.objects.get(id=id)
        assert {name: repr(getattr(stored, name)) for name in found._fields} == {
            name: repr(value) for name, value in found._asdict().items()
        }


@pytest.mark.parametrize("seed", range(4))
def test_commits(seed: int) -> None:
    chance = random.Random(seed)
    rows = Rows()
    repository, day = rows.repository(), datetime(2026, 1, 1, tzinfo=UTC)
    authors = [
        CommitAuthor.objects.create(
            organization_id=rows.organization.id, name=chance.choice([None, *TEXTS]), email=f"{text}{number}@a.example"
        )
        for number, text in enumerate(TEXTS)
    ]
    made = [
        Commit.objects.create(
            organization_id=rows.organization.id,
            repository_id=repository.id,
            key=f"{number:040x}",
            message=chance.choice([None, *TEXTS]),
            author=chance.choice([None, *authors]),
            date_added=day + timedelta(microseconds=chance.randrange(4)),
        )
        for number in range(12)
    ]
    for number, text in enumerate(TEXTS):
        CommitFileChange.objects.create(
            organization_id=rows.organization.id, commit=made[0], filename=f"{text}{number}", type=chance.choice("AMD")
        )
    for commit in made:
        assert [row.id for row in check(reads.COMMIT, 1, repository_id=repository.id, key=commit.key)] == [commit.id]
    place = {"before": made[3].date_added.isoformat(), "before_id": made[3].id}
    for more in (
        {},
        place,
        {"author": chance.choice(TEXTS[1:])},
        {"since": day + timedelta(microseconds=1), "until": day + timedelta(microseconds=2)},
        {"author": "a", "since": day, "until": day + timedelta(1), **place},
    ):
        for limit in (None, 1, 3):
            check(reads.COMMITS, limit, repository_id=repository.id, **more)
    check(reads.COMMIT_IDS, 1, repository_id=repository.id)
    check(reads.COMMIT_IDS, 1, repository_id=repository.id + 1)
    for after in ({}, {"after": "a"}, {"after": chance.choice(TEXTS)}):
        check(reads.FILE_CHANGES, chance.choice([None, 2]), commit_id=made[0].id, **after)
        assert check(reads.FILE_CHANGES, 2, commit_id=made[1].id, **after) == []


@pytest.mark.parametrize("text", TEXTS)
def test_other_rows(text: str) -> None:
    rows = Rows()
    organization, group = rows.organization, rows.group(message=text, data={"type": "default", "metadata": {"a": text}})
    repository = rows.repository(text or "a")
    mapping = rows.mapping(repository, stack_root=text, source_root=text, default_branch=text or None)
    issue = rows.issue(text, title=text or None, description=text, metadata={"display_name": text} if text else None)
    rows.link(group, issue)
    by_id = {
        call.PROJECT: rows.project,
        call.REPOSITORY: repository,
        call.CODE_MAPPING: mapping,
        call.EXTERNAL_ISSUE: issue,
        call.GROUP: group,
    }
    assert by_id.keys() == reads.RESOURCES.keys()
    for resource, row in by_id.items():
        _, read, _ = reads.RESOURCES[resource]
        for found in (*check(read, 1, id=row.id), *check(read, 1, id=row.id, organization_id=organization.id)):
            check_object(found, row)
        assert check(read, 1, id=row.id, organization_id=organization.id + 1) == []
    narrow = {"project_id": rows.project.id, "repository_id": repository.id}
    for by in ({}, narrow):
        for after in (0, mapping.id):
            check(reads.CODE_MAPPINGS, 2, organization_id=organization.id, after_id=after, **by)
    linked = {"group_id": group.id, "project_id": group.project_id, "organization_id": organization.id}
    assert check(reads.LINKED_ISSUES, 2, after_id=0, **linked) == [issue]
    assert check(reads.LINKED_ISSUES, 2, after_id=issue.id, **linked) == []


def test_a_group_comes_with_its_project(django_assert_num_queries: Any) -> None:
    group = Rows().group()
    _, read, _ = reads.RESOURCES[call.GROUP]
    with django_assert_num_queries(1):
        project = read.first(id=group.id).project
    check_object(project, group.project)


def test_rows_that_are_going_are_not_found() -> None:
    rows = Rows()
    _, projects, _ = reads.RESOURCES[call.PROJECT]
    for status, there in ((0, True), (1, True), (2, False), (3, False)):
        Project.objects.filter(id=rows.project.id).update(status=status)
        assert bool(check(projects, 1, id=rows.project.id)) is there
        assert check(reads.PROJECT_BY_ID, 1, id=rows.project.id)
        rows.organization.update(status=status)
        assert bool(check(reads.ACTIVE_ORGANIZATION, 1, id=rows.organization.id)) is (status == 0)
    _, groups, _ = reads.RESOURCES[call.GROUP]
    group = rows.group()
    for status, there in ((0, True), (1, True), (3, False), (5, False)):
        group.update(status=status)
        assert bool(check(groups, 1, id=group.id)) is there
