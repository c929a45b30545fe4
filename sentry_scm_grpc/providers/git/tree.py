"""The files of a commit. A list can start at any path, without a walk through the paths before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from google.protobuf.message import Message
from pygit2.enums import FileMode

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.git.objects import Entry
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository, path_not_found
from sentry_scm_grpc.providers.git.text import decode, is_exact
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

DEFAULT_BYTES = 1024 * 1024
# This leaves room in a message of 4 MiB.
MAX_BYTES = 3 * 1024 * 1024

KINDS: dict[int, pb.TreeEntryKind.ValueType] = {
    FileMode.BLOB: pb.TREE_ENTRY_KIND_FILE,
    FileMode.BLOB_EXECUTABLE: pb.TREE_ENTRY_KIND_EXECUTABLE,
    FileMode.LINK: pb.TREE_ENTRY_KIND_SYMLINK,
    FileMode.COMMIT: pb.TREE_ENTRY_KIND_SUBMODULE,
    FileMode.TREE: pb.TREE_ENTRY_KIND_DIRECTORY,
}


def walk(repository: GitRepository, commit: Commit, path: str, after: bytes = b"") -> Iterator[tuple[bytes, Entry]]:
    """The files below a directory (or one file) whose paths come after ``after``, in byte order."""
    found = repository.entry(commit, path)
    if found is None:
        return
    raw, top = found
    if top.mode != FileMode.TREE:
        if raw > after:
            yield raw, top
        return
    # A stack of directories, because a tree can be deeper than Python's call stack.
    # It holds the length of each directory's path, not the path: of 50,000 levels the paths alone take gigabytes.
    path_here = bytearray(raw + b"/" if raw else b"")
    stack = [(len(path_here), repository.objects.entries(top.id, next_name(after, bytes(path_here))))]
    while stack:
        length, entries = stack[-1]
        del path_here[length:]
        name, entry = next(entries, (b"", None))
        if entry is None:
            stack.pop()
            continue
        repository.git.budget.check()
        full = bytes(path_here) + name
        if entry.mode == FileMode.TREE:
            if full > after or after.startswith(full):
                path_here += name
                stack.append((len(path_here), repository.objects.entries(entry.id, next_name(after, full))))
        elif full > after:
            yield full, entry


def next_name(path: bytes, directory: bytes) -> bytes:
    """The name that follows a directory in a path. ``directory`` ends with a slash. Empty if it is not in the path."""
    return path[len(directory) :].partition(b"/")[0] if path.startswith(directory) else b""


def children(repository: GitRepository, commit: Commit, path: str, after: bytes) -> Iterator[tuple[bytes, Entry]]:
    """The entries of a directory with their paths. It starts behind ``after``, a path without a slash at its end.

    Raises NotFound, FailedPrecondition (NOT_A_DIRECTORY).
    """
    found = repository.entry(commit, path)
    if found is None:
        raise path_not_found(commit, path)
    raw, top = found
    if top.mode != FileMode.TREE:
        kind = {FileMode.COMMIT: "a submodule", FileMode.LINK: "a symbolic link"}.get(FileMode(top.mode), "a file")
        raise FailedPrecondition(
            f"{path!r} is {kind}. Name a directory; GetFile returns a file.", reason="NOT_A_DIRECTORY"
        )
    parent = raw + b"/" if raw else b""
    entries = repository.objects.entries(top.id, next_name(after, parent))
    for name, entry in entries:
        repository.git.budget.check()
        full = parent + name.removesuffix(b"/")
        if after:
            after = b"" if full == after else after
        else:
            yield full, entry


def position_of(call: Call) -> tuple[str, bytes]:
    """The commit of the first page, and the path behind which the requested page begins. Empty for the first page."""
    sha, after = call.cursor or ("", "")
    # The cursor is JSON text. Latin-1 can represent any byte.
    return sha, after.encode("latin-1")


def fill(
    call: Call,
    response: Any,
    repository: GitRepository,
    commit: Commit,
    found: Iterable[tuple[bytes, Entry]],
    describe: Callable[[GitRepository, bytes, Entry], Message],
) -> None:
    """Puts a page of entries into a response, with the token of the next page."""
    last = b""
    for path, entry in found:
        if len(response.entries) == call.page_size:
            response.next_page_token = call.next_page_token([commit.sha, last.decode("latin-1")])
            return
        response.entries.append(describe(repository, path, entry))
        last = path


def describe(repository: GitRepository, path: bytes, entry: Entry) -> pb.TreeEntry:
    size = 0
    if entry.mode != FileMode.COMMIT:
        # A partial clone may lack the file. Then its size is unknown.
        with suppress(FailedPrecondition):
            size = repository.size(entry)
    found = pb.TreeEntry(path=decode(path), kind=KINDS[entry.mode], size_bytes=size, sha=str(entry.id))
    if not is_exact(path):
        found.raw_path = path
    return found


def read(repository: GitRepository, commit: Commit, path: str, max_bytes: int) -> tuple[bytes, Entry, bytes]:
    """The exact path, the entry and the bytes of a file, or of a symbolic link's target.

    Raises NotFound, FailedPrecondition (NOT_A_FILE, FILE_TOO_LARGE).
    """
    limit = min(max_bytes or DEFAULT_BYTES, MAX_BYTES)
    raw, entry = repository.file(commit, path)
    size = repository.size(entry)
    if size > limit:
        raise FailedPrecondition(
            f"{path!r} has {size} bytes, more than the limit of {limit}. Set max_bytes, up to {MAX_BYTES}.",
            reason="FILE_TOO_LARGE",
            metadata={"size_bytes": str(size)},
        )
    return raw, entry, repository.objects.blob(entry.id)
