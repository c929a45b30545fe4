"""Directories: GraphQL says what is at a path, REST lists the entries of a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.github.files import GitHubFiles
from sentry_scm_grpc.providers.github.tree import GitHubTree
from sentry_scm_grpc.providers.vendor.directories import Directories
from sentry_scm_grpc.providers.vendor.errors import not_a_directory, path_not_found
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.reading import count, string, text
from sentry_scm_grpc.providers.vendor.tree import kind_of_mode
from sentry_scm_grpc.v1 import files_pb2


class GitHubDirectories(GitHubFiles, GitHubTree, Directories):
    def fetch_directory(self, path: str, ref: str, position: Any) -> Page[files_pb2.DirectoryEntry]:
        """All entries in one response. The tree's SHA takes the place of the ref of later pages, which are few: our own
        pages of that response."""
        tree, pin = ref or "HEAD", ""
        if path:
            entry = self._entry(path, ref)
            if entry is None:
                raise path_not_found(path, ref)
            if entry.kind != "tree":
                raise not_a_directory(path)
            tree, pin = entry.sha, entry.commit
        with self._ref_at_fault(ref):
            sha, entries, cut = self._tree(tree, whole=False)
        parent = f"{path}/" if path else ""
        listed = [_entry_of(entry, parent) for entry in entries]
        return Page(listed, ref=pin or sha, incomplete=VENDOR_LIMIT if cut else "")


def _entry_of(found: Mapping[str, Any], parent: str) -> files_pb2.DirectoryEntry:
    return files_pb2.DirectoryEntry(
        path=parent + string(found, "path"),
        kind=kind_of_mode(text(found, "mode")),
        size_bytes=count(found, "size"),
        sha=string(found, "sha"),
    )
