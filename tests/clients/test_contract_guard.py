"""What holds the contract to its last release (scripts/lint-protos) does refuse what would break a client."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCM = Path("sentry_scm_grpc/v1/scm.proto")


@pytest.fixture(scope="module")
def buf() -> Path:
    subprocess.run([ROOT / "scripts/lint-protos"], check=True, capture_output=True)
    return ROOT / "scripts/node_modules/.bin/buf"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "  rpc GetCommit(GetCommitRequest) returns (Commit)",
            "  rpc FetchCommit(GetCommitRequest) returns (Commit)",
            "GetCommit",
        ),
        ("string commit_sha = 2", "string sha = 2", "commit_sha"),
        ("string commit_sha = 2", "string commit_sha = 92", "2"),
        ("string commit_sha = 2", "bytes commit_sha = 2", "type"),
        ("returns (stream TreeEntry)", "returns (TreeEntry)", "streaming"),
    ],
    ids=["an RPC renamed", "a field renamed", "a field renumbered", "a type changed", "a stream no more"],
)
def test_a_change_that_breaks_clients_is_refused(buf: Path, tmp_path: Path, old: str, new: str, said: str) -> None:
    protos = tmp_path / "protos"
    shutil.copytree(ROOT / "protos", protos)
    text = (protos / SCM).read_text()
    assert old in text
    (protos / SCM).write_text(text.replace(old, new, 1))
    command = [buf, "breaking", protos, "--against", ROOT / "protos/released.binpb"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert said in done.stdout


def test_an_addition_is_none(buf: Path, tmp_path: Path) -> None:
    protos = tmp_path / "protos"
    shutil.copytree(ROOT / "protos", protos)
    with (protos / SCM).open("a") as contract:
        contract.write("\nmessage Addition {\n  string text = 1;\n}\n")
    command = [buf, "breaking", protos, "--against", ROOT / "protos/released.binpb"]
    assert subprocess.run(command).returncode == 0
