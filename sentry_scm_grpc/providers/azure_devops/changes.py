"""The file changes of a commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE, AzureDevOpsApi, is_folder
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import rows, string, text, value
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The values of a "changeType", which may have several, separated by commas. The first of this list counts.
# https://learn.microsoft.com/en-us/rest/api/azure/devops/git/commits/get-changes#versioncontrolchangetype
CHANGE_KINDS = {
    "rename": pb.FILE_CHANGE_KIND_RENAMED,
    "targetrename": pb.FILE_CHANGE_KIND_RENAMED,
    "branch": pb.FILE_CHANGE_KIND_COPIED,
    "add": pb.FILE_CHANGE_KIND_ADDED,
    "undelete": pb.FILE_CHANGE_KIND_ADDED,
    "delete": pb.FILE_CHANGE_KIND_DELETED,
    **dict.fromkeys(("edit", "encoding", "merge", "lock", "rollback", "property", "all"), pb.FILE_CHANGE_KIND_MODIFIED),
    # "none".
}
WITH_PREVIOUS = (pb.FILE_CHANGE_KIND_RENAMED, pb.FILE_CHANGE_KIND_COPIED)


class AzureDevOpsChanges(AzureDevOpsApi, Commits):
    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        start = position or 0
        params = {"top": PER_PAGE, "skip": start}
        answer = self.http.get(f"{self.path}/commits/{quoted(sha)}/changes", params, immutable=is_full_sha(sha))
        found = rows(answer, "changes")
        return Page(changes_of(found), start + PER_PAGE if len(found) >= PER_PAGE else None)


def changes_of(found: list[Mapping[str, Any]]) -> list[pb.FileChange]:
    changes = []
    for change in found:
        kinds = [kind.strip() for kind in text(change, "changeType").lower().split(",")]
        # Skip folders. Skip the old name of a rename, which the entry of the new name contains.
        if value(change, "item", "path") and (is_folder(change["item"]) or "sourcerename" in kinds):
            continue
        kind = next((CHANGE_KINDS[kind] for kind in CHANGE_KINDS if kind in kinds), pb.FILE_CHANGE_KIND_UNSPECIFIED)
        previous = text(change, "sourceServerItem").removeprefix("/") if kind in WITH_PREVIOUS else ""
        path = string(change, "item", "path").removeprefix("/")
        changes.append(pb.FileChange(path=path, kind=kind, previous_path=previous))
    return changes
