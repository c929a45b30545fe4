"""Build statuses: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.vendor.commit_statuses import CommitStatuses, NewStatus, StateWords, StatusLimits
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks


class BitbucketCommitStatuses(BitbucketApi, CommitStatuses):
    status_words = StateWords(
        read={
            "INPROGRESS": checks.CHECK_STATE_RUNNING,
            "SUCCESSFUL": checks.CHECK_STATE_SUCCESS,
            "FAILED": checks.CHECK_STATE_FAILURE,
            "STOPPED": checks.CHECK_STATE_CANCELLED,
        },
        derived={},
        written={
            checks.CHECK_STATE_PENDING: "INPROGRESS",
            checks.CHECK_STATE_RUNNING: "INPROGRESS",
            checks.CHECK_STATE_SUCCESS: "SUCCESSFUL",
            checks.CHECK_STATE_FAILURE: "FAILED",
            checks.CHECK_STATE_ERROR: "FAILED",
            checks.CHECK_STATE_CANCELLED: "STOPPED",
        },
    )
    status_limits = StatusLimits(key=40, title=255, url=450)
    statuses_have_titles = True

    def fetch_statuses(self, sha: str, position: Any) -> Page[checks.CommitStatus]:
        found, after = self._page(f"{self.path}/commit/{sha}/statuses", {"pagelen": PER_PAGE}, position)
        return Page([self._status(status) for status in found], after)

    def store_status(self, status: NewStatus) -> checks.CommitStatus:
        sent = {"key": status.key, "state": status.word, "name": status.title, "description": status.summary}
        told = {"url": status.url, "refname": status.ref}
        made = self.http.post(
            f"{self.path}/commit/{status.sha}/statuses/build",
            {**sent, **{name: given for name, given in told.items() if given}},
        )
        return self._status(made)

    def _status(self, found: Mapping[str, Any]) -> checks.CommitStatus:
        return self.status(
            string(found, "key"),
            string(found, "state"),
            title=text(found, "name"),
            summary=text(found, "description"),
            url=text(found, "url"),
            ref=text(found, "refname"),
            external_id=text(found, "uuid"),
            created_at=moment(found, "created_on"),
            updated_at=moment(found, "updated_on"),
        )
