"""Commit statuses: https://docs.github.com/en/rest/commits/statuses

The rollup is that of GitHub's pages, which also counts check runs. Only GraphQL tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sentry_scm_grpc.errors import PermissionDenied
from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.commit_statuses import (
    CommitStatuses,
    NewStatus,
    StateWords,
    StatusLimits,
    derived_rollup,
)
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment, rows, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks

#: Why a rollup lacks check runs.
CHECKS_FORBIDDEN = "CHECKS_FORBIDDEN"
# https://docs.github.com/en/graphql/reference/enums#statusstate
ROLLUPS = {
    "EXPECTED": checks.CHECK_STATE_PENDING,
    "PENDING": checks.CHECK_STATE_PENDING,
    "SUCCESS": checks.CHECK_STATE_SUCCESS,
    "FAILURE": checks.CHECK_STATE_FAILURE,
    "ERROR": checks.CHECK_STATE_ERROR,
}


class GitHubCommitStatuses(GitHubApi, CommitStatuses):
    status_words = StateWords(
        read={
            "pending": checks.CHECK_STATE_PENDING,
            "success": checks.CHECK_STATE_SUCCESS,
            "failure": checks.CHECK_STATE_FAILURE,
            "error": checks.CHECK_STATE_ERROR,
        },
        derived={},
        written={
            checks.CHECK_STATE_PENDING: "pending",
            checks.CHECK_STATE_RUNNING: "pending",
            checks.CHECK_STATE_SUCCESS: "success",
            checks.CHECK_STATE_FAILURE: "failure",
            checks.CHECK_STATE_ERROR: "error",
            checks.CHECK_STATE_CANCELLED: "error",
        },
    )
    status_limits = StatusLimits(summary=140)

    def fetch_statuses(self, sha: str, position: Any) -> Page[checks.CommitStatus]:
        found, after = self._page(f"{self.path}/commits/{sha}/status", {}, position)
        return Page([self._status(status) for status in rows(found, "statuses")], after)

    def fetch_rollup(self, sha: str, statuses: Callable[[], Iterable[Page[checks.CommitStatus]]]) -> checks.CheckRollup:
        try:
            word = self.graph.rollup(sha)
        except PermissionDenied:
            rollup = derived_rollup(statuses())
            rollup.incomplete, rollup.incomplete_reason = True, CHECKS_FORBIDDEN
            return rollup
        return checks.CheckRollup(state=ROLLUPS.get(word, checks.CHECK_STATE_UNSPECIFIED), vendor_state=word)

    def store_status(self, status: NewStatus) -> checks.CommitStatus:
        sent = {"state": status.word, "context": status.key, "description": status.summary or None}
        made = self.http.post(f"{self.path}/statuses/{status.sha}", {**sent, "target_url": status.url or None})
        return self._status(made)

    def _status(self, found: Mapping[str, Any]) -> checks.CommitStatus:
        return self.status(
            string(found, "context"),
            string(found, "state"),
            summary=text(found, "description"),
            url=text(found, "target_url"),
            external_id=string(found, "id"),
            created_at=moment(found, "created_at"),
            updated_at=moment(found, "updated_at"),
        )
