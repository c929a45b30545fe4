"""What only a Sentry has beside its installations: stored commits, settings of a tracker, columns with a bound."""

from __future__ import annotations

import grpc
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from sentry.testutils.factories import Factories

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.site import OpenSite, Site
from tests.vendors.vsts import PROJECT, Fake
from tests.vendors.world import MANY, sha_of

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


@pytest.mark.rpcs("ListCommits", "ListFileChanges")
def test_a_list_goes_on_at_the_vendor_though_sentry_has_stored_commits_meanwhile(vendor: Site) -> None:
    world = vendor.fake.world
    commits = pb.ListCommitsRequest(page_size=100)
    first = vendor.call("ListCommits", commits).message
    large = world.commits[MANY // 2 - 1]
    changes = pb.ListFileChangesRequest(commit_sha=large.sha, page_size=60)
    first_changes = vendor.call("ListFileChanges", changes).message
    Factories.create_commit(vendor.repository, key=large.sha)
    commits.page_token = first.next_page_token
    rest = vendor.pages("ListCommits", commits, "commits")
    assert [commit.key for commit in (*first.commits, *rest)] == [commit.sha for commit in world.commits]
    changes.page_token = first_changes.next_page_token
    rest = vendor.pages("ListFileChanges", changes, "file_changes")
    assert [change.path for change in (*first_changes.file_changes, *rest)] == [c.path for c in large.changes]


@pytest.mark.rpcs("DeriveCodeMappings")
def test_one_broken_row_does_not_keep_the_others_from_being_read(vendor: Site) -> None:
    good = vendor.repository
    broken = type(good).objects.create(
        organization_id=good.organization_id,
        name="no such thing",
        provider=good.provider,
        external_id="none",
        config={},
        integration_id=good.integration_id,
    )
    request = pb.DeriveCodeMappingsRequest(
        project_id=vendor.rows.project.id, stacktrace_paths=["/srv/code/src/module007.py", "/srv/code/src/app.py"]
    )
    answer = vendor.call("DeriveCodeMappings", request).message
    assert [mapping.repository_id for mapping in answer.mappings] == [good.id]
    assert [one.repository_id for one in answer.skipped_repositories] == [broken.id]


@pytest.mark.rpcs("ResolveSourceUrl")
def test_a_long_url_makes_no_long_query(vendor: Site) -> None:
    """Of 4,000 names only those are looked at that Sentry's column for an address has room for."""
    url = "https://code.example.com/" + "/".join("a" * 4000)
    with CaptureQueriesContext(connection) as queries:
        answer = vendor.call("ResolveSourceUrl", pb.ResolveSourceUrlRequest(url=url))
    assert answer.reason == "URL_NOT_KNOWN"
    assert max(len(query["sql"]) for query in queries) < 50_000


def test_a_state_is_the_one_that_sentrys_settings_name_for_the_project(open_site: OpenSite) -> None:
    with open_site(Fake()) as site:
        check_states(site)


def check_states(site: Site) -> None:
    from sentry.models import GroupStatus, IntegrationExternalProject, OrganizationIntegration

    installed = OrganizationIntegration.objects.get(integration_id=site.rows.integration.id)
    IntegrationExternalProject.objects.create(
        organization_integration_id=installed.id,
        name=PROJECT,
        external_id=sha_of(PROJECT)[:32],
        resolved_status="Resolved",
        unresolved_status="New",
    )
    issue, group = site.rows.issue("7"), site.rows.group()
    site.rows.link(group, issue)
    request = pb.SyncIssueStatusRequest(
        group_id=group.id, external_issue_id=issue.id, direction=pb.SYNC_DIRECTION_GROUP_TO_TRACKER
    )
    for status, state in ((GroupStatus.RESOLVED, "Resolved"), (GroupStatus.UNRESOLVED, "New")):
        group.update(status=status)
        assert site.call("SyncIssueStatus", request).status is Status.OK
        assert [call.data[0]["value"] for call in site.fake.calls if call.method == "PATCH"] == [state]
        site.fake.forget_calls()
