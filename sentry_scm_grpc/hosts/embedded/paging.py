"""Pages along an index, never by offset: a page costs the same wherever it starts, and no row is lost or doubled when
rows are added meanwhile."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from sentry_scm_grpc.rpc.call import Call

Row = TypeVar("Row", bound=Model)


def page_by_id(call: Call, rows: QuerySet[Row], field: str = "id") -> tuple[list[Row], str]:
    """The call's page of rows in the order of their ids, and the token of the next. One query."""
    if call.cursor is not None:
        rows = rows.filter(**{f"{field}__gt": call.cursor})
    found = list(rows.order_by(field)[: call.page_size + 1])
    page = found[: call.page_size]
    more = len(found) > len(page)
    return page, call.next_page_token(getattr(page[-1], field) if more else None)


def page_by_name(call: Call, rows: QuerySet[Row]) -> tuple[list[Row], str]:
    """The same in the order of names; rows with one name in the order of their ids."""
    if call.cursor is not None:
        name, id = call.cursor
        # The first condition says nothing new, but lets the database begin in the middle of the index.
        rows = rows.filter(Q(name__gt=name) | Q(id__gt=id), name__gte=name)
    found = list(rows.order_by("name", "id")[: call.page_size + 1])
    page = found[: call.page_size]
    more = len(found) > len(page)
    return page, call.next_page_token([page[-1].name, page[-1].pk] if more else None)  # type: ignore[attr-defined]
