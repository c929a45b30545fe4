"""The file changes of a commit, which GitHub returns in pages with the commit itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.github.api import PER_PAGE, GitHubApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: GitHub's limits on the files of a commit: in pages, and in one response of a GitHub Enterprise without pages.
CHANGES_TOLD = (3000, 300)
CHANGE_KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "removed": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
    "copied": pb.FILE_CHANGE_KIND_COPIED,
    "modified": pb.FILE_CHANGE_KIND_MODIFIED,
    "changed": pb.FILE_CHANGE_KIND_MODIFIED,  # Its mode or type.
    # "unchanged" is not a change.
}
WITH_PREVIOUS = ("renamed", "copied")


class GitHubChanges(GitHubApi):
    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        found, after = self._commit_page(sha, position)
        return self._changes_page(found, position, after)

    def _changes_page(self, found: Any, position: Any, after: int | None) -> Page[pb.FileChange]:
        changes = changes_of(found)
        told = ((position or 1) - 1) * PER_PAGE + len(changes)
        untold = not told_files(found) and number(found, "stats", "total") > 0
        cut = after is None and (told in CHANGES_TOLD or untold)
        return Page(changes, after, incomplete=VENDOR_LIMIT if cut else "")

    def _commit_page(self, ref: str, position: Any) -> tuple[Any, int | None]:
        return self._page(f"{self.path}/commits/{quoted(ref)}", {}, position, immutable=is_full_sha(ref))


def told_files(found: Any) -> bool:
    """Whether a commit contains its files. It does not if GitHub needs too long for the diff."""
    return not isinstance(found, Mapping) or found.get("files") is not None


def changes_of(found: Any) -> list[pb.FileChange]:
    return [change_of(change) for change in (rows(found, "files") if told_files(found) else ())]


def change_of(found: Any) -> pb.FileChange:
    return pb.FileChange(
        path=string(found, "filename"),
        kind=CHANGE_KINDS.get(text(found, "status"), pb.FILE_CHANGE_KIND_UNSPECIFIED),
        previous_path=text(found, "previous_filename") if text(found, "status") in WITH_PREVIOUS else "",
        additions=number(found, "additions"),
        deletions=number(found, "deletions"),
    )
