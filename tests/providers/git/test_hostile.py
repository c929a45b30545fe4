"""Repositories built to exhaust time or memory get a response or an error that names the limit, within the limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.errors import DeadlineExceeded, ResourceExhausted
from sentry_scm_grpc.providers.git import bounds, changes, process
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.testing import factories
from tests.holding import LONGEST_HOLD, Watch
from tests.hosts.embedded.conftest import Caller
from tests.providers.git import hostile
from tests.providers.git.work_tree import WorkTree
from tests.waiting import eventually

Ask = Callable[..., Any]
OK, EXHAUSTED = grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.fixture
def bomb(tree: WorkTree) -> str:
    return hostile.commit(tree, hostile.tree_bomb(tree))


class TestTreeBomb:
    """Ten levels of ten entries, each the same directory: 10 ** 10 paths in some 100 objects."""

    def test_a_commit_shows_its_first_changes(self, ask: Ask, bomb: str) -> None:
        commit = ask("GetCommit", commit_sha=bomb).message
        assert len(commit.file_changes) == 1000
        assert commit.file_changes_truncated
        assert commit.file_changes[0].path == "/".join(["0000"] * 10)
        assert commit.file_changes[999].path == "/".join(["0000"] * 7 + ["0009"] * 3)

    def test_its_changes_come_in_pages_that_say_what_they_lack(self, ask: Ask, bomb: str) -> None:
        page = ask("ListFileChanges", commit_sha=bomb, page_size=7).message
        assert (page.incomplete, page.incomplete_reason) == (True, "COMMIT_TOO_LARGE")
        after = ask("ListFileChanges", commit_sha=bomb, page_size=7, page_token=page.next_page_token).message
        paths = [change.path.replace("/", "")[-4:] for change in [*page.file_changes, *after.file_changes]]
        assert paths == [f"000{number % 10}" for number in range(14)]

    def test_a_commit_that_replaces_the_tree_has_changes(self, ask: Ask, tree: WorkTree, bomb: str) -> None:
        blob = hostile.write_object(tree, "blob", [b"one\n"])
        files = [(hostile.FILE, b"%06d" % number, blob) for number in range(200)]
        head = f"parent {bomb}\n".encode() + hostile.PEOPLE
        sha = hostile.commit(tree, hostile.directory(tree, files), head=head)
        commit = ask("GetCommit", commit_sha=sha).message
        assert len(commit.file_changes) == 1000
        assert {change.previous_path for change in commit.file_changes} == {""}

    def test_its_tree_comes_in_pages(self, ask: Ask, bomb: str) -> None:
        page = ask("ListTree", page_size=3).message
        assert [entry.path[-4:] for entry in page.entries] == ["0000", "0001", "0002"]
        assert page.next_page_token

    @pytest.mark.parametrize(
        ("rpc_name", "fields"),
        [
            ("SearchCode", {"query": "no such text"}),
            ("DeriveCodeMappings", {"stacktrace_paths": ["src/0000"]}),
            ("ListCommits", {"path": "0000"}),
        ],
    )
    def test_reads_of_the_whole_tree_end_at_the_deadline(
        self, call: Caller, ask: Ask, bomb: str, rpc_name: str, fields: dict[str, Any]
    ) -> None:
        asked: Ask = ask
        if rpc_name == "DeriveCodeMappings":
            project = factories.ProjectFactory(organization=call.organization)
            asked, fields = call, {**fields, "project_id": project.id}
        call.metadata = {**call.metadata, "grpc-timeout": "1S"}
        started = time.monotonic()
        assert asked(rpc_name, **fields).status in (OK, grpc.StatusCode.DEADLINE_EXCEEDED, EXHAUSTED)
        assert time.monotonic() - started < 10

    def test_paths_that_are_kept_are_counted(self, call: Caller, ask: Ask, bomb: str, settings: Any) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_CALL_ITEMS": 1000}
        project = factories.ProjectFactory(organization=call.organization)
        found = call("DeriveCodeMappings", project_id=project.id, stacktrace_paths=["src/0000"])
        assert (found.status, found.reason) == (EXHAUSTED, "CALL_TOO_LARGE")
        assert found.metadata["limit"] == "MAX_CALL_ITEMS"

    def test_a_search_that_finds_enough_is_answered(self, ask: Ask, bomb: str) -> None:
        found = ask("SearchCode", query="needle", page_size=5).message
        assert len(found.matches) == 5


def test_a_call_ends_at_the_setting_where_its_caller_gives_no_deadline(ask: Ask, bomb: str, settings: Any) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_CALL_SECONDS": 1}
    found = ask("SearchCode", query="no such text")
    assert (found.status, found.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "CALL_TOO_LONG")
    assert found.metadata == {"limit": "MAX_CALL_SECONDS", "max": "1"}


class TestLargeObjects:
    @pytest.fixture
    def empty(self, tree: WorkTree) -> str:
        return hostile.directory(tree, [])

    @pytest.fixture
    def large_message(self, tree: WorkTree, empty: str) -> str:
        return hostile.commit(tree, empty, hostile.zeros(20 * 1024 * 1024))

    @pytest.mark.parametrize("rpc_name", ["GetCommit", "ListCommits", "StreamCommits"])
    def test_a_message_is_cut_and_says_so(self, ask: Ask, large_message: str, rpc_name: str) -> None:
        fields = {"commit_sha": "main"} if rpc_name == "GetCommit" else {}
        (answer,) = ask(rpc_name, **fields).messages
        found = answer.commits[0] if rpc_name == "ListCommits" else answer
        assert found.truncated
        assert found.author.email == "a@example.com"
        assert set(found.message) == {"a"}
        assert len(found.message) < 4 * 1024 * 1024

    @pytest.mark.parametrize("rpc_name", ["GetCommit", "ListCommits", "StreamCommits"])
    def test_a_message_that_git_has_no_memory_for_is_refused(
        self, ask: Ask, large_message: str, settings: Any, rpc_name: str
    ) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_PROCESS_BYTES": 16 * 1024 * 1024}
        found = ask(rpc_name, **({"commit_sha": "main"} if rpc_name == "GetCommit" else {}))
        assert (found.status, found.reason) == (EXHAUSTED, "CALL_TOO_LARGE"), found
        assert found.metadata["limit"] == "MAX_PROCESS_BYTES"

    def test_a_line_of_such_a_commit_is_blamed(self, ask: Ask, tree: WorkTree) -> None:
        blob = hostile.write_object(tree, "blob", [b"one\n"])
        listed = hostile.directory(tree, [(hostile.FILE, b"a.txt", blob)])
        hostile.commit(tree, listed, hostile.zeros(20 * 1024 * 1024))
        found = ask("GetCommitContext", commit_sha="main", filepath="a.txt", line_number=1).message
        assert (found.code_snippet, found.truncated) == ("one", True)

    @pytest.mark.parametrize("what", ["author", "parents"])
    def test_a_head_without_end_is_cut(self, ask: Ask, tree: WorkTree, empty: str, what: str) -> None:
        parent = hostile.commit(tree, empty)
        parents = b"parent %s\n" % parent.encode() * 100_000
        head = b"".join([b"author ", *hostile.zeros(20 * 1024 * 1024), b"\n"]) if what == "author" else parents
        sha = hostile.commit(tree, empty, head=head + hostile.PEOPLE)
        found = ask("GetCommit", commit_sha=sha).message
        assert found.truncated
        assert set(found.parent_keys) <= {parent}

    def test_a_chain_of_tags_has_a_depth(self, ask: Ask, tree: WorkTree, empty: str) -> None:
        sha, kind = hostile.commit(tree, empty), "commit"
        shas = [sha]
        for number in range(60):
            text = f"object {sha}\ntype {kind}\ntag t{number}\ntagger A <a@example.com> 1 +0000\n\nT\n"
            sha, kind = hostile.write_object(tree, "tag", [text.encode()]), "tag"
            shas.append(sha)
        assert ask("GetCommit", commit_sha=shas[50]).message.id == shas[0]
        found = ask("GetCommit", commit_sha=shas[51])
        assert (found.status, found.reason) == (EXHAUSTED, "CALL_TOO_LARGE")

    def test_a_tag_without_end_is_followed(self, ask: Ask, tree: WorkTree, empty: str) -> None:
        sha = hostile.commit(tree, empty)
        head = f"object {sha}\ntype commit\ntag t\ntagger A <a@example.com> 1 +0000\n\n".encode()
        tag = hostile.write_object(tree, "tag", [head, *hostile.zeros(20 * 1024 * 1024)])
        assert ask("GetCommit", commit_sha=tag).message.id == sha

    def test_a_directory_of_many_entries_does_not_hold_the_interpreter(self, ask: Ask, tree: WorkTree) -> None:
        blob = hostile.write_object(tree, "blob", [b"one\n"])
        entries = [(hostile.FILE, b"%08d" % number, blob) for number in range(300_000)]
        parent = hostile.commit(tree, hostile.directory(tree, entries))
        entries[150_000] = (hostile.FILE, b"%08d" % 150_000, hostile.write_object(tree, "blob", [b"two\n"]))
        head = f"parent {parent}\n".encode() + hostile.PEOPLE
        sha = hostile.commit(tree, hostile.directory(tree, entries), head=head)
        with Watch() as watch:
            changed = ask("GetCommit", commit_sha=sha).message.file_changes
            page = ask("ListTree", page_size=2).message
            assert ask("CheckFile", path="00299999").message.exists
        assert [change.path for change in changed] == ["00150000"]
        assert [entry.path for entry in page.entries] == ["00000000", "00000001"]
        assert watch.longest < LONGEST_HOLD

    def test_files_that_git_has_no_memory_for_are_left_out_of_a_search(
        self, ask: Ask, tree: WorkTree, settings: Any
    ) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_PROCESS_BYTES": 64 * 1024 * 1024}
        small = hostile.write_object(tree, "blob", [b"needle\n"])
        large = hostile.write_object(tree, "blob", hostile.zeros(100 * 1024 * 1024, line=64))
        hostile.commit(
            tree, hostile.directory(tree, [(hostile.FILE, b"large", large), (hostile.FILE, b"small", small)])
        )
        found = ask("SearchCode", query="needle").message
        assert [match.path for match in found.matches] == ["small"]
        assert (found.incomplete, found.incomplete_reason) == (True, "FILES_TOO_LARGE")

    def test_a_file_that_git_has_no_memory_for_is_not_blamed(self, ask: Ask, tree: WorkTree, settings: Any) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_PROCESS_BYTES": 64 * 1024 * 1024}
        large = hostile.write_object(tree, "blob", hostile.zeros(100 * 1024 * 1024, line=64))
        hostile.commit(tree, hostile.directory(tree, [(hostile.FILE, b"large", large)]))
        found = ask("GetCommitContext", commit_sha="main", filepath="large", line_number=1)
        assert (found.status, found.reason) == (EXHAUSTED, "CALL_TOO_LARGE"), found


def test_a_diff_of_short_lines_does_not_hold_the_interpreter(ask: Ask, tree: WorkTree) -> None:
    """libgit2 compares in one piece: 450 KB of lines of one letter took 2 to 3.5 seconds."""
    first = "".join("abcdefgh"[number * number % 7] + "\n" for number in range(225_000))
    second = "".join("abcdefgh"[number * number % 5] + "\n" for number in range(225_000))
    tree.commit("First", {"a.txt": first})
    sha = tree.commit("Second", {"a.txt": second})
    with Watch() as watch:
        (changed,) = ask("GetCommit", commit_sha=sha).message.file_changes
    assert changed.additions > 0
    assert watch.longest < LONGEST_HOLD


def test_the_largest_comparison_in_this_process_is_short() -> None:
    first = b"".join(b"%c\n" % (97 + number * number % 7) for number in range(changes.IN_PROCESS_BYTES // 2))
    second = b"".join(b"%c\n" % (97 + number * number % 5) for number in range(changes.IN_PROCESS_BYTES // 2))
    with Watch() as watch:
        changes._count(first, second)
    assert watch.longest < LONGEST_HOLD


class TestProcesses:
    def test_memory_and_processor_of_git_have_limits(self, tree: WorkTree) -> None:
        read, write = os.pipe()
        with os.fdopen(read) as input, os.fdopen(write, "w"):
            git = Git(str(tree.path / ".git"), Budget(10.0))
            with git.start("cat-file", "--batch", input=input.fileno()) as running:
                limits = Path(f"/proc/{running._popen.pid}/limits").read_text()
        found = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
        assert found["Max data size"] == str(192 * 1024 * 1024)
        assert found["Max cpu time"] == "21"
        assert found["Max file size"] == str(1024 * 1024)

    @pytest.mark.parametrize("background", [False, True])
    def test_the_largest_process_ends_when_all_together_take_too_much(self, settings: Any, background: bool) -> None:
        """One that works in the background ends first, even if a call's is larger."""
        settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_PROCESS_BYTES": 100 * 1024 * 1024}
        program = "import sys; held = b'.' * int(sys.argv[1]); sys.stdin.read()"
        with ExitStack() as stack:
            for megabytes in (90, 40) if background else (40, 90):
                child = stack.enter_context(
                    subprocess.Popen([sys.executable, "-c", program, str(megabytes << 20)], stdin=subprocess.PIPE)
                )
                stack.callback(child.kill)
                stack.enter_context(
                    bounds.SHARED_MEMORY.ending(child.pid, child.kill, background=background and megabytes == 40)
                )
            assert child.wait(60) == -signal.SIGKILL

    def test_a_process_that_ends_for_lack_of_memory_says_so(self, tree: WorkTree) -> None:
        read, write = os.pipe()
        with os.fdopen(read) as input, os.fdopen(write, "w"):
            git = Git(str(tree.path / ".git"), Budget(60.0))
            with git.start("cat-file", "--batch", input=input.fileno()) as running:
                running.run_out_of_memory()
                with pytest.raises(ResourceExhausted) as refused:
                    running.finish()
        assert (refused.value.reason, refused.value.metadata["limit"]) == ("CALL_TOO_LARGE", "MAX_PROCESS_BYTES")

    def test_git_obeys_before_its_limits_are_set(
        self, ask: Ask, tree: WorkTree, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On a busy machine git is at work for a while before this process comes to set them."""
        monkeypatch.setattr(process, "bound", lambda *_: None)
        settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_PROCESS_BYTES": 32 * 1024 * 1024}
        hostile.commit(tree, hostile.directory(tree, []), hostile.zeros(20 * 1024 * 1024))
        found = ask("GetCommit", commit_sha="main")
        assert (found.status, found.reason) == (EXHAUSTED, "CALL_TOO_LARGE"), found

    def test_git_ends_with_the_server_process(self, tree: WorkTree) -> None:
        program = (
            "import os, sys\n"
            "from tests import settings\n"
            "import django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup()\n"
            "from sentry_scm_grpc.providers.git.process import Git\n"
            "read, write = os.pipe()\n"
            "os.set_inheritable(write, False)\n"
            "# Somebody else holds the other end too, so that git's input does not end.\n"
            "with Git(sys.argv[1]).start('cat-file', '--batch', input=int(sys.argv[2])) as running:\n"
            "    print(running._popen.pid, flush=True)\n"
            "    sys.stdin.read()\n"
        )
        read, write = os.pipe()
        with os.fdopen(read) as input, os.fdopen(write, "w"):
            server = subprocess.Popen(
                [sys.executable, "-c", program, str(tree.path / ".git"), str(input.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=[input.fileno()],
                text=True,
            )
            with server:
                assert server.stdout is not None
                pid = int(server.stdout.readline())
                assert is_running(pid)
                server.send_signal(signal.SIGKILL)
                server.wait()
                eventually(lambda: not is_running(pid), "the server was killed, and git goes on")

    def test_the_number_of_calls_that_run_git_is_limited(self, settings: Any) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_GIT_CALLS": 2}
        at_work, go_on, inside = bounds.AtWork(), Event(), []

        def work() -> None:
            budget = Budget(60.0)
            with at_work.place(budget), at_work.place(budget):
                inside.append(budget)
                assert go_on.wait(30)

        with ThreadPoolExecutor(4) as pool:
            running = [pool.submit(work) for _ in range(4)]
            eventually(lambda: len(inside) == 2, "two of four calls are let in")
            with pytest.raises(DeadlineExceeded), at_work.place(Budget(0.05)):
                pass
            assert len(inside) == 2
            go_on.set()
            for future in running:
                future.result()
        assert len(inside) == 4

    def test_a_client_that_leaves_no_longer_waits(self, settings: Any) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_GIT_CALLS": 1}
        at_work, budget, errors = bounds.AtWork(), Budget(60.0), []

        def wait() -> None:
            try:
                with at_work.place(budget):
                    pass
            except DeadlineExceeded as error:
                errors.append(error)

        with at_work.place(Budget(60.0)):
            thread = Thread(target=wait)
            thread.start()
            budget.leave()
            thread.join(30)
        assert [error.code for error in errors] == [grpc.StatusCode.CANCELLED]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
