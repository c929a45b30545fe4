"""Comments: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-threads and
.../git/pull-request-thread-comments

Every comment is in a thread, also one on the whole. A thread on a file names the newest push and the number by which
Azure DevOps follows the file. It does not check the lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import JSON
from sentry_scm_grpc.providers.azure_devops.pull_request_reviews import (
    AzureDevOpsPullRequestReviews,
    comments_of,
    thread_of,
)
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import PullRequestCommentWrites, Target, decimal_id
from sentry_scm_grpc.providers.vendor.reading import bad_answer, fields, number, rows, text
from sentry_scm_grpc.providers.vendor.review_places import HEAD, Wanted
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

CHANGES_PER_PAGE = 1000


@dataclass(frozen=True)
class TrackedPlace:
    """A position, and what Azure DevOps follows it by."""

    position: pulls.ReviewPosition
    iteration: int
    tracking_id: int


class AzureDevOpsPullRequestCommentWrites(AzureDevOpsPullRequestReviews, PullRequestCommentWrites):
    def find_places(self, target: Target, wanted: Sequence[Wanted]) -> Sequence[TrackedPlace]:
        if not wanted:
            return []
        iterations = rows(self.http.ask(f"{self._pull(target.number)}/iterations").data, "value")
        newest = max((number(one, "id") for one in iterations), default=0)
        ids = self._tracking_ids(target.number, newest, {one.position.path for one in wanted}) if newest else {}
        for one in wanted:
            if one.position.path not in ids:
                raise one.refused(f"is in {one.position.path!r}, which the pull request does not change")
        return [TrackedPlace(one.position, newest, ids[one.position.path]) for one in wanted]

    def _tracking_ids(self, pull: int, iteration: int, paths: set[str]) -> dict[str, int]:
        """https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-iteration-changes/get"""
        found: dict[str, int] = {}
        for page in range(MAX_VENDOR_PAGES):
            asked = {"$top": CHANGES_PER_PAGE, "$skip": page * CHANGES_PER_PAGE}
            told = self.http.get(f"{self._pull(pull)}/iterations/{iteration}/changes", asked)
            entries = rows(told, "changeEntries")
            for entry in entries:
                path = text(entry, "item", "path").removeprefix("/")
                if path in paths:
                    found[path] = number(entry, "changeTrackingId")
            if len(entries) < CHANGES_PER_PAGE or len(found) == len(paths):
                break
        return found

    def send_remark(self, target: Target, body: str) -> pulls.PullRequestComment:
        return _first_of(self._start_thread(target.number, body, {}))

    def send_line_comment(self, target: Target, place: TrackedPlace, body: str) -> pulls.PullRequestComment:
        comment = _first_of(self._start_thread(target.number, body, _contexts(place)))
        comment.thread_id = comment.id.partition(".")[0]
        return comment

    def _start_thread(self, pull: int, body: str, contexts: Mapping[str, Any]) -> Mapping[str, Any]:
        comment = {"parentCommentId": 0, "content": body, "commentType": "text"}
        found = self.http.post(f"{self._pull(pull)}/threads", {"comments": [comment], "status": "active", **contexts})
        if not isinstance(found, Mapping):
            raise bad_answer()
        return found

    def send_answer(self, target: Target, parent: str, body: str) -> pulls.PullRequestComment:
        thread, comment = _parts_of(parent)
        known = self._known_thread(target.number, thread)
        if parent not in [one.id for one in comments_of(known)]:
            raise Absent()
        sent = {"parentCommentId": int(comment), "content": body, "commentType": "text"}
        return self._comment_of(thread, self.http.post(f"{self._thread(target.number, thread)}/comments", sent))

    def send_edit(self, number: int, id: str, body: str) -> pulls.PullRequestComment:
        thread, path = self._known_comment(number, id)
        return self._comment_of(thread, self.http.patch(path, {"content": body}, headers=JSON))

    def send_comment_deletion(self, number: int, id: str) -> None:
        _, path = self._known_comment(number, id)
        self.http.delete(path)

    def send_resolution(self, number: int, id: str, *, resolved: bool) -> pulls.ReviewThread:
        known = self._known_thread(number, decimal_id(id))
        if not text(known, "threadContext", "filePath"):
            raise Absent()
        thread = thread_of(known)
        if thread.HasField("resolved") and thread.resolved is resolved:
            return thread
        path = self._thread(number, id)
        return thread_of(self.http.patch(path, {"status": "fixed" if resolved else "active"}, headers=JSON))

    def _known_thread(self, pull: int, thread: str) -> Mapping[str, Any]:
        """Raises Absent for a thread that was deleted."""
        found = fields(self.http.ask(self._thread(pull, thread)).data)
        if found.get("isDeleted") is True:
            raise Absent()
        return found

    def _known_comment(self, pull: int, id: str) -> tuple[str, str]:
        """The thread and the path of a comment. Azure DevOps keeps what remains of one that was deleted."""
        thread, comment = _parts_of(id)
        if id not in [one.id for one in comments_of(self._known_thread(pull, thread))]:
            raise Absent()
        return thread, f"{self._thread(pull, thread)}/comments/{comment}"

    def _comment_of(self, thread: str, found: Any) -> pulls.PullRequestComment:
        return _first_of({"id": int(thread), "comments": [found]})

    def _pull(self, pull: int) -> str:
        return f"{self.path}/pullrequests/{pull}"

    def _thread(self, pull: int, thread: str) -> str:
        return f"{self._pull(pull)}/threads/{thread}"


def _first_of(thread: Mapping[str, Any]) -> pulls.PullRequestComment:
    found = comments_of(thread)
    if not found:
        raise bad_answer()
    return found[0]


def _parts_of(id: str) -> tuple[str, str]:
    """The thread and the comment in an id. Raises Absent."""
    thread, _, comment = id.partition(".")
    return decimal_id(thread), decimal_id(comment)


def _contexts(place: TrackedPlace) -> dict[str, Any]:
    """The same number twice stands for the diff with the merge base. An offset counts characters from 1."""
    position, side = place.position, "rightFile" if place.position.side == HEAD else "leftFile"
    where: dict[str, Any] = {"filePath": f"/{position.path}"}
    if position.line:
        where[f"{side}Start"] = {"line": position.start_line or position.line, "offset": 1}
        where[f"{side}End"] = {"line": position.line, "offset": 2}
    iterations = {"firstComparingIteration": place.iteration, "secondComparingIteration": place.iteration}
    tracked = {"changeTrackingId": place.tracking_id, "iterationContext": iterations}
    return {"threadContext": where, "pullRequestThreadContext": tracked}
