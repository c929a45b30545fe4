"""Merge requests that are written: https://docs.gitlab.com/api/merge_requests/

A draft is a merge request whose title begins with "Draft:". Which methods a project allows is a setting of it, and a
squash is a choice beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, ScmError
from sentry_scm_grpc.providers.gitlab.pull_requests import GitLabPullRequests, labels_of, pull_request_of
from sentry_scm_grpc.providers.gitlab.quick_actions import harmless
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pull_request_merges import (
    MERGE,
    REBASE,
    SQUASH,
    PullRequestMerges,
    blocked,
    may_not_merge,
    method_forbidden,
)
from sentry_scm_grpc.providers.vendor.pull_request_writes import (
    Changes,
    NewPullRequest,
    PullRequestWrites,
    TextLimits,
)
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, OPEN
from sentry_scm_grpc.providers.vendor.reading import fields, rows, string, text, told_rows, whole
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

DRAFT = "Draft: "
#: https://docs.gitlab.com/user/project/merge_requests/drafts/
_DRAFT = re.compile(r"\s*(?:\[draft\]|\(draft\)|draft:)\s*", re.IGNORECASE)
#: The most digits of a user's id.
MAX_DIGITS = 18
_EVENTS = {OPEN: "reopen", CLOSED: "close"}


class GitLabPullRequestWrites(PullRequestMerges, GitLabPullRequests, PullRequestWrites):
    text_limits = TextLimits(title=255, body=1024 * 1024)
    changes_open_ones_only = False

    @property
    def _own_name(self) -> str:
        known = self.repository
        return known.config["path"] if known is not None and "path" in known.config else ""

    def title_of(self, title: str, draft: bool) -> str:
        found = _DRAFT.match(title)
        if draft:
            return title if found else DRAFT + title
        return title[found.end() :] if found else title

    def find_reviewers(self, names: Sequence[str]) -> Sequence[int]:
        return self.http.gather([partial(self._user_id, n, name) for n, name in enumerate(names)])

    def _user_id(self, index: int, name: str) -> int:
        is_id = name.isascii() and name.isdecimal()
        if not is_id:
            for found in rows(self.http.get("/users", {"username": name})):
                return whole(found, "id")
        elif len(name) <= MAX_DIGITS:
            with suppress(Absent):
                return whole(self.http.get(f"/users/{int(name)}"), "id")
        kind = "id" if is_id else "name"
        raise InvalidArgument.of((f"reviewers[{index}]", f"is not the {kind} of a user at GitLab"))

    def check_new(self, new: NewPullRequest) -> None:
        if not new.draft and _DRAFT.match(new.title):
            raise InvalidArgument.of(("title", "begins as that of a draft at GitLab: set `draft`"))
        _check_labels(new.labels)

    def check_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        _check_labels(changes.labels or ())

    def send_pull_request(self, new: NewPullRequest) -> int:
        sent: dict[str, Any] = {"source_branch": new.head, "target_branch": new.base}
        sent |= {"title": new.title, "description": harmless(new.body)}
        if new.labels:
            sent["labels"] = ",".join(new.labels)
        if new.reviewers:
            sent["reviewer_ids"] = list(new.reviewers)
        path = self.path
        if new.fork:
            # The project of the head is asked, and names the one into which it merges.
            path = f"/projects/{quoted(new.fork)}"
            sent["target_project_id"] = whole(self.http.get(self.path), "id")
        return whole(self.http.post(f"{path}/merge_requests", sent), "iid")

    def complete_pull_request(self, number: int, new: NewPullRequest) -> None:
        """GitLab leaves out what it does not take, without an error."""
        if new.reviewers or new.labels:
            _check_taken(self.http.get(f"{self.path}/merge_requests/{number}"), new.reviewers, new.labels)

    def send_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        sent: dict[str, Any] = {
            "title": changes.title,
            "description": None if changes.body is None else harmless(changes.body),
            "target_branch": changes.base,
            "state_event": None if changes.state is None else _EVENTS[changes.state],
            "labels": None if changes.labels is None else ",".join(changes.labels),
            # A 0 takes all reviewers off.
            "reviewer_ids": None if changes.reviewers is None else list(changes.reviewers) or [0],
        }
        sent = {name: given for name, given in sent.items() if given is not None}
        if sent:
            told = self.http.put(f"{self.path}/merge_requests/{pull.number}", sent)
            _check_taken(told, changes.reviewers or (), changes.labels or ())

    def check_method(self, pull: pulls.PullRequest, method: pulls.MergeMethod.ValueType) -> None:
        project = self.http.get(self.path)
        allowed = [*_allowed(text(project, "merge_method"), text(project, "squash_option"))]
        if method not in allowed:
            raise method_forbidden(allowed)

    def send_merge(self, pull: pulls.PullRequest, request: pulls.MergePullRequestRequest) -> pulls.PullRequest:
        sent: dict[str, Any] = {"sha": pull.head.commit_sha}
        if request.method:
            sent["squash"] = request.method == SQUASH
        if request.commit_message:
            kinds = {MERGE: ["merge"], SQUASH: ["squash"]}.get(request.method, ["merge", "squash"])
            sent |= {f"{kind}_commit_message": request.commit_message for kind in kinds}
        return pull_request_of(self.http.put(f"{self.path}/merge_requests/{pull.number}/merge", sent))

    def merge_refusal(self, status: int, told: Any) -> ScmError | None:
        if status == 401:  # The credential has just read the merge request.
            return may_not_merge()
        return blocked("") if status in (405, 406, 422) else None


def _allowed(method: str, squash: str) -> Iterator[pulls.MergeMethod.ValueType]:
    """The methods that a project allows. Before version 13.8 it does not tell whether it squashes."""
    if squash != "always":
        yield REBASE if method == "ff" else MERGE
    if squash != "never":
        yield SQUASH


def _check_labels(labels: Sequence[str]) -> None:
    if any("," in label for label in labels):
        raise InvalidArgument.of(("labels", "must not contain commas at GitLab"))


def _check_taken(told: Any, reviewers: Sequence[int], labels: Sequence[str]) -> None:
    """Raises FailedPrecondition for reviewers and labels that a merge request does not have after it was written."""
    there = {string(one, "id") for one in told_rows(told, "reviewers")}
    if any(str(id) not in there for id in reviewers):
        raise FailedPrecondition(
            "GitLab did not take all reviewers. They must be able to read the project, and some plans of GitLab allow"
            " only one. The rest was written.",
            reason="REVIEWERS_NOT_TAKEN",
        )
    known = labels_of(fields(told))
    if any(label.strip() not in known for label in labels):
        raise FailedPrecondition(
            "GitLab did not take all labels. The integration must be able to create those that do not exist, and of"
            " labels such as 'a::b' and 'a::c' only one can be set. The rest was written.",
            reason="LABELS_NOT_TAKEN",
        )
