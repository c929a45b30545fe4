"""Trees, read a few levels at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import Unavailable
from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.bitbucket.files import attributes_of
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import number, string, text
from sentry_scm_grpc.providers.vendor.tree import Trees
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: How many levels of a tree one call reads. Deeper directories are read by further calls.
TREE_DEPTH = 10
ENTRY_KINDS = {
    "link": pb.TREE_ENTRY_KIND_SYMLINK,
    "subrepository": pb.TREE_ENTRY_KIND_SUBMODULE,
    "executable": pb.TREE_ENTRY_KIND_EXECUTABLE,
}


class BitbucketTree(BitbucketApi, Trees):
    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """A position holds the directories still to list, the position in the first one, and the depth."""
        if position is None and path:
            found = self._meta(path, ref)
            if text(found, "type") == "commit_file":
                return Page([entry_of(found)])
        (parent, *waiting), place, depth = position or ([path], None, TREE_DEPTH)
        params = {"pagelen": PER_PAGE, "max_depth": depth}
        try:
            entries, after = self._page(self._src(parent, ref), params, place, immutable=is_full_sha(ref))
        except Unavailable as error:
            if error.reason != "PROVIDER_TIMEOUT" or place or depth == 1:
                raise
            # Bitbucket needs too long for this depth.
            return Page([], [[parent, *waiting], None, 1])
        base = parent.count("/") + 1 if parent else 0
        deeper = [
            string(entry, "path").rstrip("/")
            for entry in entries
            if text(entry, "type") == "commit_directory"
            and string(entry, "path").rstrip("/").count("/") + 1 == base + depth
        ]
        waiting += deeper
        following = [[parent, *waiting], after, depth] if after else [waiting, None, depth] if waiting else None
        files = [entry_of(entry) for entry in entries if text(entry, "type") != "commit_directory"]
        return Page(files, following, text(entries[0], "commit", "hash") if entries else "")


def kind_of(file: Mapping[str, Any]) -> pb.TreeEntryKind.ValueType:
    kinds = [kind for name, kind in ENTRY_KINDS.items() if name in attributes_of(file)]
    return kinds[0] if kinds else pb.TREE_ENTRY_KIND_FILE


def entry_of(found: Mapping[str, Any]) -> pb.TreeEntry:
    return pb.TreeEntry(
        path=string(found, "path"),
        kind=kind_of(found),
        size_bytes=number(found, "size"),
    )
