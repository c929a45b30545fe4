"""Archives of a repository at a commit. The vendor makes them; they are passed on piece by piece."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.downloads import cut
from sentry_scm_grpc.providers.vendor.errors import not_a_directory, path_not_found
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source import archives
from sentry_scm_grpc.source.paths import normal
from sentry_scm_grpc.v1 import files_pb2

TAR_GZ, ZIP = files_pb2.ARCHIVE_FORMAT_TAR_GZ, files_pb2.ARCHIVE_FORMAT_ZIP


@dataclass(frozen=True)
class Wanted:
    """An archive. The SHA is full. An empty path means everything, a prefix of None the vendor's own."""

    sha: str
    format: files_pb2.ArchiveFormat.ValueType
    path: str
    prefix: str | None


@dataclass(frozen=True)
class Address:
    """Where the vendor has an archive, and the hosts to which it may redirect."""

    path: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()


class Archives(Commits):
    """StreamArchive."""

    permissions = {"stream_archive": Permission.READ_CODE}

    archive_formats: ClassVar[tuple[files_pb2.ArchiveFormat.ValueType, ...]] = (TAR_GZ, ZIP)
    #: Whether the vendor makes archives of a directory, and with another prefix than its own.
    archive_takes_path: ClassVar[bool] = False
    archive_takes_prefix: ClassVar[bool] = False

    @abstractmethod
    def archive_address(self, wanted: Wanted) -> Address: ...

    def is_archived_directory(self, path: str, sha: str) -> bool:
        """Whether there is a directory, and not a file. Raises Absent. For ``archive_takes_path``."""
        raise NotImplementedError

    def stream_archive(self, call: Call, request: files_pb2.StreamArchiveRequest) -> Iterator[files_pb2.ArchivePiece]:
        format = request.format or self.archive_formats[0]
        path = normal(request.path)
        if format not in self.archive_formats:
            raise self._lacks("archives in this format", "format", "Ask for ARCHIVE_FORMAT_ZIP")
        if path and not self.archive_takes_path:
            raise self._lacks("archives of a directory", "path")
        if request.HasField("prefix") and not self.archive_takes_prefix:
            raise self._lacks("archives with a prefix of your own", "prefix")
        sha = self.sha_of(request.ref)
        try:
            if path and not self.is_archived_directory(path, sha):
                raise not_a_directory(request.path)
            prefix = archives.prefix_of(request, "") if request.HasField("prefix") else None
            at = self.archive_address(Wanted(sha, format, path, prefix))
            download = self.http.download(at.path, at.params, headers=at.headers, hosts=at.hosts)
        except Absent as absence:
            self.confirm(absence, sha)
            if path:
                raise path_not_found(request.path, request.ref) from None
            raise bad_answer() from None
        watcher = archives.Gzip() if format == TAR_GZ else archives.Zip()
        info = archives.info("" if self.repository is None else self.repository.name, sha, format)
        if download.size is not None:
            info.size_bytes = download.size
        yield files_pb2.ArchivePiece(info=info)
        for piece in download.pieces(archives.PIECE_BYTES):
            if not watcher.add(piece):
                raise bad_answer()
            yield files_pb2.ArchivePiece(data=piece)
        if not watcher.is_whole:
            raise cut()

    def _lacks(self, what: str, field: str, advice: str = "") -> Unimplemented:
        return Unimplemented(
            f"{self.name} has no {what}. {advice or f'Leave {field} unset'}.",
            metadata={"provider": self.key, "field": field},
        )
