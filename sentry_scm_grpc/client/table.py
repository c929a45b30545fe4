"""Tables for people who read an answer in a terminal."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any


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
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[name.upper() for name in columns], *([_cell(row.get(name, "")) for name in columns] for row in rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    # Only a terminal has a width. Nothing is cut in a file or a pipe.
    edge = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        print(line if edge is None or len(line) <= edge else f"{line[: edge - 1]}…")


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())
