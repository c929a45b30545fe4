"""Directories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket_server.api import PER_PAGE, BitbucketServerApi, at_ref, following
from sentry_scm_grpc.providers.vendor.directories import Directories
from sentry_scm_grpc.providers.vendor.errors import not_a_directory
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import count, rows, string, text
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_KINDS = {"DIRECTORY": pb.TREE_ENTRY_KIND_DIRECTORY, "SUBMODULE": pb.TREE_ENTRY_KIND_SUBMODULE}


class BitbucketServerDirectories(BitbucketServerApi, Directories):
    def fetch_directory(self, path: str, ref: str, position: Any) -> Page[files_pb2.DirectoryEntry]:
        params = {**at_ref(ref), "limit": PER_PAGE, "start": position or 0}
        below = f"/{quoted_path(path)}" if path else ""
        answer = self.http.get(f"{self.path}/browse{below}", params, immutable=is_full_sha(ref))
        children = answer.get("children") if isinstance(answer, Mapping) else None
        if children is None:
            # The lines of a file.
            raise not_a_directory(path)
        parent = f"{path}/" if path else ""
        return Page([_entry_of(entry, parent) for entry in rows(children, "values")], following(children))


def _entry_of(found: Mapping[str, Any], parent: str) -> files_pb2.DirectoryEntry:
    kind = _KINDS.get(text(found, "type"), pb.TREE_ENTRY_KIND_FILE)
    # A directory that has nothing but another one comes as the path of both.
    name = string(found, "path", "toString").partition("/")[0]
    return files_pb2.DirectoryEntry(
        path=parent + name,
        kind=kind,
        size_bytes=count(found, "size") if kind == pb.TREE_ENTRY_KIND_FILE else None,
        sha=text(found, "contentId"),
    )
