"""The blocks of code of the pages, and what is known of the commands that they name."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import get_commands, load_command_class

from sentry_scm_grpc.client import command
from sentry_scm_grpc.hosts.embedded import cli

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md")),
]

_FENCED = re.compile(r"^( *)```([^\n`]*)\n(.*?)^ *```$(?:\n+ *```text\n(.*?)^ *```$)?", re.MULTILINE | re.DOTALL)
# Indented by four, after an empty line, as Markdown has code too; none of these is inside a list.
_INDENTED = re.compile(r"(?<=\n\n)((?: {4}[^\n]+\n)+)")


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    text: str
    prints: str | None  # The ``text`` block right behind it.

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def as_in_the_app(code: str) -> str:
    """The Python of a page, with the client that the app contains. make test-packaging runs some with the client's own
    distribution."""
    return code.replace("sentry_scm_client.v1", "sentry_scm_grpc.v1").replace(
        "sentry_scm_client", "sentry_scm_grpc.client"
    )


def blocks() -> list[Block]:
    return [block for page in PAGES for block in blocks_of(page)]


def blocks_of(page: str) -> list[Block]:
    text = (ROOT / page).read_text()
    found = []
    for match in _FENCED.finditer(text):
        indent, language, code, prints = match.groups()
        code = re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
        found.append(Block(page, text[: match.start()].count("\n") + 1, language, code, prints))
    return found


def examples() -> dict[str, Any]:
    """The request that the reference gives as an example of each RPC."""
    found = {}
    for page in (ROOT / "docs/reference/api").glob("*.md"):
        for section in re.split(r"^## ", page.read_text(), flags=re.MULTILINE)[1:]:
            _, is_there, rest = section.partition("```json\n")
            if is_there:
                found[section.split("\n", 1)[0]] = json.loads(rest.partition("```")[0])
    return found


def commands_of(page: str) -> list[str]:
    """The command lines of a page: those of its sh blocks, and those in its text between backticks."""
    lines: list[str] = []
    for block in blocks_of(page):
        if block.language == "sh":
            lines += block.text.replace("\\\n", " ").splitlines()
    prose = _FENCED.sub("", (ROOT / page).read_text())
    for indented in _INDENTED.findall(prose):
        lines += [line.strip() for line in indented.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", prose)
    return lines


def problem(line: str) -> str:
    """What is wrong with a command line of ours; empty for one that is good, or not ours."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return ""
    while words and ("=" in words[0] or words[0].endswith("python")):
        words = words[1:]
    if words[:1] == ["sentry-scm-grpc"]:
        return _problem_of_ours(cli.make_parser(), words[1:])
    if words[:1] == ["scm"]:
        return _problem_of_ours(command.make_parser(), words[1:])
    if words[:1] == ["manage.py"] or words[:2] == ["sentry", "django"]:
        return _problem_of_django(words[1 if words[0] == "manage.py" else 2 :])
    return ""


def _problem_of_ours(parser: argparse.ArgumentParser, words: list[str]) -> str:
    prog = parser.prog
    while True:
        groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        if not groups or not words:
            break
        if words[0] not in groups[0].choices:
            return f"{prog} has no command {words[0]!r}"
        parser, words = groups[0].choices[words[0]], words[1:]
    return _unknown_options(parser, words)


def _problem_of_django(words: list[str]) -> str:
    if not words:
        return ""
    apps = get_commands()
    if words[0] not in apps:
        return f"manage.py has no command {words[0]!r}"
    command = load_command_class(str(apps[words[0]]), words[0])
    return _unknown_options(command.create_parser("manage.py", words[0]), words[1:])


def _unknown_options(parser: argparse.ArgumentParser, words: list[str]) -> str:
    named = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    unknown = named - set(parser._option_string_actions)
    return f"{parser.prog} has no option {', '.join(sorted(unknown))}" if unknown else ""
