"""Comments: https://developer.atlassian.com/server/bitbucket/rest/v819/api-group-pull-requests/

A comment on a line says how the line changes, which is worked out from the diff. A comment is changed and deleted by
its version. A thread is its first comment, and has the id of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import Aborted, FailedPrecondition, Unimplemented
from sentry_scm_grpc.providers.bitbucket_server.pull_request_changes import BitbucketServerPullRequestChanges
from sentry_scm_grpc.providers.bitbucket_server.pull_request_reviews import (
    BitbucketServerPullRequestReviews,
    comment_of,
    thread_of,
)
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.marks import LINK_DEFINITION
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import DiffComments, Target, decimal_id
from sentry_scm_grpc.providers.vendor.reading import fields, text, told_rows
from sentry_scm_grpc.providers.vendor.reading import number as number_of
from sentry_scm_grpc.providers.vendor.review_places import HEAD, DiffPlace, Line
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class BitbucketServerPullRequestCommentWrites(
    BitbucketServerPullRequestChanges, BitbucketServerPullRequestReviews, DiffComments
):
    comment_mark = LINK_DEFINITION

    def fetch_target(self, number: int) -> Target:
        told = self.http.ask(self._pull(number)).data
        return Target(number, text(told, "fromRef", "latestCommit") or text(told, "fromRef", "latestChangeset"), told)

    def send_remark(self, target: Target, body: str) -> pulls.PullRequestComment:
        return comment_of(self.http.post(self._comments(target.number), {"text": body}))

    def send_line_comment(self, target: Target, place: DiffPlace, body: str) -> pulls.PullRequestComment:
        comment = comment_of(self.http.post(self._comments(target.number), {"text": body, "anchor": _anchor(place)}))
        comment.thread_id = comment.id
        return comment

    def send_answer(self, target: Target, parent: str, body: str) -> pulls.PullRequestComment:
        sent = {"text": body, "parent": {"id": int(decimal_id(parent))}}
        return comment_of(self.http.post(self._comments(target.number), sent), parent)

    def send_edit(self, number: int, id: str, body: str) -> pulls.PullRequestComment:
        found = self._known_comment(number, id)
        sent = {"text": body, "version": number_of(found, "version")}
        return comment_of(self.http.put(self._comment(number, id), sent))

    def send_comment_deletion(self, number: int, id: str) -> None:
        found = self._known_comment(number, id)
        try:
            self.http.delete(self._comment(number, id), params={"version": number_of(found, "version")})
        except Aborted:
            if told_rows(found, "comments"):
                raise FailedPrecondition(
                    "Bitbucket Server does not delete a comment that has answers. Delete the answers first.",
                    reason="COMMENT_ANSWERED",
                ) from None
            raise

    def send_resolution(self, number: int, id: str, *, resolved: bool) -> pulls.ReviewThread:
        found = self._known_comment(number, id)
        if not isinstance(found.get("anchor"), Mapping):
            raise Absent()
        thread = _thread_of(found)
        if not thread.HasField("resolved"):
            raise Unimplemented("This Bitbucket Server cannot resolve threads. Version 8 and later can.")
        if thread.resolved is resolved:
            return thread
        sent = {"version": number_of(found, "version"), "threadResolved": resolved}
        changed = self.http.put(self._comment(number, id), sent)
        return _thread_of({"anchor": found["anchor"], **changed})

    def _known_comment(self, number: int, id: str) -> Mapping[str, Any]:
        return fields(self.http.ask(self._comment(number, id)).data)

    def _pull(self, number: int) -> str:
        return f"{self.path}/pull-requests/{number}"

    def _comments(self, number: int) -> str:
        return f"{self._pull(number)}/comments"

    def _comment(self, number: int, id: str) -> str:
        return f"{self._comments(number)}/{decimal_id(id)}"


def _thread_of(found: Mapping[str, Any]) -> pulls.ReviewThread:
    return thread_of({"commentAnchor": found["anchor"], "comment": found})


def _anchor(place: DiffPlace) -> dict[str, Any]:
    """https://developer.atlassian.com/server/bitbucket/how-tos/command-line-rest/ has no ranges: their form is that of
    the server's own answers."""
    paths = {"path": place.change.path}
    if place.change.previous_path:
        paths["srcPath"] = place.change.previous_path
    if place.last is None or place.first is None:
        return {"diffType": "EFFECTIVE", **paths}
    anchor: dict[str, Any] = {
        "diffType": "EFFECTIVE",
        **paths,
        "line": place.position.line,
        "lineType": _kind(place.last),
        "fileType": "TO" if place.position.side == HEAD else "FROM",
    }
    if place.position.start_line:
        anchor["multilineMarker"] = {"startLine": place.position.start_line, "startLineType": _kind(place.first)}
    return anchor


def _kind(line: Line) -> str:
    return "CONTEXT" if line.base and line.head else "ADDED" if line.head else "REMOVED"
