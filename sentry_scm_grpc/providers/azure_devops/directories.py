"""Directories: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/items/list"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import AzureDevOpsApi, is_folder
from sentry_scm_grpc.providers.azure_devops.tree import entry_of
from sentry_scm_grpc.providers.vendor.directories import Directories
from sentry_scm_grpc.providers.vendor.errors import not_a_directory
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import rows, text
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class AzureDevOpsDirectories(AzureDevOpsApi, Directories):
    def fetch_directory(self, path: str, ref: str, position: Any) -> Page[files_pb2.DirectoryEntry]:
        """All entries in one response, behind the directory itself."""
        if path:
            quoted_path(path)  # Refuses a path that the vendor would read as another one.
        found = rows(self._items({"scopePath": f"/{path}", "recursionLevel": "OneLevel"}, ref), "value")
        if any(text(item, "path").strip("/") == path and not is_folder(item) for item in found):
            raise not_a_directory(path)
        below = [item for item in found if text(item, "path").strip("/") != path]
        return Page([_entry_of(item) for item in below], ref=text(found[0], "commitId") if found else "")


def _entry_of(item: Any) -> files_pb2.DirectoryEntry:
    found = entry_of(item)
    kind = pb.TREE_ENTRY_KIND_DIRECTORY if is_folder(item) else found.kind
    return files_pb2.DirectoryEntry(path=found.path, kind=kind, sha=found.sha)
