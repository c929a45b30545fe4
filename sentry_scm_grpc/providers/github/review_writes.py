"""Reviews: https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request

GitHub makes a review and its comments in one call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, Unimplemented
from sentry_scm_grpc.providers.github.pull_request_comment_writes import GitHubPullRequestCommentWrites, sent_place
from sentry_scm_grpc.providers.github.pull_request_reviews import review_of
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.pages import first_pages
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import Target
from sentry_scm_grpc.providers.vendor.review_writes import APPROVED, CHANGES_REQUESTED, COMMENTED, ReviewWrites
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_EVENTS = {APPROVED: "APPROVE", CHANGES_REQUESTED: "REQUEST_CHANGES", COMMENTED: "COMMENT"}


class GitHubReviewWrites(GitHubPullRequestCommentWrites, ReviewWrites):
    def check_review(self, request: pulls.CreateReviewRequest) -> None:
        if request.state == CHANGES_REQUESTED and not request.body.strip():
            raise InvalidArgument.of(("body", "is required at GitHub to request changes"))
        for index, comment in enumerate(request.comments):
            if not comment.position.line:
                raise Unimplemented(
                    f"comments[{index}] is on a whole file, which a review of GitHub cannot have. Write it with"
                    " CreatePullRequestComment."
                )

    def make_review(
        self, call: Call, request: pulls.CreateReviewRequest, target: Target, places: Sequence[Any]
    ) -> pulls.Review:
        body = self.marked_body(request.body, call.attempt.marker if call.attempt is not None else "")
        comments = [
            {**sent_place(place), "body": comment.body} for place, comment in zip(places, request.comments, strict=True)
        ]
        sent: Mapping[str, Any] = {
            "commit_id": target.head,
            "event": _EVENTS[request.state],
            **({"body": body} if body else {}),
            **({"comments": comments} if comments else {}),
        }
        try:
            with call.making():
                return review_of(self.http.post(f"{self.path}/pulls/{target.number}/reviews", sent))
        except Absent:
            # The pull request exists. GitHub also answers so to those who may read, but not write.
            raise error_of_status(403) from None

    def made_review(self, call: Call, number: int) -> pulls.Review | None:
        if call.attempt is None or "asked" not in call.attempt.notes:
            return None
        with self.pull_request_at_fault(number):
            for page in first_pages(partial(self.fetch_reviews, number)):
                for review in page.items:
                    if call.attempt.marker in review.body:
                        return review
        if page.next is not None:
            raise outcome_unknown("a review")
        return None
