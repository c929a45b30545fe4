"""Statuses of commits: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/statuses"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE
from sentry_scm_grpc.providers.azure_devops.commits import AzureDevOpsCommits
from sentry_scm_grpc.providers.vendor.commit_statuses import CommitStatuses, NewStatus, StateWords, StatusLimits
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment, person, rows, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks


class AzureDevOpsCommitStatuses(AzureDevOpsCommits, CommitStatuses):
    status_words = StateWords(
        read={
            "pending": checks.CHECK_STATE_PENDING,
            "succeeded": checks.CHECK_STATE_SUCCESS,
            "failed": checks.CHECK_STATE_FAILURE,
            "error": checks.CHECK_STATE_ERROR,
            "notApplicable": checks.CHECK_STATE_SKIPPED,
        },
        # A build that ended with warnings.
        derived={"partiallySucceeded": checks.CHECK_STATE_NEUTRAL},
        written={
            checks.CHECK_STATE_PENDING: "pending",
            checks.CHECK_STATE_RUNNING: "pending",
            checks.CHECK_STATE_SUCCESS: "succeeded",
            checks.CHECK_STATE_FAILURE: "failed",
            checks.CHECK_STATE_ERROR: "error",
            checks.CHECK_STATE_CANCELLED: "error",
            checks.CHECK_STATE_SKIPPED: "notApplicable",
        },
    )
    status_limits = StatusLimits()

    def fetch_statuses(self, sha: str, position: Any) -> Page[checks.CommitStatus]:
        start = position or 0
        asked = {"latestOnly": "true", "top": PER_PAGE, "skip": start}
        found = rows(self.http.get(f"{self.path}/commits/{sha}/statuses", asked), "value")
        after = start + PER_PAGE if len(found) >= PER_PAGE else None
        return Page([self._status(status) for status in found], after)

    def store_status(self, status: NewStatus) -> checks.CommitStatus:
        genre, _, name = status.key.rpartition("/")
        context = {"genre": genre, "name": name} if genre and name else {"name": status.key}
        told = {"description": status.summary, "targetUrl": status.url}
        sent = {"state": status.word, "context": context, **{name: given for name, given in told.items() if given}}
        return self._status(self.http.post(f"{self.path}/commits/{status.sha}/statuses", sent))

    def _status(self, found: Mapping[str, Any]) -> checks.CommitStatus:
        genre, name = text(found, "context", "genre"), string(found, "context", "name")
        return self.status(
            f"{genre}/{name}" if genre else name,
            string(found, "state"),
            summary=text(found, "description"),
            url=text(found, "targetUrl"),
            external_id=string(found, "id"),
            reporter=person(text(found, "createdBy", "displayName"), text(found, "createdBy", "uniqueName")),
            created_at=moment(found, "creationDate"),
            updated_at=moment(found, "updatedDate"),
        )
