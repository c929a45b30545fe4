"""Patches: git applies what is made here, and what git makes is taken apart without a loss."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.source import patches
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

TEXTS = st.lists(st.sampled_from([b"one", b"two", b"", b"\r", b"-- ", b"++ x", b"f\xc3\xbcnf"]), max_size=9).map(
    b"\n".join
)
NAMES = st.sampled_from(["a", "d/b c", "d/ü", 'q"uote', "back\\slash"])
TREES = st.dictionaries(NAMES, TEXTS, max_size=5)


def git(path: Path, *arguments: str, given: bytes | None = None) -> bytes:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(path)}
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=path, env=environment, input=given, check=True, capture_output=True).stdout


def written(path: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)


def read(path: Path) -> dict[str, bytes]:
    files = (file for file in path.rglob("*") if file.is_file() and ".git" not in file.parts)
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def made(before: dict[str, bytes], after: dict[str, bytes]) -> list[refs_pb2.FileDiff]:
    """The differences, as for a vendor that gives both files."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        kind = pb.FILE_CHANGE_KIND_MODIFIED
        if old is None or new is None:
            kind = pb.FILE_CHANGE_KIND_ADDED if old is None else pb.FILE_CHANGE_KIND_DELETED
        diff = refs_pb2.FileDiff(change=pb.FileChange(path=name, kind=kind))
        diff.hunks = patches.unified(old or b"", new or b"") or b""
        diff.header = patches.header_of(diff)
        found.append(diff)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=TREES, after=TREES)
def test_git_applies_what_is_made_and_its_own_is_taken_apart(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        git(path, "init", "-q")
        written(path, before)
        git(path, "add", "-A")
        git(path, "commit", "-q", "--allow-empty", "-m", "Before")
        patch = b"".join(diff.header + diff.hunks for diff in made(before, after))
        if patch:
            git(path, "apply", "--whitespace=nowarn", given=patch)
        assert read(path) == after
        git(path, "add", "-A")
        theirs = git(path, "diff", "--cached", "--full-index", "--no-renames")
        apart = list(patches.taken_apart(theirs))
        assert b"".join(diff.header + diff.hunks for diff in apart) == theirs
        assert [(diff.change.path, diff.change.kind) for diff in apart] == [
            (diff.change.path, diff.change.kind)
            for diff in sorted(made(before, after), key=lambda diff: diff.change.path.encode())
        ]


def test_renames_modes_and_binary_files_are_taken_apart(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    written(tmp_path, {"old name": b"1\n2\n3\n", "script": b"x\n", "image": b"\0\1"})
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Before")
    git(tmp_path, "mv", "old name", "new name")
    (tmp_path / "script").chmod(0o755)
    (tmp_path / "image").write_bytes(b"\0\2")
    git(tmp_path, "commit", "-qam", "After")
    image, renamed, script = patches.taken_apart(git(tmp_path, "show", "--format=", "-M"))
    assert (image.change.path, image.change.binary, image.hunks) == ("image", True, b"")
    assert (renamed.change.path, renamed.change.previous_path) == ("new name", "old name")
    assert (script.change.path, script.old_mode, script.new_mode) == ("script", "100644", "100755")


def test_a_long_patch_is_cut_at_a_line_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "MAX_HUNKS", 20)
    diff = patches.bounded(refs_pb2.FileDiff(hunks=b"@@ -1 +1 @@\n-a\n+b\n+c\n"))
    assert (diff.hunks, diff.truncated) == (b"@@ -1 +1 @@\n-a\n+b\n", True)
    assert patches.unified(b"a\n" * patches.MAX_LINES, b"b\n") is None
