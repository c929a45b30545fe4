"""Pages along an index instead of offsets.

A page costs the same wherever it starts, and no row is lost or repeated if rows are added meanwhile.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sentry_scm_grpc.hosts.embedded.rows import RepositoryRow
from sentry_scm_grpc.hosts.reads import Read
from sentry_scm_grpc.rpc.call import Call

Row = TypeVar("Row")


def page_by_id(call: Call, read: Read[Row], **by: Any) -> tuple[list[Row], str]:
    """The call's page of rows by id, and the token of the next page. One query."""
    if call.cursor is not None:
        by["after_id"] = call.cursor
    page, more = _page(call, read, by)
    return page, call.next_page_token(page[-1].id if more else None)  # type: ignore[attr-defined]


def page_by_name(call: Call, read: Read[RepositoryRow], **by: Any) -> tuple[list[RepositoryRow], str]:
    """The same by name; rows of the same name are by id."""
    if call.cursor is not None:
        by["after_name"], by["after_id"] = call.cursor
    page, more = _page(call, read, by)
    return page, call.next_page_token([page[-1].name, page[-1].id] if more else None)


def _page(call: Call, read: Read[Row], by: dict[str, Any]) -> tuple[list[Row], bool]:
    """The rows, and whether there are more."""
    found = read(call.page_size + 1, **by)
    return found[: call.page_size], len(found) > call.page_size
