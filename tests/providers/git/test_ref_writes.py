"""Branches and commits that are written to a repository on disk, as git then reads them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.errors import Aborted
from sentry_scm_grpc.providers.git.places import locate
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.ref_writes import GitWriter
from sentry_scm_grpc.providers.git.repository import opened
from sentry_scm_grpc.providers.ref_writes import OPERATIONS
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import refs_pb2
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]
Status = grpc.StatusCode
FILES = {"a.txt": "one\n", "dir/b.txt": "two\n", "dir/deep/c.txt": "three\n", "run.sh": "#!/bin/sh\n"}
WRITES = [rpc.name for rpc in RPCS.values() if rpc.needs in OPERATIONS]


class Bare:
    """A bare repository, and the tip of main in it."""

    def __init__(self, tree: WorkTree, ask: Ask) -> None:
        self.tree, self.ask, self.head = tree, ask, tree.sha()

    def git(self, *arguments: str) -> str:
        return self.tree.git(*arguments)

    def commit(self, *actions: dict[str, Any], head: str | None = None, branch: str = "main", **fields: Any) -> Any:
        expected = self.git("rev-parse", f"refs/heads/{branch}") if head is None else head
        fields = {"message": "Change\n", "actions": [action(**each) for each in actions], **fields}
        return self.ask("CreateCommit", branch=branch, expected_head_sha=expected, **fields)

    def files(self, ref: str = "main") -> dict[str, str]:
        """Mode and content by path."""
        listed = (line.split(None, 3) for line in self.git("ls-tree", "-r", ref).splitlines())
        return {path: f"{mode} {self.git('cat-file', 'blob', sha)}" for mode, _, sha, path in listed}


def action(kind: str, path: str, content: bytes = b"", previous: str = "", **fields: Any) -> refs_pb2.CommitAction:
    number = refs_pb2.CommitActionKind.Value(f"COMMIT_ACTION_KIND_{kind}")
    return refs_pb2.CommitAction(kind=number, path=path, content=content, previous_path=previous, **fields)


def write(path: str, content: bytes = b"new\n", **fields: Any) -> dict[str, Any]:
    return {"kind": "WRITE", "path": path, "content": content, **fields}


@pytest.fixture
def writes_on(settings: Any, root: Path) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "GIT_WRITES": True}


def _filled(tree: WorkTree) -> None:
    tree.write(FILES)
    os.chmod(tree.path / "run.sh", 0o755)
    os.symlink("a.txt", tree.path / "link")
    tree.commit("First")
    tree.git("branch", "side")
    tree.commit("Second", {"a.txt": "1\n"})
    tree.git("config", "core.bare", "true")


@pytest.fixture
def bare(tree: WorkTree, ask: Ask, writes_on: None) -> Bare:
    tree.with_commits(_filled)
    return Bare(tree, ask)


def failed(answer: Any) -> tuple[Any, str]:
    return answer.status, answer.reason


@pytest.mark.parametrize("rpc", WRITES)
def test_nothing_is_written_without_the_setting(tree: WorkTree, ask: Ask, rpc: str) -> None:
    tree.with_commits(_filled)
    fields: dict[str, Any] = {"name": "x"}
    if rpc == "CreateCommit":
        fields = {"branch": "side", "message": "m", "expected_head_sha": "0" * 40, "actions": [action(**write("x"))]}
    elif rpc == "UpdateBranch":
        fields = {"name": "side", "ref": "main"}
    answer = ask(rpc, **fields)
    assert failed(answer) == (Status.FAILED_PRECONDITION, "GIT_WRITES_OFF")


def test_a_branch_is_created_moved_and_deleted_as_git_does_it(bare: Bare) -> None:
    bare.git("config", "core.logAllRefUpdates", "true")
    side = bare.git("rev-parse", "side")
    made = bare.ask("CreateBranch", name="feature/x").message
    assert (made.name, made.commit_sha, made.is_default) == ("feature/x", bare.head, False)
    assert bare.git("rev-parse", "feature/x") == bare.head
    assert bare.ask("CreateBranch", name="at-side", ref="side").message.commit_sha == side
    answer = bare.ask("CreateBranch", name="feature/x", ref="side")
    assert (failed(answer), answer.metadata["sha"]) == ((Status.ALREADY_EXISTS, "BRANCH_EXISTS"), bare.head)

    assert bare.ask("UpdateBranch", name="side", ref="main", expected_sha=side).message.commit_sha == bare.head
    assert bare.git("rev-parse", "side") == bare.head
    back = bare.ask("UpdateBranch", name="side", ref=side)
    assert (failed(back), back.metadata["sha"]) == ((Status.FAILED_PRECONDITION, "NOT_FAST_FORWARD"), bare.head)
    stale = bare.ask("UpdateBranch", name="side", ref=side, expected_sha=side, force=True)
    assert (failed(stale), stale.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), bare.head)
    bare.ask("UpdateBranch", name="side", ref=side, expected_sha=bare.head, force=True)
    assert bare.git("rev-parse", "side") == side
    assert "sentry-scm-grpc" in bare.git("reflog", "side")

    stale = bare.ask("DeleteBranch", name="side", expected_sha=bare.head)
    assert (failed(stale), stale.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), side)
    bare.git("pack-refs", "--all")
    assert bare.ask("DeleteBranch", name="side", expected_sha=side).status is Status.OK
    assert failed(bare.ask("DeleteBranch", name="side")) == (Status.NOT_FOUND, "REF_NOT_FOUND")
    assert failed(bare.ask("UpdateBranch", name="side", ref="main")) == (Status.NOT_FOUND, "REF_NOT_FOUND")
    assert bare.git("for-each-ref", "--format=%(refname:short)").split() == ["at-side", "feature/x", "main"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("side/below", (Status.FAILED_PRECONDITION, "BRANCH_CONFLICT")),
        ("a", (Status.FAILED_PRECONDITION, "BRANCH_CONFLICT")),
        ("alias", (Status.ALREADY_EXISTS, "BRANCH_EXISTS")),
        ("dangling", (Status.FAILED_PRECONDITION, "SYMBOLIC_BRANCH")),
        ("refs/heads/x", (Status.INVALID_ARGUMENT, "INVALID_FIELDS")),
        ("HEAD", (Status.INVALID_ARGUMENT, "INVALID_FIELDS")),
        ("x..y", (Status.INVALID_ARGUMENT, "INVALID_FIELDS")),
        ("0" * 40, (Status.INVALID_ARGUMENT, "INVALID_FIELDS")),
    ],
)
def test_a_branch_that_cannot_be_is_refused(bare: Bare, name: str, expected: Any) -> None:
    bare.git("branch", "a/b")
    bare.git("symbolic-ref", "refs/heads/alias", "refs/heads/side")
    bare.git("symbolic-ref", "refs/heads/dangling", "refs/heads/none")
    before = bare.git("for-each-ref")
    assert failed(bare.ask("CreateBranch", name=name)) == expected
    assert bare.git("symbolic-ref", "refs/heads/dangling") == "refs/heads/none"
    assert bare.git("for-each-ref") == before


def test_the_default_branch_is_never_deleted(bare: Bare) -> None:
    assert failed(bare.ask("DeleteBranch", name="main")) == (Status.FAILED_PRECONDITION, "DEFAULT_BRANCH")


def test_a_branch_that_a_work_tree_has_checked_out_is_left_alone(tree: WorkTree, bare: Bare, tmp_path: Path) -> None:
    bare.git("worktree", "add", "-q", str(tmp_path / "root" / "linked"), "side")
    expected = (Status.FAILED_PRECONDITION, "BRANCH_CHECKED_OUT")
    for answer in (
        bare.ask("UpdateBranch", name="side", ref="main"),
        bare.ask("DeleteBranch", name="side"),
        bare.commit(write("x"), branch="side"),
    ):
        assert failed(answer) == expected
    assert failed(bare.ask("CreateBranch", name="side")) == (Status.ALREADY_EXISTS, "BRANCH_EXISTS")
    # main is nobody's while the repository is bare.
    assert bare.commit(write("x")).status is Status.OK
    bare.git("config", "core.bare", "false")
    index = (tree.path / ".git" / "index").read_bytes()
    assert failed(bare.commit(write("y"))) == expected
    assert bare.ask("CreateBranch", name="other").status is Status.OK
    assert bare.commit(write("z"), branch="other").status is Status.OK
    assert (tree.path / ".git" / "index").read_bytes() == index


def test_a_commit_has_what_its_actions_say(bare: Bare) -> None:
    before = bare.files()
    answer = bare.commit(
        write("a.txt", b"\x00bytes\xff"),
        write("new/ünï/file.txt"),
        write("bin/tool", b"#!\n", executable=True),
        write("run.sh", b"#!/bin/bash\n"),
        {"kind": "DELETE", "path": "dir/deep/c.txt"},
        {"kind": "MOVE", "path": "moved/link", "previous": "link"},
        {"kind": "SET_EXECUTABLE", "path": "dir/b.txt", "executable": True},
        message="Title\n\nBody: “ü”",
        author={"name": "Ada Ü", "email": "ada@example.com"},
    )
    made = answer.message
    assert bare.git("rev-parse", "main") == made.key
    assert list(made.parent_keys) == [bare.head]
    assert bare.git("fsck", "--strict", "--no-dangling") == ""
    after = bare.files("main")
    assert sorted(after) == sorted(
        ["a.txt", "bin/tool", "dir/b.txt", "moved/link", '"new/\\303\\274n\\303\\257/file.txt"', "run.sh"]
    )
    assert (after["bin/tool"], after["run.sh"]) == ("100755 #!", "100755 #!/bin/bash")
    assert after["moved/link"] == before["link"]
    assert after["dir/b.txt"] == "100755 two"
    assert (
        bare.git("log", "-1", "--format=%an|%ae|%cn|%B") == "Ada Ü|ada@example.com|sentry-scm-grpc|Title\n\nBody: “ü”"
    )
    read = bare.ask("GetCommit", commit_sha=made.key).message
    del read.file_changes[:]
    assert read == made


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        ([{"kind": "DELETE", "path": "A.txt"}], "PATH_NOT_FOUND"),
        ([{"kind": "MOVE", "path": "n", "previous": "dir/none"}], "PATH_NOT_FOUND"),
        ([{"kind": "SET_EXECUTABLE", "path": "none", "executable": True}], "PATH_NOT_FOUND"),
        ([{"kind": "MOVE", "path": "run.sh", "previous": "a.txt"}], "PATH_EXISTS"),
        ([write("dir")], "NOT_A_FILE"),
        ([write("link")], "NOT_A_FILE"),
        ([{"kind": "DELETE", "path": "dir"}], "NOT_A_FILE"),
        ([write("a.txt/inside")], "PATH_CONFLICT"),
        ([write("link/inside")], "PATH_CONFLICT"),
        ([write("a.txt", b"1\n")], "EMPTY_COMMIT"),
        ([{"kind": "SET_EXECUTABLE", "path": "run.sh", "executable": True}], "EMPTY_COMMIT"),
    ],
    ids=str,
)
def test_an_action_that_does_not_fit_makes_no_commit(bare: Bare, actions: Any, reason: str) -> None:
    assert failed(bare.commit(write("other"), *actions) if reason != "EMPTY_COMMIT" else bare.commit(*actions)) == (
        Status.FAILED_PRECONDITION,
        reason,
    )
    assert bare.git("rev-parse", "main") == bare.head


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        "x/.GIT/hooks/y",
        "git~1",
        ".git ",
        ".g\u200cit/x",
        ".git::$INDEX",
        "a\\.git\\b",
        "a//b",
        "./a",
        "a/",
    ],
)
def test_a_path_that_some_file_system_takes_for_another_is_refused(bare: Bare, path: str) -> None:
    answer = bare.commit(write(path))
    assert (failed(answer), list(answer.violations)) == (
        (Status.INVALID_ARGUMENT, "INVALID_FIELDS"),
        ["actions[0].path"],
    )


@pytest.mark.parametrize(
    ("actions", "field"),
    [
        ([write("x"), write("x", b"2")], "actions[1].path"),
        ([write("x"), write("x/y")], "actions[1].path"),
        ([{"kind": "MOVE", "path": "x"}], "actions[0].previous_path"),
        ([{"kind": "DELETE", "path": "x", "content": b"1"}], "actions[0].content"),
        ([{"kind": "SET_EXECUTABLE", "path": "x"}], "actions[0].executable"),
        ([{"kind": "UNSPECIFIED", "path": "x"}], "actions[0].kind"),
        ([], "actions"),
    ],
    ids=str,
)
def test_actions_that_make_no_sense_are_invalid(bare: Bare, actions: Any, field: str) -> None:
    answer = bare.commit(*actions)
    assert (answer.status, list(answer.violations)) == (Status.INVALID_ARGUMENT, [field])


def test_a_file_may_give_way_to_a_directory_and_odd_entries_stay(bare: Bare) -> None:
    odd = os.fsdecode(b"odd/\xff name")
    bare.git("config", "core.bare", "false")
    bare.tree.commit("Odd", {odd: "odd\n", "odd/kept\\xff": "kept\n"})
    bare.git("config", "core.bare", "true")
    bare.commit(
        {"kind": "DELETE", "path": "a.txt"}, write("a.txt/now/inside"), {"kind": "DELETE", "path": "odd/\\xff name"}
    )
    assert "a.txt/now/inside" in bare.files()
    assert "a.txt" not in bare.files()
    assert [name for name in bare.files() if "odd" in name] == ['"odd/kept\\\\xff"']


def test_the_first_commit_of_an_empty_repository(root: Path, add: Any, call: Any, writes_on: None) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "trunk", str(root / "empty.git")], check=True)
    empty = add(root / "empty.git")

    def commit(branch: str, head: str = "") -> Any:
        actions = [action(**write("README"))]
        return call(
            "CreateCommit", repository_id=empty, branch=branch, expected_head_sha=head, message="m", actions=actions
        )

    assert failed(commit("trunk", "0" * 40)) == (Status.NOT_FOUND, "REF_NOT_FOUND")
    made = commit("trunk").message
    assert not made.parent_keys
    again = commit("trunk")
    assert (failed(again), again.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), made.key)
    assert failed(commit("other")) == (Status.NOT_FOUND, "REF_NOT_FOUND")


def test_no_hook_runs_and_no_configuration_of_the_repository_counts(bare: Bare, tmp_path: Path) -> None:
    hooks = bare.tree.path / ".git" / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "pre-commit", "post-commit", "update", "post-update"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    bare.git("config", "commit.gpgSign", "true")
    bare.git("config", "user.name", "Mallory")
    assert bare.commit(write("x")).status is Status.OK
    assert bare.ask("CreateBranch", name="b").status is Status.OK
    assert bare.ask("DeleteBranch", name="b").status is Status.OK
    assert not (tmp_path / "ran").exists()
    assert "Mallory" not in bare.git("log", "-1", "--format=%an %cn")
    assert "gpgsig" not in bare.git("cat-file", "-p", "main")


def test_of_writers_at_the_same_time_one_wins(root: Path, bare: Bare) -> None:
    """Eight threads make a commit, each on the same expected one."""

    def make(number: int) -> str:
        actions = [action(**write(f"file{number}"))]
        request = refs_pb2.CreateCommitRequest(branch="main", expected_head_sha=bare.head, message="m", actions=actions)
        with opened(locate(str(bare.tree.path), [root]), Git(str(bare.tree.path / ".git")), "") as repository:
            try:
                return GitWriter(repository, 1, "").commit(request, lambda **notes: nullcontext()).key
            except Aborted as error:
                return error.reason

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(make, range(8)))
    [winner] = [result for result in results if result not in ("HEAD_MOVED", "CONCURRENT_WRITE")]
    assert bare.git("rev-parse", "main", "main^").split() == [winner, bare.head]


def test_who_is_overtaken_is_told_where_the_branch_is(bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
    update_ref, side = Git.update_ref, bare.git("rev-parse", "side")

    def overtaken(self: Git, identity: Any, *arguments: str) -> bytes:
        bare.git("update-ref", "refs/heads/main", side)
        bare.git("update-ref", "refs/heads/new", side)
        return update_ref(self, identity, *arguments)

    monkeypatch.setattr(Git, "update_ref", overtaken)
    commit = bare.commit(write("x"))
    bare.git("update-ref", "refs/heads/main", bare.head)
    for answer in (
        commit,
        bare.ask("UpdateBranch", name="main", ref=bare.git("commit-tree", "-m", "m", "main^{tree}"), force=True),
    ):
        assert (failed(answer), answer.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), side)
    bare.git("update-ref", "-d", "refs/heads/new")
    answer = bare.ask("CreateBranch", name="new")
    assert (failed(answer), answer.metadata["sha"]) == ((Status.ALREADY_EXISTS, "BRANCH_EXISTS"), side)


def test_a_repeated_write_is_made_once_even_after_a_worker_died(bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
    update = GitWriter._update

    def dies_after(self: Any, *arguments: Any) -> None:
        update(self, *arguments)
        raise TimeoutError("the worker is gone")

    def each(**fields: Any) -> Iterator[Any]:
        head = bare.git("rev-parse", "main")
        yield lambda: bare.commit(write("x"), head=head, request_id="c", **fields)
        yield lambda: bare.ask("CreateBranch", name="b", ref="main", request_id="b")
        yield lambda: bare.ask("UpdateBranch", name="b", ref="side", force=True, request_id="u")
        yield lambda: bare.ask("DeleteBranch", name="b", request_id="d")

    for again in each():
        with monkeypatch.context() as patched:
            patched.setattr(GitWriter, "_update", dies_after)
            assert again().status is not Status.OK
        _end_leases()
        refs = bare.git("for-each-ref")
        first = again()
        assert first.status is Status.OK
        assert again().message == first.message
        assert bare.git("for-each-ref") == refs


def _end_leases() -> None:
    from sentry_scm_grpc.rpc.attempts import rows

    rows().filter(answer__isnull=True).update(leased_until=None)
