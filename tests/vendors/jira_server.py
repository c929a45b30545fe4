"""Jira Data Center as its documentation has it: https://developer.atlassian.com/server/jira/platform/rest/

It is installed below a path of its own, as many are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.vendors import jira
from tests.vendors.fake import Request, page_from, route
from tests.vendors.world import Issue

ADA = "ada"


class Fake(jira.Fake):
    key = "jira_server"
    api = "https://tracker.example.com/jira"
    rest = "/rest/api/2"
    web = "https://tracker.example.com/jira"
    integration_metadata: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://tracker.example.com/jira",
        "domain_name": "tracker.example.com/jira",
        "verify_ssl": True,
        "webhook_secret": "secret-of-the-webhook",
    }
    issue_metadata: ClassVar[Mapping[str, str]] = {jira.SEVERITY: "High", jira.OWNER: ADA}
    unauthorized: ClassVar[Any] = {"errorMessages": ["You are not authenticated."], "errors": {}}
    user_field = "name"
    user = ADA
    version = "9.12.5"
    deployment = "Server"

    def _person(self) -> Any:
        return {
            "self": f"{self.api}{self.rest}/user?username={ADA}",
            "key": "JIRAUSER10000",
            "name": ADA,
            "emailAddress": "ada@example.com",
            "displayName": "Ada Lovelace",
            "active": True,
        }

    @route("GET", r"/rest/api/2/project")
    def list_projects(self, request: Request) -> Any:
        return [self._project(key) for key in self.projects]

    def _page(self, request: Request, name: str, items: Sequence[Any]) -> Any:
        start = int(request.params.get("startAt", 0))
        found, more = page_from(list(items), start, min(int(request.params["maxResults"]), 5))
        return {"startAt": start, "maxResults": 5, "total": len(items), "isLast": not more, "values": found}

    @route("POST", r"/rest/api/2/search")
    def search_by_number(self, request: Request) -> Any:
        asked = request.data
        issues = self._found(asked["jql"])
        found, _ = page_from(issues, asked["startAt"], min(asked["maxResults"], 100))
        page = {"expand": "schema,names", "startAt": asked["startAt"], "maxResults": 100, "total": len(issues)}
        return {**page, "issues": [self._issue(issue, asked["fields"]) for issue in found]}

    def _description(self, issue: Issue) -> Any:
        return self.written.get(issue.number, issue.body or None)

    def _is_markup(self, value: Any) -> bool:
        return isinstance(value, str)

    def _plain(self, description: Any) -> str:
        return description or ""
