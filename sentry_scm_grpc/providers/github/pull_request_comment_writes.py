"""Comments: https://docs.github.com/en/rest/pulls/comments and https://docs.github.com/en/rest/issues/comments

The conversation is that of an issue, so its comments have another path than those on files and lines. A thread is
resolved by GraphQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.providers.github.pull_request_reviews import GitHubPullRequestReviews, comment_of, thread_of
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import PullRequestCommentWrites, Target, decimal_id
from sentry_scm_grpc.providers.vendor.reading import fields, text
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

SIDES = {pulls.DIFF_SIDE_BASE: "LEFT", pulls.DIFF_SIDE_HEAD: "RIGHT"}


class GitHubPullRequestCommentWrites(GitHubPullRequestReviews, PullRequestCommentWrites):
    def send_remark(self, target: Target, body: str) -> pulls.PullRequestComment:
        return comment_of(self.http.post(f"{self.path}/issues/{target.number}/comments", {"body": body}))

    def send_line_comment(self, target: Target, place: pulls.ReviewPosition, body: str) -> pulls.PullRequestComment:
        sent = {"body": body, "commit_id": target.head, **sent_place(place)}
        return _line_comment_of(self.http.post(f"{self.path}/pulls/{target.number}/comments", sent))

    def send_answer(self, target: Target, parent: str, body: str) -> pulls.PullRequestComment:
        """An answer is always one to the first comment of a thread."""
        path, found = self._known_comment(target.number, parent)
        if "/issues/" in path:
            raise Unimplemented(
                "GitHub's conversation has no answers. Leave `in_reply_to` out, and quote what the comment is about."
            )
        sent = {"body": body, "in_reply_to": found.get("in_reply_to_id") or int(parent)}
        return _line_comment_of(self.http.post(f"{self.path}/pulls/{target.number}/comments", sent))

    def send_edit(self, number: int, id: str, body: str) -> pulls.PullRequestComment:
        path, _ = self._known_comment(number, id)
        return _line_comment_of(self.http.patch(path, {"body": body}))

    def send_comment_deletion(self, number: int, id: str) -> None:
        path, _ = self._known_comment(number, id)
        self.http.delete(path)

    def send_resolution(self, number: int, id: str, *, resolved: bool) -> pulls.ReviewThread:
        return thread_of(self.graph.resolve_thread(number, id, resolved=resolved))

    def _known_comment(self, number: int, id: str) -> tuple[str, Mapping[str, Any]]:
        """A comment with its path, which does not name the pull request. Raises Absent for one of another."""
        for kind, parent in (("pulls", "pull_request_url"), ("issues", "issue_url")):
            path = f"{self.path}/{kind}/comments/{decimal_id(id)}"
            try:
                found = fields(self.http.ask(path).data)
            except Absent:
                continue
            if text(found, parent).endswith(f"/{kind}/{number}"):
                if kind == "issues":
                    # An issue has such comments too, even if it is not a pull request.
                    self.http.get(f"{self.path}/pulls/{number}")
                return path, found
        raise Absent()


def sent_place(place: pulls.ReviewPosition) -> dict[str, Any]:
    if not place.line:
        return {"path": place.path, "subject_type": "file"}
    side = SIDES[place.side]
    start = {"start_line": place.start_line, "start_side": side} if place.start_line else {}
    return {"path": place.path, "side": side, "line": place.line, **start}


def _line_comment_of(found: Mapping[str, Any]) -> pulls.PullRequestComment:
    comment = comment_of(found)
    comment.in_reply_to = str(found.get("in_reply_to_id") or "")
    return comment
