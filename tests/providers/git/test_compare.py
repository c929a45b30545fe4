"""What lies between two commits: the same as git says, on histories with merges, and patches that git applies."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from io import BufferedReader, BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.providers.git import compare, diff, diff_output
from sentry_scm_grpc.providers.git.places import Place
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]

LONG = "".join(f"line {number}\n" for number in range(40))


@pytest.fixture
def parted(tree: WorkTree) -> SimpleNamespace:
    """``topic`` left ``main`` after the first commit; it has merged one of main's commits since."""
    first = tree.commit("First", {"shared": LONG, "old": "1\n"})
    tree.git("checkout", "-q", "-b", "topic")
    tree.commit("Topic 1", {"topic": "topic 1\n"})
    tree.git("checkout", "-q", "main")
    second = tree.commit("Main 1", {"main": "main 1\n"})
    tree.git("checkout", "-q", "topic")
    tree.git("merge", "-q", "--no-ff", "-m", "Merge", "main")
    tree.now += 60
    tree.commit("Topic 2", {"topic": "topic 2\n", "old": "2\n"})
    tree.git("checkout", "-q", "main")
    tree.commit("Main 2", {"main": "main 2\n"})
    return SimpleNamespace(first=first, merge_base=second)


def log_of(tree: WorkTree, *arguments: str) -> list[str]:
    return tree.git("log", "--format=%H", *arguments).split()


@pytest.mark.parametrize(("base", "head"), [("main", "topic"), ("topic", "main"), ("main", "main")])
def test_commits_are_those_of_git(ask: Ask, tree: WorkTree, parted: SimpleNamespace, base: str, head: str) -> None:
    expected = log_of(tree, f"{base}..{head}")
    found, token = [], ""
    while True:
        message = ask("CompareCommits", base=base, head=head, page_size=2, page_token=token).message
        found += [commit.key for commit in message.commits]
        assert (message.ahead_by, message.behind_by) == (len(expected), len(log_of(tree, f"{head}..{base}")))
        assert (message.base_sha, message.head_sha) == (tree.sha(base), tree.sha(head))
        assert message.merge_base_sha == tree.git("merge-base", base, head)
        token = message.next_page_token
        if not token:
            break
    assert found == expected


def test_later_pages_stay_with_the_first_when_the_branch_moves(
    ask: Ask, tree: WorkTree, parted: SimpleNamespace
) -> None:
    first = ask("CompareCommits", base="main", head="topic", page_size=1).message
    expected = log_of(tree, "main..topic")
    tree.git("checkout", "-q", "topic")
    tree.commit("Topic 3")
    rest = ask("CompareCommits", base="main", head="topic", page_token=first.next_page_token).message
    # The page size is not part of the list's identity.
    assert [first.commits[0].key, *(commit.key for commit in rest.commits)] == expected


def test_the_merge_base_of_several_commits(ask: Ask, tree: WorkTree, parted: SimpleNamespace) -> None:
    tree.git("checkout", "-q", "-b", "other", parted.first)
    tree.commit("Other", {"other": "1\n"})
    for refs in (["main", "topic"], ["main", "topic", "other"], ["main", "main"]):
        found = ask("GetMergeBase", refs=refs).message.commit_sha
        assert found == tree.git("merge-base", "--octopus", *refs)
    assert ask("GetMergeBase", refs=["main"]).status.name == "INVALID_ARGUMENT"
    tree.git("tag", "file", "main^{tree}")
    for ref in ("nothing", "file"):
        missing = ask("GetMergeBase", refs=["main", ref])
        assert (missing.reason, missing.metadata) == ("REF_NOT_FOUND", {"ref": ref})


def test_commits_without_a_common_ancestor(ask: Ask, tree: WorkTree) -> None:
    tree.commit("First", {"a": "1\n"})
    tree.git("checkout", "-q", "--orphan", "alone")
    sha = tree.commit("Alone", {"b": "1\n"})
    assert ask("GetMergeBase", refs=["main", "alone"]).reason == "NO_MERGE_BASE"
    compared = ask("CompareCommits", base="main", head="alone").message
    assert (compared.merge_base_sha, compared.ahead_by, compared.behind_by) == ("", 1, 1)
    assert [commit.key for commit in compared.commits] == [sha]
    assert ask("ListComparedFiles", base="main", head="alone").reason == "NO_MERGE_BASE"
    assert ask("StreamDiff", base="main", head="alone").reason == "NO_MERGE_BASE"
    from_base = ask("ListComparedFiles", base="main", head="alone", start=refs_pb2.COMPARISON_START_BASE)
    assert [change.path for change in from_base.message.file_changes] == ["b"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (refs_pb2.COMPARISON_START_UNSPECIFIED, {"old": "M", "topic": "A"}),
        (refs_pb2.COMPARISON_START_MERGE_BASE, {"old": "M", "topic": "A"}),
        (refs_pb2.COMPARISON_START_BASE, {"main": "M", "old": "M", "topic": "A"}),
    ],
)
def test_compared_files_at_two_dots_and_three(
    ask: Ask, parted: SimpleNamespace, start: int, expected: dict[str, str]
) -> None:
    letters = {pb.FILE_CHANGE_KIND_ADDED: "A", pb.FILE_CHANGE_KIND_MODIFIED: "M"}
    found, token = {}, ""
    while True:
        page = ask("ListComparedFiles", base="main", head="topic", start=start, page_size=1, page_token=token).message
        found |= {change.path: letters[change.kind] for change in page.file_changes}
        token = page.next_page_token
        if not token:
            break
    assert found == expected
    diffs = ask("StreamDiff", base="main", head="topic", start=start).messages
    assert [d.change.path for d in diffs] == sorted(expected)


def test_a_shallow_clone_says_that_commits_may_be_missing(
    ask: Ask, add: Callable[..., int], call: Any, tree: WorkTree, root: Path
) -> None:
    for number in range(4):
        tree.commit(f"Commit {number}")
    tree.git("branch", "old", "HEAD~1")
    clone = root / "acme" / "clone"
    tree.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{tree.path}", str(clone))
    tree.git("-C", str(clone), "branch", "old", "origin/old")
    found = call("CompareCommits", repository_id=add(clone), base="old", head="main").message
    assert (found.incomplete, found.incomplete_reason) == (True, "SHALLOW_CLONE")
    assert not ask("CompareCommits", base="old", head="main").message.incomplete


def test_a_shallow_clone_does_not_say_that_there_is_no_common_ancestor(
    add: Callable[..., int], call: Any, tree: WorkTree, root: Path, parted: SimpleNamespace
) -> None:
    clone = root / "acme" / "clone"
    tree.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{tree.path}", str(clone))
    tree.git("-C", str(clone), "branch", "topic", "origin/topic")
    repository_id, both = add(clone), {"base": "main", "head": "topic"}
    for rpc, fields in (
        ("GetMergeBase", {"refs": ["main", "topic"]}),
        ("ListComparedFiles", both),
        ("StreamDiff", both),
    ):
        found = call(rpc, repository_id=repository_id, **fields)
        assert (found.status.name, found.reason) == ("FAILED_PRECONDITION", "SHALLOW_CLONE"), rpc
    compared = call("CompareCommits", repository_id=repository_id, **both).message
    assert (compared.merge_base_sha, compared.incomplete) == ("", True)
    assert not compared.HasField("ahead_by")
    assert not compared.HasField("behind_by")


@pytest.mark.parametrize("changed", ["a", "b"])
def test_a_diff_of_a_file_that_a_partial_clone_lacks(
    add: Callable[..., int], call: Any, tree: WorkTree, root: Path, changed: str
) -> None:
    tree.commit("Before", {"a": "1\n", "b": "1\n" * 100})
    tree.git("config", "uploadpack.allowFilter", "true")
    clone = root / "acme" / "clone"
    tree.git("clone", "-q", f"file://{tree.path}", str(clone))
    # The clone has all of the first commit, and nothing but the commit and the trees of the second.
    tree.commit("After", {"a": "2\n", "b": "1\n" * 100 + "2\n"} if changed == "a" else {"b": "2\n"})
    tree.git("-C", str(clone), "config", "remote.origin.promisor", "true")
    tree.git("-C", str(clone), "config", "remote.origin.partialclonefilter", "blob:none")
    tree.git("-C", str(clone), "fetch", "-q", "--filter=blob:none", "origin", "main:new")
    found = call("StreamDiff", repository_id=add(clone), head="new")
    assert (found.status.name, found.reason) == ("FAILED_PRECONDITION", "CONTENT_NOT_HERE")


def test_a_diff_goes_on_behind_files_of_more_lines_than_git_has_memory_for(
    ask: Ask, tree: WorkTree, settings: Any
) -> None:
    """git takes memory for each line, so a file of short lines needs many times its size."""
    settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_PROCESS_BYTES": 64 * 1024 * 1024}
    tree.commit("First", {"a": "1\n", "b": "2\n" * 2_000_000, "d": "4\n"})
    tree.git("mv", "b", "c")
    tree.commit("Second", {"a": "2\n", "c": "2\n" * 2_000_000 + "3\n", "d": "5\n", "e": "\n" * 2_000_000})
    found = {file.change.path: file for file in ask("StreamDiff", head="main").messages}
    assert {path: (file.truncated, file.hunks) for path, file in found.items()} == {
        "a": (False, b"@@ -1 +1 @@\n-1\n+2\n"),
        "c": (True, b""),
        "d": (False, b"@@ -1 +1 @@\n-4\n+5\n"),
        "e": (True, b""),
    }
    assert found["c"].change.previous_path == "b"


@settings(max_examples=10, deadline=None)
@given(
    name=st.binary(min_size=1, max_size=20).filter(
        lambda name: not set(name) & set(b"\0/") and name not in (b".", b"..", b".git")
    )
)
def test_a_pattern_of_attributes_fits_one_name(name: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        tree = WorkTree(Path(directory) / "tree")
        (tree.path / "attributes").write_bytes(b"* -diff\n%s !diff\n" % diff.attribute_pattern(b"dir/" + name))
        names = [b"dir/" + name, b"dir/x" + name, b"dir/dir/" + name, b"dir/" + name + b"x"]
        found = tree.git(
            "-c",
            "core.attributesFile=attributes",
            "check-attr",
            "--stdin",
            "-z",
            "diff",
            input=b"\0".join(names) + b"\0",
        )
        assert found.split("\0")[2::3] == ["unspecified", "unset", "unset", "unset"]


def test_a_text_that_is_too_large_for_a_diff_is_truncated(
    ask: Ask, tree: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git then says that it is binary, whatever it contains."""
    monkeypatch.setattr(diff, "_BIG_FILE", 1000)
    monkeypatch.setattr(diff, "_SETTINGS", ("-c", "core.bigFileThreshold=1000"))
    tree.commit("First", {"binary": b"\0", "large": LONG * 10})
    found = {file.change.path: file.truncated for file in ask("StreamDiff", head="main").messages}
    assert found == {"binary": False, "large": True}


def test_a_name_of_many_pieces_is_joined_once() -> None:
    name = b"x" * 20_000_000
    read = BufferedReader(BytesIO(b"a\0" + name + b"\0\0c\0cut"))  # type: ignore[arg-type]
    assert list(diff._fields(read, Budget.unlimited())) == [b"a", name, b"", b"c"]


@pytest.mark.parametrize(
    ("paths", "expected"), [(["."], ["a", "dir/b"]), (["dir", "."], ["a", "dir/b"]), (["./dir//"], ["dir/b"])]
)
def test_paths_of_a_diff_may_have_dots(ask: Ask, tree: WorkTree, paths: list[str], expected: list[str]) -> None:
    tree.commit("First", {"a": "1\n", "dir/b": "1\n"})
    assert [file.change.path for file in ask("StreamDiff", head="main", paths=paths).messages] == expected


def test_a_diff_has_what_git_writes(ask: Ask, tree: WorkTree, parted: SimpleNamespace) -> None:
    (only,) = ask("StreamDiff", head="topic", paths=["old"], context_lines=0).messages
    assert (only.header + only.hunks).decode() == tree.git(
        "diff", "--full-index", "-U0", "topic~1", "topic", "old"
    ) + "\n"
    assert (only.change.additions, only.change.deletions) == (1, 1)
    assert (only.old_mode, only.new_mode) == ("100644", "100644")


def test_the_diff_of_a_root_commit_adds_every_file(ask: Ask, parted: SimpleNamespace) -> None:
    found = ask("StreamDiff", head=parted.first).messages
    assert [(d.change.path, d.change.kind, d.old_mode) for d in found] == [
        ("old", pb.FILE_CHANGE_KIND_ADDED, ""),
        ("shared", pb.FILE_CHANGE_KIND_ADDED, ""),
    ]


def test_a_large_diff_is_cut_and_the_next_file_is_whole(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Before", {"a": "1\n", "b": "1\n"})
    tree.commit("After", {"a": "x" * 3_000_000 + "\n", "b": "2\n"})
    large, small = ask("StreamDiff", head="main").messages
    assert large.truncated
    assert len(large.hunks) <= diff_output.MAX_HUNKS
    assert (large.change.additions, large.change.deletions) == (1, 1)
    assert not small.truncated
    assert small.hunks == b"@@ -1 +1 @@\n-1\n+2\n"


@pytest.mark.parametrize(
    "content", ["diff --git a/x b/x\n", "@@ -1 +1 @@\n", "--- a/x\n+++ b/x\n", "Binary files a and b differ\n"]
)
def test_contents_that_look_like_a_patch_are_contents(ask: Ask, tree: WorkTree, content: str) -> None:
    tree.commit("Before", {"a": content, "b": "1\n"})
    tree.commit("After", {"a": content * 2, "b": "2\n"})
    first, second = ask("StreamDiff", head="main").messages
    assert first.hunks.decode().endswith("".join(f"+{line}" for line in content.splitlines(True)))
    assert second.change.path == "b"


NAMES = st.sampled_from(["a", "b", "dir/c", "dir/sub/d", 'odd "name"', "tab\there", "ümlaut", " space ", b"bytes-\xff"])
TEXTS = st.one_of(
    st.sampled_from([b"", b"\n", b"no newline", LONG.encode(), LONG.encode() + b"more\n", b"\0binary", b"crlf\r\n"]),
    st.binary(max_size=200),
    st.lists(st.sampled_from([b"one\n", b"two\n", b"diff --git a/a b/a\n", b"-\n", b"\\ No\n"]), max_size=30).map(
        b"".join
    ),
)
STATES = st.dictionaries(NAMES, st.tuples(TEXTS, st.sampled_from(["file", "executable", "link"])), max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=STATES, after=STATES)
def test_the_patch_of_two_trees_makes_the_second_of_the_first(before: dict[Any, Any], after: dict[Any, Any]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        tree = WorkTree(Path(directory) / "tree")
        shas = [_committed(tree, state) for state in (before, after)]
        git_dir = str(tree.path / ".git")
        place = Place("tree", tree.path, git_dir, git_dir)
        repository = GitRepository(place, Git(git_dir))
        request = refs_pb2.StreamDiffRequest(binary_patches=True)
        first, second = (repository.commit(sha) for sha in shas)
        patch = b"".join(d.header + d.hunks for d in diff.file_diffs(repository, first, second, request))
        assert compare.merge_base(repository, shas) == shas[0]
        tree.git("read-tree", shas[0])
        if patch:
            tree.git("apply", "--cached", "--binary", "--whitespace=nowarn", input=patch)
        assert tree.git("write-tree") == tree.git("rev-parse", f"{shas[1]}^{{tree}}")


def _committed(tree: WorkTree, state: dict[Any, tuple[bytes, str]]) -> str:
    tree.git("read-tree", "--empty")
    for name, (content, kind) in state.items():
        sha = tree.git("hash-object", "-w", "--stdin", input=content)
        mode = {"file": "100644", "executable": "100755", "link": "120000"}[kind]
        name = name if isinstance(name, bytes) else name.encode()
        tree.git("update-index", "--add", "--cacheinfo", mode, sha, name)
    head = ["-p", "HEAD"] if (tree.path / ".git/refs/heads/main").exists() else []
    sha = tree.git("commit-tree", tree.git("write-tree"), *head, "-m", "State")
    tree.git("update-ref", "HEAD", sha)
    return sha
