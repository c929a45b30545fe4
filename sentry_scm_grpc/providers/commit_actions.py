"""The actions of a commit: which ones a request may have, and whether they fit the files that are there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, ScmError
from sentry_scm_grpc.rpc import budget
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

WRITE = refs_pb2.COMMIT_ACTION_KIND_WRITE
DELETE = refs_pb2.COMMIT_ACTION_KIND_DELETE
MOVE = refs_pb2.COMMIT_ACTION_KIND_MOVE
SET_EXECUTABLE = refs_pb2.COMMIT_ACTION_KIND_SET_EXECUTABLE

# What is at a path.
FILE, LINK, DIRECTORY, SUBMODULE = "file", "symbolic link", "directory", "submodule"

# Characters that HFS+ leaves out of a name, so that it takes ".g\u200cit" for ".git".
_IGNORED = dict.fromkeys((*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF))
# NTFS ends a name at these.
_ENDS = re.compile(r"[\\:]")

Action = refs_pb2.CommitAction


@dataclass(frozen=True)
class Existing:
    """What is at a path. ``executable`` is None, and ``blob`` (the object id of a file) empty, if it is not known."""

    kind: str
    executable: bool | None = None
    blob: str = ""


Look = Callable[[str], Existing | None]


def check_author(author: pb.CommitAuthor | None) -> None:
    """Raises InvalidArgument for an author whom git could not store."""
    if author is None:
        return
    wrong = []
    for field, text in (("author.name", author.name), ("author.email", author.email)):
        if not text.strip():
            wrong.append((field, "is required if there is an author"))
        elif any(bad in text for bad in "<>\r\n"):
            wrong.append((field, "must not contain '<', '>' or line breaks"))
    if wrong:
        raise InvalidArgument.of(*wrong)


def check_actions(actions: Sequence[Action]) -> None:
    """Raises InvalidArgument for actions that make no sense, whatever is there."""
    wrong: list[tuple[str, str]] = []
    seen: dict[str, str] = {}
    written: set[str] = set()
    for index, action in enumerate(actions):
        prefix = f"actions[{index}]."
        wrong += [(prefix + field, text) for field, text in _problems(action)]
        for field, path in (("path", action.path), ("previous_path", action.previous_path)):
            if path in seen:
                wrong.append((prefix + field, f"is also in {seen[path]}; each path may be in one action only"))
            elif path:
                seen[path] = prefix.removesuffix(".")
        if action.kind in (WRITE, MOVE):
            written.add(action.path)
    for index, action in enumerate(actions):
        if action.kind in (WRITE, MOVE) and any(parent in written for parent in _parents(action.path)):
            wrong.append((f"actions[{index}].path", "is inside of a file that another action writes"))
    if wrong:
        raise InvalidArgument.of(*wrong)


def _problems(action: Action) -> Iterator[tuple[str, str]]:
    for field, path in (("path", action.path), ("previous_path", action.previous_path)):
        if path and (problem := _path_problem(path)):
            yield field, problem
    if action.content and action.kind != WRITE:
        yield "content", "is only for a file that is written"
    if action.previous_path and action.kind != MOVE:
        yield "previous_path", "is only for a file that moves"
    if action.kind == MOVE and not action.previous_path:
        yield "previous_path", "is required for a file that moves"
    if action.HasField("executable") and action.kind in (DELETE, MOVE):
        yield "executable", "is only for a file that is written or set"
    if action.kind == SET_EXECUTABLE and not action.HasField("executable"):
        yield "executable", "is required to set the mode"


def _path_problem(path: str) -> str:
    for part in path.split("/"):
        if part in ("", "."):
            return "must have no empty part and no '.'"
        for piece in part.split("\\"):
            plain = _ENDS.split(piece.translate(_IGNORED))[0].rstrip(" .").casefold()
            if plain in (".git", "git~1"):
                return "must not have a part that stands for .git"
    return ""


def _parents(path: str) -> Iterator[str]:
    """The directories above a path, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def paths_of(actions: Iterable[Action]) -> list[str]:
    """Every path that ``check_fit`` may look at, once."""
    found: dict[str, None] = {}
    for action in actions:
        for path in filter(None, (action.path, action.previous_path)):
            found[path] = None
            found.update(dict.fromkeys(_parents(path)))
    return list(found)


def check_fit(actions: Sequence[Action], look: Look) -> None:
    """Raises FailedPrecondition if the actions do not fit what is there, or change nothing."""
    gone = {action.path for action in actions if action.kind == DELETE}
    gone |= {action.previous_path for action in actions if action.kind == MOVE}
    changes = False
    for action in actions:
        budget.current().check()
        found = look(action.previous_path or action.path)
        if action.kind == WRITE:
            if found is not None and found.kind != FILE:
                raise _not_a_file(action.path, found.kind)
        elif found is None:
            raise _misfit(
                action.previous_path or action.path,
                "does not exist. Check the path, including its case",
                "PATH_NOT_FOUND",
            )
        elif found.kind not in ((FILE,) if action.kind == SET_EXECUTABLE else (FILE, LINK)):
            raise _not_a_file(action.previous_path or action.path, found.kind)
        if action.kind == MOVE and look(action.path) is not None:
            raise _misfit(action.path, "exists already. Delete it in an earlier commit", "PATH_EXISTS")
        if action.kind == MOVE or (action.kind == WRITE and found is None):
            _check_parents(action.path, look, gone)
        changes = changes or not _is_unchanged(action, found)
    if not changes:
        raise empty_commit()


def _check_parents(path: str, look: Look, gone: set[str]) -> None:
    for parent in _parents(path):
        found = look(parent)
        if found is not None and found.kind != DIRECTORY and parent not in gone:
            raise _misfit(path, f"would be inside of {parent!r}, which is a {found.kind}", "PATH_CONFLICT")
        if found is not None:
            return


def _is_unchanged(action: Action, found: Existing | None) -> bool:
    """Whether an action certainly changes nothing."""
    if found is None or action.kind in (DELETE, MOVE):
        return False
    same_mode = not action.HasField("executable") or action.executable == found.executable
    return same_mode and (action.kind == SET_EXECUTABLE or found.blob == blob_id(action.content, found.blob))


def blob_id(content: bytes, like: str = "") -> str:
    """The object id that git gives to a file's content, by the hash function of another id."""
    made = hashlib.new("sha256" if len(like) == 64 else "sha1", usedforsecurity=False)
    made.update(b"blob %d\0" % len(content) + content)
    return made.hexdigest()


def empty_commit() -> FailedPrecondition:
    return FailedPrecondition(
        "The actions change nothing: the files are already as they say. No commit was made.", reason="EMPTY_COMMIT"
    )


def _not_a_file(path: str, kind: str) -> ScmError:
    return _misfit(path, f"is a {kind}", "NOT_A_FILE")


def _misfit(path: str, what: str, reason: str) -> ScmError:
    return FailedPrecondition(f"{path!r} {what}. No commit was made.", reason=reason, metadata={"path": path})
