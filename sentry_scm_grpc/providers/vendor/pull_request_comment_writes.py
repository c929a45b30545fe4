"""Comments of a pull request that are written, on the whole, on lines and as answers; and threads that are resolved."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import Aborted, InvalidArgument, NotFound
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.marks import HTML_COMMENT, marked, unmarked
from sentry_scm_grpc.providers.vendor.pages import Page, first_pages
from sentry_scm_grpc.providers.vendor.pull_request_changes import PullRequestChanges
from sentry_scm_grpc.providers.vendor.pull_request_reviews import PullRequestReviews
from sentry_scm_grpc.providers.vendor.review_places import DiffPlace, Wanted, check_positions, diff_places
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls


@dataclass(frozen=True)
class Target:
    """A pull request that is written to: its number, the SHA of its head, and what the vendor told of it."""

    number: int
    head: str
    told: Mapping[str, Any] = field(default_factory=dict)


class PullRequestCommentWrites(PullRequestReviews):
    """CreatePullRequestComment, UpdatePullRequestComment, DeletePullRequestComment, ResolveReviewThread.

    The methods ``send_...`` raise Absent if there is no such comment or thread in this pull request. A body has the
    mark of a request id already, and may be returned with it.
    """

    permissions = dict.fromkeys(
        (
            *("create_pull_request_comment", "update_pull_request_comment", "delete_pull_request_comment"),
            "resolve_review_thread",
        ),
        Permission.WRITE_PULL_REQUESTS,
    )

    #: The form of a mark in a comment.
    comment_mark: ClassVar[str] = HTML_COMMENT

    def fetch_target(self, number: int) -> Target:
        return Target(number, self.fetch_pull_request(number).head.commit_sha)

    def find_places(self, target: Target, wanted: Sequence[Wanted]) -> Sequence[Any]:
        """Positions as ``send_line_comment`` takes them. Raises InvalidArgument for those that the vendor refuses, as
        far as it is known before a comment is sent."""
        return [one.position for one in wanted]

    @abstractmethod
    def send_remark(self, target: Target, body: str) -> pulls.PullRequestComment:
        """A comment on the whole."""

    @abstractmethod
    def send_line_comment(self, target: Target, place: Any, body: str) -> pulls.PullRequestComment:
        """A comment that begins a thread. Raises InvalidArgument if the vendor takes none at this place."""

    @abstractmethod
    def send_answer(self, target: Target, parent: str, body: str) -> pulls.PullRequestComment: ...

    @abstractmethod
    def send_edit(self, number: int, id: str, body: str) -> pulls.PullRequestComment: ...

    @abstractmethod
    def send_comment_deletion(self, number: int, id: str) -> None: ...

    @abstractmethod
    def send_resolution(self, number: int, id: str, *, resolved: bool) -> pulls.ReviewThread:
        """Resolves a thread or opens it again, unless it is so already."""

    # ---- the RPCs

    def create_pull_request_comment(
        self, call: Call, request: pulls.CreatePullRequestCommentRequest
    ) -> pulls.PullRequestComment:
        wanted = [Wanted("position", request.position)] if request.HasField("position") else []
        if wanted and request.in_reply_to:
            raise InvalidArgument.of(("position", "must be unset for an answer, which is where its thread is"))
        check_positions(wanted)
        marker = call.attempt.marker if call.attempt is not None else ""
        if call.attempt is not None and "asked" in call.attempt.notes:
            # Before the head is compared, which may have moved since.
            with self.pull_request_at_fault(request.number):
                made = self.find_made(
                    request.number, {marker}, on_lines=bool(wanted), everywhere=bool(request.in_reply_to)
                )
            if made:
                return _shown(made[marker])
        target, places = self.aimed(request.number, wanted)
        body = self.marked_body(request.body, marker)
        with call.making():
            if request.in_reply_to:
                send = partial(self.send_answer, target, request.in_reply_to, body)
                return _shown(self._of_comment(target.number, request.in_reply_to, send))
            return _shown(self.write(target, body, *places))

    def update_pull_request_comment(
        self, call: Call, request: pulls.UpdatePullRequestCommentRequest
    ) -> pulls.PullRequestComment:
        send = partial(self.send_edit, request.number, request.comment_id, request.body)
        return _shown(self._of_comment(request.number, request.comment_id, send))

    def delete_pull_request_comment(self, call: Call, request: pulls.DeletePullRequestCommentRequest) -> Empty:
        was_asked = call.attempt is not None and "asked" in call.attempt.notes
        try:
            with call.making():
                self.send_comment_deletion(request.number, request.comment_id)
        except Absent:
            if not was_asked:
                self._check_pull_request(request.number)
                raise no_comment(request.comment_id) from None
        return Empty()

    def resolve_review_thread(self, call: Call, request: pulls.ResolveReviewThreadRequest) -> pulls.ReviewThread:
        try:
            thread = self.send_resolution(request.number, request.thread_id, resolved=not request.unresolve)
        except Absent:
            self._check_pull_request(request.number)
            raise no_thread(request.thread_id) from None
        for comment in thread.comments:
            _shown(comment)
        return thread

    # ---- for these, and for reviews

    def aimed(self, number: int, wanted: Sequence[Wanted], expected: str = "") -> tuple[Target, Sequence[Any]]:
        """The pull request, and the places of comments. Raises Aborted (HEAD_MOVED) if the head is not as expected."""
        with self.pull_request_at_fault(number):
            target = self.fetch_target(number)
            for sha in (expected, *(one.position.commit_sha for one in wanted)):
                if sha and sha.lower() != target.head:
                    raise head_moved(target)
            return target, self.find_places(target, wanted)

    def write(self, target: Target, body: str, *places: Any) -> pulls.PullRequestComment:
        """A comment on the whole, or at a place."""
        try:
            return self.send_line_comment(target, places[0], body) if places else self.send_remark(target, body)
        except Absent:
            # The pull request exists. Some vendors answer so to those who may read, but not write.
            raise error_of_status(403) from None

    def marked_body(self, body: str, marker: str) -> str:
        return marked(body, self.comment_mark, marker) if marker else body

    def find_made(
        self, number: int, markers: set[str], *, on_lines: bool, everywhere: bool = False
    ) -> dict[str, pulls.PullRequestComment]:
        """The comments that an earlier attempt made, by their marks."""
        found: dict[str, pulls.PullRequestComment] = {}
        for comment in self._all_comments(number, on_lines=on_lines, everywhere=everywhere):
            found |= {marker: comment for marker in markers if marker in comment.body}
            if len(found) == len(markers):
                break
        return found

    def _all_comments(self, number: int, *, on_lines: bool, everywhere: bool) -> Iterator[pulls.PullRequestComment]:
        if on_lines or everywhere:
            for thread in _every(partial(self.fetch_threads, number)):
                for comment in thread.comments:
                    comment.thread_id = thread.id
                    yield comment
        if not on_lines or everywhere:
            yield from _every(partial(self.fetch_conversation, number))

    def _of_comment(
        self, number: int, id: str, send: Callable[[], pulls.PullRequestComment]
    ) -> pulls.PullRequestComment:
        try:
            return send()
        except Absent:
            self._check_pull_request(number)
            raise no_comment(id) from None

    def _check_pull_request(self, number: int) -> None:
        with self.pull_request_at_fault(number):
            self.fetch_target(number)


class DiffComments(PullRequestChanges, PullRequestCommentWrites):
    """For a vendor that must be told how the lines of a comment change."""

    def find_places(self, target: Target, wanted: Sequence[Wanted]) -> Sequence[DiffPlace]:
        return diff_places(wanted, partial(self.fetch_pull_request_diffs, target.number))


def _every(fetch: Callable[[Any], Page[Any]]) -> Iterable[Any]:
    for page in first_pages(fetch):
        yield from page.items
    if page.next is not None:
        raise outcome_unknown("a comment")


def _shown(comment: pulls.PullRequestComment) -> pulls.PullRequestComment:
    """A comment without the mark of a request id."""
    comment.body = unmarked(comment.body)
    return comment


def decimal_id(id: str) -> str:
    """An id that is a number, as part of a path. Raises Absent."""
    if not (id.isascii() and id.isdecimal() and len(id) <= 18):
        raise Absent()
    return id


def head_moved(target: Target) -> Aborted:
    return Aborted(
        f"The head of the pull request is {target.head}, and not the expected commit. Read what changed, then repeat"
        " the call with the new SHA.",
        reason="HEAD_MOVED",
        metadata={"sha": target.head},
    )


def no_comment(id: str) -> NotFound:
    return NotFound(
        f"The pull request has no comment {id!r}. ListPullRequestComments and ListReviewThreads show ids.",
        reason="COMMENT_NOT_FOUND",
        metadata={"id": id},
    )


def no_thread(id: str) -> NotFound:
    return NotFound(
        f"The pull request has no thread {id!r} on a file or a line. ListReviewThreads shows ids.",
        reason="REVIEW_THREAD_NOT_FOUND",
        metadata={"id": id},
    )
