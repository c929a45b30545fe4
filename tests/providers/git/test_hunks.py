"""The blame of whole files: the same as git blame --porcelain says, on generated histories and on this repository's."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.providers.git import hunks as module
from sentry_scm_grpc.providers.git.places import Place
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.v1 import files_pb2
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]
HERE = Path(__file__).parents[3]
_HEADER = re.compile(r"([0-9a-f]{40}) (\d+) (\d+) (\d+)$")


def of_git(path: Path, *arguments: str) -> list[tuple[Any, ...]]:
    """What git blame --porcelain says, as ``facts_of`` has it."""
    blame = ["git", "-c", "core.quotePath=false", "blame", "--porcelain", *arguments]
    done = subprocess.run(blame, cwd=path, check=True, capture_output=True)
    facts: dict[str, dict[str, str]] = {}
    found = []
    sha = ""
    # Not splitlines(), which knows more ends of lines.
    for line in done.stdout.decode("utf-8", "backslashreplace").split("\n"):
        if line.startswith("\t") or not line:
            continue
        if header := _HEADER.match(line):
            sha = header[1]
            known = facts.setdefault(sha, {})
            found.append(((sha, *map(int, header.groups()[1:])), known))
            fresh = True
        elif not re.match(r"[0-9a-f]{40} \d+ \d+$", line):
            name, _, value = line.partition(" ")
            if name in ("filename", "previous") and fresh:
                known = facts[sha] = {**known, "previous": "", "filename": ""}
                found[-1] = (found[-1][0], known)
                fresh = False
            known[name] = value
    return [
        (
            *place,
            known["author"],
            known["author-mail"].strip("<>"),
            int(known["author-time"]),
            int(known["committer-time"]),
            known["summary"],
            name_of(known["filename"]),
            " ".join(filter(None, (known.get("previous", "")[:40], name_of(known.get("previous", "")[41:])))),
        )
        for place, known in found
    ]


def name_of(text: str) -> str:
    """git writes an unusual name in quotes, with escapes that JSON has too."""
    return str(json.loads(text)) if text.startswith('"') else text


def facts_of(hunk: files_pb2.BlameHunk) -> tuple[Any, ...]:
    commit = hunk.commit
    return (
        commit.sha,
        hunk.original_start_line,
        hunk.start_line,
        hunk.line_count,
        commit.author.name,
        commit.author.email,
        commit.authored_at.seconds,
        commit.committed_at.seconds,
        commit.summary,
        hunk.original_path,
        f"{hunk.previous_commit_sha} {hunk.previous_path}".strip(),
    )


def blamed(directory: Path, ref: str = "HEAD", **fields: Any) -> Iterator[tuple[Any, ...]]:
    asked = ["git", "rev-parse", "--absolute-git-dir", "--path-format=absolute", "--git-common-dir"]
    told = subprocess.run(asked, cwd=directory, check=True, capture_output=True, text=True).stdout.split()
    place = Place("tree", directory, *told)
    repository = GitRepository(place, Git(place.common_dir, Budget.unlimited()))
    request = files_pb2.StreamBlameRequest(repository_id=1, **fields)
    for hunk in module.hunks(repository, repository.commit(ref), request):
        yield facts_of(hunk)
    repository.libgit2.free()


# ---- the same as git

LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "long line", ""]), max_size=8)
STEPS = st.lists(
    st.tuples(st.sampled_from(["edit", "rename", "merge"]), LINES, st.sampled_from(["\n", "\r\n"]), st.booleans()),
    min_size=1,
    max_size=8,
)
ODD_NAMES = ["file", "dir/other name", 'quo"te\td', "ünï"]


def imported(tree: WorkTree, steps: Sequence[tuple[str, list[str], str, bool]]) -> str:
    """Makes a history of main in one process, and returns the last name of the file."""
    stream: list[bytes] = []
    marks = 0

    def commit(author: str, *changes: bytes, parents: Sequence[int] = ()) -> int:
        nonlocal marks
        marks += 1
        who = [f"{role} {author} <{author}@x.org> {marks * 60} +0000".encode() for role in ("author", "committer")]
        message = f"Commit {marks}\n\nBody\n".encode()
        links = [b"%s :%d" % (b"merge" if n else b"from", mark) for n, mark in enumerate(parents)]
        head = [b"commit refs/heads/main", b"mark :%d" % marks, *who, b"data %d\n%s" % (len(message), message), *links]
        stream.append(b"\n".join([*head, *changes, b""]))
        return marks

    def quoted(name: str) -> bytes:
        return '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")).encode()

    def holds(name: str, text: str) -> bytes:
        return b"M 100644 inline %s\ndata %d\n%s" % (quoted(name), len(text.encode()), text.encode())

    name = ODD_NAMES[0]
    last = commit("Ada", holds(name, "a\nb\nc\nd\n"))
    for number, (kind, lines, end, at_end) in enumerate(steps):
        text = end.join(lines) + (end if at_end and lines else "")
        if kind == "rename":
            before, name = name, ODD_NAMES[(number + 1) % len(ODD_NAMES)]
            if before != name:
                last = commit("Éve", b"R %s %s" % (quoted(before), quoted(name)), parents=[last])
        elif kind == "merge":
            side = commit("Eve", holds(name, text), parents=[last])
            other = commit("Ada", holds("unrelated", f"{number}\n"), parents=[last])
            last = commit("Ada", holds(name, text), parents=[other, side])
        else:
            last = commit("Bob", holds(name, text), parents=[last])
    tree.git("fast-import", "--quiet", "--force", input=b"".join(stream))
    return name


# Shrinking would start thousands of processes.
@settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(steps=STEPS, first=st.integers(0, 3), last=st.integers(0, 4))
def test_hunks_are_those_of_git(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any], first: int, last: int
) -> None:
    tree = WorkTree(tmp_path_factory.mktemp("blame") / "tree")
    name = imported(tree, steps)
    assert list(blamed(tree.path, path=name)) == of_git(tree.path, "HEAD", "--", name)
    count = len(tree.git("cat-file", "blob", f"HEAD:{name}").splitlines())
    if count > first and (last == 0 or last >= first > 0):
        span = f"-L{max(first, 1)},{last or ''}"
        found = list(blamed(tree.path, path=name, start_line=first, end_line=last))
        assert found == of_git(tree.path, span, "HEAD", "--", name)
    ignored = tree.git("log", "--format=%H", "--", name).split()[:2]
    options = [f"--ignore-rev={sha}" for sha in ignored]
    assert list(blamed(tree.path, path=name, ignore_revs=ignored)) == of_git(tree.path, *options, "HEAD", "--", name)


@pytest.mark.parametrize("path", ["CHANGELOG.md", "sentry_scm_grpc/providers/git/blame.py"])
def test_this_repository_is_blamed_as_by_git(path: str) -> None:
    assert list(blamed(HERE, path=path)) == of_git(HERE, "HEAD", "--", path)


# ---- ignored commits, and errors


@pytest.fixture
def reformatted(tree: WorkTree) -> SimpleNamespace:
    first = tree.commit("First", {"file": "a\nb\nc\n"})
    noise = tree.commit("Reformat", {"file": "a\n  b\nc\n"})
    return SimpleNamespace(first=first, noise=noise)


def shas_of(found: Any) -> list[str]:
    assert found.status.name == "OK", found.text
    return [hunk.commit.sha for hunk in found.messages for _ in range(hunk.line_count)]


def test_ignored_commits_are_passed_over(ask: Ask, tree: WorkTree, reformatted: SimpleNamespace) -> None:
    first, noise = reformatted.first, reformatted.noise
    assert shas_of(ask("StreamBlame", path="file")) == [first, noise, first]
    assert shas_of(ask("StreamBlame", path="file", ignore_revs=[noise[:12]])) == [first] * 3
    # Without the file, none are ignored.
    assert shas_of(ask("StreamBlame", path="file", use_ignore_revs_file=True)) == [first, noise, first]
    tree.commit("List it", {".git-blame-ignore-revs": f"# Style\n\n{noise.upper()}  # black\n{'1' * 40}\n"})
    assert shas_of(ask("StreamBlame", path="file", use_ignore_revs_file=True)) == [first] * 3
    assert shas_of(ask("StreamBlame", path="file")) == [first, noise, first]
    # The file is that of the ref.
    assert shas_of(ask("StreamBlame", path="file", ref=noise, use_ignore_revs_file=True)) == [first, noise, first]
    tree.commit("Spoil it", {".git-blame-ignore-revs": f"{noise}\n{noise[:12]}\n"})
    found = ask("StreamBlame", path="file", use_ignore_revs_file=True)
    assert (found.status.name, found.reason) == ("FAILED_PRECONDITION", "IGNORE_REVS_INVALID")
    assert found.metadata["line"] == "2"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"path": "file", "start_line": 4}, "LINE_OUT_OF_RANGE"),
        ({"path": "empty", "start_line": 2}, "LINE_OUT_OF_RANGE"),
        ({"path": "nothing"}, "PATH_NOT_FOUND"),
        ({"path": "dir"}, "NOT_A_FILE"),
        ({"path": "file", "ref": "nowhere"}, "REF_NOT_FOUND"),
        ({"path": "file", "ignore_revs": ["1" * 40]}, "REF_NOT_FOUND"),
    ],
)
def test_what_cannot_be_blamed(ask: Ask, tree: WorkTree, fields: dict[str, Any], reason: str) -> None:
    tree.commit("First", {"file": "a\nb\nc\n", "empty": "", "dir/file": "a\n"})
    assert ask("StreamBlame", **fields).reason == reason


def test_ranges_of_lines(ask: Ask, tree: WorkTree) -> None:
    tree.commit("First", {"file": "a\nb\nc", "empty": ""})
    assert ask("StreamBlame", path="empty").messages == []
    assert ask("StreamBlame", path="empty", end_line=7).messages == []
    (hunk,) = ask("StreamBlame", path="file", start_line=2, end_line=9).messages
    assert (hunk.start_line, hunk.line_count, hunk.original_start_line) == (2, 2, 2)
    assert not hunk.boundary
    assert ask("StreamBlame", path="file", start_line=3, end_line=2).violations.keys() == {"end_line"}


def test_more_commits_than_blame_may_name(ask: Ask, tree: WorkTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_COMMITS", 1)
    tree.commit("First", {"file": "a\nb\n"})
    tree.commit("Second", {"file": "a\nc\n"})
    found = ask("StreamBlame", path="file")
    assert (found.status.name, found.reason) == ("RESOURCE_EXHAUSTED", "CALL_TOO_LARGE")


def test_a_shallow_clone_says_where_the_history_ends(
    call: Any, add: Callable[..., int], tree: WorkTree, root: Path
) -> None:
    tree.commit("First", {"file": "a\nb\n"})
    tree.commit("Second", {"other": "c\n"})
    clone = root / "acme" / "clone"
    tree.git("clone", "-q", "--depth=1", f"file://{tree.path}", str(clone))
    (hunk,) = call("StreamBlame", repository_id=add(clone), path="file").messages
    assert hunk.boundary
