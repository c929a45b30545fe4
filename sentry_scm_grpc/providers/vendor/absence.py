"""What a vendor's "not found" is about.

A 404 may mean the repository, the ref or the path. A repository that is lost or hidden must never pass for an absent
file, an empty list or an unknown ref. Three steps tell them apart, the cheapest first:

1. the body of the answer, where the vendor says what is missing: ``Vendor.lack_of``;
2. a lookup of the ref, where the request names one: ``Commits.confirm``;
3. a call to the repository itself: ``Vendor.check_repository``.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

from sentry_scm_grpc.errors import NotFound


class Lack(Enum):
    """What is not there."""

    #: The repository, or the integration may not see it.
    REPOSITORY = auto()
    #: The ref or commit; the repository is there.
    REF = auto()
    #: The path; the repository and the ref are there.
    PATH = auto()
    #: The ref or the path; the repository is there.
    REF_OR_PATH = auto()
    #: Any of these: the vendor does not say.
    UNKNOWN = auto()


class Absent(NotFound):
    """Something that was asked for by a path of the vendor's API is not there. It is not known to be the repository:
    a repository that is known to be lost is a plain NotFound, so that nobody takes it for an absent file.
    """

    default_reason = "VENDOR_NOT_FOUND"

    def __init__(self, lack: Lack = Lack.UNKNOWN) -> None:
        super().__init__("The provider has no such thing, or hides it from the integration.")
        self.lack = lack


def absent(lack: Lack) -> NotFound:
    """The error for what is not there."""
    return repository_lost() if lack is Lack.REPOSITORY else Absent(lack)


def repository_lost() -> NotFound:
    return NotFound(
        "The provider has no such repository, or hides it from the integration. Check that it was not deleted or"
        " renamed, and that the integration has access to it.",
        reason="VENDOR_NOT_FOUND",
    )


def lack_by_status(status: int, told: Any) -> Lack | None:
    """For a vendor whose answers do not say what is missing."""
    return Lack.UNKNOWN if status == 404 else None
