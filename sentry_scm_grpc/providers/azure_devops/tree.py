"""Trees: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/items"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import AzureDevOpsApi, is_folder
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import rows, string, text
from sentry_scm_grpc.providers.vendor.tree import Trees
from sentry_scm_grpc.v1 import scm_pb2 as pb


class AzureDevOpsTree(AzureDevOpsApi, Trees):
    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """All files come in one response."""
        answer = self._items({"scopePath": f"/{path}", "recursionLevel": "Full"}, ref)
        found = rows(answer, "value")
        files = [entry_of(item) for item in found if not is_folder(item)]
        return Page(files, ref=text(found[0], "commitId") if found else "")


def entry_of(item: Mapping[str, Any]) -> pb.TreeEntry:
    kind = pb.TREE_ENTRY_KIND_SYMLINK if item.get("isSymLink") else pb.TREE_ENTRY_KIND_FILE
    if text(item, "gitObjectType") == "commit":
        kind = pb.TREE_ENTRY_KIND_SUBMODULE
    return pb.TreeEntry(path=string(item, "path").removeprefix("/"), kind=kind, sha=string(item, "objectId"))
