"""Reviews: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-reviewers/create-pull-request-reviewer

An answer is the vote of a reviewer. It names the identity of the credential.
"""

from __future__ import annotations

from sentry_scm_grpc.providers.azure_devops.pull_request_comment_writes import AzureDevOpsPullRequestCommentWrites
from sentry_scm_grpc.providers.azure_devops.pull_requests import user_of
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import Target
from sentry_scm_grpc.providers.vendor.reading import string
from sentry_scm_grpc.providers.vendor.review_writes import APPROVED, SteppedReviews
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class AzureDevOpsReviewWrites(AzureDevOpsPullRequestCommentWrites, SteppedReviews):
    def send_verdict(self, target: Target, state: pulls.ReviewState.ValueType) -> pulls.Review:
        """10 approves, and -5 waits for the author."""
        me = string(
            self.http.ask(f"{self.instance}_apis/connectionData", api_preview=True).data, "authenticatedUser", "id"
        )
        vote = 10 if state == APPROVED else -5
        told = self.http.put(f"{self._pull(target.number)}/reviewers/{quoted(me)}", {"vote": vote})
        return pulls.Review(state=state, detail=str(vote), author=user_of(told))
