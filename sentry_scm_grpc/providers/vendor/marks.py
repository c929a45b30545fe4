"""The mark of a request id in a text that a vendor keeps: the description of an issue or a pull request, a comment. By
it, the thing is found if the server died before it got the response.

The mark is the last paragraph. It is hidden if the vendor's markup can hide one. Callers never see it.
"""

from __future__ import annotations

import re

#: How far the vendor's clock may be behind ours, in minutes.
CLOCKS_DIFFER_MINUTES = 10
#: The forms of a mark, with "{}" for the marker. Markdown hides an HTML comment where it allows HTML, and the
#: definition of a link everywhere.
HTML_COMMENT = "<!-- {} -->"
LINK_DEFINITION = "[//]: # ({})"

_MARK = re.compile(r"\s*(?:<!-- |<p>|\[//\]: # \()?scm-request-[0-9a-f]{32}(?: -->|</p>|\))?\s*\Z")


def marked(text: str, form: str, marker: str) -> str:
    """A text with the mark at its end. ``form`` is the vendor's form of a mark, with "{}" for the marker."""
    return "\n\n".join(part for part in (text, form.format(marker)) if part)


def unmarked(text: str) -> str:
    return _MARK.sub("", text)
