"""The commands that print pull requests and checks for people: in a terminal, in a pipe, whatever others wrote."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import Any

import pytest

from sentry_scm_grpc.client.text import columns
from tests.clients.explorer.vendors import MARKUP
from tests.scenarios.running import ROOT

COMMAND = [sys.executable, "-m", "sentry_scm_grpc.client.command"]
COLOUR = re.compile(r"\x1b\[\d+m")
#: What is printed of the characters that drive a terminal.
HARMLESS = r"\x1b[2J\x9b31m\u202e"


def in_pipe(vendors: dict[str, Any], *arguments: str, code: int = 0) -> str:
    done = subprocess.run([*COMMAND, *arguments], env=environment(vendors), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert not re.search("[\x1b\x9b\u202e]", done.stdout)
    return done.stdout + done.stderr


def in_terminal(vendors: dict[str, Any], *arguments: str, **variables: str) -> str:
    """What a terminal of 60 columns is sent."""
    terminal, inside = pty.openpty()
    variables = {"TERM": "xterm", "COLUMNS": "60", "LINES": "40", **variables}
    process = subprocess.Popen([*COMMAND, *arguments], env=environment(vendors) | variables, cwd=ROOT, stdout=inside)
    os.close(inside)
    told = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so when the process has ended.
            piece = b""
        if not piece:
            break
        told += piece
    os.close(terminal)
    assert process.wait() == 0
    return told.decode().replace("\r\n", "\n")


def environment(vendors: dict[str, Any]) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("SCM_GRPC_")}
    return known | {"SCM_GRPC_URL": vendors["url"], "SCM_GRPC_API_KEY": vendors["apiKey"]}


def test_a_list_fits_the_terminal_and_says_how_each_stands(vendors: dict[str, Any]) -> None:
    told = in_terminal(vendors, "pr", "list", vendors["ids"]["github"], "--state", "all", "--limit", "2")
    first, second, more = COLOUR.sub("", told).splitlines()
    assert re.match(r"#250  Change 250 +change/250 +ada +merged", first), told
    assert re.match(r"#249  Change 249 +change/249 +bob +open +✓ passed", second), told
    assert max(columns(first), columns(second)) <= 60
    assert more == "There are more. --limit shows more than 2."
    assert "\x1b[32m✓ passed" in told
    # Nothing is cut in a pipe, and nothing is coloured.
    closed = in_pipe(vendors, "pr", "list", vendors["ids"]["gitlab"], "--state", "closed", "--limit", "1")
    assert re.match(r"#246  Change 246  change/246  Ada  closed ", closed)


def test_a_pull_request_with_its_reviews_and_threads(vendors: dict[str, Any]) -> None:
    told = in_pipe(vendors, "pr", "view", vendors["ids"]["github"], str(vendors["pull"]))
    assert told.startswith(f"#8 {MARKUP} in a title\nopen · ada proposes to merge topic into <b>main</b>\n")
    for text in (
        "  merge        can be merged clean\n  checks       ✗ failed\n  reviews      ✗ changes requested\n",
        "Reviews\n  ✓ approved bob 2024-01-01 12:00 UTC at ",
        "\n      As eve sees it\n",
        "Threads\n  src/app.py:2-3\n    ada 2024-01-01 12:00 UTC\n      Thread 1 <script>",
        "\n  src/app.py:2 before the changes [resolved] 2 comments\n",
        HARMLESS,
    ):
        assert text in told, text
    assert re.search(r"\n  src/app\.py:4 of [0-9a-f]{10}, as it was \[outdated\]\n    ada", told)
    assert "PULL_REQUEST_NOT_FOUND" in in_pipe(vendors, "pr", "view", vendors["ids"]["github"], "9999", code=105)


def test_what_others_wrote_is_wrapped_and_drives_no_terminal(vendors: dict[str, Any]) -> None:
    told = in_terminal(
        vendors, "pr", "view", vendors["ids"]["gitlab"], str(vendors["pull"]), "--comments", NO_COLOR="1"
    )
    assert "\x1b" not in told
    assert HARMLESS in told.replace("\n", "").replace(" ", "")
    prose = told[told.index("Comments\n") :].splitlines()
    assert max(map(columns, prose)) <= 60


@pytest.mark.parametrize(
    ("vendor", "runs"), [("github", f"  – neutral   lint {MARKUP} · A title"), ("gitlab", "  GitLab has no check runs")]
)
def test_what_is_reported_on_a_commit(vendors: dict[str, Any], vendor: str, runs: str) -> None:
    told = in_pipe(vendors, "checks", vendors["ids"][vendor], "topic")
    assert re.match(r"[0-9a-f]{10} ✗ failed\n\nStatuses\n  ✗ failed    ci/failure", told), told
    assert f"\nCheck runs\n{runs}" in told
    assert re.search(r"\nPipelines\n  ✓ passed    ", told)
