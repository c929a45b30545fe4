"""Comments and reviews. Gitea keeps comments on lines with the review that brought them, also the answers to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import Any

from scm_grpc_gitea.api import PER_PAGE
from scm_grpc_gitea.pull_requests import GiteaPullRequests, user_of
from sentry_scm_grpc.providers.vendor.pages import Page, each
from sentry_scm_grpc.providers.vendor.pull_request_reviews import PullRequestReviews
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

# Without the words for a review that is still written, and for one that was asked for.
_STATES = {
    "APPROVED": pulls.REVIEW_STATE_APPROVED,
    "REQUEST_CHANGES": pulls.REVIEW_STATE_CHANGES_REQUESTED,
    "COMMENT": pulls.REVIEW_STATE_COMMENTED,
}
_ANSWERS = (pulls.REVIEW_STATE_APPROVED, pulls.REVIEW_STATE_CHANGES_REQUESTED)


class GiteaPullRequestReviews(GiteaPullRequests, PullRequestReviews):
    def fetch_pull_request(self, number: int) -> pulls.PullRequest:
        """With the last answer of each reviewer."""
        pull = super().fetch_pull_request(number)
        last = {}
        for found in self._reviews(number):
            if (review := _review(found)).state in _ANSWERS:
                last[review.author.id, review.group] = review
        for review in last.values():
            user = review.author if review.HasField("author") else None
            pull.reviewers.add(user=user, group=review.group, state=review.state, detail=review.detail)
        return pull

    def fetch_conversation(self, number: int, position: Any) -> Page[pulls.PullRequestComment]:
        """All at once. Issues and pull requests share their numbers."""
        self.http.get(f"{self.path}/pulls/{number}")
        return Page([_comment(one) for one in rows(self.http.get(f"{self.path}/issues/{number}/comments"))])

    def fetch_reviews(self, number: int, position: Any) -> Page[pulls.Review]:
        page = self._page_of_reviews(number, "", position)
        return Page([_review(one) for one in page.items if text(one, "state") in _STATES], page.next)

    def fetch_threads(self, number: int, position: Any) -> Page[pulls.ReviewThread]:
        """Comments at one place are one thread, as on Gitea's pages."""
        asked = [string(one, "id") for one in self._reviews(number) if one.get("comments_count")]
        path = f"{self.path}/pulls/{number}/reviews"
        found = self.http.gather([partial(self.http.get, f"{path}/{id}/comments") for id in asked])
        threads: dict[Any, list[Mapping[str, Any]]] = {}
        for comment in sorted(chain.from_iterable(map(rows, found)), key=lambda one: int(string(one, "id"))):
            position_of = _position(comment)
            threads.setdefault((position_of.path, position_of.side, position_of.line), []).append(comment)
        return Page([_thread(comments) for comments in threads.values()])

    def _reviews(self, number: int) -> list[Mapping[str, Any]]:
        return list(each("", partial(self._page_of_reviews, number)))

    def _page_of_reviews(self, number: int, _: str, position: Any) -> Page[Mapping[str, Any]]:
        page = position or 1
        found = rows(self.http.get(f"{self.path}/pulls/{number}/reviews", {"limit": PER_PAGE, "page": page}))
        # Gitea names no next page here. The one after the last is empty.
        return Page(found, page + 1 if found else None)


def _review(found: Mapping[str, Any]) -> pulls.Review:
    state = _STATES.get(text(found, "state"), pulls.REVIEW_STATE_UNSPECIFIED)
    return pulls.Review(
        id=string(found, "id"),
        author=user_of(found.get("user")),
        group=text(found, "team", "name"),
        state=pulls.REVIEW_STATE_DISMISSED if found.get("dismissed") is True else state,
        detail=text(found, "state"),
        body=text(found, "body"),
        commit_sha=text(found, "commit_id"),
        submitted_at=moment(found, "submitted_at"),
        web_url=text(found, "html_url"),
    )


def _thread(comments: list[Mapping[str, Any]]) -> pulls.ReviewThread:
    """Gitea does not tell whether a thread is outdated, and marks its first comment if somebody resolved it."""
    first = comments[0]
    return pulls.ReviewThread(
        id=string(first, "id"),
        position=_position(first),
        resolved=isinstance(first.get("resolver"), Mapping),
        comments=[_comment(one, string(first, "id")) for one in comments],
    )


def _position(found: Mapping[str, Any]) -> pulls.ReviewPosition:
    """The line is counted before the changes if only "original_position" has one."""
    line, old = number(found, "position"), number(found, "original_position")
    return pulls.ReviewPosition(
        path=string(found, "path"),
        side=pulls.DIFF_SIDE_HEAD if line else pulls.DIFF_SIDE_BASE,
        line=line or old,
        commit_sha=text(found, "commit_id") if line else "",
    )


def _comment(found: Mapping[str, Any], first: str = "") -> pulls.PullRequestComment:
    id = string(found, "id")
    return pulls.PullRequestComment(
        id=id,
        in_reply_to=first if first != id else "",
        author=user_of(found.get("user")),
        body=text(found, "body"),
        created_at=moment(found, "created_at"),
        updated_at=moment(found, "updated_at"),
        web_url=text(found, "html_url"),
    )
