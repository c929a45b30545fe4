"""The git command: no configuration of a repository or machine starts a program or changes a result."""

from __future__ import annotations

import os
import shlex
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.errors import Cancelled, DeadlineExceeded, Unavailable
from sentry_scm_grpc.providers.git import commits, process
from sentry_scm_grpc.providers.git.places import locate
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.hosts.embedded.conftest import Caller
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]

QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("GetCommit", {"commit_sha": "main"}),
    ("ListCommits", {"author": "ada"}),
    ("StreamCommits", {"path": "a.txt"}),
    ("ListFileChanges", {"commit_sha": "main", "page_size": 1000}),
    ("GetCommitContext", {"commit_sha": "main", "filepath": "a.txt", "line_number": 2}),
    ("GetFile", {"path": "a.txt"}),
    ("ListTree", {"page_size": 1000}),
    ("SearchCode", {"query": "needle"}),
]


def two_commits(tree: WorkTree) -> None:
    tree.commit("First", {"a.txt": "one\nneedle\n", ".gitattributes": "* diff=evil filter=evil\n", "gone": "x\n"})
    tree.git("rm", "-q", "gone")
    # Enough files that git itself compares them.
    tree.commit("Second", {"a.txt": "One\nneedle\n", **{f"many/{number}": f"{number}\n" for number in range(150)}})


@pytest.fixture
def tree(tree: WorkTree) -> WorkTree:
    tree.with_commits(two_commits)
    return tree


def answers(ask: Ask) -> list[Any]:
    """Each in one page, because the token of a next one holds the time."""
    return [ask(rpc_name, **fields).messages for rpc_name, fields in QUESTIONS]


def test_no_program_of_a_repositorys_configuration_runs(ask: Ask, tree: WorkTree, tmp_path: Path) -> None:
    before = answers(ask)
    assert all(before)
    marker, script = tmp_path / "marker", tmp_path / "evil"
    script.write_text(f'#!/bin/sh\necho "$0 $@" >> {shlex.quote(str(marker))}\ncat\n')
    script.chmod(0o755)
    for name in ("fsmonitor", "pager", "editor", "sshCommand", "alternateRefsCommand", "gitProxy", "askPass"):
        tree.git("config", f"core.{name}", str(script))
    for name in (
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "pager.log",
        "pager.blame",
        "pager.grep",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "interactive.diffFilter",
    ):
        tree.git("config", name, str(script))
    for name in ("log.showSignature", "diff.evil.cachetextconv", "core.untrackedCache"):
        tree.git("config", name, "true")
    (tree.path / ".git" / "info").mkdir(exist_ok=True)
    (tree.path / ".git" / "info" / "attributes").write_text("* diff=evil filter=evil\n")
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout"):
        (tree.path / ".git" / "hooks").mkdir(exist_ok=True)
        (tree.path / ".git" / "hooks" / hook).symlink_to(script)
    assert answers(ask) == before
    assert not marker.exists()


def test_missing_objects_of_a_partial_clone_are_not_fetched(ask: Ask, tree: WorkTree, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    blob = tree.sha("HEAD:a.txt")
    (tree.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for name, value in {
        "remote.origin.url": f"ext::touch {marker}",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "protocol.ext.allow": "always",
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
    }.items():
        tree.git("config", name, value)
    for rpc_name, fields in QUESTIONS:
        ask(rpc_name, **fields)
    assert ask("SearchCode", query="needle").status is not grpc.StatusCode.OK
    assert not marker.exists()


def test_the_configuration_of_the_machine_changes_no_answer(
    ask: Ask, tree: WorkTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(ask)
    config = tmp_path / "config"
    config.write_text(
        "[color]\n ui = always\n[grep]\n lineNumber = false\n patternType = perl\n fullName = false\n"
        "[core]\n abbrev = 4\n quotePath = true\n[diff]\n renames = false\n noprefix = true\n"
        "[blame]\n ignoreRevsFile = /nowhere\n showEmail = true\n[i18n]\n logOutputEncoding = UTF-16\n"
    )
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, str(config))
    for name, value in {
        "GIT_DIR": "/nowhere",
        "GIT_WORK_TREE": "/nowhere",
        "GIT_INDEX_FILE": "/nowhere",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_EXTERNAL_DIFF": "/bin/false",
        "GIT_TRACE": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "grep.column",
        "GIT_CONFIG_VALUE_0": "false",
        "LANG": "de_DE.UTF-8",
    }.items():
        monkeypatch.setenv(name, value)
    assert answers(ask) == before


def test_the_repositorys_own_settings_change_no_answer(ask: Ask, tree: WorkTree) -> None:
    before = answers(ask)
    for name, value in {
        "grep.patternType": "perl",
        "grep.fullName": "false",
        "grep.column": "false",
        "color.ui": "always",
        "diff.orderFile": "a.txt",
        "diff.renames": "false",
        "diff.noprefix": "true",
        "core.quotePath": "true",
        "core.worktree": "/",
        "core.abbrev": "4",
        "blame.ignoreRevsFile": "nowhere",
        "blame.showRoot": "true",
        "i18n.logOutputEncoding": "UTF-16",
        "submodule.recurse": "true",
    }.items():
        tree.git("config", name, value)
    assert answers(ask) == before


def in_the_way(path: Path) -> None:
    """What somebody else could leave where our empty repository is to be."""
    path.mkdir(mode=0o755)
    (path / "config").write_text("[core]\n\tbare = true\n[alias]\n\tblame = !false\n[grep]\n\tcolumn = false\n[core\n")


def tidied_away(path: Path) -> None:
    path.mkdir(mode=0o700)
    (path / "refs").mkdir()


@pytest.mark.parametrize("prepare", [in_the_way, tidied_away, lambda path: path.symlink_to("/"), lambda path: None])
def test_the_empty_repository_is_ours(
    ask: Ask, tree: WorkTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[Path], None]
) -> None:
    before = answers(ask)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    process._directory_of_process.cache_clear()
    prepare(tmp_path / "temporary" / f"scm-grpc-git-{os.getuid()}-3")
    assert answers(ask) == before
    process._directory_of_process.cache_clear()


def never_ends(git: Git) -> None:
    """A git that waits for input which does not come."""
    read, write = os.pipe()
    try:
        with os.fdopen(read) as input, git.start("cat-file", "--batch", input=input.fileno()) as running:
            running.output.read()
            running.finish()
    finally:
        os.close(write)


def test_a_deadline_ends_the_process(tree: WorkTree) -> None:
    with pytest.raises(DeadlineExceeded):
        never_ends(Git(str(tree.path / ".git"), Budget(0.05)))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize(("rpc_name", "fields"), [question for question in QUESTIONS if question[0] != "ListTree"])
def test_a_caller_without_time(call: Caller, ask: Ask, tree: WorkTree, rpc_name: str, fields: dict[str, Any]) -> None:
    call.metadata = {**call.metadata, "grpc-timeout": "1u"}
    assert ask(rpc_name, **fields).status is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_deadline_that_has_passed_starts_nothing(tree: WorkTree) -> None:
    with pytest.raises(DeadlineExceeded):
        Git("/nowhere", Budget(0.0)).run("version")


def test_the_end_of_the_call_ends_the_process(tree: WorkTree) -> None:
    budget = Budget(60.0)
    threading.Timer(0.05, budget.leave).start()
    with pytest.raises(Cancelled):
        never_ends(Git(str(tree.path / ".git"), budget))


def test_an_abandoned_stream_ends_its_processes(tree: WorkTree, root: Path) -> None:
    place = locate(str(tree.path), [root])
    repository = GitRepository(place, Git(place.common_dir))
    found = commits.log(repository, 1, tree.sha(), pb.StreamCommitsRequest())
    assert next(found).key == tree.sha()
    found.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_git_errors_are_logged_but_not_returned(tree: WorkTree, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unavailable) as caught:
        Git(str(tree.path / ".git")).run("cat-file", "blob", tree.sha("HEAD^{tree}"))
    assert "fatal" in caplog.text
    assert "fatal" not in caught.value.message


def test_a_machine_without_git(ask: Ask, tree: WorkTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    answer = ask("SearchCode", query="needle")
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "GIT_MISSING")
