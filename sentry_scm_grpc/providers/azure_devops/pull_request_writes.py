"""Pull requests that are written: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-requests

A merge is queued: the answer comes before it is done. Another base, labels and reviewers have calls of their own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, ScmError, Unavailable
from sentry_scm_grpc.providers.azure_devops.api import JSON
from sentry_scm_grpc.providers.azure_devops.merge_policies import AzureDevOpsMergePolicies
from sentry_scm_grpc.providers.azure_devops.pull_requests import AzureDevOpsPullRequests
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.http import quoted
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
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN
from sentry_scm_grpc.providers.vendor.reading import string, text, whole
from sentry_scm_grpc.providers.vendor.refs import HEADS
from sentry_scm_grpc.rpc.attempts import REFUSALS
from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

#: The waits between looks at a merge that is queued, in seconds.
LOOKS = (0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 4.0)
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


class AzureDevOpsPullRequestWrites(
    AzureDevOpsMergePolicies, PullRequestMerges, AzureDevOpsPullRequests, PullRequestWrites
):
    text_limits = TextLimits(title=400, body=4000)
    # The names of projects and repositories may have blanks.
    fork_form = re.compile(r"[^/\s]+( +[^/\s]+)*/[^/\s]+( +[^/\s]+)*\Z")
    merge_words = {MERGE: "noFastForward", SQUASH: "squash", REBASE: "rebase"}

    @property
    def _own_name(self) -> str:
        known = self.repository
        return "/".join(known.config[name] for name in ("project", "name")) if known and "name" in known.config else ""

    def find_reviewers(self, names: Sequence[str]) -> Sequence[str]:
        wrong = [n for n, name in enumerate(names) if not _ID.match(name)]
        if wrong:
            raise InvalidArgument.of((f"reviewers[{wrong[0]}]", "must be the id of a user or group at Azure DevOps"))
        return names

    def send_pull_request(self, new: NewPullRequest) -> int:
        sent: dict[str, Any] = {
            "sourceRefName": HEADS + new.head,
            "targetRefName": HEADS + new.base,
            "title": new.title,
            "description": new.body,
            "isDraft": new.draft,
            "reviewers": [{"id": id} for id in new.reviewers],
            "labels": [{"name": name} for name in new.labels],
        }
        if new.fork:
            sent["forkSource"] = {"repository": {"id": self._fork_id(new.fork)}}
        return whole(self.http.post(f"{self.path}/pullrequests", sent), "pullRequestId")

    def _fork_id(self, fork: str) -> str:
        project, _, name = fork.partition("/")
        try:
            found = self.http.get(f"{self.instance}{quoted(project)}/_apis/git/repositories/{quoted(name)}")
        except Absent:
            raise InvalidArgument.of(("head_repository", "is not a repository that the integration can see")) from None
        return string(found, "id")

    def send_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        path = f"{self.path}/pullrequests/{pull.number}"
        if changes.state == OPEN:
            self.http.patch(path, {"status": "active"}, headers=JSON)
        sent = {"title": changes.title, "description": changes.body, "isDraft": changes.draft}
        sent = {name: given for name, given in sent.items() if given is not None}
        if sent:
            self.http.patch(path, sent, headers=JSON)
        if changes.base is not None:
            self.http.patch(path, {"targetRefName": HEADS + changes.base}, headers=JSON)
        if changes.labels is not None:
            self._set_labels(path, pull.labels, changes.labels)
        if changes.reviewers is not None:
            self._set_reviewers(path, pull, changes.reviewers)
        if changes.state == CLOSED:
            self.http.patch(path, {"status": "abandoned"}, headers=JSON)

    def _set_labels(self, path: str, there: Sequence[str], wanted: Sequence[str]) -> None:
        """https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-labels

        That a name in capital letters is the same label is our reading. It would be taken off after it was added again.
        """
        known, kept = ({name.casefold() for name in names} for names in (there, wanted))
        for name in wanted:
            if name.casefold() not in known:
                self.http.post(f"{path}/labels", {"name": name}, api_preview=True)
        for name in there:
            if name.casefold() not in kept:
                self.http.delete(f"{path}/labels/{quoted(name)}", api_preview=True)

    def _set_reviewers(self, path: str, pull: pulls.PullRequest, wanted: Sequence[str]) -> None:
        """https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-reviewers"""
        there = {one.user.id.lower() for one in pull.reviewers if one.HasField("user")}
        ids = {id.lower() for id in wanted}
        for id in sorted(ids - there):
            self.http.put(f"{path}/reviewers/{id}", {"id": id, "vote": 0})
        for id in sorted(there - ids):
            self.http.delete(f"{path}/reviewers/{id}")

    def send_merge(self, pull: pulls.PullRequest, request: pulls.MergePullRequestRequest) -> pulls.PullRequest:
        options: dict[str, Any] = {}
        if request.method:
            options["mergeStrategy"] = self.merge_words[request.method]
        if request.commit_message:
            options["mergeCommitMessage"] = request.commit_message
        sent = {"status": "completed", "lastMergeSourceCommit": {"commitId": pull.head.commit_sha}}
        self.http.patch(f"{self.path}/pullrequests/{pull.number}", {**sent, "completionOptions": options}, headers=JSON)
        for wait in LOOKS:
            left = self.installation.seconds_left()
            time.sleep(wait if left is None else min(wait, left))
            current().check()
            try:
                now = self.fetch_pull_request(pull.number)
            except REFUSALS:  # Of the look, and not of the merge.
                break
            if now.state == MERGED:
                return now
            if now.mergeability == pulls.MERGEABILITY_CONFLICTS:
                raise conflict(now.mergeability_detail)
            if now.mergeability == pulls.MERGEABILITY_BLOCKED:
                raise blocked(now.mergeability_detail, now.mergeability_detail)
        raise self.unmet_rules(pull.number) or Unavailable(
            "Azure DevOps has accepted the merge, and not finished it. Repeat the call, or look with GetPullRequest.",
            reason="MERGE_PENDING",
        )

    def merge_refusal(self, status: int, told: Any) -> ScmError | None:
        kind = text(told, "typeKey") if isinstance(told, Mapping) else ""
        return blocked("", kind) if status < 500 and "Policy" in kind else None
