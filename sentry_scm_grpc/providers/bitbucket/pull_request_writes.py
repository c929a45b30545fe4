"""Pull requests that are written: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

A change sends all of what can be changed, because the documentation does not say whether the rest would stay. A merge
cannot be made to depend on a commit. Why a merge is refused is in the text of the answer: what the words mean is our
reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, ScmError, Unimplemented
from sentry_scm_grpc.providers.bitbucket.pull_requests import BitbucketPullRequests
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
from sentry_scm_grpc.providers.vendor.reading import fields, string, text, told_rows, whole
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class BitbucketPullRequestWrites(PullRequestMerges, BitbucketPullRequests, PullRequestWrites):
    text_limits = TextLimits(title=255)
    # Its Markdown shows HTML comments.
    body_mark = LINK_DEFINITION
    no_labels = "Bitbucket's pull requests have no labels. Leave `labels` out."
    merge_words = {MERGE: "merge_commit", SQUASH: "squash", REBASE: "rebase_fast_forward"}

    def find_reviewers(self, names: Sequence[str]) -> Sequence[dict[str, str]]:
        wrong = [n for n, name in enumerate(names) if name.startswith("{") != name.endswith("}")]
        if wrong:
            raise InvalidArgument.of((f"reviewers[{wrong[0]}]", "must be a UUID in braces, or an account id"))
        return [{"uuid" if name.startswith("{") else "account_id": name} for name in names]

    def send_pull_request(self, new: NewPullRequest) -> int:
        source: dict[str, Any] = {"branch": {"name": new.head}}
        if new.fork:
            source["repository"] = {"full_name": new.fork}
        sent: dict[str, Any] = {
            "title": new.title,
            "description": new.body,
            "source": source,
            "destination": {"branch": {"name": new.base}},
        }
        if new.reviewers:
            sent["reviewers"] = list(new.reviewers)
        if new.draft:
            sent["draft"] = True
        return whole(self.http.post(f"{self.path}/pullrequests", sent), "id")

    def check_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        if changes.state == OPEN:
            raise Unimplemented("Bitbucket cannot open a declined pull request again. Open a new one.")

    def send_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        path = f"{self.path}/pullrequests/{pull.number}"
        if changes != Changes(state=changes.state):
            sent: dict[str, Any] = {
                "title": pull.title if changes.title is None else changes.title,
                "description": pull.body if changes.body is None else changes.body,
                "destination": {"branch": {"name": changes.base or pull.base.branch}},
                "reviewers": changes.reviewers,
            }
            if changes.reviewers is None:
                found = told_rows(self.http.get(path), "reviewers")
                sent["reviewers"] = [{"uuid": string(one, "uuid")} for one in found]
            if pull.HasField("draft"):
                sent["draft"] = pull.draft if changes.draft is None else changes.draft
            self.http.put(path, sent)
        if changes.state == CLOSED:
            self.http.post(f"{path}/decline")

    def check_method(self, pull: pulls.PullRequest, method: pulls.MergeMethod.ValueType) -> None:
        told = self.http.get(f"{self.path}/pullrequests/{pull.number}")
        known = fields(told, "destination", "branch").get("merge_strategies")
        if isinstance(known, list):
            self.check_word(method, known)

    def send_merge(self, pull: pulls.PullRequest, request: pulls.MergePullRequestRequest) -> Any:
        sent = {"type": "pullrequest"}
        if request.method:
            sent["merge_strategy"] = self.merge_words[request.method]
        if request.commit_message:
            sent["message"] = request.commit_message
        return self.http.post(f"{self.path}/pullrequests/{pull.number}/merge", sent)

    def read_merged(self, pull: pulls.PullRequest, told: Any) -> pulls.PullRequest:
        return self.fetch_pull_request(pull.number)

    def merge_refusal(self, status: int, told: Any) -> ScmError | None:
        if status != 400:
            return None
        said = f"{text(told, 'error', 'message')} {text(told, 'error', 'detail')}"
        return conflict() if "conflict" in said.lower() else blocked(said)
