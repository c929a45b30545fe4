"""Commits: https://docs.github.com/en/rest/commits/commits"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.github.changes import GitHubChanges
from sentry_scm_grpc.providers.vendor.commits import CommitQuery
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, person, rows, string, text, told_rows
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubCommits(GitHubChanges):
    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        found, after = self._commit_page(ref, None)
        return self._commit(found), self._changes_page(found, None, after)

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        params = query.params("sha")
        with self._ref_at_fault(query.ref):
            found, after = self._page(f"{self.path}/commits", params, position, immutable=is_full_sha(query.ref))
        return Page([self._commit(commit) for commit in rows(found)], after)

    def _commit(self, found: Any) -> pb.Commit:
        sha = string(found, "sha")
        return pb.Commit(
            key=sha,
            message=text(found, "commit", "message"),
            author=self._person(found, "author"),
            committer=self._person(found, "committer"),
            date_added=moment(found, "commit", "committer", "date") or moment(found, "commit", "author", "date"),
            web_url=text(found, "html_url") or f"{self._web}/commit/{sha}",
            parent_keys=[string(parent, "sha") for parent in told_rows(found, "parents")],
        )

    def _person(self, found: Any, role: str) -> pb.CommitAuthor | None:
        login = text(found, role, "login")
        name, email = (text(found, "commit", role, part) for part in ("name", "email"))
        return person(name, email, login and f"{self.key}:{login}")
