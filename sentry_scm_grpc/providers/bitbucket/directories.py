"""Directories: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE
from sentry_scm_grpc.providers.bitbucket.files import BitbucketFiles
from sentry_scm_grpc.providers.bitbucket.tree import kind_of
from sentry_scm_grpc.providers.vendor.directories import Directories
from sentry_scm_grpc.providers.vendor.errors import not_a_directory
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import count, string, text
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketDirectories(BitbucketFiles, Directories):
    def fetch_directory(self, path: str, ref: str, position: Any) -> Page[files_pb2.DirectoryEntry]:
        if path and position is None and text(self._meta(path, ref), "type") != "commit_directory":
            # The same address would return the bytes of the file.
            raise not_a_directory(path)
        params = {"pagelen": PER_PAGE, "max_depth": 1}
        address = self._src(path, ref) + ("/" if path else "")
        found, after = self._page(address, params, position, immutable=is_full_sha(ref))
        pin = text(found[0], "commit", "hash") if found else ""
        return Page([_entry_of(entry) for entry in found], after, pin if is_full_sha(pin) else "")


def _entry_of(found: Mapping[str, Any]) -> files_pb2.DirectoryEntry:
    if text(found, "type") == "commit_directory":
        path = string(found, "path").rstrip("/")
        return files_pb2.DirectoryEntry(path=path, kind=pb.TREE_ENTRY_KIND_DIRECTORY)
    kind = kind_of(found)
    size = None if kind == pb.TREE_ENTRY_KIND_SUBMODULE else count(found, "size")
    return files_pb2.DirectoryEntry(path=string(found, "path"), kind=kind, size_bytes=size)
