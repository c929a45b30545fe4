"""Commit statuses: https://docs.gitlab.com/api/commits/#commit-status

A status is a job of a pipeline, or was reported by another system, whose statuses GitLab collects in a pipeline too.
The rollup is the state of the commit's last pipeline, as GitLab's pages show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.commit_statuses import CommitStatuses, NewStatus, StateWords, StatusLimits
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment, person, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks


class GitLabCommitStatuses(GitLabApi, CommitStatuses):
    # https://docs.gitlab.com/ci/jobs/#available-job-statuses
    status_words = StateWords(
        read={
            "created": checks.CHECK_STATE_PENDING,
            "waiting_for_resource": checks.CHECK_STATE_PENDING,
            "preparing": checks.CHECK_STATE_PENDING,
            "pending": checks.CHECK_STATE_PENDING,
            "running": checks.CHECK_STATE_RUNNING,
            "success": checks.CHECK_STATE_SUCCESS,
            "failed": checks.CHECK_STATE_FAILURE,
            "canceled": checks.CHECK_STATE_CANCELLED,
            "skipped": checks.CHECK_STATE_SKIPPED,
        },
        # Those that wait for a person or a time, and one that still runs.
        derived={
            "manual": checks.CHECK_STATE_PENDING,
            "scheduled": checks.CHECK_STATE_PENDING,
            "canceling": checks.CHECK_STATE_RUNNING,
        },
        written={
            checks.CHECK_STATE_PENDING: "pending",
            checks.CHECK_STATE_RUNNING: "running",
            checks.CHECK_STATE_SUCCESS: "success",
            checks.CHECK_STATE_FAILURE: "failed",
            checks.CHECK_STATE_ERROR: "failed",
            checks.CHECK_STATE_CANCELLED: "canceled",
            checks.CHECK_STATE_SKIPPED: "skipped",
        },
    )
    status_limits = StatusLimits(key=255, summary=255, url=255)

    def fetch_statuses(self, sha: str, position: Any) -> Page[checks.CommitStatus]:
        found, after = self._page(f"{self.path}/repository/commits/{sha}/statuses", {}, position)
        return Page([self._status(status) for status in found], after)

    def fetch_rollup(self, sha: str, statuses: Callable[[], Iterable[Page[checks.CommitStatus]]]) -> checks.CheckRollup:
        word = text(self.http.get(f"{self.path}/repository/commits/{sha}"), "status")
        state, derived = self.status_words.of(word)
        return checks.CheckRollup(state=state, vendor_state=word, derived=derived)

    def store_status(self, status: NewStatus) -> checks.CommitStatus:
        sent = {"state": status.word, "name": status.key}
        told = {"description": status.summary, "target_url": status.url, "ref": status.ref}
        try:
            made = self.http.post(
                f"{self.path}/statuses/{status.sha}", {**sent, **{name: given for name, given in told.items() if given}}
            )
        except FailedPrecondition as error:
            # GitLab does not take the state that a status has already.
            if error.reason != "STATUS_UNCHANGEABLE" or (known := self._known(status)) is None:
                raise
            return known
        return self._status(made)

    def _known(self, status: NewStatus) -> checks.CommitStatus | None:
        """The status with this name, if it is in the requested state."""
        found, _ = self._page(f"{self.path}/repository/commits/{status.sha}/statuses", {"name": status.key}, None)
        return next((self._status(one) for one in found if text(one, "status") == status.word), None)

    def _status(self, found: Mapping[str, Any]) -> checks.CommitStatus:
        allowed, login = found.get("allow_failure"), text(found, "author", "username")
        return self.status(
            string(found, "name"),
            string(found, "status"),
            summary=text(found, "description"),
            url=text(found, "target_url"),
            ref=text(found, "ref"),
            allowed_to_fail=allowed if isinstance(allowed, bool) else None,
            external_id=string(found, "id"),
            reporter=person(text(found, "author", "name"), "", login and f"{self.key}:{login}"),
            created_at=moment(found, "created_at"),
        )
