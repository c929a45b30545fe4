"""Issues: https://docs.gitlab.com/api/issues/"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.gitlab.quick_actions import as_sent, harmless
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.issues import IssueDestinations, IssueSearch
from sentry_scm_grpc.providers.vendor.marks import unmarked
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.providers.vendor.standalone import Standalone
from sentry_scm_grpc.v1 import scm_pb2 as pb

ISSUE_STATES = {
    "opened": pb.ISSUE_STATE_OPEN,
    "reopened": pb.ISSUE_STATE_OPEN,  # Before 10.0.
    "closed": pb.ISSUE_STATE_CLOSED,
}
_ISSUE = re.compile(r"(?P<project>.+?)(?:/-)?/(?:issues|work_items)/\d+")


class GitLabIssues(GitLabApi, IssueSearch, IssueDestinations):
    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]:
        found, after = self._page(
            f"/projects/{quoted(destination)}/issues", {"scope": "all", "search": query}, position
        )
        return Page([self._issue(issue, self._name(issue, destination)) for issue in found], after)

    def fetch_issues_since(
        self, place: str, title: str, since: datetime, position: Any
    ) -> Page[tuple[str, pb.TrackerIssue]]:
        params = {"scope": "all", "created_after": since.isoformat()}
        found, after = self._page(f"/projects/{place}/issues", params, position)
        issues = [self._issue(issue, self._name(issue, unquote(place))) for issue in found]
        return Page(list(zip((text(issue, "description") for issue in found), issues, strict=True)), after)

    def get_issue(self, key: str) -> pb.TrackerIssue:
        path, iid = self.parts_of(key)
        found = self.http.get(f"/projects/{quoted(path)}/issues/{iid}")
        self._name(found, path)
        return self._issue(found, f"{path}#{iid}")

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        path, iid = self.parts_of(key)
        event = "close" if state == pb.ISSUE_STATE_CLOSED else "reopen"
        self.http.put(f"/projects/{quoted(path)}/issues/{iid}", data={"state_event": event})

    def fetch_destinations(self, query: str, position: Any) -> Page[pb.IssueDestination]:
        found, after = self._projects(query, position, with_issues_enabled="true", archived="false")
        return Page(
            [
                pb.IssueDestination(
                    id=string(project, "path_with_namespace"),
                    name=string(project, "name_with_namespace"),
                    kind="project",
                )
                for project in found
            ],
            after,
        )

    def check_destination(self, place: str) -> None:
        if place.isdecimal() and isinstance(self.live, Standalone) and self.live.account_path:
            # The project's path tells its group.
            self.describe_repository(place)
        super().check_destination(place)

    def destination(self, place: str) -> str:
        return quoted(place)

    def written_description(self, text: str) -> str:
        return harmless(text)

    def read_description(self, text: str) -> str:
        return as_sent(text)

    def _name(self, found: Any, project: str) -> str:
        """As ``issue_name``. Raises Absent if the project has moved to a group that is not the installation's."""
        name = issue_name(found, project, self._base)
        self.check_account(name.rpartition("#")[0])
        return name

    def _issue(self, found: Any, display_name: str) -> pb.TrackerIssue:
        return pb.TrackerIssue(
            key=self.live.make_external_key({"key": display_name}),
            title=string(found, "title"),
            description=unmarked(as_sent(text(found, "description"))),
            web_url=text(found, "web_url") or f"{self._base}/{display_name.replace('#', '/issues/')}",
            state=ISSUE_STATES.get(text(found, "state"), pb.ISSUE_STATE_UNSPECIFIED),
            metadata={"display_name": display_name},
        )


def issue_name(found: Any, project: str, base: str) -> str:
    """An issue's full name, "group/project#7".

    A GitLab before 12.6 gives it only in the issue's address, which begins with ``base``, that of the instance.
    ``project`` is the project that was asked.
    """
    if name := text(found, "references", "full"):
        return name
    address, start = urlsplit(text(found, "web_url")), urlsplit(f"{base.rstrip('/')}/")
    if address.netloc == start.netloc and address.path.startswith(start.path):
        match = _ISSUE.fullmatch(address.path[len(start.path) :])
        project = unquote(match["project"]) if match else project
    return f"{project}#{string(found, 'iid')}"
