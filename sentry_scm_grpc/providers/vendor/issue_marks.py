"""The mark of a request id in an issue's description. By it, an issue is found if the server died before it got the
response.

The mark is the last paragraph. It is hidden if the vendor's markup can hide one. Callers never see it.
"""

from __future__ import annotations

import re

#: How far the vendor's clock may be behind ours, in minutes.
CLOCKS_DIFFER_MINUTES = 10

_MARK = re.compile(r"\s*(?:<!-- |<p>)?scm-request-[0-9a-f]{32}(?: -->|</p>)?\s*\Z")


def marked(description: str, form: str, marker: str) -> str:
    """A description with the mark at its end. ``form`` is the vendor's form of a mark, with "{}" for the marker."""
    return "\n\n".join(part for part in (description, form.format(marker)) if part)


def unmarked(description: str) -> str:
    return _MARK.sub("", description)
