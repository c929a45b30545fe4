"""The writes of RefService, in the order of steps that is the same for every provider: what is there is compared with
what the caller expects, an attempt that was interrupted is looked for, and only then the provider is asked to write.

``Writer`` is what a provider defines. ``commit_actions`` says what the actions of a commit may be.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import Aborted, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.commit_actions import check_actions, check_author
from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The reasons of ABORTED after which nothing was written.
NOTHING_WRITTEN = ("HEAD_MOVED", "CONCURRENT_WRITE")
OPERATIONS = ("create_branch", "update_branch", "delete_branch", "create_commit")
_DIGITS = frozenset("0123456789abcdef")


class Asking(Protocol):
    """Surrounds the request that writes. ``notes`` are kept for the next attempt before it is sent."""

    def __call__(self, **notes: str) -> AbstractContextManager[None]: ...


class Writer(ABC):
    """One repository, for the time of one write. Names of branches are without "refs/heads/", and SHAs are full."""

    @abstractmethod
    def default_branch(self) -> str:
        """The name of the default branch. Empty if there is none."""

    @abstractmethod
    def tip(self, branch: str) -> str:
        """The SHA at which a branch is now. Empty if there is no such branch."""

    @abstractmethod
    def target(self, ref: str) -> str:
        """The SHA of the commit of a branch, tag or SHA; of the default branch for an empty ref. Raises NotFound."""

    @abstractmethod
    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether a commit is the other one or an ancestor of it."""

    @abstractmethod
    def check_write(self, branch: str, *, creates: bool) -> None:
        """Raises FailedPrecondition if the branch must not be written."""

    @abstractmethod
    def create(self, branch: str, sha: str) -> None:
        """Creates a branch. Raises ``branch_exists`` if another call was faster."""

    @abstractmethod
    def move(self, branch: str, before: str, after: str, *, force: bool) -> None:
        """Moves a branch from one commit to another. Raises ``head_moved``."""

    @abstractmethod
    def delete(self, branch: str, before: str) -> None:
        """Deletes a branch that is at a commit. Raises ``head_moved``."""

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether the repository has no commits."""

    @abstractmethod
    def commit(self, request: refs_pb2.CreateCommitRequest, asking: Asking) -> pb.Commit:
        """Makes a commit on the branch, which is at ``expected_head_sha``. The actions have passed ``check_actions``.

        Raises ``head_moved``, and the errors of ``commit_actions.check_fit``.
        """

    @abstractmethod
    def made_commit(
        self, request: refs_pb2.CreateCommitRequest, tip: str, notes: Mapping[str, str]
    ) -> pb.Commit | None:
        """The commit of an earlier attempt, if the branch has it. Raises ``outcome_unknown``."""


class RefWrites(ProviderAdapter):
    """CreateBranch, DeleteBranch, CreateCommit."""

    def writing(self, call: Call) -> AbstractContextManager[Writer]:
        """The writer of the call's repository."""
        raise NotImplementedError

    def create_branch(self, call: Call, request: refs_pb2.CreateBranchRequest) -> refs_pb2.Branch:
        check_branch("name", request.name)
        notes = notes_of_asked(call)
        with self.writing(call) as writer:
            there = writer.tip(request.name)
            if there and not notes:
                raise branch_exists(request.name, there)
            writer.check_write(request.name, creates=True)
            sha = notes.get("sha") or writer.target(request.ref)
            if notes and there and there != sha:
                raise outcome_unknown("a branch")
            if not there:
                with asking_of(call)(sha=sha):
                    writer.create(request.name, sha)
        return refs_pb2.Branch(name=request.name, commit_sha=sha, is_default=False)

    def delete_branch(self, call: Call, request: refs_pb2.DeleteBranchRequest) -> Empty:
        check_branch("name", request.name)
        expected = full_sha("expected_sha", request.expected_sha)
        notes = notes_of_asked(call)
        with self.writing(call) as writer:
            if request.name == writer.default_branch():
                raise FailedPrecondition(
                    f"{request.name!r} is the default branch, which is never deleted. Make another one the default"
                    " branch at the provider first.",
                    reason="DEFAULT_BRANCH",
                )
            writer.check_write(request.name, creates=False)
            there = writer.tip(request.name)
            if notes and not there:
                return Empty()
            if notes and there != notes.get("before"):
                raise outcome_unknown("the deletion of the branch")
            if not there:
                raise no_branch(request.name)
            _check_expected(request.name, expected, there)
            with asking_of(call)(before=there):
                writer.delete(request.name, there)
        return Empty()

    def create_commit(self, call: Call, request: refs_pb2.CreateCommitRequest) -> pb.Commit:
        check_branch("branch", request.branch)
        request.expected_head_sha = expected = full_sha("expected_head_sha", request.expected_head_sha)
        check_author(request.author if request.HasField("author") else None)
        check_actions(request.actions)
        notes = notes_of_asked(call)
        with self.writing(call) as writer:
            writer.check_write(request.branch, creates=not expected)
            there = writer.tip(request.branch)
            made = writer.made_commit(request, there, notes) if notes and there and there != expected else None
            if made is not None:
                return made
            if expected and not there:
                raise no_branch(request.branch)
            _check_expected(request.branch, expected, there, always=True)
            if not expected and not writer.is_empty():
                raise no_branch(request.branch, "Create it with CreateBranch, and give its expected_head_sha.")
            return writer.commit(request, asking_of(call))


class BranchMoves(RefWrites):
    """UpdateBranch."""

    def update_branch(self, call: Call, request: refs_pb2.UpdateBranchRequest) -> refs_pb2.Branch:
        check_branch("name", request.name)
        expected = full_sha("expected_sha", request.expected_sha)
        notes = notes_of_asked(call)
        with self.writing(call) as writer:
            writer.check_write(request.name, creates=False)
            after = notes.get("sha") or writer.target(request.ref)
            there = _tip(writer, request.name)
            if notes and there not in (after, notes.get("before")):
                raise outcome_unknown("a move of the branch")
            if not (notes and there == after):
                _check_expected(request.name, expected, there)
            if there != after:
                if not request.force and not writer.is_ancestor(there, after):
                    raise not_fast_forward(request.name, there)
                with asking_of(call)(sha=after, before=there):
                    writer.move(request.name, there, after, force=request.force)
            is_default = request.name == writer.default_branch()
        return refs_pb2.Branch(name=request.name, commit_sha=after, is_default=is_default)


def asking_of(call: Call) -> Asking:
    @contextmanager
    def asking(**notes: str) -> Iterator[None]:
        if call.attempt is not None:
            call.attempt.notes.update(notes)
        with call.making():
            try:
                yield
            except Aborted as error:
                if call.attempt is not None and error.reason in NOTHING_WRITTEN:
                    call.attempt.notes.pop("asked", None)
                raise

    return asking


def notes_of_asked(call: Call) -> Mapping[str, str]:
    """The notes of an earlier attempt that may have written. Empty if there is none."""
    return dict(call.attempt.notes) if call.attempt is not None and "asked" in call.attempt.notes else {}


def check_branch(field: str, name: str) -> None:
    if name == "HEAD" or name.startswith("refs/"):
        raise InvalidArgument.of((field, "must be the name of a branch, without 'refs/heads/'"))
    if len(name) in (40, 64) and _DIGITS.issuperset(name.lower()):
        raise InvalidArgument.of((field, "looks like a SHA, which no branch may"))


def full_sha(field: str, sha: str) -> str:
    if sha and len(sha) not in (40, 64):
        raise InvalidArgument.of((field, "must be a full SHA"))
    return sha.lower()


def _tip(writer: Writer, branch: str) -> str:
    sha = writer.tip(branch)
    if not sha:
        raise no_branch(branch)
    return sha


def _check_expected(branch: str, expected: str, there: str, *, always: bool = False) -> None:
    if (expected or always) and there != expected:
        raise head_moved(branch, there)


def head_moved(branch: str, there: str) -> Aborted:
    """``there`` is empty if the branch does not exist any more."""
    where = f"is at {there}" if there else "does not exist any more"
    return Aborted(
        f"The branch {branch!r} {where}, and not at the expected commit. Read what changed, then repeat the call with"
        " the new SHA.",
        reason="HEAD_MOVED",
        metadata={"sha": there},
    )


def branch_exists(branch: str, there: str) -> AlreadyExists:
    return AlreadyExists(
        f"The branch {branch!r} exists, and is at {there}. UpdateBranch moves it.",
        reason="BRANCH_EXISTS",
        metadata={"sha": there},
    )


def no_branch(branch: str, hint: str = "ListBranches lists them.") -> NotFound:
    return NotFound(
        f"The repository has no branch {branch!r}. {hint}", reason="REF_NOT_FOUND", metadata={"ref": branch}
    )


def not_fast_forward(branch: str, there: str) -> FailedPrecondition:
    return FailedPrecondition(
        f"The branch {branch!r} is at {there}, which is not an ancestor of the new commit, so the move would drop"
        " commits. Set `force` to drop them.",
        reason="NOT_FAST_FORWARD",
        metadata={"sha": there},
    )
