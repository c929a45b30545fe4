"""Who last changed a line, worked out from a file's versions, is what ``git blame`` says of the same repository."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.source.line_history import Search, TooCostly, Version, carried, lines_of

FILE = "file.txt"
# Bitbucket says that its list is roughly that of "git log --follow --date-order", which has no merges; that of Azure
# DevOps is that of "git log".
WITHOUT_MERGES = ("log", "--date-order", "--full-history", "--no-merges", "--format=%H")
SIMPLIFIED = ("log", "--format=%H")


class Repository:
    """A git repository, and what a search asks of a vendor answered by git. Counts what it is asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked = 0
        self.log_command: tuple[str, ...] = WITHOUT_MERGES
        self._git("init", "-q", "-b", "main")

    def _git(self, *arguments: str, input: bytes = b"") -> bytes:
        settled = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "core.autocrlf=false")
        command = ["git", "-C", str(self.path), *settled, *arguments]
        return subprocess.run(command, check=True, capture_output=True, input=input).stdout

    def commit(self, content: bytes | None, path: str = FILE) -> str:
        """Writes the file, or deletes it, and commits whatever changed."""
        for found in self.path.glob("*.txt"):
            found.unlink()
        if content is not None:
            (self.path / path).write_bytes(content)
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", "x")
        return self.head

    @property
    def head(self) -> str:
        return self._git("rev-parse", "HEAD").decode().strip()

    def merge(self, branch: str, content: bytes) -> str:
        """Merges a branch, with this result."""
        self._git("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", branch)
        return self.commit(content)

    def branch(self, name: str, at: str = "HEAD") -> None:
        self._git("checkout", "-q", "-B", name, at)

    def blame(self, path: str = FILE) -> list[str]:
        """The commit of each line."""
        out = self._git("blame", "--line-porcelain", "HEAD", "--", path).decode("utf-8", "replace")
        return [line.split(" ")[0] for line in out.split("\n") if len(line.split(" ")[0]) == 40 and line[40:41] == " "]

    def search(self, path: str = FILE) -> list[str]:
        """The same, by our search."""
        start = Version(self.head, path)
        numbers = range(1, len(lines_of(self.text(start) or b"")) + 1)
        search = Search(self)
        search.run(start, numbers)
        return [search.found[number].sha for number in numbers]

    # ---- as a vendor

    def text(self, version: Version) -> bytes | None:
        self.asked += 1
        try:
            return self._git("show", f"{version.sha}:{version.path}")
        except subprocess.CalledProcessError:
            return None

    def versions(self, version: Version) -> tuple[Sequence[Version], bool]:
        self.asked += 1
        out = self._git(*self.log_command, version.sha, "--", version.path).decode()
        return [Version(sha, version.path) for sha in out.split()], True

    def parents(self, sha: str) -> Sequence[str]:
        self.asked += 1
        return self._git("rev-parse", f"{sha}^@").decode().split()

    def previous_path(self, version: Version) -> str:
        out = self._git("show", "-M", "--name-status", "--format=", version.sha).decode()
        fields = [line.split("\t") for line in out.splitlines()]
        return next((old for kind, old, *new in fields if kind[0] == "R" and new == [version.path]), "")


@pytest.fixture
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Repository]:
    return lambda: Repository(tmp_path_factory.mktemp("repository"))


@st.composite
def histories(draw: st.DrawFn) -> list[bytes]:
    """Versions of a file, each made from the last by replacing, adding and deleting runs of lines. All lines differ, so
    that there is one way to compare two versions."""
    numbers = iter(range(10_000))

    def fresh(largest: int) -> list[bytes]:
        return [b"line %d\n" % next(numbers) for _ in range(draw(st.integers(0, largest)))]

    lines = [b"line first\n", *fresh(8)]
    versions = [b"".join(lines)]
    for _ in range(draw(st.integers(1, 5))):
        for _ in range(draw(st.integers(1, 2))):
            start = draw(st.integers(0, len(lines)))
            end = draw(st.integers(start, min(len(lines), start + 3)))
            lines[start:end] = fresh(3)
        versions.append(b"".join(lines))
    return versions


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=histories())
def test_a_linear_history_is_blamed_as_git_does(make: Any, versions: list[bytes]) -> None:
    repository = make()
    for content in versions:
        repository.commit(content)
    assert repository.search() == repository.blame()


@settings(max_examples=150, deadline=None)
@given(
    older=st.lists(st.sampled_from([b"\n", b"}\n", b"a\n", b"b\n", b"b"]), max_size=12),
    newer=st.lists(st.sampled_from([b"\n", b"}\n", b"a\n", b"b\n", b"b"]), max_size=12),
)
def test_lines_are_carried_to_equal_lines_in_the_same_order(older: list[bytes], newer: list[bytes]) -> None:
    numbers = {number: number for number in range(1, len(newer) + 1)}
    kept = carried(older, newer, numbers)
    assert all(older[there - 1] == newer[here - 1] for here, there in kept.items())
    in_order = [kept[here] for here in sorted(kept)]
    assert in_order == sorted(set(in_order))
    # What is asked about one line is what is asked about all.
    assert {here: there for n in numbers for here, there in carried(older, newer, {n: n}).items()} == kept
    if older == newer:
        assert kept == numbers


@pytest.mark.parametrize("log_command", [WITHOUT_MERGES, SIMPLIFIED])
def test_lines_of_two_branches_are_found_in_either_kind_of_list(
    make: Callable[[], Repository], log_command: tuple[str, ...]
) -> None:
    repository = make()
    repository.log_command = log_command
    base = repository.commit(b"a\nb\nc\nd\ne\n")
    repository.branch("side")
    first = repository.commit(b"SIDE\nb\nc\nd\ne\n")
    second = repository.commit(b"SIDE\nb\nc\nd\nSIDE2\n")
    repository.branch("main", base)
    main = repository.commit(b"a\nb\nMAIN\nd\ne\n")
    repository.merge("side", b"SIDE\nb\nMAIN\nd\nSIDE2\n")
    assert repository.search() == [first, base, main, base, second] == repository.blame()
    last = repository.commit(b"SIDE\nb\nMAIN\nd\nSIDE2\nlast\n")
    assert repository.search() == [first, base, main, base, second, last] == repository.blame()


def test_what_a_merge_made_is_the_merges_where_the_list_has_it(make: Callable[[], Repository]) -> None:
    repository = make()
    repository.log_command = SIMPLIFIED
    base = repository.commit(b"a\nb\n")
    repository.branch("side")
    side = repository.commit(b"SIDE\nb\n")
    repository.branch("main", base)
    main = repository.commit(b"a\nMAIN\n")
    merge = repository.merge("side", b"SIDE\nMERGED\nMAIN\n")
    assert repository.search() == [side, merge, main] == repository.blame()


def test_a_line_that_the_merge_made_is_not_given_to_a_commit_that_lacks_it(make: Callable[[], Repository]) -> None:
    """At the merge itself the list does not hold it, so its own line stays unknown."""
    repository = make()
    base = repository.commit(b"a\nb\n")
    repository.branch("side")
    side = repository.commit(b"SIDE\nb\n")
    repository.branch("main", base)
    main = repository.commit(b"a\nMAIN\n")
    repository.merge("side", b"SIDE\nMERGED\nMAIN\n")
    search = Search(repository)
    search.run(Version(repository.head, FILE), [1, 2, 3])
    assert {line: version.sha for line, version in search.found.items()} == {1: side, 3: main}
    assert search.places[2] == (Version(repository.head, FILE), 2)


def test_a_rename_is_followed_and_a_file_made_anew_is_not(make: Callable[[], Repository]) -> None:
    repository = make()
    many = b"".join(b"line %d\n" % number for number in range(20))
    first = repository.commit(many, "old.txt")
    renamed = repository.commit(many + b"added\n", FILE)
    assert repository.search() == [first] * 20 + [renamed] == repository.blame()
    repository.commit(None)
    anew = repository.commit(b"line 1\n")
    assert repository.search() == [anew]


def test_each_version_is_read_once_and_a_commits_parents_only_where_it_is_named(make: Callable[[], Repository]) -> None:
    repository = make()
    for number in range(10):
        repository.commit(b"old\n%d\n" % number)
    search = Search(repository)
    search.run(Version(repository.head, FILE), [1])
    # The start, the list, ten versions of which the newest is the start, and the first one's parents: none.
    assert repository.asked == 1 + 1 + 9 + 1


def test_versions_that_are_too_repetitive_are_refused() -> None:
    older = [b"x\n"] + [b"\n"] * 2000
    newer = [b"y\n"] + [b"\n"] * 2000 + [b"y\n"]
    with pytest.raises(TooCostly):
        carried(older, newer, {5: 5})
