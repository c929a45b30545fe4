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

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.rpc.call import Call

T = TypeVar("T")

_FULL_SHA = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\Z")

#: After so many of the vendor's pages we answer what we have, with the token of the next: a filter may let few items
#: pass.
MAX_VENDOR_PAGES = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a vendor. ``next`` is the position of the next page; None on the last.

    ``ref`` is what the next pages are to be asked at, where the vendor told: a full SHA in place of a branch.
    """

    items: Sequence[T]
    next: Any = None
    ref: str = ""


#: Reads a page at a ref and a position; None is the first position.
Fetch = Callable[[str, Any], Page[T]]


def is_full_sha(ref: str) -> bool:
    """Whether a ref is a commit's whole SHA, so that what a vendor says about it can never change."""
    return _FULL_SHA.match(ref) is not None


def fill(call: Call, ref: str, fetch: Fetch[T], pin: Callable[[str], str] | None = None) -> tuple[list[T], str]:
    """A page of ours, and the token of the next.

    ``pin`` turns a ref into a full SHA; it is asked where another page will follow and the vendor has not told the SHA.
    """
    ref, position, skip = _place(call.cursor) if call.cursor else (ref, None, 0)
    found: list[T] = []
    for _ in range(MAX_VENDOR_PAGES):
        page = fetch(ref, position)
        taken = page.items[skip : skip + call.page_size - len(found)]
        found += taken
        skip += len(taken)
        if skip < len(page.items):
            break
        if page.next is None:
            return found, ""
        ref, position, skip = _pinned(ref, page, pin), page.next, 0
        if len(found) == call.page_size:
            return found, call.next_page_token([ref, position, 0])
    return found, call.next_page_token([_pinned(ref, page, pin), position, skip])


def each(ref: str, fetch: Fetch[T], pin: Callable[[str], str] | None = None) -> Iterator[T]:
    """All items of all pages, one page in memory at a time."""
    position = None
    while True:
        page = fetch(ref, position)
        yield from page.items
        if page.next is None:
            return
        ref, position = _pinned(ref, page, pin), page.next


def _place(cursor: Any) -> tuple[str, Any, int]:
    if not isinstance(cursor, list) or len(cursor) != 3:
        # One of rows that have been deleted since.
        raise InvalidArgument.of(("page_token", "leads nowhere any more; start again"), reason="PAGE_TOKEN_INVALID")
    return cursor[0], cursor[1], cursor[2]


def _pinned(ref: str, page: Page[T], pin: Callable[[str], str] | None) -> str:
    if page.ref:
        return page.ref
    return ref if pin is None or is_full_sha(ref) else pin(ref)
