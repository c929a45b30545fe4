"""The file changes of a commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import bad_answer, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The server's limit on the changes of a commit (page.max.changes). Pages end there.
MAX_CHANGES = 1000
CHANGE_KINDS = {
    "ADD": pb.FILE_CHANGE_KIND_ADDED,
    "DELETE": pb.FILE_CHANGE_KIND_DELETED,
    "MOVE": pb.FILE_CHANGE_KIND_RENAMED,
    "COPY": pb.FILE_CHANGE_KIND_COPIED,
    "MODIFY": pb.FILE_CHANGE_KIND_MODIFIED,
    # "UNKNOWN" is documented as well.
}
WITH_PREVIOUS = (pb.FILE_CHANGE_KIND_RENAMED, pb.FILE_CHANGE_KIND_COPIED)


class BitbucketServerChanges(BitbucketServerApi, Commits):
    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        return self._listed_since(sha, "", position)

    def _listed_since(self, sha: str, start: str, position: Any) -> Page[pb.FileChange]:
        """The changes of a commit since another one. An empty start means its first parent."""
        path = f"{self.path}/commits/{quoted(sha)}/changes"
        found, after = self._page(path, {"since": start} if start else {}, position, immutable=is_full_sha(sha))
        told = (position or 0) + len(found)
        cut = after is None and told >= MAX_CHANGES
        return Page([change_of(change) for change in found], after, incomplete=VENDOR_LIMIT if cut else "")


def change_of(found: Mapping[str, Any]) -> pb.FileChange:
    kind = CHANGE_KINDS.get(text(found, "type"), pb.FILE_CHANGE_KIND_UNSPECIFIED)
    previous = path_of(found, "srcPath") if kind in WITH_PREVIOUS else ""
    path = path_of(found, "path")
    if not path:
        raise bad_answer()
    return pb.FileChange(path=path, kind=kind, previous_path=previous)


def path_of(found: Any, name: str) -> str:
    """A path, given whole or, in later versions, in parts. Empty if there is none."""
    path = found.get(name) if isinstance(found, Mapping) else None
    parts = path.get("components") if isinstance(path, Mapping) else None
    whole = "/".join(part for part in parts if isinstance(part, str)) if isinstance(parts, list) else ""
    return text(path, "toString") or whole
