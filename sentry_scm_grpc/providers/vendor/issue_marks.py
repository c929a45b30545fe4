"""The mark of a request id in an issue's description: by it an issue is found whose maker did not live to hear of it.

It is a last paragraph, hidden where the vendor's markup can hide one, and no part of what our callers read.
"""

from __future__ import annotations

import re

#: How long before an attempt its issue may seem to have been made, by the vendor's clock: minutes.
CLOCKS_DIFFER_MINUTES = 10

_MARK = re.compile(r"\s*(?:<!-- |<p>)?scm-request-[0-9a-f]{32}(?: -->|</p>)?\s*\Z")


def marked(description: str, form: str, marker: str) -> str:
    """A description with the mark at its end; ``form`` is the vendor's, with "{}" for the marker."""
    return "\n\n".join(part for part in (description, form.format(marker)) if part)


def unmarked(description: str) -> str:
    return _MARK.sub("", description)
