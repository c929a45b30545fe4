"""Lists of rows as answers (hosts/listed.py): the answer is the one that is made of the rows anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.hosts import reads
from sentry_scm_grpc.hosts.embedded import messages, models
from sentry_scm_grpc.hosts.embedded.operations import code_mappings, external_issues, integrations, repositories
from sentry_scm_grpc.hosts.listed import Listed
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb

pytestmark = pytest.mark.django_db

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC))


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS, MOMENTS, st.dictionaries(TEXTS, TEXTS)), max_size=4))
def test_answers_as_if_each_message_were_made_anew(odd: list[Any]) -> None:
    organization = factories.OrganizationFactory()
    for place, (name, url, moment, config) in enumerate(odd):
        row = factories.RepositoryFactory(
            organization=organization, integration=None, name=f"{name}{place}", url=url, config=config
        )
        models.Repository.objects.filter(id=row.id).update(date_added=moment)
    stored = models.Repository.objects.filter(organization=organization).order_by("name", "id")
    expected = list(map(messages.repository_message, stored))
    for _ in range(2):
        answer, last = repositories.LISTED.page(10, organization_id=organization.id)
        assert list(answer.repositories) == expected
        assert last is None
    if len(odd) > 1:
        answer, last = repositories.LISTED.page(1, organization_id=organization.id)
        assert list(answer.repositories) == expected[:1]
        assert (last.id, last.name, last.date_added) == (stored[0].id, stored[0].name, stored[0].date_added)  # type: ignore[union-attr]


def listed_rows() -> Iterator[tuple[Listed[Any, Any], Any, Callable[[Any], Any], dict[str, int]]]:
    """Each list, a row in it, what makes the row's message, and the values that select it."""
    mapping = factories.CodeMappingFactory()
    organization = {"organization_id": mapping.organization_id}
    group = factories.GroupFactory(organization=mapping.organization)
    issue = factories.ExternalIssueFactory(integration=mapping.repository.integration)
    models.GroupLink.objects.create(group=group, external_issue=issue)
    yield repositories.LISTED, mapping.repository, messages.repository_message, organization
    yield code_mappings.LISTED, mapping, messages.code_mapping_message, organization
    yield integrations.LISTED, mapping.repository.integration, messages.integration_message, organization
    yield external_issues.LISTED, issue, messages.external_issue_message, {"group_id": group.id}


CHANGES = {"Repository": "url", "CodeMapping": "default_branch", "Integration": "domain", "ExternalIssue": "title"}


def test_shows_each_change_of_a_row() -> None:
    for listed, row, message, by in listed_rows():
        for text in ("before", "after"):
            type(row).objects.filter(id=row.id).update(**{CHANGES[type(row).__name__]: text})
            row.refresh_from_db()
            [[only]] = [list(found) for field, found in listed.page(10, **by)[0].ListFields()]
            assert only == message(row)
            assert text in str(only)


def test_keeps_few_rows_and_no_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "MOST_ROWS", 3)
    listed = Listed(
        repositories.REPOSITORIES,
        pb.ListRepositoriesResponse,
        lambda row, answer: messages.repository_message(row, answer.repositories.add),
    )
    organization = factories.OrganizationFactory()
    long = factories.RepositoryFactory(organization=organization, url="x" * reads.LONGEST_ROW, name="0")
    for _ in range(7):
        factories.RepositoryFactory(organization=organization)
    for _ in range(2):
        answer, _last = listed.page(10, organization_id=organization.id)
        assert len(answer.repositories) == 8
        assert answer.repositories[0].url == long.url
        [kept] = listed._pieces._databases.values()
        assert 0 < len(kept) <= 3
        assert not any(long.url in piece.decode("utf-8", "replace") for piece in kept.values())
