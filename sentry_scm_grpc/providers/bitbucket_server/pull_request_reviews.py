"""Comments: https://developer.atlassian.com/server/bitbucket/rest/v819/api-group-pull-requests/

Comments are among the activities of a pull request, the newest first, each with its answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi
from sentry_scm_grpc.providers.bitbucket_server.pull_requests import user_of
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_request_reviews import PullRequestReviews
from sentry_scm_grpc.providers.vendor.reading import moment, number, string, text, told_rows
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

_SIDES = {"FROM": pulls.DIFF_SIDE_BASE, "TO": pulls.DIFF_SIDE_HEAD}


class BitbucketServerPullRequestReviews(BitbucketServerApi, PullRequestReviews):
    def fetch_conversation(self, number: int, position: Any) -> Page[pulls.PullRequestComment]:
        found, after = self._written(number, position)
        single = [one for one in found if not isinstance(one.get("commentAnchor"), Mapping)]
        return Page([comment for one in single for comment in _with_answers(one["comment"])], after)

    def fetch_threads(self, number: int, position: Any) -> Page[pulls.ReviewThread]:
        found, after = self._written(number, position)
        return Page([thread_of(one) for one in found if isinstance(one.get("commentAnchor"), Mapping)], after)

    def _written(self, number: int, position: Any) -> tuple[list[Mapping[str, Any]], Any]:
        """The activities in which a thread began."""
        found, after = self._page(f"{self.path}/pull-requests/{number}/activities", {}, position)
        began = [one for one in found if text(one, "action") == "COMMENTED" and isinstance(one.get("comment"), Mapping)]
        return [one for one in began if text(one, "commentAction") in ("", "ADDED")], after


def _with_answers(found: Mapping[str, Any], parent: str = "") -> Iterator[pulls.PullRequestComment]:
    """A comment and its answers, each before those to it."""
    waiting = [(found, parent)]
    while waiting:
        one, parent = waiting.pop(0)
        comment = comment_of(one, parent)
        yield comment
        waiting += [(answer, comment.id) for answer in told_rows(one, "comments")]


def comment_of(found: Mapping[str, Any], parent: str = "") -> pulls.PullRequestComment:
    return pulls.PullRequestComment(
        id=string(found, "id"),
        in_reply_to=parent,
        author=user_of(found.get("author")),
        body=text(found, "text"),
        created_at=moment(found, "createdDate"),
        updated_at=moment(found, "updatedDate"),
    )


def thread_of(found: Mapping[str, Any]) -> pulls.ReviewThread:
    """An orphaned thread is outdated: its lines are no longer in the diff."""
    anchor, comment = found["commentAnchor"], found["comment"]
    side = _SIDES.get(text(anchor, "fileType"), pulls.DIFF_SIDE_UNSPECIFIED)
    line = number(anchor, "line")
    position = pulls.ReviewPosition(
        path=text(anchor, "path"),
        side=side if line else pulls.DIFF_SIDE_UNSPECIFIED,
        start_line=number(anchor, "multilineMarker", "startLine"),
        line=line,
        commit_sha=text(anchor, "fromHash" if side == pulls.DIFF_SIDE_BASE else "toHash"),
    )
    thread = pulls.ReviewThread(id=string(comment, "id"), comments=_with_answers(comment))
    if isinstance(anchor.get("orphaned"), bool):
        thread.outdated = anchor["orphaned"]
    # Threads can be resolved since version 8.
    if isinstance(comment.get("threadResolved"), bool):
        thread.resolved = comment["threadResolved"]
    (thread.original_position if thread.outdated else thread.position).CopyFrom(position)
    return thread
