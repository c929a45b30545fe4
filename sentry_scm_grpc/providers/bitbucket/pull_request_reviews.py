"""Comments: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

All comments are one list, in which answers stand apart from their thread. So the whole list is read for the threads,
up to a limit. Bitbucket does not tell the commit in which lines are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.bitbucket.pull_requests import user_of
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES, VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.pull_request_reviews import PullRequestReviews
from sentry_scm_grpc.providers.vendor.reading import moment, number, string, text
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


class BitbucketPullRequestReviews(BitbucketApi, PullRequestReviews):
    def fetch_conversation(self, number: int, position: Any) -> Page[pulls.PullRequestComment]:
        found, after = self._page_of_comments(number, position)
        # An answer to a comment on a line also has its place.
        return Page([comment_of(one) for one in found if not isinstance(one.get("inline"), Mapping)], after)

    def fetch_threads(self, number: int, position: Any) -> Page[pulls.ReviewThread]:
        threads: dict[str, pulls.ReviewThread] = {}
        roots: dict[str, str] = {}
        after = None
        for _ in range(MAX_VENDOR_PAGES):
            found, after = self._page_of_comments(number, after)
            for one in found:
                id, parent = string(one, "id"), string(one, "parent", "id") if one.get("parent") else ""
                roots[id] = root = roots.get(parent, parent or id)
                if root in threads:
                    threads[root].comments.append(comment_of(one))
                elif isinstance(one.get("inline"), Mapping):
                    threads[root] = thread_of(root, one)
            if after is None:
                return Page(list(threads.values()))
        raise FailedPrecondition(
            f"The pull request has more than {MAX_VENDOR_PAGES * PER_PAGE} comments, and Bitbucket lists answers apart"
            " from their threads. Read its pages at Bitbucket.",
            reason=VENDOR_LIMIT,
        )

    def _page_of_comments(self, number: int, position: Any) -> tuple[list[Mapping[str, Any]], Any]:
        params = {"pagelen": PER_PAGE, "sort": "created_on"}
        found, after = self._page(f"{self.path}/pullrequests/{number}/comments", params, position)
        return [one for one in found if one.get("deleted") is not True], after


def comment_of(found: Mapping[str, Any]) -> pulls.PullRequestComment:
    return pulls.PullRequestComment(
        id=string(found, "id"),
        in_reply_to=string(found, "parent", "id") if found.get("parent") else "",
        author=user_of(found.get("user")),
        body=text(found, "content", "raw"),
        created_at=moment(found, "created_on"),
        updated_at=moment(found, "updated_on"),
        web_url=text(found, "links", "html", "href"),
    )


def thread_of(root: str, found: Mapping[str, Any]) -> pulls.ReviewThread:
    """``to`` is a line of the head, and ``from`` one of the base. A line of context has both."""
    place = found["inline"]
    name = "to" if number(place, "to") else "from"
    line = number(place, name)
    side = {"to": pulls.DIFF_SIDE_HEAD, "from": pulls.DIFF_SIDE_BASE}[name]
    position = pulls.ReviewPosition(
        path=string(place, "path"),
        side=side if line else pulls.DIFF_SIDE_UNSPECIFIED,
        start_line=number(place, f"start_{name}"),
        line=line,
    )
    thread = pulls.ReviewThread(id=root, comments=[comment_of(found)])
    thread.resolved = isinstance(found.get("resolution"), Mapping)
    if isinstance(place.get("outdated"), bool):
        thread.outdated = place["outdated"]
    (thread.original_position if thread.outdated else thread.position).CopyFrom(position)
    return thread
