"""Directories: https://docs.gitlab.com/api/repositories/#list-repository-tree"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.gitlab.files import GitLabFiles
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.directories import Directories
from sentry_scm_grpc.providers.vendor.errors import not_a_directory
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.providers.vendor.tree import kind_of_mode
from sentry_scm_grpc.v1 import files_pb2


class GitLabDirectories(GitLabFiles, Directories):
    def fetch_directory(self, path: str, ref: str, position: Any) -> Page[files_pb2.DirectoryEntry]:
        params = {"ref": ref or "HEAD", "pagination": "keyset", **({"path": path} if path else {})}
        try:
            found, after = self._page(f"{self.path}/repository/tree", params, position, immutable=is_full_sha(ref))
            if path and not found and position is None:
                # git has no empty directories.
                raise Absent(Lack.REF_OR_PATH)
        except Absent:
            if path and self._at_path(path, ref) is not None:
                raise not_a_directory(path) from None
            raise
        return Page([_entry_of(entry) for entry in found], after)


def _entry_of(found: Mapping[str, Any]) -> files_pb2.DirectoryEntry:
    return files_pb2.DirectoryEntry(
        path=string(found, "path"), kind=kind_of_mode(text(found, "mode")), sha=string(found, "id")
    )
