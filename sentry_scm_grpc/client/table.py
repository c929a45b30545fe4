"""Tables for people who read an answer in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from sentry_scm_grpc.client.review_rows import ROWS
from sentry_scm_grpc.client.text import columns, cut, edge, harmless, pad


def print_message(message: Mapping[str, Any]) -> None:
    """Prints an answer: its items, if it has one list of them, below a line for each other field, such as
    ``next_page_token``, ``incomplete`` or the message of a commit."""
    lists = {
        name: value
        for name, value in message.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    items = lists if len(lists) == 1 else {}
    fields = [{"field": name, "value": value} for name, value in message.items() if name not in items]
    if fields or not items:
        print_table(fields)
    if fields and items:
        print()
    for name, rows in items.items():
        print_table([row_of(row) for row in rows] if (row_of := ROWS.get(name)) else rows)


def print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Prints a line for each row below the names of the columns. Without rows, it says so on standard error."""
    if not rows:
        print("There is nothing to show.", file=sys.stderr)
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[name.upper() for name in names], *([_cell(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(columns(row[index]) for row in cells) for index in range(len(names))]
    most = edge()
    for row in cells:
        line = "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        print(line if most is None else cut(line, most))


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return harmless(" ".join(text.split()))
