"""Pull requests and their changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scm_grpc_gitea.api import GiteaApi
from scm_grpc_gitea.commits import change_kind, commit_of
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_request_changes import PullRequestChanges
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN, PullRequestQuery
from sentry_scm_grpc.providers.vendor.reading import count, moment, string, text, told_rows
from sentry_scm_grpc.providers.vendor.refs import DiffPage
from sentry_scm_grpc.source.patches import taken_apart
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb

MAX_DIFF_BYTES = 8 * 1024 * 1024
_STATES = {"open": OPEN, "closed": CLOSED}
_ASKED_STATES = {OPEN: "open", CLOSED: "closed", MERGED: "closed"}


class GiteaPullRequests(GiteaApi, PullRequestChanges):
    def fetch_pull_request(self, number: int) -> pulls.PullRequest:
        return pull_request_of(self.http.get(f"{self.path}/pulls/{number}"))

    def fetch_pull_requests(self, query: PullRequestQuery, position: Any) -> Page[pulls.PullRequest]:
        """What Gitea does not filter is filtered afterwards."""
        if query.commit:
            return Page(self._merged_by(query.commit))
        asked = {"state": _ASKED_STATES.get(query.state, "all"), **({"sort": "recentupdate"} if query.since else {})}
        found, after = self._page(f"{self.path}/pulls", asked, position)
        page = [pull_request_of(one) for one in found]
        return Page(page, None if query.all_before(page) else after)

    def _merged_by(self, sha: str) -> list[pulls.PullRequest]:
        """The pull request whose merge made a commit, if there is one."""
        try:
            return [pull_request_of(self.http.get(f"{self.path}/commits/{sha}/pull"))]
        except Absent:
            return []

    def fetch_pull_request_commits(self, number: int, position: Any) -> Page[pb.Commit]:
        found, after = self._page(f"{self.path}/pulls/{number}/commits", {"files": "false"}, position)
        return Page([commit_of(one) for one in found], after)

    def fetch_pull_request_files(self, number: int, position: Any) -> Page[pb.FileChange]:
        found, after = self._page(f"{self.path}/pulls/{number}/files", {}, position)
        return Page([_change(one) for one in found], after)

    def fetch_pull_request_diffs(self, number: int, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        """All at once. A longer diff is FAILED_PRECONDITION (FILE_TOO_LARGE)."""
        patch = self.http.get_bytes(f"{self.path}/pulls/{number}.diff", max_bytes=MAX_DIFF_BYTES)
        return DiffPage(taken_apart(patch))


def pull_request_of(found: Any) -> pulls.PullRequest:
    state = MERGED if found.get("merged") is True else _STATES.get(text(found, "state"))
    pull = pulls.PullRequest(
        number=int(string(found, "number")),
        title=string(found, "title"),
        body=text(found, "body"),
        author=user_of(found.get("user")),
        state=state,
        draft=found["draft"] if isinstance(found.get("draft"), bool) else None,
        head=_branch(found, "head"),
        base=_branch(found, "base"),
        merge_commit_sha=text(found, "merge_commit_sha") if state == MERGED else "",
        labels=[string(label, "name") for label in told_rows(found, "labels")],
        created_at=moment(found, "created_at"),
        updated_at=moment(found, "updated_at"),
        closed_at=moment(found, "closed_at"),
        merged_at=moment(found, "merged_at"),
        web_url=text(found, "html_url"),
    )
    # "mergeable" is also false for a draft, and as long as Gitea does not know.
    if state == OPEN and found.get("mergeable") is True:
        pull.mergeability = pulls.MERGEABILITY_MERGEABLE
    # Those who have not answered.
    for user in told_rows(found, "requested_reviewers"):
        pull.reviewers.add(user=user_of(user), state=pulls.REVIEW_STATE_PENDING)
    for team in told_rows(found, "requested_reviewers_teams"):
        pull.reviewers.add(group=string(team, "name"), state=pulls.REVIEW_STATE_PENDING)
    return pull


def _branch(found: Mapping[str, Any], side: str) -> pulls.PullRequestBranch:
    """A head without a branch, as after a push to refs/for, has a ref and no label."""
    return pulls.PullRequestBranch(
        branch=text(found, side, "label") or string(found, side, "ref"),
        commit_sha=text(found, side, "sha"),
        repository=text(found, side, "repo", "full_name"),
        is_fork=string(found, side, "repo_id") != string(found, "base", "repo_id"),
    )


def _change(found: Mapping[str, Any]) -> pb.FileChange:
    return pb.FileChange(
        path=string(found, "filename"),
        previous_path=text(found, "previous_filename"),
        kind=change_kind(text(found, "status")),
        additions=count(found, "additions"),
        deletions=count(found, "deletions"),
    )


def user_of(found: Any) -> pulls.PullRequestUser | None:
    if not isinstance(found, Mapping):
        return None
    return pulls.PullRequestUser(id=string(found, "id"), login=text(found, "login"), name=text(found, "full_name"))
