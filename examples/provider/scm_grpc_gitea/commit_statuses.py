"""Statuses of commits.

The combined status has the latest status of each context. Its own state covers only the page that is asked for, so the
rollup is worked out from all pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scm_grpc_gitea.api import PER_PAGE, GiteaApi
from sentry_scm_grpc.providers.vendor.commit_statuses import CommitStatuses, NewStatus, StateWords, StatusLimits
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment, person, string, text, told_rows
from sentry_scm_grpc.v1 import checks_pb2 as checks


class GiteaCommitStatuses(GiteaApi, CommitStatuses):
    status_words = StateWords(
        read={
            "pending": checks.CHECK_STATE_PENDING,
            "success": checks.CHECK_STATE_SUCCESS,
            "failure": checks.CHECK_STATE_FAILURE,
            "error": checks.CHECK_STATE_ERROR,
            "skipped": checks.CHECK_STATE_SKIPPED,
        },
        # A commit with warnings passes at Gitea.
        derived={"warning": checks.CHECK_STATE_NEUTRAL},
        # The nearest word for each state. Without one, the call is INVALID_ARGUMENT.
        written={
            checks.CHECK_STATE_PENDING: "pending",
            checks.CHECK_STATE_RUNNING: "pending",
            checks.CHECK_STATE_SUCCESS: "success",
            checks.CHECK_STATE_FAILURE: "failure",
            checks.CHECK_STATE_ERROR: "error",
            checks.CHECK_STATE_CANCELLED: "error",
        },
    )
    status_limits = StatusLimits()

    def fetch_statuses(self, sha: str, position: Any) -> Page[checks.CommitStatus]:
        page = position or 1
        answer = self.http.get(f"{self.path}/commits/{sha}/status", {"limit": PER_PAGE, "page": page})
        found = told_rows(answer, "statuses")
        # Gitea names no next page here. The one after the last is empty.
        return Page([self._status(one) for one in found], page + 1 if found else None)

    def store_status(self, status: NewStatus) -> checks.CommitStatus:
        sent = {"context": status.key, "state": status.word, "description": status.summary, "target_url": status.url}
        return self._status(self.http.post(f"{self.path}/statuses/{status.sha}", sent))

    def _status(self, found: Mapping[str, Any]) -> checks.CommitStatus:
        login = text(found, "creator", "login")
        return self.status(
            string(found, "context"),
            string(found, "status"),
            summary=text(found, "description"),
            url=text(found, "target_url"),
            external_id=string(found, "id"),
            reporter=person(text(found, "creator", "full_name") or login, "", login and f"{self.key}:{login}"),
            created_at=moment(found, "created_at"),
            updated_at=moment(found, "updated_at"),
        )
