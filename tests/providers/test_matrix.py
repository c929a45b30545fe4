"""The table of providers in the documentation matches the adapters."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command

from sentry_scm_grpc.management.commands.scm_grpc_providers import own_adapters
from sentry_scm_grpc.providers.matrix import matrix

PAGE = Path(__file__).parents[2] / "docs/reference/providers.md"


def test_the_table_in_the_docs_matches_the_adapters(tmp_path: Path) -> None:
    copy = tmp_path / "providers.md"
    copy.write_text(PAGE.read_text())
    call_command("scm_grpc_providers", write=copy)
    assert copy.read_text() == PAGE.read_text(), "run: manage.py scm_grpc_providers --write docs/reference/providers.md"


def test_a_cell_is_empty_if_the_provider_lacks_the_operation() -> None:
    rows = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]]
        for line in _lines()
        if line.startswith("|")
    }
    without_tracker = rows["RPC"].index("Bitbucket Server")
    assert rows["`CreateExternalIssue`"][without_tracker] == ""
    assert rows["`CreateExternalIssue`"][rows["RPC"].index("git")] == "yes"
    assert rows["`GetCommitContext`"][rows["RPC"].index("Azure DevOps")] == "derived"


def test_the_table_gives_the_reason_for_empty_cells() -> None:
    (why,) = [line for line in _lines() if line.startswith("Bitbucket serves no") and "`SearchIssues`" in line]
    assert why.endswith("Bitbucket Cloud removed its issue tracker in August 2026.")


def _lines() -> list[str]:
    return matrix(own_adapters()).splitlines()
