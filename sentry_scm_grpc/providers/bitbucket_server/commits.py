"""Commits."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi
from sentry_scm_grpc.providers.vendor.commits import CommitQuery, Commits
from sentry_scm_grpc.providers.vendor.errors import ref_not_found
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, person, string, text, told_rows
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketServerCommits(BitbucketServerApi, Commits):
    def fetch_commit(self, ref: str) -> tuple[pb.Commit, None]:
        if is_full_sha(ref):
            return self._commit(self.http.get(f"{self.path}/commits/{ref}", immutable=True)), None
        found, _ = self._page(f"{self.path}/commits", {**_until(ref), "limit": 1}, None)
        if not found:
            raise ref_not_found(ref)
        return self._commit(found[0]), None

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        """The list ends at a page whose commits are all older than ``query.since``."""
        params = {**_until(query.ref), **({"path": query.path} if query.path else {})}
        found, after = self._page(f"{self.path}/commits", params, position, immutable=is_full_sha(query.ref))
        commits = [self._commit(commit) for commit in found]
        since = query.since.timestamp() if query.since else None
        if since is not None and all(commit.date_added.seconds < since for commit in commits):
            after = None
        return Page(commits, after)

    def _commit(self, found: Any) -> pb.Commit:
        sha, (project, slug) = string(found, "id"), self.place
        return pb.Commit(
            key=sha,
            message=text(found, "message"),
            author=person_of(found, "author"),
            committer=person_of(found, "committer"),
            date_added=moment(found, "committerTimestamp") or moment(found, "authorTimestamp"),
            web_url=f"{self._base}/projects/{quote(project)}/repos/{quote(slug)}/commits/{sha}",
            parent_keys=[string(parent, "id") for parent in told_rows(found, "parents")],
        )


def person_of(found: Any, role: str) -> pb.CommitAuthor | None:
    """If the person has an account, "displayName" is the name and "name" is the login."""
    name = text(found, role, "displayName") or text(found, role, "name")
    return person(name, text(found, role, "emailAddress"))


def _until(ref: str) -> dict[str, str]:
    return {} if ref in ("", "HEAD") else {"until": ref}
