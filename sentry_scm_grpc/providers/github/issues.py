"""Issues: https://docs.github.com/en/rest/issues/issues"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.issues import IssueDestinations, IssueSearch
from sentry_scm_grpc.providers.vendor.marks import unmarked
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment_text, rows, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

ISSUE_STATES = {"open": pb.ISSUE_STATE_OPEN, "closed": pb.ISSUE_STATE_CLOSED}
_REPOSITORY = re.compile(r"/repos/([\w.-]+/[\w.-]+)\Z")


class GitHubIssues(GitHubApi, IssueSearch, IssueDestinations):
    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]:
        found, after, incomplete = self._search(
            "/search/issues", query, destination, "type:issue", position, sort="created", order="desc"
        )
        ending = f"/repos/{destination}".lower()
        return Page(
            [
                issue_of(issue, destination)
                for issue in found
                if text(issue, "repository_url").lower().endswith(ending) and "pull_request" not in issue
            ],
            after,
            incomplete=incomplete,
        )

    def fetch_issues_since(
        self, place: str, title: str, since: datetime, position: Any
    ) -> Page[tuple[str, pb.TrackerIssue]]:
        # GitHub compares the time of the last change, which is never before the creation.
        params = {"state": "all", "sort": "created", "direction": "desc", "since": moment_text(since)}
        found, after = self._page(f"/repos/{place}/issues", params, position)
        # The list also contains pull requests.
        issues = [issue for issue in rows(found) if "pull_request" not in issue]
        return Page([(text(issue, "body"), self._issue(issue, place)) for issue in issues], after)

    def get_issue(self, key: str) -> pb.TrackerIssue:
        repository, number = self.parts_of(key)
        return self._issue(self.http.get(f"/repos/{repository}/issues/{number}"), repository)

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        repository, number = self.parts_of(key)
        wanted = "closed" if state == pb.ISSUE_STATE_CLOSED else "open"
        self.http.patch(f"/repos/{repository}/issues/{number}", data={"state": wanted})

    def _issue(self, found: Any, repository: str) -> pb.TrackerIssue:
        """As ``issue_of``. Raises Absent if it has moved to an account that is not the installation's."""
        issue = issue_of(found, repository)
        self.parts_of(issue.key)
        return issue

    def fetch_destinations(self, query: str, position: Any) -> Page[pb.IssueDestination]:
        found, after = self._account(position)
        names = [
            string(repository, "full_name")
            for repository in found
            if repository.get("has_issues") is not False and not repository.get("archived")
        ]
        return Page([pb.IssueDestination(id=name, name=name, kind="repository") for name in names], after)


def issue_of(found: Any, repository: str) -> pb.TrackerIssue:
    """An issue requested in a repository. It may have moved to another repository and have another number."""
    where = _REPOSITORY.search(text(found, "repository_url"))
    if where and where[1].lower() != repository.lower():
        repository = where[1]
    return pb.TrackerIssue(
        key=f"{repository}#{string(found, 'number')}",
        title=string(found, "title"),
        description=unmarked(text(found, "body")),
        web_url=text(found, "html_url"),
        state=ISSUE_STATES.get(text(found, "state"), pb.ISSUE_STATE_UNSPECIFIED),
    )
