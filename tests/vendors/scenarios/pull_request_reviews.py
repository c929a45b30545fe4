"""Comments, threads and reviews of pull requests, as each vendor tells them."""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from tests.vendors.pulls import TOPIC
from tests.vendors.site import Site

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("ListReviewThreads")]

SIDES = {"head": pulls.DIFF_SIDE_HEAD, "base": pulls.DIFF_SIDE_BASE}
#: Vendors that tell whether the lines of a thread have changed since.
TELL_OUTDATED = ("github", "github_enterprise", "bitbucket", "bitbucket_server")


def place(position: pulls.ReviewPosition) -> tuple[Any, ...]:
    return position.path, position.side, position.start_line, position.line


def test_the_conversation(vendor: Site) -> None:
    """Without what the vendor writes, what was deleted, and what is on lines."""
    request = pulls.ListPullRequestCommentsRequest(number=TOPIC, page_size=99)
    found = vendor.pages("ListPullRequestComments", request, "comments")
    expected = [one.body for one in vendor.fake.world.remarks[TOPIC]]
    bodies = [comment.body for comment in found]
    assert bodies == (expected[::-1] if vendor.fake.key == "bitbucket_server" else expected)
    assert len({comment.id for comment in found}) == len(found)
    assert all(comment.author.login and comment.HasField("created_at") for comment in found)
    nothing = vendor.call("ListPullRequestComments", pulls.ListPullRequestCommentsRequest(number=5)).message
    assert not nothing.comments


def test_the_threads_with_their_places(vendor: Site) -> None:
    request = pulls.ListReviewThreadsRequest(number=TOPIC, page_size=41)
    found = vendor.pages("ListReviewThreads", request, "threads")
    key = vendor.fake.key
    threads = vendor.fake.world.threads[TOPIC]
    for thread, one in zip(found, threads[::-1] if key == "bitbucket_server" else threads, strict=True):
        whole_file = not one.line
        side = pulls.DIFF_SIDE_UNSPECIFIED if whole_file else SIDES[one.side]
        expected = (one.path, side, one.start, one.line)
        outdated = one.outdated and key in TELL_OUTDATED
        assert place(thread.original_position if outdated else thread.position) == expected, one
        assert thread.HasField("position") is not outdated
        if key in TELL_OUTDATED:
            assert thread.outdated == one.outdated
        if key == "vsts" and one.outdated:
            assert place(thread.original_position) == expected
        assert thread.resolved == one.resolved
        assert [comment.body for comment in thread.comments] == [comment.body for comment in one.comments]
        for answer in thread.comments[1:]:
            assert answer.in_reply_to == thread.comments[0].id


def test_the_commit_in_which_lines_are_counted(vendor: Site) -> None:
    """Bitbucket and Azure DevOps do not tell it."""
    found = vendor.call("ListReviewThreads", pulls.ListReviewThreadsRequest(number=TOPIC, page_size=1)).message
    (thread,) = found.threads
    if vendor.fake.key not in ("bitbucket", "vsts"):
        base, head = vendor.fake.world.ends(vendor.fake.world.pull_requests[TOPIC])
        side = thread.position.side == pulls.DIFF_SIDE_BASE and not vendor.fake.key.startswith("github")
        assert thread.position.commit_sha == (base if side else head)


def test_the_answers_of_reviewers(vendor: Site) -> None:
    reviews = vendor.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    answers = {(one.author.name or one.author.login).lower(): one.state for one in reviews}
    approved = {"bob": pulls.REVIEW_STATE_APPROVED}
    # GitLab has approvals alone.
    wanted = {} if vendor.fake.key == "gitlab" else {"eve": pulls.REVIEW_STATE_CHANGES_REQUESTED}
    assert answers == approved | wanted
    if vendor.fake.key.startswith("github"):
        head = vendor.fake.world.pull_requests[TOPIC].head_sha
        assert [(one.body, one.commit_sha) for one in reviews] == [
            (f"As {name} sees it", head) for name in ("bob", "eve")
        ]
    assert not vendor.pages("ListReviews", pulls.ListReviewsRequest(number=5), "reviews")
