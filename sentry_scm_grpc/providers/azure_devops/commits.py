"""Commits: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/commits"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE, AzureDevOpsApi
from sentry_scm_grpc.providers.azure_devops.changes import changes_of
from sentry_scm_grpc.providers.vendor.commits import CommitQuery, Commits
from sentry_scm_grpc.providers.vendor.errors import ref_not_found
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, moment_text, person, rows, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class AzureDevOpsCommits(AzureDevOpsApi, Commits):
    def sha_of(self, ref: str) -> str:
        if is_full_sha(ref):
            return ref
        params = {"searchCriteria.$top": 1}
        found = rows(self._at(ref, "searchCriteria.itemVersion", lambda at: self._history(params, at)), "value")
        if not found:
            raise ref_not_found(ref)
        return string(found[0], "commitId")

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        found = self._whole_commit(ref if is_full_sha(ref) else self.sha_of(ref))
        # If there may be more, all are read again: the documentation does not say that both lists have the same order.
        changes = rows({"changes": [], **found}, "changes") if isinstance(found, Mapping) else []
        return commit_of(found), Page(changes_of(changes)) if 0 < len(changes) < PER_PAGE else None

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        start = position or 0
        asked = {
            "itemPath": query.path and f"/{query.path}",
            "fromDate": moment_text(query.since),
            "toDate": moment_text(query.until),
            "$skip": start,
            "$top": PER_PAGE,
        }
        params = {f"searchCriteria.{name}": asked for name, asked in asked.items() if asked}
        answer = self._at(query.ref, "searchCriteria.itemVersion", lambda at: self._history(params, at))
        found = rows(answer, "value")
        commits = self.http.gather([partial(self._listed_commit, row) for row in found])
        return Page(commits, start + PER_PAGE if len(found) >= PER_PAGE else None)

    def _listed_commit(self, found: Mapping[str, Any]) -> pb.Commit:
        """A commit of a list. A list cuts long messages, so such a commit is read again."""
        return commit_of(self._whole_commit(string(found, "commitId")) if found.get("commentTruncated") else found)

    def _whole_commit(self, sha: str) -> Any:
        return self.http.get(f"{self.path}/commits/{quoted(sha)}", {"changeCount": PER_PAGE}, immutable=True)


def commit_of(found: Any) -> pb.Commit:
    parents = found.get("parents") if isinstance(found, Mapping) else None
    return pb.Commit(
        key=string(found, "commitId"),
        message=text(found, "comment"),
        author=person_of(found, "author"),
        committer=person_of(found, "committer"),
        date_added=moment(found, "committer", "date") or moment(found, "author", "date"),
        web_url=text(found, "remoteUrl"),
        parent_keys=[sha for sha in parents if isinstance(sha, str)] if isinstance(parents, list) else [],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor | None:
    return person(text(found, role, "name"), text(found, role, "email"))
