"""The operations of FileService."""

from __future__ import annotations

from contextlib import suppress

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.git import tree
from sentry_scm_grpc.providers.git.base import GitBase, first_or_pinned
from sentry_scm_grpc.providers.git.objects import Entry
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.providers.git.text import decode, is_exact
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.paths import normal
from sentry_scm_grpc.v1 import files_pb2


class GitFiles(GitBase):
    def list_directory(self, call: Call, request: files_pb2.ListDirectoryRequest) -> files_pb2.ListDirectoryResponse:
        # The cursor is JSON text. Latin-1 can represent any byte.
        sha, after = call.cursor or ("", "")
        response = files_pb2.ListDirectoryResponse()
        with self._open(call) as repository:
            commit = first_or_pinned(repository, sha, request.ref)
            if commit is None:
                if normal(request.path):
                    repository.commit(request.ref)  # Raises NotFound (REPOSITORY_EMPTY).
                return response
            last = b""
            for path, entry in tree.children(repository, commit, request.path, after.encode("latin-1")):
                if len(response.entries) == call.page_size:
                    response.next_page_token = call.next_page_token([commit.sha, last.decode("latin-1")])
                    break
                response.entries.append(_describe(repository, path, entry))
                last = path
        return response


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
