"""Commits: https://docs.gitlab.com/api/commits/"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.commits import CommitQuery
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, number, person, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabCommits(GitLabApi):
    def fetch_commit(self, ref: str) -> tuple[pb.Commit, None]:
        found = self.http.get(f"{self.path}/repository/commits/{quoted(ref)}", immutable=is_full_sha(ref))
        commit = commit_of(found, self._web)
        self._lines[commit.key] = number(found, "stats", "additions") + number(found, "stats", "deletions")
        return commit, None

    @property
    def head(self) -> str:
        return "HEAD"  # The stored name of the default branch may be outdated.

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        params = query.params("ref_name")
        immutable = is_full_sha(query.ref)
        try:
            found, after = self._page(f"{self.path}/repository/commits", params, position, immutable=immutable)
        except InvalidArgument:
            if query.ref:
                self.look_up(query.ref)
            raise
        if query.ref and not found and position is None:
            # GitLab lists nothing for a ref that does not exist.
            self.look_up(query.ref)
        return Page([commit_of(commit, self._web) for commit in found], after)


def commit_of(found: Any, web: str) -> pb.Commit:
    """A commit. ``web`` is the address of the repository's pages: a GitLab before 12.9 returns no address."""
    sha = string(found, "id")
    parents = found.get("parent_ids")
    return pb.Commit(
        key=sha,
        message=text(found, "message") or text(found, "title"),
        author=person_of(found, "author"),
        committer=person_of(found, "committer"),
        date_added=moment(found, "committed_date") or moment(found, "created_at"),
        web_url=text(found, "web_url") or f"{web}/commit/{sha}",
        parent_keys=[sha for sha in parents if isinstance(sha, str)] if isinstance(parents, list) else [],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor | None:
    return person(text(found, f"{role}_name"), text(found, f"{role}_email"))
