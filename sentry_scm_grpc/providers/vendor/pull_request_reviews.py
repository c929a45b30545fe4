"""Comments, threads and reviews of a pull request."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.marks import unmarked
from sentry_scm_grpc.providers.vendor.pages import Filled, Page, fill
from sentry_scm_grpc.providers.vendor.pull_requests import PullRequests
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

T = TypeVar("T")
_NO_ANSWER = (pulls.REVIEW_STATE_PENDING, pulls.REVIEW_STATE_UNSPECIFIED)


class PullRequestReviews(PullRequests):
    """ListPullRequestComments, ListReviewThreads, ListReviews."""

    permissions = dict.fromkeys(
        ("list_pull_request_comments", "list_review_threads", "list_reviews"), Permission.READ_PULL_REQUESTS
    )

    @abstractmethod
    def fetch_conversation(self, number: int, position: Any) -> Page[pulls.PullRequestComment]:
        """Comments on the whole pull request, without what the vendor itself writes. Here and in threads and reviews, a
        text may still have the mark of a request id."""

    @abstractmethod
    def fetch_threads(self, number: int, position: Any) -> Page[pulls.ReviewThread]: ...

    def fetch_reviews(self, number: int, position: Any) -> Page[pulls.Review]:
        """By default the reviewers who have answered, for a vendor that keeps the last answer of each."""
        found = self.fetch_pull_request(number).reviewers
        return Page(
            [
                pulls.Review(
                    author=one.user if one.HasField("user") else None,
                    group=one.group,
                    state=one.state,
                    detail=one.detail,
                )
                for one in found
                if one.state not in _NO_ANSWER
            ]
        )

    def list_pull_request_comments(
        self, call: Call, request: pulls.ListPullRequestCommentsRequest
    ) -> pulls.ListPullRequestCommentsResponse:
        found = self._filled(call, self.fetch_conversation, request.number)
        for comment in found.items:
            comment.body = unmarked(comment.body)
        return pulls.ListPullRequestCommentsResponse(comments=found.items, next_page_token=found.next_page_token)

    def list_review_threads(
        self, call: Call, request: pulls.ListReviewThreadsRequest
    ) -> pulls.ListReviewThreadsResponse:
        found = self._filled(call, self.fetch_threads, request.number)
        for comment in (comment for thread in found.items for comment in thread.comments):
            comment.body = unmarked(comment.body)
        return pulls.ListReviewThreadsResponse(threads=found.items, next_page_token=found.next_page_token)

    def list_reviews(self, call: Call, request: pulls.ListReviewsRequest) -> pulls.ListReviewsResponse:
        found = self._filled(call, self.fetch_reviews, request.number)
        for review in found.items:
            review.body = unmarked(review.body)
        return pulls.ListReviewsResponse(reviews=found.items, next_page_token=found.next_page_token)

    def _filled(self, call: Call, fetch: Callable[[int, Any], Page[T]], number: int) -> Filled[T]:
        return fill(call, "", partial(self._page_of_one, fetch, number))

    def _page_of_one(self, fetch: Callable[[int, Any], Page[T]], number: int, _: str, position: Any) -> Page[T]:
        with self.pull_request_at_fault(number):
            return fetch(number, position)
