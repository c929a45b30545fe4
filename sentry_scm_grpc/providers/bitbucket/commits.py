"""Commits: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.vendor.commits import CommitQuery
from sentry_scm_grpc.providers.vendor.errors import ref_not_found
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, person, string, text, told_rows
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketCommits(BitbucketApi):
    @cached_property
    def main_branch(self) -> str:
        """The default branch, empty if there is none. Without a ref, Bitbucket lists the commits of all branches."""
        known = self.repository.default_branch if self.repository else ""
        return known or self.fetch_repository(self.full_name).default_branch

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, None]:
        if is_full_sha(ref):
            return commit_of(self.http.get(f"{self.path}/commit/{ref}", immutable=True)), None
        found, _ = self._page(f"{self.path}/commits", {"include": self._ref(ref), "pagelen": 1}, None)
        if not found:
            raise ref_not_found(ref)
        return commit_of(found[0]), None

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        """The list ends at a page whose commits are all older than ``query.since``."""
        if not query.ref and not self.main_branch:
            return Page([])
        params = {"pagelen": PER_PAGE, **({"path": query.path} if query.path else {})}
        # The address of the next page contains the ref of the first page, but the ref may have moved since.
        within = {"include": self._ref(query.ref)}
        found, after = self._page(f"{self.path}/commits", params, position, within, immutable=is_full_sha(query.ref))
        commits = [commit_of(commit) for commit in found]
        since = query.since.timestamp() if query.since else None
        if since is not None and all(commit.date_added.seconds < since for commit in commits):
            after = None
        return Page(commits, after)

    def _ref(self, ref: str) -> str:
        branch = self.main_branch if ref in ("", "HEAD") else ref
        if not branch:
            raise ref_not_found(ref)
        return branch


def commit_of(found: Any) -> pb.Commit:
    return pb.Commit(
        key=string(found, "hash"),
        message=text(found, "message"),
        author=person_of(found, "author"),
        committer=person_of(found, "committer"),
        date_added=moment(found, "date"),
        web_url=text(found, "links", "html", "href"),
        parent_keys=[string(parent, "hash") for parent in told_rows(found, "parents")],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor | None:
    """Reads git's form "Name <address>". The rules of mail do not apply: a name may contain commas and brackets."""
    raw = text(found, role, "raw").strip()
    name, bracket, email = raw.removesuffix(">").rpartition("<")
    if not bracket or not raw.endswith(">") or ">" in email:
        name, email = raw, ""
    name = name.strip()
    return person(name or text(found, role, "user", "display_name"), email)
