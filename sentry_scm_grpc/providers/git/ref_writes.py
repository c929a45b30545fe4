"""The writes to a repository on disk. git itself changes a ref, with its locks and its reflog. Nothing touches a work
tree or an index: a branch that is checked out is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os.path import dirname, isfile, join, realpath

from pygit2.enums import FileMode, ObjectType

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import Aborted, FailedPrecondition, ScmError
from sentry_scm_grpc.providers.commit_actions import DIRECTORY, FILE, LINK, SUBMODULE, Existing, check_fit, empty_commit
from sentry_scm_grpc.providers.git import compare, urls
from sentry_scm_grpc.providers.git.base import GitBase
from sentry_scm_grpc.providers.git.commits import read_commit
from sentry_scm_grpc.providers.git.installation import WRITES_OFF
from sentry_scm_grpc.providers.git.new_objects import IDENTITY, commit_object, new_tree, store
from sentry_scm_grpc.providers.git.objects import Entry
from sentry_scm_grpc.providers.git.process import unreadable
from sentry_scm_grpc.providers.git.ref_names import names
from sentry_scm_grpc.providers.git.refs import HEADS
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.ref_writes import Asking, BranchMoves, Writer, branch_exists, head_moved
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_NO_COMMIT = "0" * 40
_KINDS = {
    FileMode.TREE: DIRECTORY,
    FileMode.COMMIT: SUBMODULE,
    FileMode.LINK: LINK,
    FileMode.BLOB: FILE,
    FileMode.BLOB_EXECUTABLE: FILE,
}
# Files with the name of the branch that a work tree has checked out, or will have again after a rebase or a bisection.
_OF_WORK_TREE = ("HEAD", "rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START")
# How much of such a file is read.
_READ = 4096


class GitRefWrites(GitBase, BranchMoves):
    @contextmanager
    def writing(self, call: Call) -> Iterator[GitWriter]:
        if not conf().GIT_WRITES:
            raise FailedPrecondition(WRITES_OFF, reason="GIT_WRITES_OFF")
        with self._open(call) as repository:
            yield GitWriter(repository, self._id, self._url)


class GitWriter(Writer):
    def __init__(self, repository: GitRepository, repository_id: int, url: str) -> None:
        self._repository = repository
        self._id = repository_id
        self._url = url
        self._common = repository.place.common_dir

    def default_branch(self) -> str:
        return self._repository.default_branch()

    def tip(self, branch: str) -> str:
        found = self._repository.follow(HEADS + branch)
        return "" if found is None else found[1]

    def target(self, ref: str) -> str:
        return self._repository.commit(ref).sha

    def is_ancestor(self, older: str, newer: str) -> bool:
        if compare.merge_base(self._repository, [older, newer]) == older:
            return True
        if compare.is_cut_off(self._repository, older, newer):
            raise compare.no_merge_base(self._repository, older, newer)
        return False

    def is_empty(self) -> bool:
        budget = self._repository.git.budget
        return next(names(self._common, b"refs/", b"", b"", budget), None) is None and not self._detached()

    def _detached(self) -> bool:
        return self._repository.follow("HEAD") is not None

    # ---- what must not be written

    def check_write(self, branch: str, *, creates: bool) -> None:
        name = HEADS + branch
        if target := self._repository.symbolic_target(name):
            raise FailedPrecondition(
                f"{branch!r} is a symbolic ref, another name of {target!r}. Name that one.", reason="SYMBOLIC_BRANCH"
            )
        for directory in (name, join("logs", name), join("logs", "HEAD")):
            if not join(realpath(join(self._common, dirname(directory))), "").startswith(join(self._common, "")):
                raise unreadable()
        if branch in self._checked_out():
            raise FailedPrecondition(
                f"A work tree of the repository has the branch {branch!r} checked out, and would not follow. Write to"
                " another branch, or serve a bare repository.",
                reason="BRANCH_CHECKED_OUT",
            )

    def _checked_out(self) -> set[str]:
        """The branches that work trees have checked out. A bare repository has none of its own, but may have others."""
        config = self._repository.libgit2.config
        is_bare = "core.bare" in config and config.get_bool("core.bare")
        places = [] if is_bare else [self._common]
        try:
            with os.scandir(join(self._common, "worktrees")) as entries:
                places += [entry.path for entry in entries]
        except (FileNotFoundError, NotADirectoryError):
            pass
        found = set()
        for place in places:
            self._repository.git.budget.check()
            for file in _OF_WORK_TREE:
                if text := _text_of(join(place, file)):
                    found.add(text.removeprefix("ref: ").removeprefix(HEADS))
        return found

    # ---- refs

    def create(self, branch: str, sha: str) -> None:
        self._check_conflict(branch)
        self._update(branch, _NO_COMMIT, sha, "branch: Created by sentry-scm-grpc")

    def move(self, branch: str, before: str, after: str, *, force: bool) -> None:
        self._update(branch, before, after, "branch: Moved by sentry-scm-grpc")

    def delete(self, branch: str, before: str) -> None:
        self._update(branch, before, "", "")

    def _check_conflict(self, branch: str) -> None:
        """Raises FailedPrecondition for "a/b" where "a" exists, and the other way round: a ref is a file."""
        above = branch
        while "/" in above:
            above = above.rpartition("/")[0]
            if self.tip(above):
                raise _conflict(branch, above)
        budget = self._repository.git.budget
        below = next(names(self._common, HEADS.encode(), f"{branch}/".encode(), b"", budget), None)
        if below is not None:
            raise _conflict(branch, below.decode("utf-8", "backslashreplace").removeprefix(HEADS))

    def _update(self, branch: str, before: str, after: str, why: str) -> None:
        """Changes a ref, if it is still at a commit. An empty ``after`` deletes it."""
        name = HEADS + branch
        arguments = ("-d", name, before) if not after else ("-m", why, name, after, before)
        complaint = self._repository.git.update_ref(IDENTITY, "--no-deref", *arguments)
        if not complaint:
            return
        there = self.tip(branch)
        if there != (before if before != _NO_COMMIT else ""):
            raise branch_exists(branch, there) if before == _NO_COMMIT else head_moved(branch, there)
        if any(said in complaint for said in (b"File exists", b"but expected", b"already exists")):
            raise Aborted(
                f"Another process is changing the branch {branch!r}. Repeat the call.",
                reason="CONCURRENT_WRITE",
                retry_after=1,
            )
        raise read_only()

    # ---- commits

    def commit(self, request: refs_pb2.CreateCommitRequest, asking: Asking) -> pb.Commit:
        parent = self._repository.commit(request.expected_head_sha) if request.expected_head_sha else None
        spellings: dict[str, bytes] = {}

        def look(path: str) -> Existing | None:
            found = None if parent is None else self._repository.entry(parent, path)
            if found is None:
                return None
            spellings[path] = found[0]
            return _existing(found[1])

        check_fit(request.actions, look)
        if parent is None:
            self._check_conflict(request.branch)
        try:
            tree = new_tree(self._repository, parent, request.actions, spellings)
            if parent is not None and tree == parent.tree_id:
                raise empty_commit()
            raw = commit_object(tree, parent, request)
            sha = str(store(self._repository, ObjectType.COMMIT, raw))
        except OSError:
            raise read_only() from None
        with asking(sha=sha):
            try:
                title = request.message.split("\n", 1)[0][:200]
                self._update(request.branch, request.expected_head_sha or _NO_COMMIT, sha, f"commit: {title}")
            except ScmError as error:
                # For a first commit, too, somebody else's commit is where the branch is now.
                raise (
                    head_moved(request.branch, self.tip(request.branch)) if (error.reason == "BRANCH_EXISTS") else error
                ) from None
        return self._message(Commit(sha, raw))

    def made_commit(
        self, request: refs_pb2.CreateCommitRequest, tip: str, notes: Mapping[str, str]
    ) -> pb.Commit | None:
        sha = notes.get("sha", "")
        if not sha or not self._repository.objects.has(sha) or not self.is_ancestor(sha, tip):
            return None
        return self._message(self._repository.commit(sha))

    def _message(self, commit: Commit) -> pb.Commit:
        made = read_commit(self._id, commit.sha, commit.raw, self._repository.shallow, commit.cut)
        made.web_url = urls.commit_url(self._url, commit.sha)
        return made


def _existing(entry: Entry) -> Existing:
    kind = _KINDS[FileMode(entry.mode)]
    if kind != FILE:
        return Existing(kind)
    return Existing(FILE, entry.mode == FileMode.BLOB_EXECUTABLE, str(entry.id))


def _text_of(path: str) -> str:
    if not isfile(path):
        return ""
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read(_READ).strip()


def _conflict(branch: str, other: str) -> FailedPrecondition:
    return FailedPrecondition(
        f"git cannot have the branch {branch!r} beside {other!r}: one is a directory of the other. Take another name.",
        reason="BRANCH_CONFLICT",
        metadata={"branch": other},
    )


def read_only() -> FailedPrecondition:
    return FailedPrecondition(
        "The server may not write to the repository, or its disk is full. Ask its operator.",
        reason="REPOSITORY_READ_ONLY",
    )
