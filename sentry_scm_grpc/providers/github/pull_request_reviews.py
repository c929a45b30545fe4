"""Comments and reviews: https://docs.github.com/en/rest/pulls/reviews and .../issues/comments

The conversation is that of an issue. Threads come from GraphQL, because REST does not tell whether one is resolved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.github.pull_requests import user_of
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_request_reviews import PullRequestReviews
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_STATES = {
    "APPROVED": pulls.REVIEW_STATE_APPROVED,
    "CHANGES_REQUESTED": pulls.REVIEW_STATE_CHANGES_REQUESTED,
    "COMMENTED": pulls.REVIEW_STATE_COMMENTED,
    "DISMISSED": pulls.REVIEW_STATE_DISMISSED,
    "PENDING": pulls.REVIEW_STATE_PENDING,
}
_SIDES = {"LEFT": pulls.DIFF_SIDE_BASE, "RIGHT": pulls.DIFF_SIDE_HEAD}


class GitHubPullRequestReviews(GitHubApi, PullRequestReviews):
    def fetch_conversation(self, number: int, position: Any) -> Page[pulls.PullRequestComment]:
        # The path is that of an issue, which exists with this number even if it is not a pull request.
        if position is None:
            self.http.get(f"{self.path}/pulls/{number}")
        found, after = self._page(f"{self.path}/issues/{number}/comments", {}, position)
        return Page([comment_of(one) for one in rows(found)], after)

    def fetch_threads(self, number: int, position: Any) -> Page[pulls.ReviewThread]:
        found, after = self.graph.review_threads(number, position)
        return Page([thread_of(one) for one in found], after)

    def fetch_reviews(self, number: int, position: Any) -> Page[pulls.Review]:
        found, after = self._page(f"{self.path}/pulls/{number}/reviews", {}, position)
        return Page([review_of(one) for one in rows(found)], after)


def comment_of(found: Mapping[str, Any]) -> pulls.PullRequestComment:
    return pulls.PullRequestComment(
        id=string(found, "id"),
        author=user_of(found.get("user")),
        body=text(found, "body"),
        created_at=moment(found, "created_at"),
        updated_at=moment(found, "updated_at"),
        web_url=text(found, "html_url"),
    )


def review_of(found: Mapping[str, Any]) -> pulls.Review:
    return pulls.Review(
        id=string(found, "id"),
        author=user_of(found.get("user")),
        state=_STATES.get(text(found, "state"), pulls.REVIEW_STATE_UNSPECIFIED),
        detail=text(found, "state"),
        body=text(found, "body"),
        commit_sha=text(found, "commit_id"),
        submitted_at=moment(found, "submitted_at"),
        web_url=text(found, "html_url"),
    )


def thread_of(found: Mapping[str, Any]) -> pulls.ReviewThread:
    """The answer of GraphQL. An outdated thread has no line, but keeps the one on which it began."""
    comments = rows(found, "comments", "nodes")
    # GitHub also tells a side for a comment on the whole file.
    on_line = number(found, "originalLine") or number(found, "line")
    side = _SIDES.get(text(found, "diffSide") if on_line else "", pulls.DIFF_SIDE_UNSPECIFIED)
    path = string(found, "path")
    first = comments[0] if comments else {}
    thread = pulls.ReviewThread(
        id=string(found, "id"),
        original_position=pulls.ReviewPosition(
            path=path,
            side=side,
            start_line=number(found, "originalStartLine"),
            line=number(found, "originalLine"),
            commit_sha=text(first, "originalCommit", "oid"),
        ),
        outdated=found.get("isOutdated") is True,
        resolved=found.get("isResolved") is True,
        comments=[_comment_of_thread(one) for one in comments],
        comments_truncated=found["comments"]["pageInfo"].get("hasNextPage") is True,
    )
    if number(found, "line") or not thread.outdated:
        thread.position.CopyFrom(
            pulls.ReviewPosition(
                path=path,
                side=side,
                start_line=number(found, "startLine"),
                line=number(found, "line"),
                commit_sha=text(first, "commit", "oid"),
            )
        )
    return thread


def _comment_of_thread(found: Mapping[str, Any]) -> pulls.PullRequestComment:
    login = text(found, "author", "login")
    return pulls.PullRequestComment(
        id=string(found, "fullDatabaseId"),
        in_reply_to=string(found, "replyTo", "fullDatabaseId") if found.get("replyTo") else "",
        author=pulls.PullRequestUser(login=login) if login else None,
        body=text(found, "body"),
        created_at=moment(found, "createdAt"),
        updated_at=moment(found, "updatedAt"),
        web_url=text(found, "url"),
    )
