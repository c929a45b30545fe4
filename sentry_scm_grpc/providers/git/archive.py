"""Archives of a tree, made by git archive while they are read."""

from __future__ import annotations

from collections.abc import Iterator

from pygit2.enums import FileMode

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository, path_not_found
from sentry_scm_grpc.source import archives
from sentry_scm_grpc.v1 import files_pb2

# git streams larger files, in place of reading them into memory.
_SETTINGS = ("-c", "core.bigFileThreshold=16m")
_FORMATS = {files_pb2.ARCHIVE_FORMAT_TAR_GZ: "tar.gz", files_pb2.ARCHIVE_FORMAT_ZIP: "zip"}


def pieces(
    repository: GitRepository, commit: Commit, name: str, request: files_pb2.StreamArchiveRequest
) -> Iterator[files_pb2.ArchivePiece]:
    """Raises NotFound (PATH_NOT_FOUND), FailedPrecondition (NOT_A_DIRECTORY). ``name`` is that of the repository.

    git sees no configuration of the repository, so it cannot be told to run a program. Its attributes are those of the
    archived tree.
    """
    info = archives.info(name, commit.sha, request.format)
    prefix = archives.prefix_of(request, archives.stem(name, commit.sha))
    below = _directory(repository, commit, request.path)
    arguments: list[str | bytes] = [f"--format={_FORMATS[info.format]}", commit.sha]
    if prefix:
        arguments.insert(1, f"--prefix={prefix}/")
    if below:
        arguments += ["--", below]
    git = repository.git
    with git.start(*_SETTINGS, "archive", *arguments) as process:
        yield files_pb2.ArchivePiece(info=info)
        while piece := process.output.read(archives.PIECE_BYTES):
            git.budget.check()
            yield files_pb2.ArchivePiece(data=piece)
        process.finish()


def _directory(repository: GitRepository, commit: Commit, path: str) -> bytes:
    """The exact path of a directory. Empty for the root."""
    found = repository.entry(commit, path)
    if found is None:
        raise path_not_found(commit, path)
    raw, entry = found
    if entry.mode != FileMode.TREE:
        raise FailedPrecondition(f"{path!r} is not a directory. Name one, or leave path out.", reason="NOT_A_DIRECTORY")
    # Of a missing tree, git names the commit as the reason.
    repository.objects.header(entry.id)
    return raw
