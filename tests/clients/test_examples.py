"""examples/: each program, in Python and in TypeScript, says what it should about a repository that the test made.

The TypeScript ones run on the package as npm packs it, in a project that has nothing else.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentry_scm_grpc.client import ScmClient
from tests.clients.conftest import Run
from tests.clients.embedded import make_repository, serving

TRACE = """Traceback (most recent call last):
  File "/app/src/control.py", line 5, in start
    return thrust(0)
  File "/app/src/engine.py", line 3, in thrust
    return 7607 / fuel
  File "/app/src/engine.py", line 1, in thrust
  File "/app/gone.py", line 1, in gone
ZeroDivisionError: division by zero
"""
JAVASCRIPT_TRACE = "Error: no\n    at start (/app/src/control.py:5:12)\n"
DIFF = """diff --git a/src/engine.py b/src/engine.py
--- a/src/engine.py
+++ b/src/engine.py
@@ -1,3 +1,3 @@
-def thrust(fuel):
+def thrust(fuel=1):
     \"\"\"In newtons.\"\"\"
     return 7607 / fuel
"""
ONE_LINE = "{} <{}@example.com> wrote 1 of 1 lines\n  {}  SHA {}\n"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    directory = tmp_path_factory.mktemp("examples")
    make_repository(directory / "rocket")
    for tag, commit in (("v1", "HEAD~2"), ("v2", "HEAD")):
        subprocess.run(["git", "-C", directory / "rocket", "tag", tag, commit], check=True)
    with serving(directory / "rocket", directory / "data") as environment:
        yield environment


def without_shas(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{8}\b", "SHA", text)


def test_the_blame_bot_names_who_wrote_the_lines_of_a_trace(run: Run) -> None:
    done = run("blame_bot", "1", "--strip", "/app/", read=TRACE)
    assert done.returncode == 0, done.stderr
    assert without_shas(done.stdout) == (
        "Grace <grace@example.com> wrote 2 of 4 lines\n"
        "  src/control.py:5  SHA Start it\n"
        "  src/engine.py:3  SHA Burn fuel\n"
        "Ada <ada@example.com> wrote 1 of 4 lines\n"
        "  src/engine.py:1  SHA Add the engine\n"
    )
    assert done.stderr.startswith("gone.py:1: ")


def test_the_blame_bot_reads_the_frames_of_other_languages(run: Run) -> None:
    done = run("blame_bot", "1", "--strip", "/app/", read=JAVASCRIPT_TRACE)
    assert without_shas(done.stdout) == ONE_LINE.format("Grace", "grace", "src/control.py:5", "Start it")


def test_the_blame_bot_names_whose_lines_a_diff_replaces(run: Run) -> None:
    done = run("blame_bot", "1", read=DIFF)
    assert without_shas(done.stdout) == ONE_LINE.format("Ada", "ada", "src/engine.py:1", "Add the engine")


@pytest.fixture(scope="module")
def project(environment: dict[str, str]) -> str:
    """The id of a project with code mappings, made as a build makes them."""
    with ScmClient(environment["SCM_GRPC_URL"], api_key=environment["SCM_GRPC_API_KEY"]) as scm:
        found = scm.get_caller().organizations[0].projects[0]
        mappings = [{"repository_id": 1, "stack_root": root, "default_branch": "main"} for root in ("/app/", "src/")]
        mappings[1]["source_root"] = "src/"
        results = scm.batch_upsert_code_mappings(project_slug=found.slug, mappings=mappings).results
        assert not [result.error for result in results if result.error.reason]
        return str(found.id)


def test_whom_to_ask_names_people_for_the_frames_of_a_project(run: Run, project: str) -> None:
    done = run("whom_to_ask", project, read=TRACE)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "then: Grace <grace@example.com> about src/control.py:5\n"
        "then: Grace <grace@example.com> about src/engine.py:3\n"
        "ask first: Ada <ada@example.com> about src/engine.py:1\n"
    )
    assert done.stderr.startswith("/app/gone.py:1: The file exists neither")


def test_whom_to_ask_reads_traces_that_begin_with_the_failure(run: Run, project: str) -> None:
    trace = "Error: no\n    at thrust (webpack:///./src/engine.py:3:7)\n    at start (/app/src/control.py:5:12)\n"
    assert run("whom_to_ask", project, read=trace).stdout == (
        "ask first: Grace <grace@example.com> about src/engine.py:3\n"
        "then: Grace <grace@example.com> about src/control.py:5\n"
    )


def test_release_notes_between_two_tags(run: Run) -> None:
    done = run("release_notes", "1", "v1", "v2")
    assert done.returncode == 0, done.stderr
    assert without_shas(done.stdout) == (
        "# v2\n\n2 commits since v1, by Grace.\n2 files changed, 6 lines added, 1 line deleted.\n"
        "\n## Other changes\n\n- Burn fuel (SHA, Grace)\n- Start it (SHA, Grace)\n"
    )
    assert "no-such-tag" in run("release_notes", "1", "v1", "no-such-tag").stderr


def test_the_indexer_reads_a_file_again_only_if_it_has_changed(run: Run, tmp_path: Path) -> None:
    index = str(tmp_path / "index.json")
    assert without_shas(run("indexer", "1", index, "--ref", "v1").stdout) == "SHA: 1 files indexed, 1 read\n"
    done = run("indexer", "1", index)
    assert without_shas(done.stdout) == "SHA: 2 files indexed, 2 read\n", done.stderr
    assert run("indexer", "1", index).stdout.endswith(", 0 read\n")
    found = json.loads(Path(index).read_text())["files"]
    assert found["src/control.py"]["words"] == ["def", "engine", "from", "import", "return", "start", "thrust"]
    assert sorted(found) == ["src/control.py", "src/engine.py"]
    assert os.listdir(tmp_path) == ["index.json"]


def test_the_search_finds_lines_and_says_by_its_exit_code_whether_it_did(run: Run) -> None:
    done = run("search_code", "thrust(")
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        ["rocket/src/control.py:5: return thrust(0)", "rocket/src/engine.py:1: def thrust(fuel):"],
    ), done.stderr
    assert run("search_code", "thrust(", "--max", "1").stdout.count("\n") == 1
    assert run("search_code", "nowhere to be found").returncode == 1


def test_an_issue_is_filed_once_and_linked(run: Run) -> None:
    # Both languages file it for the same group: the second finds what the first has filed.
    for _ in range(2):
        done = run("file_issue", "1", "Division by zero", read="Since noon.")
        assert (done.returncode, done.stdout) == (0, "DEMO-1 Division by zero\nGroup 1 is linked to DEMO-1.\n"), (
            done.stderr
        )


def test_errors_are_for_people(run: Run, environment: dict[str, str]) -> None:
    done = run("blame_bot", "99", read=TRACE)
    assert done.returncode == 1
    assert "99" in done.stderr
    assert "Traceback" not in done.stderr
    assert "    at " not in done.stderr


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("readme", r"1n rocket\n"),
        ("package", r"1n rocket\nAda [0-9a-f]{40}\nInvalidArgument INVALID_\w+\nintegration_id: .+\ntitle: .+\n"),
    ],
)
def test_the_typescript_of_the_pages_runs(
    built: Path, environment: dict[str, str], tmp_path: Path, page: str, printed: str
) -> None:
    command = ["node", built / f"{page}.js"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert re.fullmatch(printed, done.stdout), done.stdout + done.stderr
