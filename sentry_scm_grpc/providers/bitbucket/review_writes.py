"""Reviews: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

An approval and a request for changes are calls of their own. Each takes the other back.
"""

from __future__ import annotations

from sentry_scm_grpc.errors import Aborted
from sentry_scm_grpc.providers.bitbucket.pull_request_comment_writes import BitbucketPullRequestCommentWrites
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import Target
from sentry_scm_grpc.providers.vendor.pull_requests import OPEN
from sentry_scm_grpc.providers.vendor.review_writes import APPROVED, SteppedReviews, refused
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class BitbucketReviewWrites(BitbucketPullRequestCommentWrites, SteppedReviews):
    def send_verdict(self, target: Target, state: pulls.ReviewState.ValueType) -> pulls.Review:
        name, detail = ("approve", "approved") if state == APPROVED else ("request-changes", "changes_requested")
        try:
            self.http.post(f"{self.path}/pullrequests/{target.number}/{name}")
        except Aborted:
            # Bitbucket answers 409 to who gave this answer already. Nobody can give one when it is not open.
            if self.fetch_pull_request(target.number).state != OPEN:
                raise refused("Bitbucket") from None
        return pulls.Review(state=state, detail=detail)
