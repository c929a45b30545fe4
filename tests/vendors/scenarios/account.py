"""Repositories of the account and issues of the tracker of each vendor, as a client of the service sees them."""

from __future__ import annotations

import grpc
import pytest

from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.site import Site, is_only_standalone
from tests.vendors.world import MANY

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


@pytest.mark.rpcs("SearchRepositories")
def test_all_repositories_page_by_page_and_which_are_known(vendor: Site) -> None:
    row = vendor.repository
    found = vendor.pages("SearchRepositories", pb.SearchRepositoriesRequest(page_size=100), "repositories")
    assert len(found) == MANY + 1
    assert len({repository.identifier for repository in found}) == MANY + 1
    assert {repository.identifier: repository.repository_id for repository in found if repository.repository_id} == {
        vendor.fake.identifier: row.id
    }


@pytest.mark.rpcs("SearchRepositories")
def test_repositories_by_a_part_of_their_name(vendor: Site) -> None:
    found = vendor.pages("SearchRepositories", pb.SearchRepositoriesRequest(query="repo-24"), "repositories")
    assert len(found) == 10


@pytest.mark.rpcs("CheckRepositoryAccess")
@pytest.mark.parametrize(
    ("status", "reason"), [(403, "VENDOR_FORBIDDEN"), (404, "NOT_FOUND"), (401, "INTEGRATION_UNAUTHORIZED")]
)
def test_whether_a_repository_can_be_reached(vendor: Site, status: int, reason: str) -> None:
    from tests.vendors.fake import Reply

    assert vendor.call("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest()).message.accessible
    vendor.fake.forced = lambda request: Reply({"message": "no"}, status)
    answer = vendor.call("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest()).message
    assert not answer.accessible
    assert answer.reason == reason


@pytest.mark.rpcs("SyncRepository")
def test_a_refresh_takes_over_what_the_vendor_says(vendor: Site) -> None:
    vendor.update(vendor.repository, url="https://example.com/old")
    answer = vendor.call("SyncRepository", pb.SyncRepositoryRequest()).message
    assert answer.repository.url == vendor.fake.web
    assert "url" in {change.field for change in answer.changes}


@pytest.mark.rpcs("SearchIssues")
def test_all_issues_that_fit_page_by_page(vendor: Site) -> None:
    request = pb.SearchIssuesRequest(query="it breaks", destination=vendor.fake.destination, page_size=60)
    issues = vendor.pages("SearchIssues", request, "issues")
    assert sorted(issue.key for issue in issues) == sorted(vendor.fake.issue_key(n) for n in vendor.fake.world.issues)
    assert {issue.state for issue in issues} == {pb.ISSUE_STATE_OPEN}


@pytest.mark.rpcs("SearchIssues")
@pytest.mark.parametrize("query", ["repo:other/private x", 'a" OR title ~ "b', "it' breaks", "a\\"])
def test_a_searchers_text_is_only_text(vendor: Site, query: str) -> None:
    request = pb.SearchIssuesRequest(query=query, destination=vendor.fake.destination)
    # A vendor that looks for the words alone finds "it breaks".
    has_words = vendor.fake.searches_words and query == "it' breaks"
    assert bool(vendor.call("SearchIssues", request).message.issues) == has_words


@pytest.mark.rpcs("CreateExternalIssue", "SyncIssueStatus")
def test_an_issue_is_created_linked_closed_and_read(vendor: Site) -> None:
    group = vendor.rows.group()
    request = pb.CreateExternalIssueRequest(
        title="It breaks", description="Here.", destination=vendor.fake.destination, group_id=group.id
    )
    request.metadata.update(vendor.fake.issue_metadata)
    made = vendor.call("CreateExternalIssue", request).message
    assert made.key == vendor.fake.issue_key(MANY + 1)
    assert made.web_url.startswith("https://")
    sync = pb.SyncIssueStatusRequest(group_id=group.id, external_issue_id=made.id)
    vendor.resolve(group)
    sync.direction = pb.SYNC_DIRECTION_GROUP_TO_TRACKER
    assert vendor.call("SyncIssueStatus", sync).status is Status.OK
    assert vendor.fake.world.issues[MANY + 1].closed
    found = vendor.call("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=made.id)).message
    assert (found.title, found.state) == ("It breaks", pb.ISSUE_STATE_CLOSED)
    vendor.fake.world.issues[MANY + 1].closed = False
    sync.direction = pb.SYNC_DIRECTION_TRACKER_TO_GROUP
    assert vendor.call("SyncIssueStatus", sync).status is Status.OK
    assert not vendor.is_resolved(group)


@pytest.mark.rpcs("LinkExternalIssue")
def test_an_issue_of_the_tracker_is_linked_by_its_key(vendor: Site) -> None:
    request = pb.LinkExternalIssueRequest(group_id=vendor.rows.group().id, key=vendor.fake.issue_key(7))
    linked = vendor.call("LinkExternalIssue", request).message
    assert linked.title == vendor.fake.world.issues[7].title
    request.key = vendor.fake.issue_key(9999)
    assert vendor.call("LinkExternalIssue", request).status is Status.NOT_FOUND


@pytest.mark.rpcs("ListIssueDestinations", "CreateExternalIssue")
def test_where_issues_can_be_created(vendor: Site) -> None:
    found = vendor.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(page_size=100), "destinations")
    place = next(destination for destination in found if destination.id == vendor.fake.destination)
    assert {field.name for field in place.fields if field.required} == set(vendor.fake.issue_metadata)


def test_capabilities_are_those_of_the_adapter(vendor: Site) -> None:
    answer = vendor.call("GetCapabilities", pb.GetCapabilitiesRequest()).message
    adapter = adapters()[vendor.fake.key]
    # What the installation may not do is another matter, of which a Sentry's own tests are.
    lacking = {found.rpc for found in answer.capabilities if found.reason == "SCOPE_MISSING"}
    assert {found.rpc: found.supported or found.rpc in lacking for found in answer.capabilities} == {
        rpc.name: not rpc.needs
        or (adapter.supports(rpc.needs) and not is_only_standalone(vendor, rpc.needs))
        or rpc.name in vendor.from_rows
        for rpc in RPCS.values()
    }
