"""Work items: https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/

A work item belongs to a project. Its number is unique in the organization. The category of its state says whether it is
closed; the type of the work item defines its states in the process of its project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument
from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE, AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.base import has_form
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.issues import IssueDestinations, IssueSearch
from sentry_scm_grpc.providers.vendor.marks import unmarked
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import bad_answer, number, rows, string, text, value
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The categories of work item states.
CLOSED_CATEGORIES = ("Completed", "Resolved", "Removed")
OPEN_CATEGORIES = ("InProgress", "Proposed")
ISSUE_STATES = {
    **dict.fromkeys(CLOSED_CATEGORIES, pb.ISSUE_STATE_CLOSED),
    **dict.fromkeys(OPEN_CATEGORIES, pb.ISSUE_STATE_OPEN),
}
ISSUE_FIELDS = (
    "System.Title",
    "System.Description",
    "System.State",
    "System.TeamProject",
    "System.AreaPath",
    "System.WorkItemType",
)


class AzureDevOpsIssues(AzureDevOpsApi, IssueSearch, IssueDestinations):
    def fetch_destinations(self, query: str, position: Any) -> Page[pb.IssueDestination]:
        start = position or 0
        params = {"stateFilter": "wellFormed", "$top": PER_PAGE, "$skip": start}
        found = rows(self.http.get(f"{self.instance}_apis/projects", params), "value")
        names = [string(project, "name") for project in found]
        return Page(
            [pb.IssueDestination(id=name, name=name, kind="project") for name in names],
            start + PER_PAGE if len(found) >= PER_PAGE else None,
        )

    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]:
        """Work items by a part of the title, newest first. A position is a number; the page has lower numbers."""
        conditions = [
            f"[System.TeamProject] = {_literal(destination)}",
            f"[System.Title] CONTAINS {_literal(query)}",
            *([f"[System.Id] < {int(position)}"] if position else []),
        ]
        found, after = self._work_items(destination, conditions)
        return Page([self._issue(item) for item in found], after)

    def fetch_issues_since(
        self, place: str, title: str, since: datetime, position: Any
    ) -> Page[tuple[str, pb.TrackerIssue]]:
        # WIQL compares dates, in the time zone of the integration's user, where it may still be yesterday.
        # The condition on the title keeps the list short.
        conditions = [
            f"[System.TeamProject] = {_literal(place)}",
            f"[System.Title] = {_literal(title.strip())}",
            f"[System.CreatedDate] >= {_literal((since - timedelta(days=1)).date().isoformat())}",
            *([f"[System.Id] < {int(position)}"] if position else []),
        ]
        found, after = self._work_items(place, conditions)
        return Page([(text(item, "fields", "System.Description"), self._issue(item)) for item in found], after)

    def _work_items(self, project: str, conditions: Sequence[str]) -> tuple[list[Any], int | None]:
        """The newest work items that meet all conditions, and the position of the next page."""
        wiql = f"SELECT [System.Id] FROM WorkItems WHERE {' AND '.join(conditions)} ORDER BY [System.Id] DESC"  # noqa: S608
        path = f"{self.instance}{quoted(project)}/_apis/wit/wiql?$top={PER_PAGE}"
        numbers = [number(item, "id") for item in rows(self.http.query(path, {"query": wiql}), "workItems")]
        if not numbers:
            return [], None
        if 0 in numbers:
            raise bad_answer()
        params = {"ids": ",".join(map(str, numbers)), "fields": ",".join(ISSUE_FIELDS), "errorPolicy": "omit"}
        # A work item that has been deleted in the meantime is null.
        listed = value(self.http.get(f"{self.instance}_apis/wit/workitems", params), "value")
        found = [item for item in listed if item] if isinstance(listed, list) else listed
        return list(rows({"value": found}, "value")), numbers[-1] if len(numbers) >= PER_PAGE else None

    def get_issue(self, key: str) -> pb.TrackerIssue:
        return self._issue(self._work_item(key))

    def create_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
        kind = request.metadata.get("work_item_type", "")
        # Sentry puts it into the address of the request.
        if kind and not has_form(self.destination_format, kind):
            raise InvalidArgument.of(("metadata['work_item_type']", "must be like 'Bug' at Azure DevOps"))
        return super().create_issue(call, request)

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        """Sets the state that the integration's settings in Sentry name for the project.

        If they name none, it sets the first state of a fitting category.
        """
        item = self._work_item(key)
        if mapped := self._mapped_state(item, state == pb.ISSUE_STATE_CLOSED):
            self._set_state(item, key, mapped)
            return
        states = self._states(item)
        wanted = CLOSED_CATEGORIES if state == pb.ISSUE_STATE_CLOSED else OPEN_CATEGORIES
        if states.get(string(item, "fields", "System.State")) in wanted:
            return
        for category in wanted:
            name = next((name for name, found in states.items() if found == category), None)
            if name is not None:
                self._set_state(item, key, name)
                return
        raise FailedPrecondition(
            "The work item's type has no state of the requested category. Change the process in Azure DevOps.",
            reason="ISSUE_STATE_UNKNOWN",
        )

    def _mapped_state(self, item: Any, closed: bool) -> str:
        project = quoted(string(item, "fields", "System.TeamProject"))
        found = self.http.get(f"{self.instance}_apis/projects/{project}")
        return self.installation.mapped_state(string(found, "id"), closed)

    def _set_state(self, item: Any, key: str, name: str) -> None:
        if string(item, "fields", "System.State") != name:
            change = {"op": "add", "path": "/fields/System.State", "value": name}
            self.http.patch(self._work_item_path(key), data=[change])

    def _work_item(self, key: str) -> Any:
        return self.http.get(self._work_item_path(key))

    def _work_item_path(self, key: str) -> str:
        return f"{self.instance}_apis/wit/workitems/{self.parts_of(key)[1]}"

    def _issue(self, item: Any) -> pb.TrackerIssue:
        key, fields = string(item, "id"), value(item, "fields")
        category = self._states(item).get(string(fields, "System.State"), "")
        place = text(fields, "System.AreaPath") or text(fields, "System.TeamProject")
        return pb.TrackerIssue(
            key=key,
            title=string(fields, "System.Title"),
            description=unmarked(text(fields, "System.Description")),
            web_url=self.live.get_issue_url(key),
            state=ISSUE_STATES.get(category, pb.ISSUE_STATE_UNSPECIFIED),
            metadata={"display_name": f"{place}#{key}"},
        )

    @cached_property
    def _known_states(self) -> dict[str, dict[str, str]]:
        return {}

    def _states(self, item: Any) -> dict[str, str]:
        """The states of a work item's type: category by name."""
        project, kind = (quoted(string(item, "fields", f"System.{name}")) for name in ("TeamProject", "WorkItemType"))
        path = f"{self.instance}{project}/_apis/wit/workitemtypes/{kind}/states"
        if path not in self._known_states:
            try:
                found = rows(self.http.get(path, api_preview=True), "value")
            except Absent:  # The type has been removed from the process.
                found = []
            self._known_states[path] = {string(state, "name"): text(state, "category") for state in found}
        return self._known_states[path]


def _literal(found: str) -> str:
    """A string literal of WIQL: https://learn.microsoft.com/en-us/azure/devops/boards/queries/wiql-syntax"""
    return "'" + found.replace("'", "''") + "'"
