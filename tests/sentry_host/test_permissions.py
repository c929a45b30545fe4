"""GetCapabilities says which RPCs Sentry's own installation may not do, before one of them fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db


def missing(provider: str, **integration: Any) -> Mapping[str, str]:
    """The RPCs that lack a permission, and the sentence about each."""
    rows = Rows(provider, **integration)
    request = pb.GetCapabilitiesRequest(organization_id=rows.organization.id, integration_id=rows.integration.id)
    answer = web_call("GetCapabilities", request, rows.as_key("org:read"))
    return {it.rpc: it.message for it in answer.message.capabilities if it.reason == "SCOPE_MISSING"}


def test_sentrys_installation_at_bitbucket_reads_pull_requests_and_writes_none() -> None:
    found = missing("bitbucket")
    assert {"CreatePullRequest", "MergePullRequest", "CreateReview", "CreateCommit", "ListPipelines"} <= set(found)
    assert {"GetPullRequest", "GetFile", "CreateCommitStatus"}.isdisjoint(found)
    assert "pullrequest:write" in found["CreatePullRequest"]


def test_sentrys_installation_at_azure_devops_reads_code_and_writes_work_items() -> None:
    found = missing("vsts")
    assert {"CreatePullRequest", "CreateBranch", "CreateCommitStatus", "ListPipelines"} <= set(found)
    assert {"GetPullRequest", "GetFile", "CreateExternalIssue", "SyncIssueStatus"}.isdisjoint(found)


def test_an_installation_has_what_was_asked_for_at_its_time() -> None:
    found = missing("vsts", metadata={"domain_name": "https://acme.visualstudio.com/", "scopes": ["vso.code_write"]})
    assert "CreateExternalIssue" in found
    assert {"CreatePullRequest", "CreateBranch"}.isdisjoint(found)


def test_a_github_app_has_what_its_owner_chose_where_sentry_stores_it() -> None:
    found = missing("github", metadata={"permissions": {"contents": "read", "pull_requests": "write"}})
    assert {"CreateCommit", "MergePullRequest"} <= set(found)
    assert {"GetFile", "CreatePullRequest"}.isdisjoint(found)


@pytest.mark.parametrize("provider", ["github", "gitlab", "bitbucket_server"])
def test_nothing_is_claimed_of_what_sentry_does_not_tell(provider: str) -> None:
    assert missing(provider) == {}
