"""What a vendor's "not found" means.

A 404 may mean the repository, the ref or the path. A lost or hidden repository must never look like a missing file, an
empty list or an unknown ref. Three steps distinguish them, the cheapest first:

1. the body of the response, if the vendor says what is missing: ``Vendor.lack_of``;
2. a lookup of the ref, if the request names one: ``Commits.confirm``;
3. a call for the repository itself: ``Repositories.check_repository``.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

from sentry_scm_grpc.errors import NotFound


class Lack(Enum):
    """What is missing."""

    #: The repository: it does not exist, or the integration cannot see it.
    REPOSITORY = auto()
    #: The ref or commit. The repository exists.
    REF = auto()
    #: The path. The repository and the ref exist.
    PATH = auto()
    #: The ref or the path. The repository exists.
    REF_OR_PATH = auto()
    #: Any of these: the vendor does not say.
    UNKNOWN = auto()


class Absent(NotFound):
    """Something that a path of the vendor's API names does not exist.

    A repository that is known to be lost is a plain NotFound instead, so that it cannot be mistaken for a missing file.
    """

    default_reason = "VENDOR_NOT_FOUND"

    def __init__(self, lack: Lack = Lack.UNKNOWN) -> None:
        super().__init__("The provider has no such thing, or hides it from the integration.")
        self.lack = lack


def absent(lack: Lack) -> NotFound:
    """The error for something missing."""
    return repository_lost() if lack is Lack.REPOSITORY else Absent(lack)


def repository_lost() -> NotFound:
    return NotFound(
        "The provider has no such repository, or hides it from the integration. Check that it was not deleted or"
        " renamed, and that the integration has access to it.",
        reason="VENDOR_NOT_FOUND",
    )


def lack_by_status(status: int, told: Any) -> Lack | None:
    """For a vendor whose responses do not say what is missing."""
    return Lack.UNKNOWN if status == 404 else None
