"""Branches and commits that are written at a vendor."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import Aborted, AlreadyExists, InvalidArgument, NotFound, ScmError
from sentry_scm_grpc.providers.commit_actions import Existing, Look, check_fit
from sentry_scm_grpc.providers.ref_writes import (
    OPERATIONS,
    Asking,
    BranchMoves,
    RefWrites,
    Writer,
    branch_exists,
    head_moved,
)
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commits import CommitQuery
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES
from sentry_scm_grpc.providers.vendor.refs import HEADS, Comparison, Refs
from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The SHA by which vendors name a branch that does not exist.
NO_COMMIT = "0" * 40


class VendorWrites(Refs, RefWrites):
    """CreateBranch, DeleteBranch, CreateCommit. ``BranchMoves`` adds UpdateBranch, and then ``send_move`` is needed."""

    permissions = dict.fromkeys(OPERATIONS, Permission.WRITE_CODE)

    @abstractmethod
    def send_branch(self, branch: str, sha: str) -> None:
        """Creates a branch. An error after which the branch exists is taken for a race that was lost."""

    def send_move(self, branch: str, before: str, after: str, *, force: bool) -> None:
        """Moves a branch, if it is at ``before``. Errors as for ``send_branch``."""
        raise NotImplementedError

    @abstractmethod
    def send_deletion(self, branch: str, before: str) -> None:
        """Deletes a branch, if it is at ``before`` and the vendor can compare."""

    @abstractmethod
    def send_commit(self, request: refs_pb2.CreateCommitRequest, look: Look, asking: Asking) -> pb.Commit:
        """Makes a commit on a branch that is at ``expected_head_sha``. The actions fit what ``look`` shows."""

    @abstractmethod
    def fetch_existing(self, path: str, sha: str) -> Existing:
        """What is at a path of a commit. Raises Absent."""

    def check_commit(self, request: refs_pb2.CreateCommitRequest) -> None:
        """Raises Unimplemented for what the vendor cannot do."""

    def look_at(self, request: refs_pb2.CreateCommitRequest) -> Look:
        """What is at the paths of a request. The paths that it names are asked for together."""
        known: dict[str, Existing | None] = {}

        def look(path: str) -> Existing | None:
            if path not in known:
                known[path] = self._existing(path, request.expected_head_sha)
            return known[path]

        if request.expected_head_sha:
            named = {path for action in request.actions for path in (action.path, action.previous_path) if path}
            self.http.gather([partial(look, path) for path in sorted(named)])
            return look
        return lambda path: None

    def _existing(self, path: str, sha: str) -> Existing | None:
        try:
            return self.fetch_existing(path, sha)
        except Absent as absence:
            self.confirm(absence, sha)
            return None

    @contextmanager
    def writing(self, call: Call) -> Iterator[Writer]:
        yield VendorWriter(self)


class VendorMoves(VendorWrites, BranchMoves):
    @abstractmethod
    def send_move(self, branch: str, before: str, after: str, *, force: bool) -> None: ...


class VendorWriter(Writer):
    def __init__(self, vendor: VendorWrites) -> None:
        self._vendor = vendor

    def default_branch(self) -> str:
        return self._vendor.named_default

    def tip(self, branch: str) -> str:
        return self._vendor.sha_of_ref(HEADS + branch)

    def target(self, ref: str) -> str:
        sha = self._vendor.get_ref_sha(ref)
        return self._vendor.look_up(sha)[0].key

    def is_ancestor(self, older: str, newer: str) -> bool:
        return older == newer or self._vendor.merge_base_of(older, newer) == older

    def check_write(self, branch: str, *, creates: bool) -> None:
        """The vendor protects its branches itself."""

    def is_empty(self) -> bool:
        default = self.default_branch()
        return not default or not self.tip(default)

    def create(self, branch: str, sha: str) -> None:
        with self._races(branch, ""):
            self._vendor.send_branch(branch, sha)

    def move(self, branch: str, before: str, after: str, *, force: bool) -> None:
        with self._races(branch, before):
            self._vendor.send_move(branch, before, after, force=force)

    def delete(self, branch: str, before: str) -> None:
        with self._races(branch, before):
            self._vendor.send_deletion(branch, before)

    def commit(self, request: refs_pb2.CreateCommitRequest, asking: Asking) -> pb.Commit:
        self._vendor.check_commit(request)
        look = self._vendor.look_at(request)
        check_fit(request.actions, look)

        @contextmanager
        def asked(**notes: str) -> Iterator[None]:
            with asking(**notes), self._races(request.branch, request.expected_head_sha, commits=True):
                yield

        made = self._vendor.send_commit(request, look, asked)
        return self._vendor.completed(made)

    @contextmanager
    def _races(self, branch: str, before: str, *, commits: bool = False) -> Iterator[None]:
        """If the vendor refuses a write because the branch is not where it was, the error says where it is."""
        try:
            yield
        except (Aborted, AlreadyExists, InvalidArgument, NotFound) as error:
            try:
                there = self.tip(branch)
            except ScmError:
                raise error from None
            if there == before:
                raise
            raise (head_moved if before or commits else branch_exists)(branch, there) from None

    def made_commit(
        self, request: refs_pb2.CreateCommitRequest, tip: str, notes: Mapping[str, str]
    ) -> pb.Commit | None:
        if sha := notes.get("sha", ""):
            is_there = self.is_ancestor(sha, tip)
            return self._vendor.completed(self._vendor.look_up(sha)[0]) if is_there else None
        parents = [request.expected_head_sha] if request.expected_head_sha else []
        position: Any = None
        for _ in range(MAX_VENDOR_PAGES):
            if parents:
                page = self._vendor.fetch_between(Comparison(parents[0], tip), position)
            else:
                page = self._vendor.fetch_commits(CommitQuery(tip, "", None, None), position)
            for commit in page.items:
                if self._is_made_of(request, commit, parents):
                    return self._vendor.completed(commit)
            position = page.next
            if position is None:
                return None
        raise outcome_unknown("a commit")

    def _is_made_of(self, request: refs_pb2.CreateCommitRequest, commit: pb.Commit, parents: list[str]) -> bool:
        """Whether a commit has these parents, and the message, the author and the files of a request."""
        if commit.message.strip() != request.message.strip():
            return False
        if not commit.parent_keys:  # Some vendors leave them out of lists.
            commit.CopyFrom(self._vendor.look_up(commit.key)[0])
        if list(commit.parent_keys) != parents:
            return False
        if request.HasField("author") and commit.author.email != request.author.email.strip():
            return False
        named = {path for action in request.actions for path in (action.path, action.previous_path) if path}
        page = self._vendor.fetch_file_changes(commit.key, None)
        changed = {path for change in page.items for path in (change.path, change.previous_path) if path}
        return bool(changed) and changed <= named


def content_at(vendor: Any, path: str, sha: str) -> bytes:
    """The content of a file that moves, for a vendor that cannot move files."""
    content: bytes = vendor.fetch_file(path, sha, MAX_MOVED).content
    return content


#: The largest file that is moved by reading and writing it, in bytes.
MAX_MOVED = 3 * 1024 * 1024
