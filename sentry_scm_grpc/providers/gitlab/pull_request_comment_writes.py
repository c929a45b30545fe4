"""Comments: https://docs.gitlab.com/api/discussions/#merge-requests and https://docs.gitlab.com/api/notes/

GitLab places a comment by the commits of the newest version and by the numbers of its lines on both sides, which are
worked out from the diff. An answer names its discussion, which a note does not tell: all discussions are read for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.gitlab.pull_request_changes import GitLabPullRequestChanges
from sentry_scm_grpc.providers.gitlab.pull_request_reviews import GitLabPullRequestReviews, comments_of, thread_of
from sentry_scm_grpc.providers.gitlab.quick_actions import harmless
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES, VENDOR_LIMIT
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import DiffComments, Target, decimal_id
from sentry_scm_grpc.providers.vendor.reading import rows, string, text
from sentry_scm_grpc.providers.vendor.review_places import BASE, DiffPlace, Line, Wanted
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class GitLabPullRequestCommentWrites(GitLabPullRequestChanges, GitLabPullRequestReviews, DiffComments):
    def fetch_target(self, number: int) -> Target:
        told = self.http.ask(f"{self.path}/merge_requests/{number}").data
        return Target(number, text(told, "diff_refs", "head_sha") or text(told, "sha"), told)

    def find_places(self, target: Target, wanted: Sequence[Wanted]) -> Sequence[DiffPlace]:
        places = super().find_places(target, wanted)
        for one, place in zip(wanted, places, strict=True):
            if place.position.side == BASE and place.last is not None and place.last.head:
                raise one.refused(
                    "is a line that the pull request keeps. GitLab counts it on the head, where it is line"
                    f" {place.last.head}"
                )
        return places

    def send_remark(self, target: Target, body: str) -> pulls.PullRequestComment:
        return _comment_of(self.http.post(f"{self._merge_request(target.number)}/notes", {"body": harmless(body)}))

    def send_line_comment(self, target: Target, place: DiffPlace, body: str) -> pulls.PullRequestComment:
        position = {**_commits_of(target.told), **_sent(place)}
        sent = {"body": harmless(body), "position": position}
        return _first_of(self.http.post(f"{self._merge_request(target.number)}/discussions", sent))

    def send_answer(self, target: Target, parent: str, body: str) -> pulls.PullRequestComment:
        thread, first = self._thread_of(target.number, decimal_id(parent))
        path = f"{self._merge_request(target.number)}/discussions/{quoted(thread)}/notes"
        comment = _comment_of(self.http.post(path, {"body": harmless(body)}))
        comment.in_reply_to = first
        return comment

    def _thread_of(self, number: int, id: str) -> tuple[str, str]:
        """The discussion that has a note, and the first note of it. Raises Absent."""
        position: Any = None
        for _ in range(MAX_VENDOR_PAGES):
            page, position = self._page(f"{self._merge_request(number)}/discussions", {}, position)
            for one in page:
                notes = [string(note, "id") for note in rows(one, "notes")]
                if id in notes:
                    return string(one, "id"), notes[0]
            if position is None:
                raise Absent()
        raise FailedPrecondition(
            "The merge request has too many discussions to find the one of this comment. Answer at GitLab.",
            reason=VENDOR_LIMIT,
        )

    def send_edit(self, number: int, id: str, body: str) -> pulls.PullRequestComment:
        return _comment_of(self.http.put(self._note(number, id), {"body": harmless(body)}))

    def send_comment_deletion(self, number: int, id: str) -> None:
        self.http.delete(self._note(number, id))

    def send_resolution(self, number: int, id: str, *, resolved: bool) -> pulls.ReviewThread:
        if not (id.isascii() and id.isalnum()):
            raise Absent()
        path = f"{self._merge_request(number)}/discussions/{id}"
        thread = thread_of(self.http.ask(path).data)
        if not thread.HasField("position"):
            raise Absent()
        if thread.resolved is resolved:
            return thread
        return thread_of(self.http.put(path, {"resolved": resolved}))

    def _merge_request(self, number: int) -> str:
        return f"{self.path}/merge_requests/{number}"

    def _note(self, number: int, id: str) -> str:
        return f"{self._merge_request(number)}/notes/{decimal_id(id)}"


def _comment_of(note: Any) -> pulls.PullRequestComment:
    return comments_of([note])[0]


def _first_of(discussion: Mapping[str, Any]) -> pulls.PullRequestComment:
    comment = comments_of(rows(discussion, "notes"))[0]
    comment.thread_id = string(discussion, "id")
    return comment


def _commits_of(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: string(told, "diff_refs", name) for name in ("base_sha", "start_sha", "head_sha")}


def _sent(place: DiffPlace) -> dict[str, Any]:
    new = place.change.path
    old = place.change.previous_path or new
    paths = {"old_path": old, "new_path": new}
    if place.last is None or place.first is None:
        return {"position_type": "file", **paths}
    sent = {"position_type": "text", **paths, **_numbers(place.last)}
    if place.position.start_line:
        sent["line_range"] = {"start": _end(place.first, new), "end": _end(place.last, new)}
    return sent


def _numbers(line: Line) -> dict[str, int]:
    """The numbers of a line, without that of a side on which it does not exist."""
    return {name: number for name, number in (("old_line", line.base), ("new_line", line.head)) if number}


def _end(line: Line, path: str) -> dict[str, Any]:
    """https://docs.gitlab.com/api/discussions/#line-code"""
    old, new = line.place
    code = f"{hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()}_{old}_{new}"
    return {"line_code": code, "type": "old" if line.base else "new", **_numbers(line)}
