"""Whether a path exists, and the bytes of a file."""

from __future__ import annotations

from abc import abstractmethod

from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import path_not_found, too_large
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The limit of GetFile in bytes if the request has none, and the highest limit.
DEFAULT_BYTES = 1024 * 1024
MAX_BYTES = 3 * 1024 * 1024


class Files(Commits, SourceUrls):
    """CheckFile, GetFile. An adapter with files also has ``Commits`` and ``SourceUrls``."""

    permissions = {"check_file": Permission.READ_FILES, "get_file": Permission.READ_FILES}

    @abstractmethod
    def has_path(self, path: str, ref: str) -> bool:
        """Whether a file or directory exists, in one call.

        False only if the repository and the ref are known to exist. Otherwise raises Absent.
        """

    @abstractmethod
    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        """The content of a file, and the commit_sha if the vendor names it.

        Raises ``not_a_file``, and ``too_large`` for more than ``max_bytes``.
        """

    def check_file(self, call: Call, request: pb.CheckFileRequest) -> pb.CheckFileResponse:
        try:
            exists = self.has_path(request.path, request.ref)
        except Absent as absence:
            self.confirm(absence, request.ref, may_be_empty=True)
            exists = False
        url = self.url_of(request.path, request.ref, 0) if exists else ""
        return pb.CheckFileResponse(exists=exists, url=url)

    def get_file(self, call: Call, request: pb.GetFileRequest) -> pb.FileContent:
        limit = min(request.max_bytes or DEFAULT_BYTES, MAX_BYTES)
        found = self.found_file(request.path, request.ref, limit)
        if len(found.content) > limit:
            raise too_large(len(found.content), limit)
        found.path = request.path
        found.commit_sha = found.commit_sha or request.ref
        found.size_bytes = len(found.content)
        found.url = self.url_of(request.path, request.ref, 0)
        return found

    def found_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        """As ``fetch_file``. Raises NotFound (PATH_NOT_FOUND, REF_NOT_FOUND) instead of Absent."""
        try:
            return self.fetch_file(path, ref, max_bytes)
        except Absent as absence:
            self.confirm(absence, ref)
            raise path_not_found(path, ref) from None
