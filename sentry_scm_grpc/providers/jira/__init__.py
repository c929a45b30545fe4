"""Jira, a tracker without repositories: https://developer.atlassian.com/cloud/jira/platform/rest/v3/

This is Jira Cloud; ``server`` is Jira Data Center. A destination is a project and a type of issues, because the fields
of a new issue belong to both. Descriptions are documents in a format of Atlassian's (``adf``): they are written from
Markdown, and read as Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sentry_scm_grpc.providers.jira import adf
from sentry_scm_grpc.providers.jira.api import PER_PAGE
from sentry_scm_grpc.providers.jira.destinations import JiraDestinations
from sentry_scm_grpc.providers.jira.issues import READ
from sentry_scm_grpc.providers.jira.standalone import JiraStandalone
from sentry_scm_grpc.providers.vendor.issues import tracker_alone
from sentry_scm_grpc.providers.vendor.reading import rows, text


class JiraAdapter(JiraDestinations):
    key = "jira"
    name = "Jira"
    missing = tracker_alone(name)
    standalone = JiraStandalone

    rest = "/rest/api/3"
    user_field = "accountId"

    def markup(self, markdown: str, mark: str = "") -> Any:
        return adf.document(markdown, mark)

    def text_of(self, value: Any) -> str:
        return adf.as_text(value)

    def search(self, query: str, position: Any) -> tuple[Sequence[Mapping[str, Any]], Any]:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post"""
        asked = {"jql": query, "maxResults": PER_PAGE, "fields": list(READ)}
        answer = self.http.query(
            f"{self.rest}/search/jql", {**asked, **({"nextPageToken": position} if position else {})}
        )
        return rows(answer, "issues"), text(answer, "nextPageToken") or None

    def projects(self, start: int) -> tuple[Sequence[Mapping[str, Any]], int | None]:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get"""
        params = {"startAt": start, "maxResults": PER_PAGE, "orderBy": "key", "action": "create"}
        answer = self.http.get(f"{self.rest}/project/search", params)
        found = rows(answer, "values")
        return found, None if answer.get("isLast") is not False or not found else start + len(found)
