"""Pull requests: https://developer.atlassian.com/server/bitbucket/rest/v819/api-group-pull-requests/

Whether one can be merged takes a call of its own, so a list does not tell it. There are drafts since version 8.18, and
no labels. A list cannot be narrowed by the last change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN, PullRequestQuery, PullRequests
from sentry_scm_grpc.providers.vendor.reading import count, fields, moment, string, text, told_rows, whole
from sentry_scm_grpc.providers.vendor.refs import HEADS
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_ASKED_STATES = {OPEN: "OPEN", CLOSED: "DECLINED", MERGED: "MERGED"}
_STATES = {name: state for state, name in _ASKED_STATES.items()}
_ANSWERS = {
    "UNAPPROVED": pulls.REVIEW_STATE_PENDING,
    "APPROVED": pulls.REVIEW_STATE_APPROVED,
    "NEEDS_WORK": pulls.REVIEW_STATE_CHANGES_REQUESTED,
}


class BitbucketServerPullRequests(BitbucketServerApi, PullRequests):
    def fetch_pull_request(self, number: int) -> pulls.PullRequest:
        path = f"{self.path}/pull-requests/{number}"
        pull = pull_request_of(self.http.get(path))
        if pull.state == OPEN:
            told = self.http.get(f"{path}/merge")
            pull.mergeability, pull.mergeability_detail = _mergeability(told), text(told, "outcome")
        return pull

    def fetch_pull_requests(self, query: PullRequestQuery, position: Any) -> Page[pulls.PullRequest]:
        if query.commit:
            found, after = self._page(f"{self.path}/commits/{query.commit}/pull-requests", {}, position)
        else:
            params = {"state": _ASKED_STATES.get(query.state, "ALL"), "order": "NEWEST"}
            if query.head:
                # Those of this branch, also into other repositories, which are left out below.
                params |= {"at": HEADS + query.head, "direction": "OUTGOING"}
            elif query.base:
                params |= {"at": HEADS + query.base, "direction": "INCOMING"}
            if query.author and not query.author.isdecimal():
                params |= {"username.1": query.author, "role.1": "AUTHOR"}
            found, after = self._page(f"{self.path}/pull-requests", params, position)
        return Page([pull_request_of(one) for one in found if self._is_ours(one)], after)

    def _is_ours(self, found: Mapping[str, Any]) -> bool:
        """Whether it merges into this repository."""
        place = _place(found, "toRef").casefold()
        return place == "/".join(self.place).casefold()


def pull_request_of(found: Any) -> pulls.PullRequest:
    state = _STATES.get(text(found, "state"), pulls.PULL_REQUEST_STATE_UNSPECIFIED)
    head, base = _branch_of(found, "fromRef"), _branch_of(found, "toRef")
    head.is_fork, base.is_fork = head.repository != base.repository, False
    links = fields(found).get("links")
    links = links.get("self") if isinstance(links, Mapping) else None
    closed = moment(found, "closedDate")
    pull = pulls.PullRequest(
        number=whole(found, "id"),
        title=string(found, "title"),
        body=text(found, "description"),
        author=user_of(fields(found, "author").get("user")),
        state=state,
        head=head,
        base=base,
        merge_commit_sha=text(found, "properties", "mergeCommit", "id") if state == MERGED else "",
        reviewers=[_reviewer_of(one) for one in told_rows(found, "reviewers")],
        created_at=moment(found, "createdDate"),
        updated_at=moment(found, "updatedDate"),
        closed_at=closed,
        merged_at=closed if state == MERGED else None,
        web_url=text(links[0], "href") if isinstance(links, list) and links else "",
    )
    if isinstance(found.get("draft"), bool):
        pull.draft = found["draft"]
    return pull


def _mergeability(told: Any) -> pulls.Mergeability.ValueType:
    if fields(told).get("conflicted") is True:
        return pulls.MERGEABILITY_CONFLICTS
    if told.get("canMerge") is True:
        return pulls.MERGEABILITY_MERGEABLE
    # The server may not have tried the merge yet.
    blocked = told.get("canMerge") is False and bool(told.get("vetoes"))
    return pulls.MERGEABILITY_BLOCKED if blocked else pulls.MERGEABILITY_UNSPECIFIED


def _branch_of(found: Mapping[str, Any], side: str) -> pulls.PullRequestBranch:
    return pulls.PullRequestBranch(
        branch=text(found, side, "displayId") or string(found, side, "id").removeprefix(HEADS),
        commit_sha=text(found, side, "latestCommit") or text(found, side, "latestChangeset"),
        repository=_place(found, side),
    )


def _place(found: Mapping[str, Any], side: str) -> str:
    """The repository of a branch, as "KEY/slug"."""
    return f"{string(found, side, 'repository', 'project', 'key')}/{string(found, side, 'repository', 'slug')}"


def _reviewer_of(found: Mapping[str, Any]) -> pulls.PullRequestReviewer:
    """Before version 4.4 there is no status, only whether somebody approved."""
    status = text(found, "status") or ("APPROVED" if found.get("approved") is True else "UNAPPROVED")
    return pulls.PullRequestReviewer(
        user=user_of(found.get("user")),
        state=_ANSWERS.get(status, pulls.REVIEW_STATE_UNSPECIFIED),
        detail=text(found, "status"),
    )


def user_of(found: Any) -> pulls.PullRequestUser | None:
    if not isinstance(found, Mapping):
        return None
    known = count(found, "id")
    return pulls.PullRequestUser(
        id="" if known is None else str(known), login=text(found, "name"), name=text(found, "displayName")
    )
