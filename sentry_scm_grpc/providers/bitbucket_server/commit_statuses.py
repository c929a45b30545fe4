"""Build statuses: https://developer.atlassian.com/server/bitbucket/rest/v811/api-group-builds-and-deployments/

The API of a repository (since 7.4) stores a build and reads one by its key, but lists none. The older API lists them.
It knows commits of any repository, so the commit is looked up in the repository first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket_server.commits import BitbucketServerCommits
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.commit_statuses import (
    CommitStatuses,
    NewStatus,
    StateWords,
    StatusLimits,
    short_name,
)
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks

#: The older API, and the state for one that it lacks.
OLD_API = "/rest/build-status/1.0/commits"
_OLD_WORDS = {"CANCELLED": "FAILED"}


class BitbucketServerCommitStatuses(BitbucketServerCommits, CommitStatuses):
    status_words = StateWords(
        read={
            "INPROGRESS": checks.CHECK_STATE_RUNNING,
            "SUCCESSFUL": checks.CHECK_STATE_SUCCESS,
            "FAILED": checks.CHECK_STATE_FAILURE,
            "CANCELLED": checks.CHECK_STATE_CANCELLED,
        },
        derived={},
        written={
            checks.CHECK_STATE_PENDING: "INPROGRESS",
            checks.CHECK_STATE_RUNNING: "INPROGRESS",
            checks.CHECK_STATE_SUCCESS: "SUCCESSFUL",
            checks.CHECK_STATE_FAILURE: "FAILED",
            checks.CHECK_STATE_ERROR: "FAILED",
            checks.CHECK_STATE_CANCELLED: "CANCELLED",
        },
    )
    status_limits = StatusLimits(key=255, title=255, summary=255, url=450)
    statuses_have_titles = status_needs_url = True

    def commit_of_status(self, ref: str) -> str:
        return self.look_up(ref)[0].key

    def fetch_statuses(self, sha: str, position: Any) -> Page[checks.CommitStatus]:
        found, after = self._page(f"{OLD_API}/{sha}", {}, position)
        return Page([self._status(status) for status in found], after)

    def store_status(self, status: NewStatus) -> checks.CommitStatus:
        """The server answers a stored build without a body."""
        told = {"name": status.title, "description": status.summary, "ref": status.ref and f"refs/heads/{status.ref}"}
        sent = {"key": status.key, "state": status.word, "url": status.url}
        sent |= {name: given for name, given in told.items() if given}
        try:
            self.http.post(f"{self.path}/commits/{status.sha}/builds", sent)
        except Absent as absence:
            if absence.lack is not Lack.UNKNOWN:
                raise
            # The commit is known to exist, so it is the API that is missing.
            sent["state"] = _OLD_WORDS.get(status.word, status.word)
            sent.pop("ref", None)
            self.http.post(f"{OLD_API}/{status.sha}", sent)
        return self._status(sent)

    def _status(self, found: Mapping[str, Any]) -> checks.CommitStatus:
        return self.status(
            string(found, "key"),
            string(found, "state"),
            title=text(found, "name"),
            summary=text(found, "description"),
            url=text(found, "url"),
            ref=short_name(text(found, "ref")),
            created_at=moment(found, "createdDate"),
            updated_at=moment(found, "updatedDate") or moment(found, "dateAdded"),
        )
