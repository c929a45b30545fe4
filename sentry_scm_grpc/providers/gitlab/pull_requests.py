"""Merge requests: https://docs.gitlab.com/api/merge_requests/

The number is the iid. GitLab 15.6 tells in ``detailed_merge_status`` what stands against a merge, and older ones only
whether there is anything. A list may tell a status that is out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.gitlab.quick_actions import as_sent
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN, PullRequestQuery, PullRequests
from sentry_scm_grpc.providers.vendor.reading import fields, moment, moment_text, string, text, told_rows, whole
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_ASKED_STATES = {OPEN: "opened", CLOSED: "closed", MERGED: "merged"}
#: A merge request is locked while it is being merged.
_STATES = {"opened": OPEN, "reopened": OPEN, "locked": OPEN, "closed": CLOSED, "merged": MERGED}
_NOT_KNOWN = ("", "unchecked", "checking", "preparing", "approvals_syncing", "not_open", "cannot_be_merged_recheck")
_MERGEABLE = ("mergeable", "can_be_merged")
_CONFLICTS = ("conflict", "broken_status", "cannot_be_merged")


class GitLabPullRequests(GitLabApi, PullRequests):
    def fetch_pull_request(self, number: int) -> pulls.PullRequest:
        return pull_request_of(self.http.get(f"{self.path}/merge_requests/{number}"))

    def fetch_pull_requests(self, query: PullRequestQuery, position: Any) -> Page[pulls.PullRequest]:
        if query.commit:
            found, after = self._page(f"{self.path}/repository/commits/{query.commit}/merge_requests", {}, position)
        else:
            # A user name may consist of digits, and so does an id: both are compared afterwards.
            author = "" if query.author.isdecimal() else query.author
            asked = {
                "state": _ASKED_STATES.get(query.state, "all"),
                "source_branch": query.head,
                "target_branch": query.base,
                "author_username": author,
                "updated_after": moment_text(query.since),
                "order_by": "created_at",
                "sort": "desc",
            }
            params = {name: given for name, given in asked.items() if given}
            found, after = self._page(f"{self.path}/merge_requests", params, position)
        return Page([pull_request_of(one) for one in found], after)


def pull_request_of(found: Any) -> pulls.PullRequest:
    state = _STATES.get(text(found, "state"), pulls.PULL_REQUEST_STATE_UNSPECIFIED)
    source = string(found, "source_project_id") if fields(found).get("source_project_id") else ""
    target = string(found, "target_project_id")
    name = text(found, "references", "full").rpartition("!")[0]
    pull = pulls.PullRequest(
        number=whole(found, "iid"),
        title=string(found, "title"),
        body=as_sent(text(found, "description")),
        author=user_of(found.get("author")),
        state=state,
        head=pulls.PullRequestBranch(
            branch=string(found, "source_branch"),
            commit_sha=text(found, "sha"),
            repository=name if source == target else "",
            is_fork=source != target,
        ),
        base=pulls.PullRequestBranch(
            branch=string(found, "target_branch"),
            commit_sha=text(found, "diff_refs", "start_sha"),
            repository=name,
            is_fork=False,
        ),
        merge_commit_sha=text(found, "merge_commit_sha") or text(found, "squash_commit_sha") if state == MERGED else "",
        labels=labels_of(found),
        reviewers=[pulls.PullRequestReviewer(user=user_of(one)) for one in told_rows(found, "reviewers")],
        created_at=moment(found, "created_at"),
        updated_at=moment(found, "updated_at"),
        closed_at=moment(found, "closed_at") or moment(found, "merged_at"),
        merged_at=moment(found, "merged_at"),
        web_url=text(found, "web_url"),
    )
    # Before version 13.2, a draft was a work in progress.
    draft = found.get("draft", found.get("work_in_progress"))
    if isinstance(draft, bool):
        pull.draft = draft
    if state == OPEN:
        detail = text(found, "detailed_merge_status") or text(found, "merge_status")
        pull.mergeability, pull.mergeability_detail = _mergeability(detail, found), detail
    return pull


def labels_of(found: Mapping[str, Any]) -> list[str]:
    told = found.get("labels")
    return [label for label in told if isinstance(label, str)] if isinstance(told, list) else []


def _mergeability(status: str, found: Mapping[str, Any]) -> pulls.Mergeability.ValueType:
    if status in _NOT_KNOWN:
        return pulls.MERGEABILITY_UNSPECIFIED
    if found.get("has_conflicts") is True or (status in _CONFLICTS and "has_conflicts" not in found):
        return pulls.MERGEABILITY_CONFLICTS
    if status == "conflict":
        return pulls.MERGEABILITY_CONFLICTS
    return pulls.MERGEABILITY_MERGEABLE if status in _MERGEABLE else pulls.MERGEABILITY_BLOCKED


def user_of(found: Any) -> pulls.PullRequestUser | None:
    if not isinstance(found, Mapping):
        return None
    return pulls.PullRequestUser(id=string(found, "id"), login=text(found, "username"), name=text(found, "name"))
