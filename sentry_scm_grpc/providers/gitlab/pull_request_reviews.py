"""Comments and approvals: https://docs.gitlab.com/api/discussions/ and .../merge_request_approvals/

A comment is a note, and all notes are in discussions, also the single ones. GitLab moves the position of a thread with
the lines, and tells neither where it began nor whether it is outdated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.gitlab.pull_requests import user_of
from sentry_scm_grpc.providers.gitlab.quick_actions import as_sent
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_request_reviews import PullRequestReviews
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class GitLabPullRequestReviews(GitLabApi, PullRequestReviews):
    def fetch_conversation(self, number: int, position: Any) -> Page[pulls.PullRequestComment]:
        found, after = self._discussions(number, position)
        return Page([comment for notes in found if not _position_of(notes) for comment in comments_of(notes)], after)

    def fetch_threads(self, number: int, position: Any) -> Page[pulls.ReviewThread]:
        page, after = self._page(f"{self.path}/merge_requests/{number}/discussions", {}, position)
        return Page([thread_of(one) for one in page if _position_of(_notes_of(one))], after)

    def fetch_reviews(self, number: int, position: Any) -> Page[pulls.Review]:
        told = self.http.get(f"{self.path}/merge_requests/{number}/approvals")
        approved = pulls.REVIEW_STATE_APPROVED
        return Page(
            [
                pulls.Review(
                    author=user_of(one.get("user")),
                    state=approved,
                    detail="approved",
                    submitted_at=moment(one, "approved_at"),
                )
                for one in rows(told, "approved_by")
            ]
        )

    def _discussions(self, number: int, position: Any) -> tuple[list[list[Mapping[str, Any]]], Any]:
        page, after = self._page(f"{self.path}/merge_requests/{number}/discussions", {}, position)
        return [_notes_of(one) for one in page], after


def _notes_of(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What people wrote in a discussion."""
    return [note for note in rows(found, "notes") if note.get("system") is not True]


def _position_of(notes: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    found = notes[0].get("position") if notes else None
    return found if isinstance(found, Mapping) else None


def comments_of(notes: list[Mapping[str, Any]]) -> list[pulls.PullRequestComment]:
    first = string(notes[0], "id") if notes else ""
    return [
        pulls.PullRequestComment(
            id=string(note, "id"),
            in_reply_to=first if index else "",
            author=user_of(note.get("author")),
            body=as_sent(text(note, "body")),
            created_at=moment(note, "created_at"),
            updated_at=moment(note, "updated_at"),
        )
        for index, note in enumerate(notes)
    ]


def thread_of(found: Mapping[str, Any]) -> pulls.ReviewThread:
    notes = _notes_of(found)
    thread = pulls.ReviewThread(id=string(found, "id"), comments=comments_of(notes))
    resolvable = [note for note in notes if note.get("resolvable") is True]
    if resolvable:
        thread.resolved = all(note.get("resolved") is True for note in resolvable)
    if place := _position_of(notes):
        thread.position.CopyFrom(position_of(place))
    return thread


def position_of(place: Mapping[str, Any]) -> pulls.ReviewPosition:
    """A line of context has a number on both sides. It is told on the head."""
    new, old = number(place, "new_line"), number(place, "old_line")
    side, name = (pulls.DIFF_SIDE_HEAD, "new") if new or not old else (pulls.DIFF_SIDE_BASE, "old")
    line = new or old
    start = number(place, "line_range", "start", f"{name}_line") or _coded(place, new=name == "new")
    return pulls.ReviewPosition(
        path=text(place, "new_path") or text(place, "old_path"),
        side=side if line else pulls.DIFF_SIDE_UNSPECIFIED,
        start_line=start if start != line else 0,
        line=line,
        commit_sha=text(place, "head_sha" if name == "new" else "base_sha"),
    )


def _coded(place: Mapping[str, Any], *, new: bool) -> int:
    """The start of a range by its line code, of which not every version tells the numbers. 0 if there is none."""
    _, _, numbers = text(place, "line_range", "start", "line_code").partition("_")
    old_line, _, new_line = numbers.partition("_")
    told = new_line if new else old_line
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else 0
