"""What the pages say exists: links lead somewhere, and make targets and scripts are there."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    str(page.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "benchmarks/**/*.md")
    for page in ROOT.glob(pattern)
    if "node_modules" not in page.parts
)


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_lead_to_files_and_headings(page: str) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_and_scripts_that_pages_name_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z][a-z-]*)", text, re.MULTILINE))
    assert named <= targets
    assert [script for script in re.findall(r"`(scripts/[\w./-]+)", text) if not (ROOT / script).exists()] == []


@pytest.mark.parametrize("example", sorted((ROOT / "examples/python").glob("*.py")), ids=lambda path: path.stem)
def test_an_example_imports_the_client_and_nothing_of_the_app(example: Path) -> None:
    """README says to install the client alone. Other tests run the examples with the client that the app contains."""
    imported = {
        name
        for node in ast.walk(ast.parse(example.read_text()))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    foreign = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert foreign == {"sentry_scm_client"}


def test_the_reference_names_every_reason_that_a_comment_names() -> None:
    """Several reasons in one sentence, and the errors of another RPC."""
    page = (ROOT / "docs/reference/api/refs.md").read_text()
    errors = dict(re.findall(r"^## (\w+)$.*?^\*\*Errors\*\*: (.*?)$", page, re.MULTILINE | re.DOTALL))
    assert "(`PATH_NOT_FOUND`, `PATH_EXISTS`, `NOT_A_FILE`, `PATH_CONFLICT`, `EMPTY_COMMIT`, " in errors["CreateCommit"]
    assert "MAX_MESSAGE_BYTES" not in errors["CreateCommit"]
    assert errors["StreamDiff"].startswith("those of [ListComparedFiles](refs.md#listcomparedfiles), and ")


def _without_code(page: str) -> str:
    return re.sub(r"^ *```.*?^ *```", "", (ROOT / page).read_text(), flags=re.MULTILINE | re.DOTALL)


def _anchors(file: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
