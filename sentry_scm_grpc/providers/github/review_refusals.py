"""Why GitHub refuses a review or a comment. Its texts are not documented: which words mean what is our reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.vendor.reading import text
from sentry_scm_grpc.providers.vendor.review_places import POSITION_INVALID
from sentry_scm_grpc.providers.vendor.review_writes import refused

_OUTSIDE = ("must be part of the diff", "could not be resolved", "must be part of the same hunk")


def check_review_refusal(told: Any) -> None:
    """Raises the error that a 422 means. GitHub lists problems as texts or as objects."""
    problems = told.get("errors") if isinstance(told, Mapping) else None
    said = " ".join(
        problem if isinstance(problem, str) else text(problem, "message")
        for problem in (problems if isinstance(problems, list) else [])
    ).lower()
    if any(words in said for words in _OUTSIDE):
        raise InvalidArgument(
            "GitHub takes comments only on lines of the pull request's diff, and a range within one hunk. One of the"
            " positions is elsewhere. StreamPullRequestDiff shows the hunks.",
            reason=POSITION_INVALID,
        )
    if "your own pull request" in said:
        raise refused("GitHub")
