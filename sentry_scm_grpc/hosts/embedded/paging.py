"""Pages along an index instead of offsets.

A page costs the same wherever it starts, and no row is lost or repeated if rows are added meanwhile.
"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.hosts.embedded.rows import RepositoryRow
from sentry_scm_grpc.hosts.listed import Answer, Listed
from sentry_scm_grpc.rpc.call import Call


def page_by_id(call: Call, listed: Listed[Any, Answer], **by: Any) -> Answer:
    """The call's page of rows by id, with the token of the next page. One query."""
    if call.cursor is not None:
        by["after_id"] = call.cursor
    return listed.answer(call, lambda row: row.id, **by)


def page_by_name(call: Call, listed: Listed[RepositoryRow, Answer], **by: Any) -> Answer:
    """The same by name; rows of the same name are by id."""
    if call.cursor is not None:
        by["after_name"], by["after_id"] = call.cursor
    return listed.answer(call, lambda row: [row.name, row.id], **by)
