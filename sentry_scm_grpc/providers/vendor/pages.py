"""Turns the pages of a vendor's list into the pages that callers ask for.

Vendors have pages of different sizes, and name the next page in different ways: by a number, an address or an offset.
This is its *position*, any JSON value. Our page token contains the position, how many items of that page the caller has
got, and the ref of the first page, so that all pages show the same state of the repository.
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

#: The most pages of the vendor for one of ours. After them, the response has what was found so far: a filter may let
#: few items pass.
MAX_VENDOR_PAGES = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a vendor. ``next`` is the position of the next page, and None on the last.

    ``ref`` is the ref for the next pages, if the vendor names it: a full SHA instead of a branch. ``incomplete`` is a
    reason (below) if the vendor leaves out items of the list.
    """

    items: Sequence[T]
    next: Any = None
    ref: str = ""
    incomplete: str = ""


#: The vendor's search ran out of time.
SEARCH_TIMED_OUT = "SEARCH_TIMED_OUT"
#: The vendor has not indexed all that it should search.
NOT_INDEXED = "NOT_INDEXED"
#: The vendor limits the items of a list.
VENDOR_LIMIT = "VENDOR_LIMIT"

_INCOMPLETE: dict[str, tuple[type[ScmError], str]] = {
    SEARCH_TIMED_OUT: (
        Unavailable,
        "The provider's search ran out of time before it had searched everything. Repeat the call, or search for a"
        " rarer text.",
    ),
    NOT_INDEXED: (
        Unavailable,
        "The provider has not indexed everything that it should search. Repeat the call later.",
    ),
    VENDOR_LIMIT: (
        FailedPrecondition,
        "The provider returns only a part of this long list, and nothing in that part matches. Narrow the request, for"
        " example by a path.",
    ),
}


def incomplete_error(reason: str) -> ScmError:
    """The error for an incomplete list that would look complete: an empty response, or the end of a stream."""
    kind, message = _INCOMPLETE[reason]
    return kind(message, reason=reason)


@dataclass(frozen=True)
class Filled(Generic[T]):
    """One of our pages: its items, the token of the next page, and the reason why items may be missing."""

    items: list[T]
    next_page_token: str
    incomplete: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that all responses with pages have."""
        return {
            "next_page_token": self.next_page_token,
            "incomplete": bool(self.incomplete),
            "incomplete_reason": self.incomplete,
        }


#: Reads a page at a ref and a position. None is the position of the first page.
Fetch = Callable[[str, Any], Page[T]]


def is_full_sha(ref: str) -> bool:
    """Whether a ref is a full SHA. The vendor's answers about it never change."""
    return _FULL_SHA.match(ref) is not None


def fill(call: Call, ref: str, fetch: Fetch[T], pin: Callable[[str], str] | None = None) -> Filled[T]:
    """One of our pages.

    ``pin`` turns a ref into a full SHA. It is called if another page follows and the vendor has not named the SHA. If a
    list is incomplete, all later pages say so. Raises FailedPrecondition (PAGE_GONE) if the commit of the first page no
    longer exists. Raises ``incomplete_error`` if the list is incomplete and nothing was found.
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


def ref_of_page(call: Call) -> str:
    """The ref of the first page, for a later page."""
    return _place(call.cursor)[0]


def each(ref: str, fetch: Fetch[T], pin: Callable[[str], str] | None = None, *, may_lack: bool = False) -> Iterator[T]:
    """The items of all pages, with one page in memory at a time.

    An incomplete list ends with ``incomplete_error``, unless it ``may_lack`` items.
    """
    position, incomplete = None, ""
    while True:
        page = fetch(ref, position)
        yield from page.items
        incomplete = incomplete or page.incomplete
        if page.next is None:
            break
        if page.next == position:
            # The page names itself as the next one.
            raise bad_answer()
        ref, position = _pinned(ref, page, pin), page.next
    if incomplete and not may_lack:
        raise incomplete_error(incomplete)


def first_pages(fetch: Callable[[Any], Page[T]]) -> Iterator[Page[T]]:
    """At most MAX_VENDOR_PAGES pages of a list. If it has more, the last of them names a next one."""
    position = None
    for _ in range(MAX_VENDOR_PAGES):
        page = fetch(position)
        yield page
        position = page.next
        if position is None:
            return


def _place(cursor: Any) -> tuple[str, Any, int, str]:
    if not isinstance(cursor, list) or len(cursor) not in (3, 4):
        # The token belongs to rows that have been deleted since.
        raise InvalidArgument.of(("page_token", "leads nowhere any more; start again"), reason="PAGE_TOKEN_INVALID")
    return cursor[0], cursor[1], cursor[2], cursor[3] if len(cursor) == 4 else ""


def _pinned(ref: str, page: Page[T], pin: Callable[[str], str] | None) -> str:
    if page.ref:
        return page.ref
    return ref if pin is None or is_full_sha(ref) else pin(ref)
