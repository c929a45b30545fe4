"""The contents of many files, and of large ones."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.blame import tried
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import path_not_found, too_large
from sentry_scm_grpc.providers.vendor.files import MAX_BYTES, Files
from sentry_scm_grpc.providers.vendor.http import AT_ONCE
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.batches import Batch
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The most bytes of a piece of a stream.
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class RawFile:
    """Where the bytes of a file are at the vendor, and what is known of it. ``size`` is in bytes.

    ``accept`` is the header Accept by which the vendor returns the bytes themselves.
    """

    address: str
    params: Mapping[str, Any] = field(default_factory=dict)
    commit: str = ""
    sha: str = ""
    size: int | None = None
    accept: str = ""


class FileContents(Files):
    """BatchGetFiles, StreamFile, and the contents for GetFile."""

    permissions = {"batch_get_files": Permission.READ_FILES, "stream_file": Permission.READ_FILES}

    @abstractmethod
    def locate(self, path: str, ref: str) -> RawFile:
        """Where a file is. Raises ``not_a_file``, and Absent."""

    def read_bytes(self, file: RawFile, max_bytes: int) -> bytes:
        return self.http.get_bytes(file.address, file.params, max_bytes=max_bytes, immutable=True)

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        file = self.locate(path, ref)
        if file.size is not None and file.size > max_bytes:
            raise too_large(file.size, max_bytes)
        return pb.FileContent(content=self.read_bytes(file, max_bytes), commit_sha=file.commit, sha=file.sha)

    # ---- many files

    def batch_get_files(self, call: Call, request: files_pb2.BatchGetFilesRequest) -> files_pb2.BatchGetFilesResponse:
        batch = Batch(min(request.max_total_bytes or MAX_BYTES, MAX_BYTES))
        self.fetch_files(list(dict.fromkeys(request.paths)), request.ref, batch)
        for file in batch.files:
            file.commit_sha = file.commit_sha or request.ref
            file.url = self.url_of(file.path, request.ref, 0)
        return batch.response(request.paths)

    def fetch_files(self, paths: Sequence[str], ref: str, batch: Batch) -> None:
        """Adds a file or an error for each path. Override it if one call of the vendor can return many files."""
        try:
            sha = self.sha_of(ref)
        except Absent as absence:
            raise self.missing_ref(absence, ref) from None
        for start in range(0, len(paths), AT_ONCE):
            wave = [path for path in paths[start : start + AT_ONCE] if batch.has_room(path)]
            room = batch.left
            reads = [partial(tried, partial(self.found_file, path, sha, room)) for path in wave]
            for path, outcome in zip(wave, self.http.gather(reads), strict=True):
                if isinstance(outcome, ScmError):
                    batch.refuse(path, outcome, room)
                else:
                    batch.add(path, outcome)

    # ---- one large file

    def stream_file(self, call: Call, request: files_pb2.StreamFileRequest) -> Iterator[files_pb2.FilePiece]:
        file = self._located(request.path, request.ref)
        headers = {"Accept": file.accept} if file.accept else {}
        stream = self.http.download(file.address, file.params, headers=headers, what="file", may_be_page=True)
        with closing(stream):
            size = stream.size if file.size is None else file.size
            yield files_pb2.FilePiece(
                file=files_pb2.FileDescription(
                    path=request.path,
                    commit_sha=file.commit or request.ref,
                    sha=file.sha,
                    size_bytes=size,
                    url=self.url_of(request.path, request.ref, 0),
                )
            )
            for piece in stream.pieces(PIECE_BYTES):
                call.budget.check()
                yield files_pb2.FilePiece(content=piece)

    def _located(self, path: str, ref: str) -> RawFile:
        try:
            return self.locate(path, ref)
        except Absent as absence:
            self.confirm(absence, ref)
            raise path_not_found(path, ref) from None
