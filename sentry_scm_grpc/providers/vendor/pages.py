"""Pages of a vendor's lists, cut to the pages that our callers ask for.

A vendor's page has its own size and its own way to name the next (a number, an address, an offset): its *position*, any
JSON value.
Our page token holds the position, how many items of that page the caller has had, and the ref at which the first page
was read, so that all pages show one state of the repository.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, NotFound, ScmError, Unavailable
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.rpc.paging import page_gone

T = TypeVar("T")

_FULL_SHA = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\Z")

#: After so many of the vendor's pages we answer what we have, with the token of the next: a filter may let few items
#: pass.
MAX_VENDOR_PAGES = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a vendor. ``next`` is the position of the next page; None on the last.

    ``ref`` is what the next pages are to be asked at, where the vendor told: a full SHA in place of a branch.
    ``incomplete`` is a reason (below) where the vendor leaves out items of the list.
    """

    items: Sequence[T]
    next: Any = None
    ref: str = ""
    incomplete: str = ""


#: The vendor's search ran out of time.
SEARCH_TIMED_OUT = "SEARCH_TIMED_OUT"
#: The vendor has not indexed all that it should search.
NOT_INDEXED = "NOT_INDEXED"
#: The vendor tells no more than so many items of a list.
VENDOR_LIMIT = "VENDOR_LIMIT"

_INCOMPLETE: dict[str, tuple[type[ScmError], str]] = {
    SEARCH_TIMED_OUT: (
        Unavailable,
        "The provider's search ran out of time before it had looked at everything. Repeat the call, or search for"
        " something rarer.",
    ),
    NOT_INDEXED: (
        Unavailable,
        "The provider has not indexed everything that it should search. Repeat the call later.",
    ),
    VENDOR_LIMIT: (
        FailedPrecondition,
        "The provider tells only a part of so long a list, and nothing in that part fits. Ask for less, as by a path.",
    ),
}


def incomplete_error(reason: str) -> ScmError:
    """The error in place of an answer that would look complete: an empty one, or the end of a stream."""
    kind, message = _INCOMPLETE[reason]
    return kind(message, reason=reason)


@dataclass(frozen=True)
class Filled(Generic[T]):
    """A page of ours: its items, the token of the next, and the reason where items may be missing from the list."""

    items: list[T]
    next_page_token: str
    incomplete: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that responses with pages have in common."""
        return {
            "next_page_token": self.next_page_token,
            "incomplete": bool(self.incomplete),
            "incomplete_reason": self.incomplete,
        }


#: Reads a page at a ref and a position; None is the first position.
Fetch = Callable[[str, Any], Page[T]]


def is_full_sha(ref: str) -> bool:
    """Whether a ref is a commit's whole SHA, so that what a vendor says about it can never change."""
    return _FULL_SHA.match(ref) is not None


def fill(call: Call, ref: str, fetch: Fetch[T], pin: Callable[[str], str] | None = None) -> Filled[T]:
    """A page of ours.

    ``pin`` turns a ref into a full SHA; it is asked where another page will follow and the vendor has not told the SHA.
    What is incomplete stays so: later pages say it too. Raises FailedPrecondition (PAGE_GONE) where the commit of the
    first page is gone, and the error of ``incomplete_error`` where all that could be said is that nothing was found in
    a part of the list.
    """
    ref, position, skip, incomplete = _place(call.cursor) if call.cursor else (ref, None, 0, "")
    found: list[T] = []

    def filled(position: Any, skip: int) -> Filled[T]:
        place = [_pinned(ref, page, pin), position, skip, *([incomplete] if incomplete else [])]
        return Filled(found, call.next_page_token(place), incomplete)

    for _ in range(MAX_VENDOR_PAGES):
        try:
            page = fetch(ref, position)
        except NotFound as error:
            if call.cursor and error.reason == "REF_NOT_FOUND":
                raise page_gone() from None
            raise
        incomplete = incomplete or page.incomplete
        taken = page.items[skip : skip + call.page_size - len(found)]
        found += taken
        skip += len(taken)
        if skip < len(page.items):
            break
        if page.next is None:
            if incomplete and not found and not call.cursor:
                raise incomplete_error(incomplete)
            return Filled(found, "", incomplete)
        if len(found) == call.page_size:
            return filled(page.next, 0)
        ref, position, skip = _pinned(ref, page, pin), page.next, 0
    return filled(position, skip)


def each(ref: str, fetch: Fetch[T], pin: Callable[[str], str] | None = None, *, may_lack: bool = False) -> Iterator[T]:
    """All items of all pages, one page in memory at a time. Where the list is incomplete, its end is the error of
    ``incomplete_error``, unless it ``may_lack`` items.
    """
    position, incomplete = None, ""
    while True:
        page = fetch(ref, position)
        yield from page.items
        incomplete = incomplete or page.incomplete
        if page.next is None:
            break
        if page.next == position:
            # The page leads to itself.
            raise bad_answer()
        ref, position = _pinned(ref, page, pin), page.next
    if incomplete and not may_lack:
        raise incomplete_error(incomplete)


def _place(cursor: Any) -> tuple[str, Any, int, str]:
    if not isinstance(cursor, list) or len(cursor) not in (3, 4):
        # One of rows that have been deleted since.
        raise InvalidArgument.of(("page_token", "leads nowhere any more; start again"), reason="PAGE_TOKEN_INVALID")
    return cursor[0], cursor[1], cursor[2], cursor[3] if len(cursor) == 4 else ""


def _pinned(ref: str, page: Page[T], pin: Callable[[str], str] | None) -> str:
    if page.ref:
        return page.ref
    return ref if pin is None or is_full_sha(ref) else pin(ref)
