"""Commits and the files that they change."""

from __future__ import annotations

from typing import Any

from scm_grpc_gitea.api import GiteaApi
from sentry_scm_grpc.providers.vendor.commits import CommitQuery
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, rows, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

# A file is "removed" in a commit, and "deleted" in a pull request.
_CHANGE_KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "removed": pb.FILE_CHANGE_KIND_DELETED,
    "deleted": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
    "copied": pb.FILE_CHANGE_KIND_COPIED,
}


class GiteaCommits(GiteaApi):
    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        found = self.http.get(f"{self.path}/git/commits/{quoted(ref)}", immutable=is_full_sha(ref))
        return commit_of(found), Page(_changes(found))

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        asked = {"sha": query.ref, "path": query.path}
        found, after = self._page(f"{self.path}/commits", {name: t for name, t in asked.items() if t}, position)
        return Page([commit_of(one) for one in found], after)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        """Gitea tells all changes at once."""
        return Page(_changes(self.http.get(f"{self.path}/git/commits/{sha}", immutable=True)))


def commit_of(found: Any) -> pb.Commit:
    return pb.Commit(
        key=string(found, "sha"),
        message=text(found, "commit", "message"),
        author=_person(found, "author"),
        committer=_person(found, "committer"),
        date_added=moment(found, "commit", "committer", "date"),
        web_url=text(found, "html_url"),
        parent_keys=[string(parent, "sha") for parent in rows(found, "parents")],
    )


def _changes(found: Any) -> list[pb.FileChange]:
    if not isinstance(found.get("files"), list):  # Null where nothing changed.
        return []
    return [
        pb.FileChange(
            path=string(change, "filename"),
            kind=change_kind(text(change, "status")),
        )
        for change in rows(found, "files")
    ]


def change_kind(word: str) -> pb.FileChangeKind.ValueType:
    return _CHANGE_KINDS.get(word, pb.FILE_CHANGE_KIND_MODIFIED)


def _person(found: Any, role: str) -> pb.CommitAuthor:
    return pb.CommitAuthor(name=text(found, "commit", role, "name"), email=text(found, "commit", role, "email"))
