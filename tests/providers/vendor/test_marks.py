"""The mark of a request id in texts that anybody may have written."""

from __future__ import annotations

import time

import pytest

from sentry_scm_grpc.providers.vendor.marks import HTML_COMMENT, LINK_DEFINITION, marked, unmarked

MARKER = "scm-request-" + "0a" * 16


@pytest.mark.parametrize("form", [HTML_COMMENT, LINK_DEFINITION, "<p>{}</p>", "{}"])
@pytest.mark.parametrize("text", ["", "a", "a \n", "a\r\n\r\n", "<!-- ", f"{MARKER}\n\nquoted"])
def test_a_mark_is_taken_off_as_it_was_put_on(form: str, text: str) -> None:
    written = marked(text, form, MARKER)
    assert unmarked(written).rstrip() == text.rstrip()
    # Vendors change the ends of lines, and what is at the end.
    assert unmarked(written.replace("\n", "\r\n") + "\r\n").rstrip() == text.replace("\n", "\r\n").rstrip()


def test_a_text_that_only_names_a_mark_stays() -> None:
    for text in (f"{MARKER} is a mark", f"{MARKER}0", "scm-request-", f"{MARKER}\nx"):
        assert unmarked(text) == text


@pytest.mark.parametrize("blank", [" ", "\t", "\n", " \n", "scm-request-", "<!-- "])
def test_a_text_of_blanks_takes_no_time(blank: str) -> None:
    """Anybody may comment. A search that tries each blank as the start of a mark takes five seconds for this."""
    before = time.process_time()
    assert unmarked(f"a{blank * 20_000}b") == f"a{blank * 20_000}b"
    assert time.process_time() - before < 1
