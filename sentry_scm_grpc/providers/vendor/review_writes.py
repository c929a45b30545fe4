"""Reviews that are written: an answer to a pull request, with comments on files and lines."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, ScmError
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pull_request_comment_writes import PullRequestCommentWrites, Target
from sentry_scm_grpc.providers.vendor.review_places import Wanted, check_positions
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

APPROVED = pulls.REVIEW_STATE_APPROVED
CHANGES_REQUESTED = pulls.REVIEW_STATE_CHANGES_REQUESTED
COMMENTED = pulls.REVIEW_STATE_COMMENTED
_TAKEN = (APPROVED, CHANGES_REQUESTED, COMMENTED)


class ReviewWrites(PullRequestCommentWrites):
    """CreateReview."""

    permissions = {"create_review": Permission.WRITE_PULL_REQUESTS}

    def check_review(self, request: pulls.CreateReviewRequest) -> None:
        """Raises Unimplemented for what the vendor cannot do, and InvalidArgument."""

    def made_review(self, call: Call, number: int) -> pulls.Review | None:
        """The review that an earlier attempt made, at a vendor that makes it in one call."""
        return None

    @abstractmethod
    def make_review(
        self, call: Call, request: pulls.CreateReviewRequest, target: Target, places: Sequence[Any]
    ) -> pulls.Review:
        """Makes a review, or what is missing of one that an earlier attempt began."""

    def create_review(self, call: Call, request: pulls.CreateReviewRequest) -> pulls.Review:
        if request.state not in _TAKEN:
            taken = ", ".join(pulls.ReviewState.Name(state) for state in _TAKEN)
            raise InvalidArgument.of(("state", f"must be one of {taken}"))
        if request.state == COMMENTED and not request.body.strip() and not request.comments:
            raise InvalidArgument.of(("body", "is required for a COMMENTED review without comments"))
        if request.expected_head_sha and len(request.expected_head_sha) not in (40, 64):
            raise InvalidArgument.of(("expected_head_sha", "must be a full SHA"))
        wanted = [Wanted(f"comments[{n}].position", one.position) for n, one in enumerate(request.comments)]
        check_positions(wanted)
        self.check_review(request)
        # Before the head is compared, which may have moved since.
        review = self.made_review(call, request.number)
        if review is None:
            target, places = self.aimed(request.number, wanted, request.expected_head_sha)
            review = self.make_review(call, request, target, places)
            review.commit_sha = review.commit_sha or target.head
        review.body = request.body
        return review


class SteppedReviews(ReviewWrites):
    """For a vendor whose reviews are answers alone: comments, text and answer are made one after the other."""

    @abstractmethod
    def send_verdict(self, target: Target, state: pulls.ReviewState.ValueType) -> pulls.Review:
        """Approves or wants changes. It may be repeated. Raises ``refused``."""

    def make_review(
        self, call: Call, request: pulls.CreateReviewRequest, target: Target, places: Sequence[Any]
    ) -> pulls.Review:
        marker = call.attempt.marker if call.attempt is not None else ""
        steps: list[tuple[str, Callable[[str], object]]] = []
        for n, (place, comment) in enumerate(zip(places, request.comments, strict=True)):
            steps.append((_numbered(marker, n), partial(self._line_step, target, place, comment.body)))
        if request.body.strip():
            steps.append((marker, partial(self._text_step, target, request.body)))
        done = self._done(call, target, {mark for mark, _ in steps}) if marker else set()
        made = len(done)
        if done and call.attempt is not None:
            call.attempt.notes["begun"] = "1"
        try:
            for mark, send in steps:
                if mark and mark in done:
                    continue
                with call.making():
                    send(mark)
                made += 1
                if call.attempt is not None:
                    # Kept if a later step is refused: the next attempt then looks for what was made.
                    call.attempt.notes["begun"] = "1"
            if request.state == COMMENTED:
                return pulls.Review(state=COMMENTED)
            with call.making():
                return self.send_verdict(target, request.state)
        except ScmError as error:
            error.metadata["comments_made"] = str(made)
            raise

    def _done(self, call: Call, target: Target, marks: set[str]) -> set[str]:
        """The marks of what an earlier attempt has made."""
        if call.attempt is None or not {"asked", "begun"} & set(call.attempt.notes) or not marks:
            return set()
        return set(self.find_made(target.number, marks, on_lines=False, everywhere=True))

    def _line_step(self, target: Target, place: Any, body: str, mark: str) -> None:
        self.write(target, self.marked_body(body, mark), place)

    def _text_step(self, target: Target, body: str, mark: str) -> None:
        self.write(target, self.marked_body(body, mark))


def _numbered(marker: str, number: int) -> str:
    """The mark of one comment of a review, in the form of all marks. Empty without a marker."""
    if not marker:
        return ""
    name, _, _ = marker.rpartition("-")
    return f"{name}-{hashlib.sha256(f'{marker} {number}'.encode()).hexdigest()[:32]}"


def refused(name: str) -> FailedPrecondition:
    return FailedPrecondition(
        f"{name} does not take this answer from this user: the pull request is the user's own, or it is not open, or a"
        " rule forbids it. A comment is still possible.",
        reason="REVIEW_REFUSED",
    )
