"""Jira Data Center and Server: https://developer.atlassian.com/server/jira/platform/rest/

It is the Jira of the package, with version 2 of the API: descriptions are wiki markup, people have names, a search has
pages by number, and the list of projects has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sentry_scm_grpc.providers.jira import wiki
from sentry_scm_grpc.providers.jira.api import PER_PAGE
from sentry_scm_grpc.providers.jira.destinations import JiraDestinations
from sentry_scm_grpc.providers.jira.issues import READ
from sentry_scm_grpc.providers.jira.standalone import JiraServerStandalone
from sentry_scm_grpc.providers.vendor.issues import tracker_alone
from sentry_scm_grpc.providers.vendor.marks import marked
from sentry_scm_grpc.providers.vendor.reading import bad_answer, number, rows


class JiraServerAdapter(JiraDestinations):
    key = "jira_server"
    name = "Jira Data Center"
    missing = tracker_alone(name)
    standalone = JiraServerStandalone

    rest = "/rest/api/2"
    user_field = "name"

    def markup(self, markdown: str, mark: str = "") -> Any:
        written = wiki.markup(markdown)
        return marked(written, self.mark_format, mark) if mark else written

    def text_of(self, value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise bad_answer()
        return wiki.as_text(value or "")

    def search(self, query: str, position: Any) -> tuple[Sequence[Mapping[str, Any]], Any]:
        """https://developer.atlassian.com/server/jira/platform/rest/v10000/api-group-search/"""
        start = position or 0
        asked = {"jql": query, "startAt": start, "maxResults": PER_PAGE, "fields": list(READ)}
        answer = self.http.query(f"{self.rest}/search", asked)
        found = rows(answer, "issues")
        after = start + len(found)
        return found, after if found and after < number(answer, "total") else None

    def projects(self, start: int) -> tuple[Sequence[Mapping[str, Any]], int | None]:
        listed = self.http.get(f"{self.rest}/project")
        found = rows({"value": listed}, "value")
        after = start + PER_PAGE
        return found[start:after], after if after < len(found) else None
