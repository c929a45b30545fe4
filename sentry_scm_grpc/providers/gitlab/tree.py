"""Trees: https://docs.gitlab.com/api/repositories/#list-repository-tree"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument
from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.providers.vendor.tree import Trees, kind_of_mode
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabTree(GitLabApi, Trees):
    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """All files in one response. If GitLab cannot do that, 100 files and directories at a time."""
        asked = {"recursive": "true", "ref": ref or "HEAD", "path": path.rstrip("/")}
        params = {name: asked for name, asked in asked.items() if asked}
        params["pagination"] = "none" if position is None else "keyset"
        try:
            found, after = self._page(f"{self.path}/repository/tree", params, position, immutable=is_full_sha(ref))
        except (InvalidArgument, FailedPrecondition) as error:
            # A GitLab before 15.3, or a tree that is too large to read at once.
            if position is None and error.reason in ("VENDOR_INVALID", "FILE_TOO_LARGE"):
                return Page([], {"page": "1"})
            raise
        entries = [entry_of(entry) for entry in found if entry.get("type") != "tree"]
        return Page(sorted(entries, key=lambda entry: entry.path.encode()), after)


def entry_of(found: Mapping[str, Any]) -> pb.TreeEntry:
    kind = kind_of_mode(text(found, "mode"))
    return pb.TreeEntry(path=string(found, "path"), kind=kind, sha=string(found, "id"))
