"""Archives of a repository on disk: the same bytes as git archive, and no program that the repository names."""

from __future__ import annotations

import gzip
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.v1 import files_pb2
from tests.providers.git.work_tree import WorkTree
from tests.vendors.archive import files_in

Ask = Callable[..., Any]
TAR_GZ, ZIP = files_pb2.ARCHIVE_FORMAT_TAR_GZ, files_pb2.ARCHIVE_FORMAT_ZIP


def archive(ask: Ask, **fields: Any) -> tuple[files_pb2.ArchiveInfo, bytes]:
    answer = ask("StreamArchive", **fields)
    assert answer.status.name == "OK", answer.text
    first, *pieces = answer.messages
    assert not any(piece.HasField("info") for piece in pieces)
    assert all(0 < len(piece.data) <= 64 * 1024 for piece in pieces)
    return first.info, b"".join(piece.data for piece in pieces)


def of_git(tree: WorkTree, *arguments: str) -> bytes:
    return subprocess.run(["git", "archive", *arguments], cwd=tree.path, check=True, capture_output=True).stdout


@pytest.fixture
def odd(tree: WorkTree) -> str:
    """Everything that archives treat in a way of its own."""
    tree.write({"dir/run": "#!/bin/sh\n", "dir/sub/ünï": "1\n", "dir/tab\there": "2\n", b"bytes-\xff": "3\n"})
    (tree.path / "dir/run").chmod(0o755)
    (tree.path / "link").symlink_to("dir/run")
    attributes = "version export-subst\nsecret export-ignore\n*.txt text eol=crlf\nfiltered filter=evil\n"
    files = {"version": "$Format:%H %an$\n", "secret": "s\n", "a.txt": "x\ny\n", "filtered": "plain\n"}
    sha = tree.commit("Odd", {**files, ".gitattributes": attributes, "large": b"\0" * 3_000_000})
    tree.git("update-index", "--add", "--cacheinfo", f"160000,{sha},module")
    tree.git("commit", "-q", "-m", "Module")
    return tree.sha()


@pytest.mark.parametrize(("format", "kind"), [(0, "tar.gz"), (TAR_GZ, "tar.gz"), (ZIP, "zip")])
def test_archives_are_those_of_git(ask: Ask, tree: WorkTree, odd: str, format: int, kind: str) -> None:
    info, content = archive(ask, ref="main", format=format)
    stem = info.filename.removesuffix(f".{kind}")
    assert re.fullmatch(rf"repository-\d+-{odd[:12]}", stem)
    assert (info.format, info.commit_sha) == (format or TAR_GZ, odd)
    assert not info.HasField("size_bytes")
    expected = of_git(tree, f"--format={'tar' if kind == 'tar.gz' else kind}", f"--prefix={stem}/", "main")
    assert (gzip.decompress(content) if kind == "tar.gz" else content) == expected
    # The same each time.
    assert archive(ask, ref=odd, format=format)[1] == content


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({"prefix": ""}, ["HEAD"]),
        ({"prefix": "./a//b/"}, ["--prefix=a/b/", "HEAD"]),
        ({"prefix": "-x"}, ["--prefix=-x/", "HEAD"]),
        ({"prefix": "", "path": "dir/./sub/"}, ["HEAD", "--", "dir/sub"]),
        ({"prefix": "", "path": "."}, ["HEAD"]),
    ],
)
def test_a_prefix_and_a_path(ask: Ask, tree: WorkTree, odd: str, fields: dict[str, str], options: list[str]) -> None:
    assert gzip.decompress(archive(ask, **fields)[1]) == of_git(tree, "--format=tar", *options)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ref": "nowhere"}, "REF_NOT_FOUND"),
        ({"path": "nothing"}, "PATH_NOT_FOUND"),
        ({"path": "large"}, "NOT_A_DIRECTORY"),
        ({"path": "module"}, "NOT_A_DIRECTORY"),
        ({"path": "link"}, "NOT_A_DIRECTORY"),
    ],
)
def test_what_cannot_be_archived(ask: Ask, odd: str, fields: dict[str, str], reason: str) -> None:
    assert ask("StreamArchive", **fields).reason == reason


def test_an_empty_repository_has_no_archive(ask: Ask, tree: WorkTree) -> None:
    assert ask("StreamArchive").reason == "REPOSITORY_EMPTY"
    tree.commit("Nothing")
    assert files_in(archive(ask)[1], "tar.gz") == {}


def test_nothing_of_the_repository_names_a_program(ask: Ask, tree: WorkTree, odd: str, tmp_path: Path) -> None:
    """Filters, compressors and attributes of its own configuration change nothing."""
    before = [archive(ask, format=format)[1] for format in (TAR_GZ, ZIP)]
    ran = tmp_path / "ran"
    evil = f"touch {ran}; cat"
    for name in ("tar.tar.gz.command", "tar.tgz.command", "filter.evil.smudge", "filter.evil.process"):
        tree.git("config", name, evil)
    (tree.path / ".git" / "info").mkdir(exist_ok=True)
    (tree.path / ".git" / "info" / "attributes").write_text("* filter=evil export-ignore\n")
    assert [archive(ask, format=format)[1] for format in (TAR_GZ, ZIP)] == before
    assert not ran.exists()


def test_a_damaged_repository_is_no_short_archive(ask: Ask, tree: WorkTree, odd: str) -> None:
    sha = tree.git("rev-parse", "HEAD:large")
    (tree.path / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
    for format in (TAR_GZ, ZIP):
        found = ask("StreamArchive", format=format)
        assert found.status.name == "UNAVAILABLE", format
