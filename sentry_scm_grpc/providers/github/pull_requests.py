"""Pull requests: https://docs.github.com/en/rest/pulls/pulls

A list does not tell whether a pull request can be merged. GitHub works that out after it is asked for one, so the first
answer may not tell it either. The values of ``mergeable_state`` are not documented: their meaning here is our reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN, PullRequestQuery, PullRequests
from sentry_scm_grpc.providers.vendor.reading import count, moment, rows, string, text, told_rows, value, whole
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_STATES = {OPEN: "open", CLOSED: "closed", MERGED: "closed"}
_BLOCKED = ("blocked", "behind", "draft")


class GitHubPullRequests(GitHubApi, PullRequests):
    def fetch_pull_request(self, number: int) -> pulls.PullRequest:
        return pull_request_of(self.http.get(f"{self.path}/pulls/{number}"))

    def fetch_pull_requests(self, query: PullRequestQuery, position: Any) -> Page[pulls.PullRequest]:
        path, params = f"{self.path}/pulls", {"state": _STATES.get(query.state, "all"), "direction": "desc"}
        if query.commit:
            path, params = f"{self.path}/commits/{query.commit}/pulls", {}
        else:
            params["sort"] = "created" if query.since is None else "updated"
            if query.head:
                params["head"] = f"{self.full_name.partition('/')[0]}:{query.head}"
            if query.base:
                params["base"] = query.base
        found, after = self._page(path, params, position)
        page = [pull_request_of(one) for one in rows(found)]
        return Page(page, None if not query.commit and query.all_before(page) else after)


def pull_request_of(found: Any) -> pulls.PullRequest:
    """Before a merge, ``merge_commit_sha`` is a commit that GitHub made to test it."""
    merged = moment(found, "merged_at")
    open_ = string(found, "state") == "open"
    pull = pulls.PullRequest(
        number=whole(found, "number"),
        title=string(found, "title"),
        body=text(found, "body"),
        author=user_of(found.get("user")),
        state=OPEN if open_ else MERGED if merged else CLOSED,
        head=_branch_of(found, "head"),
        base=_branch_of(found, "base"),
        merge_commit_sha=text(found, "merge_commit_sha") if merged else "",
        labels=[text(label, "name") for label in told_rows(found, "labels")],
        reviewers=[*_asked(found)],
        created_at=moment(found, "created_at"),
        updated_at=moment(found, "updated_at"),
        closed_at=moment(found, "closed_at"),
        merged_at=merged,
        web_url=text(found, "html_url"),
    )
    if isinstance(found.get("draft"), bool):
        pull.draft = found["draft"]
    if open_:
        pull.mergeability, pull.mergeability_detail = mergeability_of(
            found.get("mergeable"), text(found, "mergeable_state")
        )
    return pull


def mergeability_of(told: bool | None, detail: str) -> tuple[pulls.Mergeability.ValueType, str]:
    """REST and GraphQL have the same words, in small and in capital letters."""
    detail = "" if detail == "unknown" else detail
    if told is False:
        return pulls.MERGEABILITY_CONFLICTS, detail
    if told is True:
        blocked = detail in _BLOCKED
        return (pulls.MERGEABILITY_BLOCKED if blocked else pulls.MERGEABILITY_MERGEABLE), detail
    return pulls.MERGEABILITY_UNSPECIFIED, ""


def _branch_of(found: Mapping[str, Any], side: str) -> pulls.PullRequestBranch:
    """A fork that was deleted has no repository."""
    repository = text(found, side, "repo", "full_name")
    return pulls.PullRequestBranch(
        branch=string(found, side, "ref"),
        commit_sha=string(found, side, "sha"),
        repository=repository,
        is_fork=repository.lower() != string(found, "base", "repo", "full_name").lower(),
    )


def _asked(found: Mapping[str, Any]) -> list[pulls.PullRequestReviewer]:
    """GitHub takes a reviewer off the list who has answered."""
    pending = pulls.REVIEW_STATE_PENDING
    users = [user_of(user) for user in told_rows(found, "requested_reviewers")]
    teams = [text(team, "slug") for team in told_rows(found, "requested_teams")]
    return [
        *(pulls.PullRequestReviewer(user=user, state=pending) for user in users),
        *(pulls.PullRequestReviewer(group=team, state=pending) for team in teams),
    ]


def user_of(found: Any) -> pulls.PullRequestUser | None:
    """None for an account that was deleted."""
    if not isinstance(found, Mapping):
        return None
    known = count(found, "id")
    return pulls.PullRequestUser(
        id="" if known is None else str(known), login=str(value(found, "login")), name=text(found, "name")
    )
