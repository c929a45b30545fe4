"""Trees: https://docs.github.com/en/rest/git/trees"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text
from sentry_scm_grpc.providers.vendor.tree import Trees, kind_of_mode
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubTree(GitHubApi, Trees):
    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """All files in one response, or a part of them if the repository is too large.

        A position is a stack of trees to visit. Each has its SHA, its path, and the index of the entry to start with.
        The index None means: the whole tree below it in one call.
        """
        stack: list[Any] = list(position or [[ref or "HEAD", "", None]])
        sha, parent, start = stack.pop()
        with self._ref_at_fault(ref):
            root, entries, cut = self._tree(sha, whole=start is None)
            if cut:
                sha, start = root, 0
                _, entries, cut = self._tree(sha, whole=False)
        pin = "" if position else root
        incomplete = VENDOR_LIMIT if cut else ""
        if start is None:
            fitting = [tree_entry(entry, parent) for entry in entries if entry.get("type") != "tree"]
            return Page([entry for entry in fitting if _below(entry.path, path)], stack or None, pin)
        files = []
        for index, entry in enumerate(entries[start:], start):
            listed = tree_entry(entry, parent)
            if entry.get("type") != "tree":
                files += [listed] if _below(listed.path, path) else []
            elif not path or _below(listed.path, path) or _below(path, listed.path):
                stack += [[sha, parent, index + 1], [listed.sha, f"{listed.path}/", None]]
                break
        return Page(files, stack or None, pin, incomplete)

    def _tree(self, sha: str, *, whole: bool) -> tuple[str, list[Mapping[str, Any]], bool]:
        """The SHA of a tree, its entries (recursive if ``whole``), and whether entries are missing."""
        params = {"recursive": 1} if whole else None
        found = self.http.get(f"{self.path}/git/trees/{quoted(sha)}", params, immutable=is_full_sha(sha))
        return string(found, "sha"), rows(found, "tree"), bool(found.get("truncated"))


def tree_entry(entry: Mapping[str, Any], parent: str) -> pb.TreeEntry:
    return pb.TreeEntry(
        path=parent + string(entry, "path"),
        kind=kind_of_mode(text(entry, "mode")),
        size_bytes=number(entry, "size"),
        sha=string(entry, "sha"),
    )


def _below(path: str, directory: str) -> bool:
    """Whether a path is equal to or below another one. Every path is below ""."""
    return not directory or f"{path}/".startswith(f"{directory.rstrip('/')}/")
