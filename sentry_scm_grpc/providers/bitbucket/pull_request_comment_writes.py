"""Comments: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

A thread is its first comment, and has the id of it. Bitbucket does not check the lines of a comment.
"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.bitbucket.pull_request_reviews import BitbucketPullRequestReviews, comment_of, thread_of
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.marks import LINK_DEFINITION
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import PullRequestCommentWrites, Target, decimal_id
from sentry_scm_grpc.providers.vendor.reading import fields
from sentry_scm_grpc.providers.vendor.review_places import HEAD
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class BitbucketPullRequestCommentWrites(BitbucketPullRequestReviews, PullRequestCommentWrites):
    comment_mark = LINK_DEFINITION

    def send_remark(self, target: Target, body: str) -> pulls.PullRequestComment:
        return comment_of(self.http.post(self._comments(target.number), _content(body)))

    def send_line_comment(self, target: Target, place: pulls.ReviewPosition, body: str) -> pulls.PullRequestComment:
        sent = {**_content(body), "inline": _inline(place)}
        comment = comment_of(self.http.post(self._comments(target.number), sent))
        comment.thread_id = comment.id
        return comment

    def send_answer(self, target: Target, parent: str, body: str) -> pulls.PullRequestComment:
        self._known_comment(target.number, parent)
        sent = {**_content(body), "parent": {"id": int(parent)}}
        return comment_of(self.http.post(self._comments(target.number), sent))

    def send_edit(self, number: int, id: str, body: str) -> pulls.PullRequestComment:
        self._known_comment(number, id)
        return comment_of(self.http.put(self._comment(number, id), _content(body)))

    def send_comment_deletion(self, number: int, id: str) -> None:
        self._known_comment(number, id)
        self.http.delete(self._comment(number, id))

    def send_resolution(self, number: int, id: str, *, resolved: bool) -> pulls.ReviewThread:
        """The answers to a comment are not told with it."""
        found = self._known_comment(number, id)
        if found.get("parent") or not isinstance(found.get("inline"), dict):
            raise Absent()
        thread = thread_of(id, found)
        thread.comments_truncated = True
        if thread.resolved is not resolved:
            path = f"{self._comment(number, id)}/resolve"
            if resolved:
                self.http.post(path)
            else:
                self.http.delete(path)
            thread.resolved = resolved
        return thread

    def _known_comment(self, number: int, id: str) -> Any:
        """Bitbucket keeps what remains of a comment that was deleted. Raises Absent for one."""
        found = fields(self.http.ask(self._comment(number, id)).data)
        if found.get("deleted") is True:
            raise Absent()
        return found

    def _comments(self, number: int) -> str:
        return f"{self.path}/pullrequests/{number}/comments"

    def _comment(self, number: int, id: str) -> str:
        return f"{self._comments(number)}/{decimal_id(id)}"


def _content(body: str) -> dict[str, Any]:
    return {"content": {"raw": body}}


def _inline(place: pulls.ReviewPosition) -> dict[str, Any]:
    name = "to" if place.side == HEAD else "from"
    line = {name: place.line} if place.line else {}
    start = {f"start_{name}": place.start_line} if place.start_line else {}
    return {"path": place.path, **line, **start}
