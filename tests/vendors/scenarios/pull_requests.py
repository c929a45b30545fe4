"""Pull requests, as each vendor tells them: the same World, read through every adapter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.v1 import checks_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from tests.vendors import FAKES, told
from tests.vendors.fake import Reply
from tests.vendors.pulls import BLOCKED, CHANGED_LAST, CONFLICTS, FORK, LONG, LOST_FORK, OLDEST, TOPIC, PullRequest
from tests.vendors.scenarios.every_cell import FAILURES
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import Status as Status_
from tests.vendors.world import hunks_of

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("GetPullRequest")]

Status = grpc.StatusCode
STATES = {"open": 1, "closed": 2, "merged": 3}
ANSWERS = {"pending": 1, "approved": 3, "changes": 4}
#: What a vendor does not have, or does not tell.
NO_LABELS = ("bitbucket", "bitbucket_server")
NO_UPDATES = ("vsts",)


#: Reads of a pull request that no vendor has.
OF_ONE = {
    "GetPullRequest": pulls.GetPullRequestRequest,
    "ListPullRequestCommits": pulls.ListPullRequestCommitsRequest,
    "ListPullRequestFiles": pulls.ListPullRequestFilesRequest,
    "StreamPullRequestDiff": pulls.StreamPullRequestDiffRequest,
    "ListPullRequestComments": pulls.ListPullRequestCommentsRequest,
    "ListReviewThreads": pulls.ListReviewThreadsRequest,
    "ListReviews": pulls.ListReviewsRequest,
}


def get(site: Site, number: int) -> Any:
    return site.call("GetPullRequest", pulls.GetPullRequestRequest(number=number))


def listed(site: Site, **fields: Any) -> list[int]:
    request = pulls.ListPullRequestsRequest(**fields)
    return [found.number for found in site.pages("ListPullRequests", request, "pull_requests")]


def wanted(site: Site, condition: Any) -> list[int]:
    return [one.number for one in site.fake.world.pulls() if condition(one)]


def check(site: Site, found: pulls.PullRequest, one: PullRequest, *, whole: bool) -> None:
    """What is told of a pull request, by GetPullRequest (``whole``) or in a list."""
    key = site.fake.key
    digits = 12 if key == "bitbucket" and not whole else 40
    assert (found.repository_id, found.number, found.title) == (site.repository.id, one.number, one.title)
    assert found.body == (one.body if whole or key != "vsts" else one.body[:400])
    assert found.body_truncated == (not whole and key == "vsts" and len(one.body) >= 400)
    assert (found.state, found.draft) == (STATES[one.state], one.draft)
    assert found.author.name.lower() == one.author or found.author.login == one.author
    assert (found.head.branch, found.base.branch) == (one.head, one.base)
    assert found.head.commit_sha == one.head_sha[:digits]
    assert found.base.commit_sha == ("" if key == "gitlab" and not whole else one.base_sha[:digits])
    assert (found.head.is_fork, found.base.is_fork) == (bool(one.fork), False)
    assert found.merge_commit_sha == one.merge_sha[:digits]
    assert list(found.labels) == ([] if key in NO_LABELS else one.labels)
    assert found.created_at.seconds == int(one.created.timestamp())
    assert found.updated_at.seconds == (0 if key in NO_UPDATES else int(one.updated.timestamp()))
    if key != "bitbucket":
        assert found.closed_at.seconds == (int(one.closed.timestamp()) if one.closed else 0)
        assert found.HasField("merged_at") == (one.state == "merged")
    assert found.web_url.startswith("https://")
    assert str(one.number) in found.web_url


@pytest.mark.parametrize("number", [1, 5, 6, 9, TOPIC, FORK, LOST_FORK, LONG, 100])
def test_one_with_all_that_is_told_of_it(vendor: Site, number: int) -> None:
    one = vendor.fake.world.pull_requests[number]
    found = get(vendor, number).message
    check(vendor, found, one, whole=True)
    answers = {reviewer.user.name.lower() or reviewer.user.login: reviewer.state for reviewer in found.reviewers}
    expected = {login: ANSWERS[answer] for login, answer in one.reviewers.items()}
    if vendor.fake.key.startswith("github"):
        expected = {login: state for login, state in expected.items() if state == pulls.REVIEW_STATE_PENDING}
    if vendor.fake.key == "gitlab":
        expected = dict.fromkeys(expected, 0)
    assert answers == expected


def test_whether_one_can_be_merged(vendor: Site) -> None:
    told = {number: get(vendor, number).message.mergeability for number in (TOPIC, CONFLICTS, BLOCKED, 10)}
    if vendor.fake.key == "bitbucket":
        assert set(told.values()) == {pulls.MERGEABILITY_UNSPECIFIED}
        return
    merged = pulls.MERGEABILITY_UNSPECIFIED
    expected = (pulls.MERGEABILITY_MERGEABLE, pulls.MERGEABILITY_CONFLICTS, pulls.MERGEABILITY_BLOCKED, merged)
    assert tuple(told.values()) == expected


def test_all_pages_newest_first(vendor: Site) -> None:
    found = vendor.pages("ListPullRequests", pulls.ListPullRequestsRequest(page_size=97), "pull_requests")
    expected = vendor.fake.world.pulls()
    assert [one.number for one in found] == [one.number for one in expected]
    for pull, one in zip(found, expected, strict=True):
        check(vendor, pull, one, whole=False)


def test_each_filter_and_all_together(vendor: Site) -> None:
    for name, state in STATES.items():
        assert listed(vendor, state=state) == wanted(vendor, lambda one, name=name: one.state == name), name
    assert listed(vendor, head="feature/x#1") == [9]
    assert listed(vendor, head=f"change/{FORK}") == [], "a branch of a fork"
    assert listed(vendor, base="release/001") == wanted(vendor, lambda one: one.base == "release/001")
    author = get(vendor, 1).message.author
    for name in filter(None, {author.id, author.login, author.login.upper()}):
        assert listed(vendor, author=name) == wanted(vendor, lambda one: one.author == "bob"), name
    assert listed(vendor, author="nobody") == []
    together = {"state": 1, "base": "main", "author": author.login}
    assert listed(vendor, **together, page_size=7) == wanted(
        vendor, lambda one: one.state == "open" and one.base == "main" and one.author == "bob"
    )


def test_those_that_changed_since(vendor: Site) -> None:
    since = OLDEST + timedelta(hours=200)
    request = {"updated_since": Timestamp(seconds=int(since.timestamp()))}
    if vendor.fake.key in NO_UPDATES:
        answer = vendor.call("ListPullRequests", pulls.ListPullRequestsRequest(**request))
        assert (answer.status, answer.reason) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
        return
    expected = wanted(vendor, lambda one: one.updated >= since)
    assert CHANGED_LAST in expected
    assert sorted(listed(vendor, **request)) == sorted(expected)
    open_ = wanted(vendor, lambda one: one.updated >= since and one.state == "open")
    assert sorted(listed(vendor, **request, state=1)) == sorted(open_)


def test_those_of_a_commit(vendor: Site) -> None:
    world = vendor.fake.world
    merged = next(one for one in world.pulls() if one.merge_sha)
    assert listed(vendor, commit_sha=world.topic[7].sha) == [TOPIC]
    related = [one.number for one in world.pulls_of(merged.merge_sha)]
    assert merged.number in related
    # Azure DevOps does not know a commit by the start of its SHA.
    start = merged.merge_sha if vendor.fake.key == "vsts" else merged.merge_sha[:12]
    assert sorted(listed(vendor, commit_sha=start)) == sorted(related)
    assert listed(vendor, commit_sha=merged.merge_sha, state=3) == [
        number for number in related if world.pull_requests[number].state == "merged"
    ]
    for sha in ("0" * 40, "0" * 12):
        answer = vendor.call("ListPullRequests", pulls.ListPullRequestsRequest(commit_sha=sha))
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND")


def test_what_is_not_there(vendor: Site) -> None:
    for rpc, request in OF_ONE.items():
        answer = vendor.call(rpc, request(number=999))
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "PULL_REQUEST_NOT_FOUND"), rpc
    vendor.fake.forced = lambda request: Reply(vendor.fake.not_found, 404)
    for rpc, request in {**OF_ONE, "ListPullRequests": pulls.ListPullRequestsRequest}.items():
        answer = vendor.call(rpc, request(number=1) if rpc in OF_ONE else request())
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "VENDOR_NOT_FOUND"), rpc


def test_a_commit_without_the_app_that_links_it(open_site: OpenSite) -> None:
    fake: Any = FAKES["bitbucket"]()
    fake.commit_links = False
    with open_site(fake) as site:
        answer = site.call("ListPullRequests", pulls.ListPullRequestsRequest(commit_sha=fake.world.head))
        assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "COMMIT_LINKS_MISSING")


@pytest.mark.parametrize(("status", "expected"), FAILURES.items())
def test_what_the_vendor_refuses_for_a_commit(vendor: Site, status: int, expected: Any) -> None:
    assert vendor.repository
    vendor.fake.forced = lambda request: Reply({"message": "?"}, status)
    answer = vendor.call("ListPullRequests", pulls.ListPullRequestsRequest(commit_sha=vendor.fake.world.head))
    assert (answer.status, answer.reason) == expected


@pytest.mark.parametrize("number", [TOPIC, 5])
def test_its_commits_and_files(vendor: Site, number: int) -> None:
    world = vendor.fake.world
    one = world.pull_requests[number]
    request = pulls.ListPullRequestCommitsRequest(number=number, page_size=90)
    commits = vendor.pages("ListPullRequestCommits", request, "commits")
    assert [commit.key for commit in commits] == [commit.sha for commit in world.proposed(one)]
    assert commits[0].repository_id == vendor.repository.id
    asked = pulls.ListPullRequestFilesRequest(number=number, page_size=90)
    found = vendor.pages("ListPullRequestFiles", asked, "file_changes")
    changes = world.changed(one)
    assert sorted(told.our_change(change)[:3] for change in found) == sorted(
        (change.path, change.kind, change.previous) for change in changes
    )


def test_its_differences(vendor: Site) -> None:
    changes = vendor.fake.world.changed(vendor.fake.world.pull_requests[TOPIC])
    diffs = vendor.call("StreamPullRequestDiff", pulls.StreamPullRequestDiffRequest(number=TOPIC)).messages
    assert not any(diff.truncated for diff in diffs)
    assert {diff.change.path: diff.hunks.decode() for diff in diffs} == {
        change.path: hunks_of(change) for change in changes
    }
    paths = ["topic/file003.py", "src/"]
    some = vendor.call("StreamPullRequestDiff", pulls.StreamPullRequestDiffRequest(number=TOPIC, paths=paths)).messages
    assert {diff.change.path for diff in some} == {
        change.path for change in changes if change.path.startswith(tuple(paths))
    }
    assert all(diff.header.startswith(b"diff --git ") for diff in some)


def test_how_many_stand(vendor: Site) -> None:
    """50 of them, in one call of GitHub, and a few calls for each elsewhere."""
    world, key = vendor.fake.world, vendor.fake.key
    one = world.pull_requests[TOPIC]
    world.report(one.head_sha, Status_("ci/build", "failure"))
    numbers = [TOPIC, CONFLICTS, BLOCKED, 5, 999, TOPIC, *range(50, 94)]
    assert vendor.repository
    vendor.fake.forget_calls()
    asked = pulls.BatchGetPullRequestStatusRequest(numbers=numbers)
    found = vendor.call("BatchGetPullRequestStatus", asked).message.statuses
    assert len(vendor.fake.calls) <= (2 if key.startswith("github") else 7 * 50)
    assert [status.number for status in found] == numbers
    topic, conflicts, blocked, other, missing, again = found[:6]
    assert topic == again
    assert (topic.state, topic.draft, topic.head_sha) == (1, one.draft, one.head_sha)
    assert (topic.checks.state, other.checks.state) == (checks_pb2.CHECK_STATE_FAILURE, 0)
    wanted = pulls.REVIEW_STATE_UNSPECIFIED if key == "gitlab" else pulls.REVIEW_STATE_CHANGES_REQUESTED
    assert (topic.reviews, topic.reviews_derived) == (wanted, bool(wanted) and not key.startswith("github"))
    assert (missing.error.code, missing.error.reason) == (5, "PULL_REQUEST_NOT_FOUND")
    if key != "bitbucket":
        expected = (pulls.MERGEABILITY_CONFLICTS, pulls.MERGEABILITY_BLOCKED, pulls.MERGEABILITY_MERGEABLE)
        assert (conflicts.mergeability, blocked.mergeability, other.mergeability) == expected
    for numbers in ([], [0], [1] * 51):
        answer = vendor.call("BatchGetPullRequestStatus", pulls.BatchGetPullRequestStatusRequest(numbers=numbers))
        assert answer.status is Status.INVALID_ARGUMENT, numbers
