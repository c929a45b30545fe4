"""clients/typescript: its own tests, and the package against a live server in Node and Chromium, as npm packs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import NODE, SERVERS, TYPESCRIPT, RunNode, Served, note


def test_its_own_tests_pass(typescript_package: Path) -> None:
    subprocess.run(["npm", "test", "--silent"], cwd=TYPESCRIPT, check=True, timeout=600)


def test_the_package_holds_what_it_needs_and_no_more(typescript_package: Path) -> None:
    listed = subprocess.run(["tar", "tzf", typescript_package], stdout=subprocess.PIPE, text=True, check=True)
    names = {name.removeprefix("package/") for name in listed.stdout.split()}
    manifest = json.loads((TYPESCRIPT / "package.json").read_text())
    for entry in manifest["exports"].values():
        assert {path.removeprefix("./") for path in entry.values()} <= names
    assert {"README.md", "LICENSE", "package.json"} <= names
    assert {name.split("/")[0] for name in names} == {"README.md", "LICENSE", "package.json", "dist", "src"}


@pytest.mark.parametrize("server", SERVERS)
def test_it_works_in_node(served: Served, clean_project: Path, server: str) -> None:
    for name in ("package-scenarios.mjs", "run-package.mjs"):
        subprocess.run(["cp", NODE / name, clean_project], check=True)
    ran = subprocess.run(
        ["node", "run-package.mjs", json.dumps(served.config(server, **served.signing))],
        cwd=clean_project,
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    failures = note(f"Node to {server}", json.loads(ran.stdout))
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("origin", ["the same", "another"])
def test_it_works_in_chromium(served: Served, run_node: RunNode, origin: str) -> None:
    page = f"http://127.0.0.1:{served.ports['gunicorn' if origin == 'the same' else 'granian']}/page"
    config = served.config("gunicorn", page=page, run="runPackage", **served.signing)
    failures = note(f"Chromium from {origin} origin", run_node("chromium", config))
    assert not failures, "\n".join(failures)
