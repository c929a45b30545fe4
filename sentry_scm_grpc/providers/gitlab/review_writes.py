"""Reviews: https://docs.gitlab.com/api/merge_request_approvals/#approve-merge-request

GitLab's REST API approves, and has no way to request changes.
"""

from __future__ import annotations

from sentry_scm_grpc.errors import Aborted, FailedPrecondition, Unimplemented
from sentry_scm_grpc.providers.gitlab.pull_request_comment_writes import GitLabPullRequestCommentWrites
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import Target, head_moved
from sentry_scm_grpc.providers.vendor.reading import fields
from sentry_scm_grpc.providers.vendor.review_writes import CHANGES_REQUESTED, SteppedReviews, refused
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class GitLabReviewWrites(GitLabPullRequestCommentWrites, SteppedReviews):
    def check_review(self, request: pulls.CreateReviewRequest) -> None:
        if request.state == CHANGES_REQUESTED:
            raise Unimplemented(
                "GitLab's API cannot request changes. Send a COMMENTED review: its threads can block the merge."
            )

    def send_verdict(self, target: Target, state: pulls.ReviewState.ValueType) -> pulls.Review:
        """GitLab answers 401 to a user who may not approve, and to one who has approved already."""
        path = self._merge_request(target.number)
        told = fields(self.http.ask(f"{path}/approvals").data)
        if told.get("user_has_approved") is not True:
            if told.get("user_can_approve") is False:
                raise refused("GitLab")
            try:
                self.http.post(f"{path}/approve", {"sha": target.head})
            except Aborted:
                raise head_moved(self.fetch_target(target.number)) from None
            except FailedPrecondition:
                # The credential was good for the read just before.
                raise refused("GitLab") from None
        return pulls.Review(state=state, detail="approved")
