"""Tables for people who read an answer in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from sentry_scm_grpc.client.text import columns, cut, edge, harmless, pad


def rows_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of an answer: the items of a page, or one row for each field of another message."""
    lists = [value for value in message.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    if len(lists) == 1:
        return list(lists[0])
    return [{"field": name, "value": value} for name, value in message.items()]


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
