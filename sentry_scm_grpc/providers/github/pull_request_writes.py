"""Pull requests that are written: https://docs.github.com/en/rest/pulls/pulls

Labels and reviewers have calls of their own, and so has a draft, in GraphQL. Why GitHub refuses a merge is in the text
of its answer, which is not documented: what the words mean is our reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, ScmError, Unimplemented
from sentry_scm_grpc.providers.github.api import problems_of
from sentry_scm_grpc.providers.github.pull_requests import GitHubPullRequests
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pull_request_merges import (
    MERGE,
    REBASE,
    SQUASH,
    PullRequestMerges,
    blocked,
    conflict,
    method_forbidden,
)
from sentry_scm_grpc.providers.vendor.pull_request_writes import (
    Changes,
    NewPullRequest,
    PullRequestWrites,
    TextLimits,
)
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, OPEN
from sentry_scm_grpc.providers.vendor.reading import text, whole
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_STATES = {OPEN: "open", CLOSED: "closed"}


class GitHubPullRequestWrites(PullRequestMerges, GitHubPullRequests, PullRequestWrites):
    text_limits = TextLimits(title=256, body=65536)
    changes_open_ones_only = False
    merge_words = {MERGE: "merge", SQUASH: "squash", REBASE: "rebase"}

    def find_reviewers(self, names: Sequence[str]) -> Sequence[str]:
        self.http.gather([partial(self._check_reviewer, n, name) for n, name in enumerate(names)])
        return names

    def _check_reviewer(self, index: int, login: str) -> None:
        """Anybody may read a public repository, so this finds those who do not exist, and those without access."""
        try:
            told = self.http.get(f"{self.path}/collaborators/{quoted(login)}/permission")
        except Absent:
            self.check_repository()
            told = {}
        if text(told, "permission") in ("", "none"):
            raise InvalidArgument.of(
                (f"reviewers[{index}]", "is not the login of a user with access to the repository")
            )

    def send_pull_request(self, new: NewPullRequest) -> int:
        owner, _, name = new.fork.partition("/")
        sent = {"title": new.title, "head": new.head, "base": new.base, "body": new.body, "draft": new.draft}
        if new.fork:
            sent["head"] = f"{owner}:{new.head}"
            if owner.casefold() == self.full_name.partition("/")[0].casefold():
                sent["head_repo"] = name
        return whole(self.http.post(f"{self.path}/pulls", sent), "number")

    def complete_pull_request(self, number: int, new: NewPullRequest) -> None:
        if new.labels:
            self._set_labels(number, new.labels)
        if new.reviewers:
            self.http.post(f"{self._pull(number)}/requested_reviewers", {"reviewers": list(new.reviewers)})

    def check_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        if pull.author.login in (changes.reviewers or ()):
            raise InvalidArgument.of(("reviewers", "must not name the author: GitHub asks others for a review"))

    def send_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        sent = {"title": changes.title, "body": changes.body, "base": changes.base}
        sent = {name: given for name, given in sent.items() if given is not None}
        if changes.state is not None:
            sent["state"] = _STATES[changes.state]
        if sent:
            self.http.patch(self._pull(pull.number), sent)
        if changes.draft is not None:
            self.graph.set_draft(pull.number, changes.draft)
        if changes.labels is not None:
            self._set_labels(pull.number, changes.labels)
        if changes.reviewers is not None:
            asked = {one.user.login.casefold(): one.user.login for one in pull.reviewers if one.HasField("user")}
            wanted = {login.casefold(): login for login in changes.reviewers}
            path = f"{self._pull(pull.number)}/requested_reviewers"
            if new := [login for key, login in wanted.items() if key not in asked]:
                self.http.post(path, {"reviewers": new})
            if gone := [login for key, login in asked.items() if key not in wanted]:
                self.http.delete(path, {"reviewers": gone})

    def _set_labels(self, number: int, labels: Sequence[str]) -> None:
        """https://docs.github.com/en/rest/issues/labels#set-labels-for-an-issue"""
        self.http.put(f"{self.path}/issues/{number}/labels", {"labels": list(labels)})

    def _pull(self, number: int) -> str:
        return f"{self.path}/pulls/{number}"

    def send_merge(self, pull: pulls.PullRequest, request: pulls.MergePullRequestRequest) -> Any:
        sent = {"sha": pull.head.commit_sha}
        if request.method:
            sent["merge_method"] = self.merge_words[request.method]
        if request.commit_message:
            title, _, message = request.commit_message.partition("\n")
            sent |= {"commit_title": title.strip(), "commit_message": message.strip()}
        return self.http.put(f"{self._pull(pull.number)}/merge", sent)

    def read_merged(self, pull: pulls.PullRequest, told: Any) -> pulls.PullRequest:
        merged = self.fetch_pull_request(pull.number)
        merged.merge_commit_sha = merged.merge_commit_sha or text(told, "sha")
        return merged

    def merge_refusal(self, status: int, told: Any) -> ScmError | None:
        if status != 405:
            return None
        said = text(told, "message")
        lower = said.lower()
        if "base branch was modified" in lower:
            return error_of_status(409)
        if "not allowed on this repository" in lower:
            return method_forbidden()
        return conflict() if "conflict" in lower else blocked(said)

    def lack_of(self, status: int, told: Any) -> Lack | None:
        said = " ".join([text(told, "message"), *problems_of(told)]).lower()
        if status == 422 and "draft pull requests are not supported" in said:
            raise Unimplemented("GitHub has no drafts in this repository: its plan lacks them. Leave `draft` out.")
        return super().lack_of(status, told)
