"""Azure DevOps, which Sentry calls vsts: https://learn.microsoft.com/en-us/rest/api/azure/devops/"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any
from urllib.parse import quote

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.reading import text, value
from sentry_scm_grpc.providers.vendor import Tracker
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The categories of work item states.
CLOSED_CATEGORIES = ("Completed", "Resolved", "Removed")
OPEN_CATEGORIES = ("InProgress", "Proposed")


class AzureDevOpsAdapter(Tracker):
    key = "vsts"
    name = "Azure DevOps"
    provider = pb.PROVIDER_AZURE_DEVOPS

    identifier_format = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
    identifier_example = "278d5cd2-584d-4b63-824a-2ba458937249"
    destination_format = re.compile(r"[^/\\?#%:*\"<>|&\x00-\x1f]{1,64}\Z")
    destination_example = "MyProject"
    destination_field = "project"
    issue_fields = {"work_item_type": True}
    key_format = re.compile(r"(?P<place>)(?P<number>\d{1,18})")

    @property
    def instance(self) -> str:
        """The organization's address at the vendor, with a slash at its end."""
        address: str = self.live.instance  # type: ignore[attr-defined]
        return address

    @cached_property
    def client(self) -> Any:
        get_client: Any = self.live.get_client
        try:
            return get_client(base_url=self.instance)
        except TypeError:  # Newer ones find the address themselves.
            return get_client()

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        found = self.http.get(f"{self.instance}_apis/git/repositories/{identifier}")
        return pb.RemoteRepository(
            identifier=value(found, "id"),
            name=value(found, "name"),
            url=text(found, "_links", "web", "href") or text(found, "webUrl"),
            default_branch=text(found, "defaultBranch").removeprefix("refs/heads/"),
            external_id=value(found, "id"),
            config={
                "instance": self.instance,
                "project": value(found, "project", "name"),
                "name": value(found, "name"),
            },
        )

    def get_issue(self, key: str) -> pb.TrackerIssue:
        _, number = self.parts_of(key)
        found = value(self.http.get(f"{self.instance}_apis/wit/workitems/{number}"), "fields")
        closed = self._category(found) in CLOSED_CATEGORIES
        return pb.TrackerIssue(
            key=number,
            title=value(found, "System.Title"),
            description=text(found, "System.Description"),
            web_url=self.live.get_issue_url(number),
            state=pb.ISSUE_STATE_CLOSED if closed else pb.ISSUE_STATE_OPEN,
            metadata={"display_name": f"{text(found, 'System.AreaPath')}#{number}"},
        )

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        _, number = self.parts_of(key)
        found = value(self.http.get(f"{self.instance}_apis/wit/workitems/{number}"), "fields")
        wanted = CLOSED_CATEGORIES if state == pb.ISSUE_STATE_CLOSED else OPEN_CATEGORIES
        if self._category(found) in wanted:
            return
        states = self._states(found)
        for category in wanted:
            for candidate in states:
                if candidate.get("category") == category:
                    self.client.update_work_item(number, state=candidate["name"])
                    return
        raise FailedPrecondition(
            "The work item's type has no state of the kind that is wanted. Change the process at Azure DevOps.",
            reason="ISSUE_STATE_UNKNOWN",
        )

    def _category(self, fields: Any) -> str:
        """The category of a work item's state."""
        current = value(fields, "System.State")
        return next((str(found["category"]) for found in self._states(fields) if found["name"] == current), "")

    def _states(self, fields: Any) -> list[Any]:
        project = quote(value(fields, "System.TeamProject"), safe="")
        kind = quote(value(fields, "System.WorkItemType"), safe="")
        path = f"{self.instance}{project}/_apis/wit/workitemtypes/{kind}/states"
        return list(value(self.http.get(path, api_preview=True), "value"))
