"""The operations of FileService."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from sentry_scm_grpc.errors import FailedPrecondition, NotFound, Unavailable
from sentry_scm_grpc.providers.git import find, tree
from sentry_scm_grpc.providers.git.base import GitBase, first_or_pinned
from sentry_scm_grpc.providers.git.objects import IN_PROCESS_BYTES, Entry
from sentry_scm_grpc.providers.git.process import unreadable
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.providers.git.text import decode, is_exact
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.batches import Batch
from sentry_scm_grpc.source.gitignore import Globs
from sentry_scm_grpc.source.paths import normal
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The most bytes of a batch, which leaves room in a message of 4 MiB, and of a piece of a stream.
MAX_BATCH_BYTES = 3 * 1024 * 1024
PIECE_BYTES = 256 * 1024
# git reads larger files piece by piece, unless they are stored as deltas, and maps little of a pack at a time.
_STREAMED = (
    *("-c", "core.bigFileThreshold=1m"),
    *("-c", "core.packedGitWindowSize=4m"),
    *("-c", "core.packedGitLimit=32m"),
)


class GitFiles(GitBase):
    def list_directory(self, call: Call, request: files_pb2.ListDirectoryRequest) -> files_pb2.ListDirectoryResponse:
        sha, after = tree.position_of(call)
        response = files_pb2.ListDirectoryResponse()
        with self._open(call) as repository:
            commit = first_or_pinned(repository, sha, request.ref)
            if commit is None:
                if normal(request.path):
                    repository.commit(request.ref)  # Raises NotFound (REPOSITORY_EMPTY).
                return response
            found = tree.children(repository, commit, request.path, after)
            tree.fill(call, response, repository, commit, found, _describe)
        return response

    def find_files(self, call: Call, request: files_pb2.FindFilesRequest) -> files_pb2.FindFilesResponse:
        globs = Globs.of_request(request.globs)
        sha, after = tree.position_of(call)
        response = files_pb2.FindFilesResponse()
        with self._open(call) as repository:
            commit = first_or_pinned(repository, sha, request.ref)
            if commit is not None:
                found = find.files(repository, commit, globs, after)
                tree.fill(call, response, repository, commit, found, tree.describe)
        return response

    def batch_get_files(self, call: Call, request: files_pb2.BatchGetFilesRequest) -> files_pb2.BatchGetFilesResponse:
        batch = Batch(min(request.max_total_bytes or MAX_BATCH_BYTES, MAX_BATCH_BYTES))
        with self._open(call) as repository:
            commit = repository.commit(request.ref)
            for path in dict.fromkeys(request.paths):
                call.budget.check()
                try:
                    raw, entry = repository.file(commit, path)
                    size = repository.size(entry)
                    if batch.reserve(path, size):
                        content = repository.objects.blob(entry.id)
                        url = self._source_url(repository, raw, request.ref)
                        batch.put(
                            path, pb.FileContent(content=content, commit_sha=commit.sha, sha=str(entry.id), url=url)
                        )
                except (NotFound, FailedPrecondition, Unavailable) as error:
                    batch.refuse(path, error)
        return batch.response(request.paths)

    def stream_file(self, call: Call, request: files_pb2.StreamFileRequest) -> Iterator[files_pb2.FilePiece]:
        with self._open(call) as repository:
            commit = repository.commit(request.ref)
            path, entry = repository.file(commit, request.path)
            size = repository.size(entry)
            yield files_pb2.FilePiece(
                file=files_pb2.FileDescription(
                    path=request.path,
                    commit_sha=commit.sha,
                    sha=str(entry.id),
                    size_bytes=size,
                    url=self._source_url(repository, path, request.ref),
                )
            )
            for piece in _pieces(repository, entry, size):
                call.budget.check()
                yield files_pb2.FilePiece(content=piece)


def _pieces(repository: GitRepository, file: Entry, size: int) -> Iterator[bytes]:
    if size <= IN_PROCESS_BYTES:
        if size:
            yield repository.objects.blob(file.id)
        return
    with repository.git.start(*_STREAMED, "cat-file", "blob", str(file.id)) as process:
        left = size
        while piece := process.output.read(PIECE_BYTES):
            repository.git.budget.check()
            repository.git.budget.read(len(piece))
            left -= len(piece)
            yield piece
        process.finish()
        if left:
            raise unreadable()


def _describe(repository: GitRepository, path: bytes, entry: Entry) -> files_pb2.DirectoryEntry:
    found = files_pb2.DirectoryEntry(
        name=decode(path.rpartition(b"/")[2]),
        path=decode(path),
        kind=tree.KINDS[entry.mode],
        sha=str(entry.id),
        raw_path=b"" if is_exact(path) else path,
    )
    if entry.is_file:
        # A partial clone may lack the file. Then its size is unknown.
        with suppress(FailedPrecondition):
            found.size_bytes = repository.size(entry)
    return found
