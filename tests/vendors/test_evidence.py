"""The table of evidence in the documentation is the one that the tests declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vendors import FAKES
from tests.vendors.evidence import PAGE, evidence, page_with_table, table, vendors
from tests.vendors.sources import endpoints


def test_the_pages_table_is_what_the_tests_declare() -> None:
    assert page_with_table(PAGE.read_text()) == PAGE.read_text(), (
        "run: .venv-vendors/bin/python -m tests.vendors.evidence"
    )


def test_a_cell_without_evidence_says_so_and_one_without_the_rpc_is_empty() -> None:
    rows = [line.strip("| ").split(" | ") for line in table(vendors(), {}).splitlines()]
    by_rpc = {row[0]: dict(zip(rows[0][1:], row[1:], strict=False)) for row in rows}
    assert by_rpc["`GetCommit`"]["GitLab"] == "reading"
    assert by_rpc["`CreateExternalIssue`"]["Bitbucket Server"] == ""


def test_evidence_for_an_rpc_that_is_not_there_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "tests/vendors"
    directory.mkdir(parents=True)
    test = 'import pytest\nVENDORS = ("gitlab",)\n@pytest.mark.evidence("client", "GetComit")\ndef test_it(): ...\n'
    (directory / "test_it.py").write_text(test)
    with pytest.raises(ValueError, match="GetComit"):
        evidence(tmp_path)
    (directory / "test_it.py").write_text(test.replace("GetComit", "GetCommit"))
    assert evidence(tmp_path) == {("gitlab", "GetCommit"): {"client"}}


@pytest.mark.parametrize("key", FAKES)
def test_the_page_of_sources_lists_endpoints_of_each_vendor(key: str) -> None:
    patterns = endpoints(key)
    assert len(patterns) >= 8
    assert not any(pattern.fullmatch("GET /nowhere") for pattern in patterns)
