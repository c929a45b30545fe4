"""One level of a directory."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import path_not_found, ref_not_found
from sentry_scm_grpc.providers.vendor.pages import Page, fill
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.paths import normal
from sentry_scm_grpc.v1 import files_pb2


class Directories(Commits):
    """ListDirectory."""

    permissions = {"list_directory": Permission.READ_CODE}

    @abstractmethod
    def fetch_directory(self, path: str, ref: str, position: Any) -> Page[files_pb2.DirectoryEntry]:
        """The entries of a directory, by their paths. An empty path means the root.

        Names are set here. Raises ``not_a_directory``, and Absent for a path that does not exist.
        """

    def list_directory(self, call: Call, request: files_pb2.ListDirectoryRequest) -> files_pb2.ListDirectoryResponse:
        path = normal(request.path)

        def fetch(ref: str, position: Any) -> Page[files_pb2.DirectoryEntry]:
            try:
                return self.fetch_directory(path, ref, position)
            except Absent as absence:
                self.confirm(absence, ref, may_be_empty=not path)
                if path:
                    raise path_not_found(path, ref) from None
                if ref:
                    raise ref_not_found(ref) from None
                return Page([])

        found = fill(call, request.ref, fetch, self.sha_of)
        for entry in found.items:
            entry.name = entry.path.rpartition("/")[2]
        return files_pb2.ListDirectoryResponse(entries=found.items, **found.fields)
