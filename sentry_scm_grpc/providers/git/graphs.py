"""Commit graphs with Bloom filters (git-commit-graph(1)), by which git skips the commits that did not change a file.

They are kept in a directory of the host, never in the repository: ``<graphs>/<digest of the path>/info/commit-graph``.
git finds one there because it borrows objects from that directory, and only then from the repository.

A graph is made in the background, after a call that reads history. It may be missing or old: git reads the commits that
it lacks from the repository. What a graph says of a commit stays true, because a SHA names its content.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shutil
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from os.path import join
from pathlib import Path
from tempfile import TemporaryFile

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.providers.git.places import Place
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.repository import opened
from sentry_scm_grpc.rpc import budget

log = logging.getLogger(__name__)

#: How often a process looks whether a repository's graph is out of date, in seconds.
LOOK_SECONDS = 600.0
#: The longest time for making a graph, in seconds.
MAKING_SECONDS = 600.0
#: How long a repository whose graph could not be made waits for the next attempt, in seconds.
FAILED_SECONDS = 86_400.0
# How many repositories wait for their graph at most, and of how many a process remembers when it has looked.
_MOST_WAITING = 100
_MOST_REMEMBERED = 10_000
# The size of the checksum at the end of a graph (gitformat-commit-graph(5)).
_CHECKSUM = 20


@dataclass(frozen=True)
class Graphs:
    """The graphs in a directory."""

    directory: Path

    def objects_for(self, common_dir: str) -> str:
        """The directory from which git borrows the graph. Empty without a graph."""
        objects = self._objects(common_dir)
        file = join(objects, "info", "commit-graph")
        try:
            found = os.stat(file)
        except OSError:
            return ""
        return objects if _is_whole(file, found.st_ino, found.st_mtime_ns, found.st_size) else ""

    def _objects(self, common_dir: str) -> str:
        return str(self.directory / hashlib.sha256(os.fsencode(common_dir)).hexdigest()[:32])

    def make(self, place: Place, default_branch: str) -> None:
        """Makes the graph of the default branch's history, unless it is there or is being made. Raises ScmError."""
        objects = self._objects(place.common_dir)
        if ":" in objects + place.common_dir:
            # A colon separates the directories from which git borrows objects.
            return
        os.makedirs(join(objects, "info"), mode=0o700, exist_ok=True)
        with open(join(objects, "repository"), "ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if not lock.tell():
                lock.write(os.fsencode(place.common_dir))
                # Other processes read it while this one makes the graph.
                lock.flush()
            # A git that was killed leaves its own lock behind. A damaged graph would be read before it is replaced.
            Path(objects, "info", "commit-graph.lock").unlink(missing_ok=True)
            if not self.objects_for(place.common_dir):
                Path(objects, "info", "commit-graph").unlink(missing_ok=True)
            with (
                budget.beyond(MAKING_SECONDS),
                opened(place, Git(place.common_dir, budget.current()), default_branch) as repository,
            ):
                commit = repository.commit_if_any("")
                # git makes no graph for a shallow clone, because the clone cuts off parents.
                if commit is not None and not repository.shallow:
                    _make(place.common_dir, objects, commit.sha)

    def forget_deleted(self) -> None:
        """Deletes the graphs of repositories that are no longer there."""
        for file in self.directory.glob("*/repository"):
            with suppress(OSError), open(file, "r+b") as lock:
                # Raises BlockingIOError while another process makes this graph.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                common_dir = lock.read()
                # It is empty where a process is about to make a graph.
                if common_dir and not os.path.isdir(common_dir):
                    shutil.rmtree(file.parent, ignore_errors=True)


def _make(common_dir: str, objects: str, sha: str) -> None:
    done = Path(objects, "made-of")
    if done.exists() and done.read_text() == sha and os.path.exists(join(objects, "info", "commit-graph")):
        return
    failed = Path(objects, "failed-at")
    if failed.exists() and time.time() - failed.stat().st_mtime < FAILED_SECONDS:
        return
    try:
        _write(Git(common_dir, budget.current(), objects), sha)
    except ScmError:
        # Most likely it takes too much time or memory, or the clone is partial. New commits do not change that.
        failed.write_text(sha)
        raise
    failed.unlink(missing_ok=True)
    done.write_text(sha)


def _write(git: Git, sha: str) -> None:
    with TemporaryFile() as tips:
        tips.write(sha.encode())
        tips.seek(0)
        options = (f"--object-dir={git.graph}", "--stdin-commits", "--changed-paths", "--no-progress")
        # git copies the filters that an older graph has, and replaces that graph in one step.
        with git.start("commit-graph", "write", *options, input=tips, background=True) as process:
            process.finish()


@lru_cache(maxsize=1000)
def _is_whole(file: str, inode: int, changed: int, size: int) -> bool:
    """Whether a graph ends with its checksum. git itself does not check that before it reads a graph."""
    digest = hashlib.sha1(usedforsecurity=False)
    try:
        with open(file, "rb") as graph:
            left = size - _CHECKSUM
            while left > 0 and (piece := graph.read(min(left, 1024 * 1024))):
                budget.current().check()
                digest.update(piece)
                left -= len(piece)
            return left == 0 and graph.read() == digest.digest()
    except OSError:
        return False


class Background:
    """Makes graphs, one at a time in this process, in a thread that ends when no repository waits."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._looked: dict[tuple[Path, str], float] = {}
        self._waiting: list[tuple[Graphs, Place, str]] = []
        self._works = False

    def consider(self, graphs: Graphs, place: Place, default_branch: str) -> None:
        """Has the graph of a repository made if it is missing or out of date, and nobody has looked for a while."""
        key, now = (graphs.directory, place.common_dir), time.monotonic()
        looked = self._looked.get(key)
        if looked is not None and now - looked < LOOK_SECONDS:
            return
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                return
            if len(self._looked) >= _MOST_REMEMBERED:
                self._looked.clear()
            self._looked[key] = now
            self._waiting.append((graphs, place, default_branch))
            start = not self._works
            self._works = True
        if start:
            try:
                threading.Thread(target=self._work, daemon=True, name="scm-grpc-git-graphs").start()
            except RuntimeError as error:
                # The repository keeps waiting. The next call that adds one tries again.
                self._works = False
                log.warning("No thread makes commit graphs: %s", error)

    def _work(self) -> None:
        if sys.platform == "linux":
            # Of this thread, and of each git that it starts: calls come first.
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        while True:
            with self._lock:
                if not self._waiting:
                    self._works = False
                    return
                graphs, place, default_branch = self._waiting.pop(0)
            try:
                graphs.make(place, default_branch)
                graphs.forget_deleted()
            except (ScmError, OSError) as error:
                # Calls work without it, only more slowly.
                log.warning("No commit graph was made for %s: %s", place.common_dir, error)
            except Exception:
                # The other repositories still wait for theirs.
                log.exception("No commit graph was made for %s", place.common_dir)

    def survive_forks(self) -> None:
        """Has a child process, which has no thread that works, begin anew."""
        os.register_at_fork(after_in_child=self._forget)


BACKGROUND = Background()
BACKGROUND.survive_forks()
