"""The file changes of a commit, which Bitbucket calls diffstat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket.api import BitbucketApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import bad_answer, number, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

CHANGES_PER_PAGE = 500
CHANGE_KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "removed": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
    "modified": pb.FILE_CHANGE_KIND_MODIFIED,
    # Kinds of conflicts appear only in pull requests.
}


class BitbucketChanges(BitbucketApi):
    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        params = {"pagelen": CHANGES_PER_PAGE}
        found, after = self._page(f"{self.path}/diffstat/{quoted(sha)}", params, position, immutable=is_full_sha(sha))
        return Page([change_of(change) for change in found], after)


def change_of(found: Mapping[str, Any]) -> pb.FileChange:
    kind = CHANGE_KINDS.get(text(found, "status"), pb.FILE_CHANGE_KIND_UNSPECIFIED)
    before, after = text(found, "old", "path"), text(found, "new", "path")
    if not before and not after:
        raise bad_answer()
    return pb.FileChange(
        path=after or before,
        kind=kind,
        previous_path=before if kind == pb.FILE_CHANGE_KIND_RENAMED else "",
        additions=number(found, "lines_added"),
        deletions=number(found, "lines_removed"),
    )
