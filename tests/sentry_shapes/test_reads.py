"""Commits whose older rows were deleted, and integrations that have no adapter."""

from __future__ import annotations

import grpc
import pytest
from sentry.models import OrganizationIntegration

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_shapes.conftest import Vendor
from tests.sentry_shapes.rows import Rows

COMMITS = "/api/v4/projects/7/repository/commits"


def commit(number: int) -> dict[str, object]:
    """A commit as GitLab tells it."""
    day = f"2026-01-{number:02}T00:00:00Z"
    return {
        "id": f"{number:040x}",
        "message": f"Change {number}",
        "author_name": "Ada",
        "author_email": "ada@example.com",
        "authored_date": day,
        "committer_name": "Ada",
        "committer_email": "ada@example.com",
        "committed_date": day,
        "parent_ids": [],
        "web_url": f"https://gitlab.example.com/acme/rocket/-/commit/{number:040x}",
    }


def keys(commits: object) -> list[int]:
    return [int(found.key, 16) for found in commits]  # type: ignore[attr-defined]


def test_commits_whose_rows_were_deleted_are_listed(rows: Rows, vendor: Vendor) -> None:
    repository = rows.repository()
    rows.commit(repository, 3)
    vendor.knows(COMMITS, [commit(3), commit(2), commit(1)])
    answer = rows.call("ListCommits", repository_id=repository.id).message
    assert (keys(answer.commits), answer.incomplete, answer.incomplete_reason) == ([3, 2, 1], False, "")
    assert keys(rows.call("StreamCommits", repository_id=repository.id).messages) == [3, 2, 1]


@pytest.mark.parametrize("reason", ["switched off", "gone", "of a plugin"])
def test_where_nobody_can_list_them_the_rest_is_told_as_a_rest(rows: Rows, reason: str) -> None:
    repository = rows.repository()
    rows.commit(repository, 3)
    installed = OrganizationIntegration.objects.filter(integration=rows.integration)
    if reason == "switched off":
        installed.update(status=1)
    elif reason == "gone":
        installed.delete()
    else:
        repository.update(provider="gitlab", integration_id=None)
    answer = rows.call("ListCommits", repository_id=repository.id).message
    assert (keys(answer.commits), answer.incomplete, answer.incomplete_reason) == ([3], True, "COMMITS_FROM_ROWS")
    refused = rows.call("StreamCommits", repository_id=repository.id)
    assert (refused.status, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "COMMITS_FROM_ROWS")
    allowed = rows.call("StreamCommits", repository_id=repository.id, allow_incomplete=True)
    assert keys(allowed.messages) == [3]


def test_a_commit_whose_row_was_deleted_is_the_providers(rows: Rows, vendor: Vendor) -> None:
    repository = rows.repository()
    vendor.knows(f"{COMMITS}/{1:040x}", commit(1))
    vendor.knows(f"{COMMITS}/{1:040x}/diff", [])
    assert rows.call("GetCommit", repository_id=repository.id, commit_sha=f"{1:040x}").message.message == "Change 1"


@pytest.mark.parametrize("provider", ["gitea", "cursor_origin"])
def test_an_integration_without_an_adapter_is_listed_by_its_key(rows: Rows, vendor: Vendor, provider: str) -> None:
    made = rows.integrate(provider, vendor.address)
    chat = rows.integrate("slack", vendor.address)
    found = rows.call("ListIntegrations", organization_id=rows.organization.id).message.integrations
    listed = {integration.id: (integration.provider_key, integration.provider) for integration in found}
    assert listed[made.id] == (provider, pb.PROVIDER_UNSPECIFIED)
    assert chat.id not in listed
    capabilities = rows.call(
        "GetCapabilities", organization_id=rows.organization.id, integration_id=made.id
    ).message.capabilities
    reasons = {capability.rpc: capability.reason for capability in capabilities}
    assert (reasons["ListRepositories"], reasons["SearchCode"]) == ("", "PROVIDER_UNSUPPORTED")
