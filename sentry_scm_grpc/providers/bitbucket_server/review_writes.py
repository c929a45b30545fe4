"""Reviews: https://developer.atlassian.com/server/bitbucket/rest/v819/api-group-pull-requests/

An answer is the status of a participant, which names the user of the credential. A header of every response has the
name of this user, and the list of users has the slug.
"""

from __future__ import annotations

from urllib.parse import unquote

from sentry_scm_grpc.errors import Aborted
from sentry_scm_grpc.providers.bitbucket_server.pull_request_comment_writes import (
    BitbucketServerPullRequestCommentWrites,
)
from sentry_scm_grpc.providers.bitbucket_server.pull_requests import user_of
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import Target
from sentry_scm_grpc.providers.vendor.reading import fields, rows, string, text
from sentry_scm_grpc.providers.vendor.review_writes import APPROVED, SteppedReviews, refused
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class BitbucketServerReviewWrites(BitbucketServerPullRequestCommentWrites, SteppedReviews):
    def send_verdict(self, target: Target, state: pulls.ReviewState.ValueType) -> pulls.Review:
        status = "APPROVED" if state == APPROVED else "NEEDS_WORK"
        slug = self._own_slug(target.number)
        try:
            told = self.http.put(f"{self._pull(target.number)}/participants/{quoted(slug)}", {"status": status})
        except Aborted:
            # The server answers 409 to the author, and for a pull request that is not open.
            raise refused("Bitbucket Server") from None
        return pulls.Review(state=state, detail=status, author=user_of(fields(told).get("user")))

    def _own_slug(self, number: int) -> str:
        name = unquote(self.http.ask(self._pull(number)).headers.get("X-AUSERNAME", ""))
        found = rows(self.http.ask("/rest/api/1.0/users", {"filter": name}).data, "values") if name else []
        slugs = [string(user, "slug") for user in found if text(user, "name").casefold() == name.casefold()]
        if not slugs:
            # The token of a project or a repository acts for no user.
            raise refused("Bitbucket Server")
        return slugs[0]
