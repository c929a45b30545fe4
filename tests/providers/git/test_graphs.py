"""Commit graphs: kept by the host and never in the repository, made in the background, and no harm in any state."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.providers.git import graphs, places
from sentry_scm_grpc.providers.git.bounds import AT_WORK
from sentry_scm_grpc.providers.git.graphs import BACKGROUND, Graphs
from sentry_scm_grpc.providers.git.places import Place
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.rpc.budget import Budget
from tests.providers.git.work_tree import WorkTree
from tests.waiting import eventually

Ask = Callable[..., Any]


@pytest.fixture
def kept(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graphs]:
    """The host keeps graphs, and looks in each call whether one is out of date."""
    monkeypatch.setattr(graphs, "LOOK_SECONDS", 0.0)
    settings.GIT_GRAPHS = tmp_path / "graphs"
    yield Graphs(settings.GIT_GRAPHS)
    eventually(lambda: not BACKGROUND._works, "the background has nothing to do")


@pytest.fixture
def shas(tree: WorkTree) -> dict[str, str]:
    return tree.with_commits(three_commits)


def three_commits(tree: WorkTree) -> dict[str, str]:
    return {name: tree.commit(name, {"a.txt": f"{name}\n", f"{name}.txt": name}) for name in ("one", "two", "three")}


def place_of(tree: WorkTree) -> Place:
    return places.locate(str(tree.path), [tree.path])


def made_of(kept: Graphs, tree: WorkTree) -> str:
    """The commit whose history a graph has. Empty without a good graph."""
    objects = kept.objects_for(place_of(tree).common_dir)
    made = Path(objects) / "made-of"
    return made.read_text() if objects and made.exists() else ""


def blamed(ask: Ask, ref: str = "main") -> str:
    return str(ask("GetCommitContext", commit_sha=ref, filepath="a.txt", line_number=1).message.blame_commit_id)


def files_of(path: Path) -> dict[Path, int]:
    return {file: file.lstat().st_mtime_ns for file in path.rglob("*")}


def test_a_graph_is_made_after_a_call_that_reads_history(
    ask: Ask, tree: WorkTree, shas: dict[str, str], kept: Graphs
) -> None:
    before = files_of(tree.path)
    ask("GetCommit", commit_sha="main")
    ask("ListCommits")
    assert not kept.directory.exists()
    assert blamed(ask) == shas["three"]
    eventually(lambda: made_of(kept, tree) == shas["three"], "the graph is made")
    assert blamed(ask) == shas["three"]
    assert [commit.key for commit in ask("ListCommits", path="two.txt").message.commits] == [shas["two"]]
    assert files_of(tree.path) == before


def test_git_reads_history_from_the_graph(tree: WorkTree, shas: dict[str, str], kept: Graphs) -> None:
    place = place_of(tree)
    kept.make(place, "")
    lost = tree.path / ".git" / "objects" / shas["two"][:2] / shas["two"][2:]
    lost.unlink()
    with pytest.raises(ScmError):
        Git(place.common_dir).run("rev-list", "--count", shas["three"])
    counted = Git(place.common_dir, graph=kept.objects_for(place.common_dir)).run("rev-list", "--count", shas["three"])
    assert counted == (0, b"3\n")


def test_git_reads_history_without_a_graph_that_was_just_deleted(
    tree: WorkTree, shas: dict[str, str], tmp_path: Path
) -> None:
    git = Git(place_of(tree).common_dir, graph=str(tmp_path / "deleted"))
    assert git.run("rev-list", "--count", shas["three"]) == (0, b"3\n")


def test_new_commits_are_found_at_once_and_join_the_graph(
    ask: Ask, tree: WorkTree, shas: dict[str, str], kept: Graphs
) -> None:
    kept.make(place_of(tree), "")
    new = tree.commit("four", {"a.txt": "four\n"})
    assert blamed(ask) == new
    assert blamed(ask, shas["two"]) == shas["two"]
    eventually(lambda: made_of(kept, tree) == new, "the graph is made anew")
    # History that is gone from the repository does no harm.
    tree.git("reset", "-q", "--hard", shas["one"])
    tree.git("reflog", "expire", "--expire=now", "--all")
    tree.git("gc", "-q", "--prune=now")
    other = tree.commit("other", {"b.txt": "other\n"})
    assert blamed(ask) == shas["one"]
    eventually(lambda: made_of(kept, tree) == other, "the graph is made anew")
    assert ask("GetCommitContext", commit_sha=new, filepath="a.txt", line_number=1).reason == "REF_NOT_FOUND"


def other_history(file: Path, other: Path) -> None:
    shutil.copyfile(other, file)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file, other: file.unlink(),
        lambda file, other: file.write_bytes(b""),
        lambda file, other: file.write_bytes(file.read_bytes()[:-40]),
        lambda file, other: file.write_bytes(file.read_bytes()[:200] + b"\xff" + file.read_bytes()[201:]),
        lambda file, other: file.write_bytes(os.urandom(5000)),
        lambda file, other: (file.unlink(), file.mkdir()),
        other_history,
    ],
    ids=["missing", "empty", "cut", "changed", "random", "directory", "of another repository"],
)
def test_a_graph_that_is_wrong_changes_no_answer(
    ask: Ask, tree: WorkTree, shas: dict[str, str], kept: Graphs, damage: Callable[[Path, Path], Any], tmp_path: Path
) -> None:
    place = place_of(tree)
    kept.make(place, "")
    elsewhere = WorkTree(tmp_path / "other")
    elsewhere.commit("elsewhere", {"a.txt": "elsewhere\n"})
    kept.make(place_of(elsewhere), "")
    file = Path(kept.objects_for(place.common_dir)) / "info" / "commit-graph"
    file.chmod(0o600)
    damage(file, Path(kept.objects_for(place_of(elsewhere).common_dir)) / "info" / "commit-graph")
    for name in shas:
        assert blamed(ask, shas[name]) == shas[name]


@pytest.mark.parametrize("cut", [0, 40])
def test_a_damaged_graph_is_made_anew(ask: Ask, tree: WorkTree, shas: dict[str, str], kept: Graphs, cut: int) -> None:
    place = place_of(tree)
    kept.make(place, "")
    file = Path(kept.objects_for(place.common_dir)) / "info" / "commit-graph"
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:cut])
    blamed(ask)
    eventually(lambda: made_of(kept, tree) == shas["three"], "the graph is made anew")


def test_only_one_process_makes_a_graph_and_a_killed_one_is_no_obstacle(
    tree: WorkTree, shas: dict[str, str], kept: Graphs
) -> None:
    place = place_of(tree)
    objects = Path(kept._objects(place.common_dir))
    (objects / "info").mkdir(parents=True)
    with open(objects / "repository", "ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        kept.make(place, "")
        assert not made_of(kept, tree)
    (objects / "info" / "commit-graph.lock").touch()
    kept.make(place, "")
    assert made_of(kept, tree) == shas["three"]


def test_the_place_of_no_call_is_taken(tree: WorkTree, shas: dict[str, str], kept: Graphs, settings: Any) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_GIT_CALLS": 1}
    with AT_WORK.place(Budget()):
        kept.make(place_of(tree), "")
    assert made_of(kept, tree) == shas["three"]


def test_repositories_without_a_graph(ask: Ask, tree: WorkTree, kept: Graphs, tmp_path: Path) -> None:
    kept.make(place_of(tree), "")
    assert not made_of(kept, tree)
    only = tree.commit("one", {"a.txt": "one\n"})
    tree.commit("two", {"a.txt": "two\n"})
    # The repository on disk ends here.
    (tree.path / ".git" / "shallow").write_text(f"{tree.sha()}\n")
    kept.make(place_of(tree), "")
    assert not made_of(kept, tree)
    # git would read two directories.
    odd = WorkTree(tmp_path / "with:colon")
    odd.commit("one", {"a.txt": "one\n"})
    kept.make(place_of(odd), "")
    assert not made_of(kept, odd)
    assert only != tree.sha()


def test_calls_work_where_no_graph_can_be_kept(ask: Ask, shas: dict[str, str], kept: Graphs) -> None:
    kept.directory.write_text("This is not a directory.")
    for _ in range(2):
        assert blamed(ask) == shas["three"]


def test_graphs_of_deleted_repositories_are_deleted(
    ask: Ask, tree: WorkTree, shas: dict[str, str], kept: Graphs, tmp_path: Path
) -> None:
    gone = WorkTree(tmp_path / "gone")
    gone.commit("one", {"a.txt": "one\n"})
    kept.make(place_of(gone), "")
    objects = kept.objects_for(place_of(gone).common_dir)
    shutil.rmtree(gone.path)
    blamed(ask)
    eventually(lambda: not os.path.exists(objects), "the graph is deleted")
    eventually(lambda: made_of(kept, tree) == shas["three"], "the other graph is made")


def test_a_repository_is_looked_at_once_in_a_while(
    ask: Ask, tree: WorkTree, shas: dict[str, str], kept: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    blamed(ask)
    eventually(lambda: made_of(kept, tree) == shas["three"], "the graph is made")
    monkeypatch.setattr(graphs, "LOOK_SECONDS", 3600.0)
    assert blamed(ask, tree.commit("four", {"a.txt": "four\n"})) == tree.sha()
    eventually(lambda: not BACKGROUND._works, "the background has nothing to do")
    assert made_of(kept, tree) == shas["three"]


def test_a_graph_that_is_being_made_is_not_deleted(
    tree: WorkTree, shas: dict[str, str], kept: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of(tree)
    objects = Path(kept._objects(place.common_dir))
    seen = []

    def write(git: Git, sha: str) -> None:
        seen.append((objects / "repository").read_text())
        tree.path.rename(tree.path.with_name("away"))
        kept.forget_deleted()
        tree.path.with_name("away").rename(tree.path)

    monkeypatch.setattr(graphs, "_write", write)
    kept.make(place, "")
    assert seen == [place.common_dir]
    assert (objects / "made-of").read_text() == shas["three"]


def test_what_is_not_a_graph_is_no_obstacle_to_deleting(kept: Graphs, tmp_path: Path) -> None:
    for name in ("about-to-be-made", "gone", "odd", "without-a-file"):
        (kept.directory / name).mkdir(parents=True)
    (kept.directory / "file").touch()
    (kept.directory / "about-to-be-made" / "repository").touch()
    (kept.directory / "gone" / "repository").write_text(str(tmp_path / "gone"))
    (kept.directory / "odd" / "repository").mkdir()
    kept.forget_deleted()
    assert {path.name for path in kept.directory.iterdir()} == {"about-to-be-made", "odd", "without-a-file", "file"}


def test_a_graph_that_cannot_be_made_is_tried_again_a_day_later(
    tree: WorkTree, shas: dict[str, str], kept: Graphs
) -> None:
    place = place_of(tree)
    lost = tree.path / ".git" / "objects" / shas["one"][:2] / shas["one"][2:]
    away = lost.rename(tree.path / "away")
    with pytest.raises(ScmError):
        kept.make(place, "")
    failed = Path(kept._objects(place.common_dir)) / "failed-at"
    assert failed.read_text() == shas["three"]
    away.rename(lost)
    new = tree.commit("four", {"a.txt": "four\n"})
    kept.make(place, "")
    assert not made_of(kept, tree)
    a_day_ago = failed.stat().st_mtime - graphs.FAILED_SECONDS
    os.utime(failed, (a_day_ago, a_day_ago))
    kept.make(place, "")
    assert made_of(kept, tree) == new
    assert not failed.exists()


def test_an_unexpected_error_does_not_end_the_background(
    ask: Ask,
    tree: WorkTree,
    shas: dict[str, str],
    kept: Graphs,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(graphs, "_write", lambda git, sha: 1 / 0)
        assert blamed(ask) == shas["three"]
        eventually(lambda: "ZeroDivisionError" in caplog.text, "the error is logged")
        eventually(lambda: not BACKGROUND._works, "the background has nothing to do")
    assert blamed(ask) == shas["three"]
    eventually(lambda: made_of(kept, tree) == shas["three"], "the graph is made")


def test_calls_work_where_no_thread_can_start(
    ask: Ask, tree: WorkTree, shas: dict[str, str], kept: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(thread: threading.Thread) -> None:
        if thread.name == "scm-grpc-git-graphs":
            raise RuntimeError("can't start new thread")
        started(thread)

    started = threading.Thread.start
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        assert blamed(ask) == shas["three"]
    assert not made_of(kept, tree)
    assert blamed(ask) == shas["three"]
    eventually(lambda: made_of(kept, tree) == shas["three"], "the graph is made")
