"""How many pull requests stand, in few calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sentry_scm_grpc.errors import InvalidArgument, NotFound, ScmError
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commit_statuses import CommitStatuses
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.pull_requests import PullRequests, pull_request_not_found
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import checks_pb2 as checks
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: Pages of statuses that are read for one pull request.
PAGES_OF_STATUSES = 3
#: Which state all reviews have: the first of these that any has.
_FIRST = (pulls.REVIEW_STATE_CHANGES_REQUESTED, pulls.REVIEW_STATE_APPROVED, pulls.REVIEW_STATE_PENDING)


class PullRequestStatuses(PullRequests, CommitStatuses):
    """BatchGetPullRequestStatus."""

    permissions = {"batch_get_pull_request_status": Permission.READ_PULL_REQUESTS}

    def fetch_pull_request_statuses(self, numbers: Sequence[int]) -> list[pulls.PullRequestStatus | ScmError]:
        """How each stands, or the error. By default each is read, a few at a time."""
        return self.http.gather([partial(self._status_or_error, number) for number in numbers])

    def batch_get_pull_request_status(
        self, call: Call, request: pulls.BatchGetPullRequestStatusRequest
    ) -> pulls.BatchGetPullRequestStatusResponse:
        if any(number < 1 for number in request.numbers):
            raise InvalidArgument.of(("numbers", "start at 1"))
        numbers = list(dict.fromkeys(request.numbers))
        found = dict(zip(numbers, self.fetch_pull_request_statuses(numbers), strict=True))
        if all(isinstance(one, NotFound) for one in found.values()):
            self.check_repository()
        return pulls.BatchGetPullRequestStatusResponse(
            statuses=[_entry(number, found[number]) for number in request.numbers]
        )

    def _status_or_error(self, number: int) -> pulls.PullRequestStatus | ScmError:
        try:
            pull = self.fetch_pull_request(number)
        except Absent:
            return pull_request_not_found(number)
        status = status_of(pull)
        if rollup := self._rollup_of(pull.head.commit_sha):
            status.checks.CopyFrom(rollup)
        answers = {reviewer.state for reviewer in pull.reviewers}
        status.reviews = next((state for state in _FIRST if state in answers), pulls.REVIEW_STATE_UNSPECIFIED)
        status.reviews_derived = bool(status.reviews)
        return status

    def _rollup_of(self, sha: str) -> checks.CheckRollup | None:
        """None if the repository does not have the commit."""

        def pages() -> Iterator[Page[checks.CommitStatus]]:
            position = None
            for _ in range(PAGES_OF_STATUSES):
                page = self.fetch_statuses(sha, position)
                yield page
                position = page.next
                if position is None:
                    return
            yield Page([], incomplete=VENDOR_LIMIT)

        try:
            return self.fetch_rollup(sha, pages) if sha else None
        except Absent:
            return None


def status_of(pull: pulls.PullRequest) -> pulls.PullRequestStatus:
    return pulls.PullRequestStatus(
        number=pull.number,
        state=pull.state,
        draft=pull.draft if pull.HasField("draft") else None,
        head_sha=pull.head.commit_sha,
        mergeability=pull.mergeability,
        mergeability_detail=pull.mergeability_detail,
    )


def _entry(number: int, found: pulls.PullRequestStatus | ScmError) -> pulls.PullRequestStatus:
    if isinstance(found, ScmError):
        error = pb.LineError(code=found.code.value[0], reason=found.reason, message=found.message)
        return pulls.PullRequestStatus(number=number, error=error)
    return found
