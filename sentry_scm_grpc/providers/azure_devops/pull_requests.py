"""Pull requests: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-requests

A list cuts a description after 400 characters. Azure DevOps does not tell when a pull request changed. Which pull
requests have a commit is a query of its own, whose answer has no pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE, AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.marks import unmarked_start
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN, PullRequestQuery, PullRequests
from sentry_scm_grpc.providers.vendor.reading import moment, rows, string, text, told_rows, whole
from sentry_scm_grpc.providers.vendor.refs import HEADS
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

#: The most characters of a description in a list.
LISTED_BODY = 400
_ASKED_STATES = {OPEN: "active", CLOSED: "abandoned", MERGED: "completed"}
_STATES = {name: state for state, name in _ASKED_STATES.items()}
_MERGEABILITIES = {
    "succeeded": pulls.MERGEABILITY_MERGEABLE,
    "conflicts": pulls.MERGEABILITY_CONFLICTS,
    "rejectedByPolicy": pulls.MERGEABILITY_BLOCKED,
    # "notSet", "queued" and "failure" do not tell it.
}
_VOTES = {
    "10": pulls.REVIEW_STATE_APPROVED,
    "5": pulls.REVIEW_STATE_APPROVED,
    "0": pulls.REVIEW_STATE_PENDING,
    "-5": pulls.REVIEW_STATE_CHANGES_REQUESTED,
    "-10": pulls.REVIEW_STATE_CHANGES_REQUESTED,
}
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


class AzureDevOpsPullRequests(AzureDevOpsApi, PullRequests):
    tells_updates = False

    def fetch_pull_request(self, number: int) -> pulls.PullRequest:
        return self._pull_request(self.http.get(f"{self.path}/pullrequests/{number}"))

    def fetch_pull_requests(self, query: PullRequestQuery, position: Any) -> Page[pulls.PullRequest]:
        if query.commit:
            return Page([self._listed_pull(found) for found in self._pulls_of(query.commit)])
        start = position or 0
        asked = {
            "status": _ASKED_STATES.get(query.state, "all"),
            "sourceRefName": query.head and HEADS + query.head,
            "targetRefName": query.base and HEADS + query.base,
            "creatorId": query.author if _ID.match(query.author) else "",
        }
        params = {f"searchCriteria.{name}": given for name, given in asked.items() if given}
        answer = self.http.get(f"{self.path}/pullrequests", {**params, "$skip": start, "$top": PER_PAGE})
        found = rows(answer, "value")
        return Page([self._listed_pull(one) for one in found], start + PER_PAGE if len(found) >= PER_PAGE else None)

    def _pulls_of(self, sha: str) -> list[Mapping[str, Any]]:
        """Those that a commit is part of, and the one whose merge made it."""
        queries = [{"type": kind, "items": [sha]} for kind in ("lastMergeCommit", "commit")]
        answer = self.http.query(f"{self.path}/pullrequestquery", {"queries": queries})
        found = {string(one, "pullRequestId"): one for each in rows(answer, "results") for one in told_rows(each, sha)}
        return sorted(found.values(), key=lambda one: -whole(one, "pullRequestId"))

    def _listed_pull(self, found: Mapping[str, Any]) -> pulls.PullRequest:
        pull = self._pull_request(found)
        if len(pull.body) >= LISTED_BODY:
            body = unmarked_start(pull.body)
            pull.body_truncated, pull.body = body == pull.body, body
        return pull

    def _pull_request(self, found: Any) -> pulls.PullRequest:
        state = _STATES.get(text(found, "status"), pulls.PULL_REQUEST_STATE_UNSPECIFIED)
        number, closed = whole(found, "pullRequestId"), moment(found, "closedDate")
        pull = pulls.PullRequest(
            number=number,
            title=string(found, "title"),
            body=text(found, "description"),
            author=user_of(found.get("createdBy")),
            state=state,
            head=_branch_of(found, "source", "forkSource"),
            base=_branch_of(found, "target", ""),
            merge_commit_sha=text(found, "lastMergeCommit", "commitId") if state == MERGED else "",
            labels=[text(one, "name") for one in told_rows(found, "labels") if one.get("active") is not False],
            reviewers=[_reviewer_of(one) for one in told_rows(found, "reviewers")],
            created_at=moment(found, "creationDate"),
            closed_at=closed if state in (CLOSED, MERGED) else None,
            merged_at=closed if state == MERGED else None,
            web_url=f"{self._web}/pullrequest/{number}",
        )
        if isinstance(found.get("isDraft"), bool):
            pull.draft = found["isDraft"]
        if state == OPEN:
            status = text(found, "mergeStatus")
            pull.mergeability = _MERGEABILITIES.get(status, pulls.MERGEABILITY_UNSPECIFIED)
            pull.mergeability_detail = status
        return pull


def _branch_of(found: Mapping[str, Any], side: str, fork: str) -> pulls.PullRequestBranch:
    """The answer names the repository into which it merges, and a fork."""
    is_fork = bool(fork and isinstance(found.get(fork), Mapping))
    of = (fork, "repository") if is_fork else ("repository",)
    names = (text(found, *of, "project", "name"), text(found, *of, "name"))
    return pulls.PullRequestBranch(
        branch=string(found, f"{side}RefName").removeprefix(HEADS),
        commit_sha=text(found, f"lastMerge{side.capitalize()}Commit", "commitId"),
        repository="/".join(name for name in names if name),
        is_fork=is_fork,
    )


def _reviewer_of(found: Mapping[str, Any]) -> pulls.PullRequestReviewer:
    vote = str(found.get("vote", ""))
    reviewer = pulls.PullRequestReviewer(
        state=_VOTES.get(vote, pulls.REVIEW_STATE_UNSPECIFIED),
        detail=vote,
        required=found.get("isRequired") is True,
    )
    if found.get("isContainer") is True:
        reviewer.group = text(found, "displayName")
    elif user := user_of(found):
        reviewer.user.CopyFrom(user)
    return reviewer


def user_of(found: Any) -> pulls.PullRequestUser | None:
    if not isinstance(found, Mapping):
        return None
    return pulls.PullRequestUser(id=text(found, "id"), login=text(found, "uniqueName"), name=text(found, "displayName"))
