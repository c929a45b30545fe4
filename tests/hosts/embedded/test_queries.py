"""How many queries a call costs: a fixed number, however long the page, and few."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.testing import factories
from tests.hosts.embedded.conftest import Caller

Rows = Callable[[models.Integration, int], dict[str, Any]]


def repositories(integration: models.Integration, count: int) -> dict[str, Any]:
    owners = {"integration": integration, "organization": integration.organization}
    models.Repository.objects.bulk_create(factories.RepositoryFactory.build_batch(count, **owners))
    return {"integration_id": integration.id}


def integrations(integration: models.Integration, count: int) -> dict[str, Any]:
    rows = factories.IntegrationFactory.build_batch(count, organization=integration.organization)
    models.Integration.objects.bulk_create(rows)
    return {}


def code_mappings(integration: models.Integration, count: int) -> dict[str, Any]:
    owners = {"repository": factories.RepositoryFactory(organization=integration.organization)}
    owners["project"] = factories.ProjectFactory(organization=integration.organization)
    models.CodeMapping.objects.bulk_create(factories.CodeMappingFactory.build_batch(count, **owners))
    return {"project_id": owners["project"].id, "repository_id": owners["repository"].id}


def links(integration: models.Integration, count: int) -> dict[str, Any]:
    group = factories.GroupFactory(organization=integration.organization)
    known = models.ExternalIssue.objects.count()
    issues = [
        factories.ExternalIssueFactory.build(integration=integration, key=f"DEMO-{known + n}") for n in range(count)
    ]
    models.ExternalIssue.objects.bulk_create(issues)
    rows = models.ExternalIssue.objects.order_by("-id")[:count]
    models.GroupLink.objects.bulk_create(models.GroupLink(group=group, external_issue=row) for row in rows)
    return {"group_id": group.id}


def tracker_issues(integration: models.Integration, count: int) -> dict[str, Any]:
    start = models.TrackerIssue.objects.count()
    models.TrackerIssue.objects.bulk_create(
        models.TrackerIssue(integration=integration, number=start + n, title="It is broken")
        for n in range(1, count + 1)
    )
    return {"integration_id": integration.id, "query": "broken"}


# The list, how to make rows of it, and what a call costs beside the two queries for the credential.
LISTS: list[tuple[str, Rows, int]] = [
    ("ListRepositories", repositories, 2),
    ("ListIntegrations", integrations, 1),
    ("ListCodeMappings", code_mappings, 3),
    ("ListExternalIssues", links, 2),
    ("SearchIssues", tracker_issues, 3),
]
AUTHENTICATION = 2


@pytest.mark.parametrize(("rpc", "rows", "queries"), LISTS, ids=[rpc for rpc, _, _ in LISTS])
@pytest.mark.parametrize("page_size", [1, 1000])
def test_a_list_costs_the_same_whatever_its_page(
    call: Caller, integration: models.Integration, rpc: str, rows: Rows, queries: int, page_size: int
) -> None:
    fields = rows(integration, 1001)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        first = call(rpc, page_size=page_size, **fields).message
    assert [len(values) for name, values in first.ListFields() if name.name != "next_page_token"] == [page_size]
    assert len(captured) == AUTHENTICATION + queries <= 5

    models.ApiKey.objects.update(last_used=None)
    with CaptureQueriesContext(connection) as captured:
        call(rpc, page_size=page_size, page_token=first.next_page_token, **fields)
    assert len(captured) == AUTHENTICATION + queries


def test_a_thousand_repositories_cost_at_most_four(call: Caller, integration: models.Integration) -> None:
    repositories(integration, 1000)
    with CaptureQueriesContext(connection) as captured:
        answer = call("ListRepositories", page_size=1000).message
    assert len(answer.repositories) == 1000
    assert len(captured) == AUTHENTICATION + 1 <= 4


@pytest.mark.parametrize("count", [1, 20])
def test_deriving_costs_the_same_however_many_repositories(
    call: Caller, integration: models.Integration, git_repository: Path, count: int
) -> None:
    owners = {"integration": integration, "organization": integration.organization}
    factories.RepositoryFactory(**owners, path=git_repository)
    factories.RepositoryFactory.create_batch(count - 1, **owners)  # That are not there cost queries too.
    project = factories.ProjectFactory(organization=integration.organization)
    with CaptureQueriesContext(connection) as captured:
        answer = call("DeriveCodeMappings", project_id=project.id, stacktrace_paths=["/a/src/engine.py"]).message
    assert len(answer.mappings) == 1
    assert len(captured) == AUTHENTICATION + 1 + 2


@pytest.mark.parametrize("count", [1, 20])
def test_resolving_costs_the_same_however_many_repositories(
    call: Caller, integration: models.Integration, git_repository: Path, count: int
) -> None:
    owners = {"integration": integration, "organization": integration.organization, "path": git_repository}
    for number in range(count):
        factories.RepositoryFactory(
            **owners, external_id=str(number), url=f"https://git.example.com/acme/rocket{number}"
        )
    with CaptureQueriesContext(connection) as captured:
        found = call("ResolveSourceUrl", url="https://git.example.com/acme/rocket0/blob/main/src/engine.py").message
    assert found.path == "src/engine.py"
    assert len(captured) == AUTHENTICATION + 1
