"""Answers that are not as a vendor documents them: a value left out, null or of another type, HTML, cut, empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: What stands in the place of a value, one after the other.
ODD: tuple[Any, ...] = (None, [], {}, [None], 7, "odd", True)
#: GitHub tells dozens of addresses of each thing, of which these alone are read.
READ_ADDRESSES = {"html_url", "web_url", "repository_url"}
#: What stands in the place of a whole answer.
PAGES = (b"<!DOCTYPE html><html><title>Sign in</title></html>", b'[{"id": "cut', b"")


def odd_answers(body: Any) -> Iterator[Any]:
    """An answer's odd forms, each in turn; bytes are sent as they are."""
    yield from PAGES
    yield from odd_forms(body)


def odd_forms(body: Any) -> Iterator[Any]:
    """JSON with one value left out or replaced, each in turn; of a list only in the first item."""
    yield from ODD
    if isinstance(body, dict):
        for name, found in body.items():
            if name.endswith("_url") and name not in READ_ADDRESSES:
                continue
            yield {key: kept for key, kept in body.items() if key != name}
            yield from ({**body, name: form} for form in odd_forms(found))
    elif isinstance(body, list) and body:
        yield from ([form, *body[1:]] for form in odd_forms(body[0]))
