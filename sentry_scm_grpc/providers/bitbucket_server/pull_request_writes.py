"""Pull requests that are written: https://developer.atlassian.com/server/bitbucket/rest/v819/api-group-pull-requests/

A change and a merge name the version of the pull request that was read. The version rises when the pull request
changes, and when its head moves. A change replaces everything, so it sends all fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, ScmError, Unimplemented
from sentry_scm_grpc.providers.bitbucket_server.pull_requests import BitbucketServerPullRequests, pull_request_of
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.marks import LINK_DEFINITION
from sentry_scm_grpc.providers.vendor.pull_request_merges import (
    MERGE,
    REBASE,
    SQUASH,
    PullRequestMerges,
    blocked,
    conflict,
)
from sentry_scm_grpc.providers.vendor.pull_request_writes import (
    Changes,
    NewPullRequest,
    PullRequestWrites,
    TextLimits,
)
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, OPEN
from sentry_scm_grpc.providers.vendor.reading import number, string, text, told_rows, whole
from sentry_scm_grpc.providers.vendor.refs import HEADS
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

#: The first version with drafts.
DRAFTS_SINCE = (8, 18)
_VERSION = re.compile(r"(\d+)\.(\d+)")


class BitbucketServerPullRequestWrites(PullRequestMerges, BitbucketServerPullRequests, PullRequestWrites):
    text_limits = TextLimits(title=255, body=32768)
    # Its Markdown shows HTML comments.
    body_mark = LINK_DEFINITION
    no_labels = "Bitbucket Server's pull requests have no labels. Leave `labels` out."
    merge_words = {MERGE: "no-ff", SQUASH: "squash", REBASE: "rebase-ff-only"}

    def find_reviewers(self, names: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        return [{"user": {"name": name}} for name in names]

    def check_new(self, new: NewPullRequest) -> None:
        if new.fork and new.fork.count("/") != 1:
            raise InvalidArgument.of(("head_repository", "must be like '~zoe/rocket' at Bitbucket Server"))
        if not new.draft:
            return
        version = text(self.http.get("/rest/api/1.0/application-properties"), "version")
        found = _VERSION.match(version)
        if found is None or (int(found[1]), int(found[2])) < DRAFTS_SINCE:
            raise Unimplemented("Bitbucket Server has drafts since version 8.18, and this one is older.")

    def send_pull_request(self, new: NewPullRequest) -> int:
        own = "/".join(self.place)
        sent: dict[str, Any] = {
            "title": new.title,
            "description": new.body,
            "fromRef": _ref(new.head, new.fork or own),
            "toRef": _ref(new.base, own),
            "reviewers": list(new.reviewers),
        }
        if new.draft:
            sent["draft"] = True
        return whole(self.http.post(f"{self.path}/pull-requests", sent), "id")

    def send_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        path = f"{self.path}/pull-requests/{pull.number}"
        if changes.state == OPEN:
            self._move(path, "reopen")
        if changes != Changes(state=changes.state):
            there = self.http.get(path)
            # Not ``pull``: what somebody has changed since would be changed back.
            now = pull_request_of(there)
            sent = {
                "version": number(there, "version"),
                "title": now.title if changes.title is None else changes.title,
                "description": now.body if changes.body is None else changes.body,
                "toRef": _ref(changes.base or now.base.branch, "/".join(self.place)),
                "reviewers": changes.reviewers,
            }
            if changes.reviewers is None:
                asked = told_rows(there, "reviewers")
                sent["reviewers"] = [{"user": {"name": string(one, "user", "name")}} for one in asked]
            if now.HasField("draft"):
                sent["draft"] = now.draft if changes.draft is None else changes.draft
            self.http.put(path, sent)
        if changes.state == CLOSED:
            self._move(path, "decline")

    def _move(self, path: str, how: str) -> None:
        version = number(self.http.get(path), "version")
        self.http.post(f"{path}/{how}", {"version": version}, params={"version": version})

    def check_method(self, pull: pulls.PullRequest, method: pulls.MergeMethod.ValueType) -> None:
        try:
            told = self.http.get(f"{self.path}/settings/pull-requests")
        except Absent:  # An old version without merge strategies. It says no if it cannot.
            return
        known = {text(one, "id") for one in told_rows(told, "mergeConfig", "strategies") if one.get("enabled") is True}
        if known:
            self.check_word(method, known)

    def send_merge(self, pull: pulls.PullRequest, request: pulls.MergePullRequestRequest) -> pulls.PullRequest:
        path = f"{self.path}/pull-requests/{pull.number}"
        there = self.http.get(path)
        if string(there, "fromRef", "latestCommit") != pull.head.commit_sha:
            raise error_of_status(409)
        version = number(there, "version")
        sent: dict[str, Any] = {"version": version}
        if request.method:
            sent["strategyId"] = self.merge_words[request.method]
        if request.commit_message:
            sent["message"] = request.commit_message
        return pull_request_of(self.http.post(f"{path}/merge", sent, params={"version": version}))

    def lack_of(self, status: int, told: Any) -> Lack | None:
        errors = told_rows(told, "errors") if isinstance(told, Mapping) else []
        if any(text(one, "exceptionName").endswith(".InvalidPullRequestReviewersException") for one in errors):
            raise InvalidArgument.of(("reviewers", "must name users who can see the repository, and not the author"))
        return super().lack_of(status, told)

    def merge_refusal(self, status: int, told: Any) -> ScmError | None:
        for error in told_rows(told, "errors") if isinstance(told, Mapping) else []:
            if error.get("conflicted") is True:
                return conflict("CONFLICTED")
            if vetoes := told_rows(error, "vetoes"):
                return blocked(" ".join(text(veto, "summaryMessage") for veto in vetoes))
        return None


def _ref(branch: str, place: str) -> Mapping[str, Any]:
    """A branch of the repository "KEY/slug"."""
    project, _, slug = place.partition("/")
    return {"id": HEADS + branch, "repository": {"slug": slug, "project": {"key": project}}}
