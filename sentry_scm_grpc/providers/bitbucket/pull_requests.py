"""Pull requests: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

A pull request names its commits by 12 digits. For a single one, the full SHAs are looked up, which takes up to three
more calls. Bitbucket tells neither whether a pull request can be merged nor when it was closed, and has no labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.bitbucket.api import BitbucketApi
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN, PullRequestQuery, PullRequests
from sentry_scm_grpc.providers.vendor.reading import moment, string, text, told_rows, whole
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

#: The most pull requests in a page.
PULLS_PER_PAGE = 50
#: Pull requests of a commit, each of which is read with a call of its own.
PULLS_OF_COMMIT = 20
_ASKED_STATES = {
    OPEN: ["OPEN"],
    CLOSED: ["DECLINED", "SUPERSEDED"],
    MERGED: ["MERGED"],
}
_ALL_STATES = [state for states in _ASKED_STATES.values() for state in states]
_STATES = {
    **dict.fromkeys(("OPEN", "DRAFT", "QUEUED"), OPEN),
    **dict.fromkeys(("DECLINED", "SUPERSEDED"), CLOSED),
    "MERGED": MERGED,
}
_ANSWERS = {"approved": pulls.REVIEW_STATE_APPROVED, "changes_requested": pulls.REVIEW_STATE_CHANGES_REQUESTED}


class BitbucketPullRequests(BitbucketApi, PullRequests):
    def fetch_pull_request(self, number: int) -> pulls.PullRequest:
        pull = pull_request_of(self.http.get(f"{self.path}/pullrequests/{number}"))
        head, base, merge = self.http.gather(
            [
                partial(self._full_head, number, pull.head.commit_sha),
                partial(self._full_sha, pull.base.commit_sha),
                partial(self._full_sha, pull.merge_commit_sha),
            ]
        )
        pull.head.commit_sha, pull.base.commit_sha, pull.merge_commit_sha = head, base, merge
        return pull

    def fetch_pull_requests(self, query: PullRequestQuery, position: Any) -> Page[pulls.PullRequest]:
        if query.commit:
            return self._pulls_of(query.commit, position)
        conditions = [
            _is("source.branch.name", query.head),
            _is("destination.branch.name", query.base),
            f"updated_on >= {query.since.isoformat()}" if query.since else "",
        ]
        params = {"pagelen": PULLS_PER_PAGE, "sort": "-created_on", "q": " AND ".join(filter(None, conditions))}
        asked = {name: given for name, given in params.items() if given}
        states = {"state": _ASKED_STATES.get(query.state, _ALL_STATES)}
        found, after = self._page(f"{self.path}/pullrequests", asked, position, states)
        return Page([pull_request_of(one) for one in found], after)

    def _pulls_of(self, sha: str, position: Any) -> Page[pulls.PullRequest]:
        """Bitbucket tells of these pull requests little more than their numbers."""
        path = f"{self.path}/commit/{sha}/pullrequests"
        try:
            found, after = self._page(path, {"pagelen": PULLS_OF_COMMIT}, position)
        except Absent:
            self.look_up(sha)
            raise FailedPrecondition(
                "Bitbucket tells the pull requests of a commit only if its app Pull Request Commit Links is installed."
                " Open a commit on its pages, and choose “Go to pull request”.",
                reason="COMMIT_LINKS_MISSING",
            ) from None
        paths = [f"{self.path}/pullrequests/{whole(one, 'id')}" for one in found]
        return Page(
            [pull_request_of(one) for one in self.http.gather([partial(self.http.get, p) for p in paths])], after
        )

    def _full_head(self, number: int, sha: str) -> str:
        """The head may be a commit of a fork, which only the pull request's own list of commits has."""
        if is_full_sha(sha) or not sha:
            return sha
        try:
            found, _ = self._page(f"{self.path}/pullrequests/{number}/commits", {"pagelen": 1}, None)
        except Absent:
            return sha
        full = string(found[0], "hash") if found else ""
        return full if full.startswith(sha) else sha

    def _full_sha(self, sha: str) -> str:
        if is_full_sha(sha) or not sha:
            return sha
        try:
            return string(self.http.get(f"{self.path}/commit/{sha}", immutable=True), "hash")
        except Absent:
            return sha


def _is(field: str, name: str) -> str:
    """A condition of a query: https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering"""
    return f'{field} = "{name}"' if name and '"' not in name and "\\" not in name else ""


def pull_request_of(found: Any) -> pulls.PullRequest:
    state = _STATES.get(text(found, "state"), pulls.PULL_REQUEST_STATE_UNSPECIFIED)
    head, base = _branch_of(found, "source"), _branch_of(found, "destination")
    head.is_fork, base.is_fork = head.repository.lower() != base.repository.lower(), False
    pull = pulls.PullRequest(
        number=whole(found, "id"),
        title=string(found, "title"),
        body=text(found, "description") or text(found, "summary", "raw"),
        author=user_of(found.get("author")),
        state=state,
        head=head,
        base=base,
        merge_commit_sha=text(found, "merge_commit", "hash") if state == MERGED else "",
        reviewers=_reviewers(found),
        created_at=moment(found, "created_on"),
        updated_at=moment(found, "updated_on"),
        web_url=text(found, "links", "html", "href"),
    )
    if isinstance(found.get("draft"), bool):
        pull.draft = found["draft"]
    return pull


def _branch_of(found: Mapping[str, Any], side: str) -> pulls.PullRequestBranch:
    """The source may have lost its repository, and its commit."""
    return pulls.PullRequestBranch(
        branch=string(found, side, "branch", "name"),
        commit_sha=text(found, side, "commit", "hash"),
        repository=text(found, side, "repository", "full_name"),
    )


def _reviewers(found: Mapping[str, Any]) -> list[pulls.PullRequestReviewer]:
    asked = [one for one in told_rows(found, "participants") if text(one, "role") == "REVIEWER"]
    return [
        pulls.PullRequestReviewer(
            user=user_of(one.get("user")),
            state=_ANSWERS.get(text(one, "state"), pulls.REVIEW_STATE_PENDING),
            detail=text(one, "state"),
        )
        for one in asked
    ]


def user_of(found: Any) -> pulls.PullRequestUser | None:
    if not isinstance(found, Mapping):
        return None
    return pulls.PullRequestUser(
        id=text(found, "uuid"), login=text(found, "account_id"), name=text(found, "display_name")
    )
