"""How many pull requests stand: one query of GraphQL for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sentry_scm_grpc.errors import PermissionDenied, ScmError
from sentry_scm_grpc.providers.github.commit_statuses import CHECKS_FORBIDDEN, ROLLUPS, GitHubCommitStatuses
from sentry_scm_grpc.providers.github.pull_requests import GitHubPullRequests, mergeability_of
from sentry_scm_grpc.providers.vendor.pull_request_statuses import PullRequestStatuses
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN, pull_request_not_found
from sentry_scm_grpc.providers.vendor.reading import bad_answer, rows, string, text, whole
from sentry_scm_grpc.v1 import checks_pb2 as checks
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_STATES = {"OPEN": OPEN, "CLOSED": CLOSED, "MERGED": MERGED}
_DECISIONS = {
    "APPROVED": pulls.REVIEW_STATE_APPROVED,
    "CHANGES_REQUESTED": pulls.REVIEW_STATE_CHANGES_REQUESTED,
    "REVIEW_REQUIRED": pulls.REVIEW_STATE_PENDING,
}
_MERGEABLE = {"MERGEABLE": True, "CONFLICTING": False}


class GitHubPullRequestStatuses(GitHubPullRequests, GitHubCommitStatuses, PullRequestStatuses):
    def fetch_pull_request_statuses(self, numbers: Sequence[int]) -> list[pulls.PullRequestStatus | ScmError]:
        """If the app may not read check runs, the rest is still told."""
        found, failed = self.graph.pull_requests(numbers)
        statuses: list[pulls.PullRequestStatus | ScmError] = []
        for number, one, error in zip(numbers, found, failed, strict=True):
            if error is not None and not (isinstance(error, PermissionDenied) and isinstance(one, Mapping)):
                raise error
            if one is None:
                statuses.append(pull_request_not_found(number))
            else:
                statuses.append(_status(one, checks_forbidden=error is not None))
        return statuses


def _status(found: Any, *, checks_forbidden: bool) -> pulls.PullRequestStatus:
    if not isinstance(found, Mapping):
        raise bad_answer()
    status = pulls.PullRequestStatus(
        number=whole(found, "number"),
        state=_STATES.get(text(found, "state"), pulls.PULL_REQUEST_STATE_UNSPECIFIED),
        draft=found.get("isDraft") is True,
        head_sha=string(found, "headRefOid"),
        reviews=_DECISIONS.get(text(found, "reviewDecision"), pulls.REVIEW_STATE_UNSPECIFIED),
    )
    if status.state == OPEN:
        word = text(found, "mergeStateStatus").lower()
        status.mergeability, status.mergeability_detail = mergeability_of(
            _MERGEABLE.get(text(found, "mergeable")), word
        )
    if checks_forbidden:
        status.checks.incomplete, status.checks.incomplete_reason = True, CHECKS_FORBIDDEN
        return status
    commits = rows(found, "commits", "nodes")
    state = text(commits[0], "commit", "statusCheckRollup", "state") if commits else ""
    status.checks.CopyFrom(
        checks.CheckRollup(state=ROLLUPS.get(state, checks.CHECK_STATE_UNSPECIFIED), vendor_state=state)
    )
    return status
