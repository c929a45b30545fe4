"""Comments: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-threads

All threads are one answer, without pages. A thread without a file belongs to the conversation. Azure DevOps writes
threads of its own, which are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import AzureDevOpsApi
from sentry_scm_grpc.providers.azure_devops.pull_requests import user_of
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_request_reviews import PullRequestReviews
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text, told_rows
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_RESOLVED = {
    **dict.fromkeys(("active", "pending"), False),
    **dict.fromkeys(("fixed", "wontFix", "closed", "byDesign"), True),
}


class AzureDevOpsPullRequestReviews(AzureDevOpsApi, PullRequestReviews):
    def fetch_conversation(self, number: int, position: Any) -> Page[pulls.PullRequestComment]:
        single = [one for one in self._threads(number) if not _has_file(one)]
        return Page([comment for one in single for comment in comments_of(one)])

    def fetch_threads(self, number: int, position: Any) -> Page[pulls.ReviewThread]:
        return Page([thread_of(one) for one in self._threads(number) if _has_file(one)])

    def _threads(self, number: int) -> list[Mapping[str, Any]]:
        """Those in which people wrote something that was not deleted."""
        found = rows(self.http.get(f"{self.path}/pullrequests/{number}/threads"), "value")
        return [one for one in found if one.get("isDeleted") is not True and comments_of(one)]


def _has_file(found: Mapping[str, Any]) -> bool:
    return bool(text(found, "threadContext", "filePath"))


def comments_of(found: Mapping[str, Any]) -> list[pulls.PullRequestComment]:
    """The ids count from 1 in each thread. That of the thread makes them unique."""
    thread = string(found, "id")
    return [
        pulls.PullRequestComment(
            id=f"{thread}.{string(one, 'id')}",
            in_reply_to=f"{thread}.{number(one, 'parentCommentId')}" if number(one, "parentCommentId") else "",
            author=user_of(one.get("author")),
            body=text(one, "content"),
            created_at=moment(one, "publishedDate"),
            updated_at=moment(one, "lastContentUpdatedDate"),
        )
        for one in told_rows(found, "comments")
        if text(one, "commentType") != "system" and one.get("isDeleted") is not True
    ]


def thread_of(found: Mapping[str, Any]) -> pulls.ReviewThread:
    thread = pulls.ReviewThread(id=string(found, "id"), comments=comments_of(found))
    thread.position.CopyFrom(_position_of(found["threadContext"], "filePath", ""))
    tracked = found.get("pullRequestThreadContext")
    tracked = tracked.get("trackingCriteria") if isinstance(tracked, Mapping) else None
    if isinstance(tracked, Mapping) and text(tracked, "origFilePath"):
        thread.original_position.CopyFrom(_position_of(tracked, "origFilePath", "orig"))
    status = text(found, "status")
    if status in _RESOLVED:
        thread.resolved = _RESOLVED[status]
    return thread


def _position_of(found: Mapping[str, Any], path: str, prefix: str) -> pulls.ReviewPosition:
    """The lines of the right file are those of the head."""

    def line(side: str, end: str) -> int:
        name = f"{side}File{end}"
        return number(found, f"{prefix}{name[0].upper()}{name[1:]}" if prefix else name, "line")

    side = "right" if line("right", "End") or line("right", "Start") else "left"
    first, last = line(side, "Start"), line(side, "End") or line(side, "Start")
    sides = {"right": pulls.DIFF_SIDE_HEAD, "left": pulls.DIFF_SIDE_BASE}
    return pulls.ReviewPosition(
        path=string(found, path).removeprefix("/"),
        side=sides[side] if last else pulls.DIFF_SIDE_UNSPECIFIED,
        start_line=first if first != last else 0,
        line=last,
    )
