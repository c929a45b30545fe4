"""GitHub.com, as an app: https://docs.github.com/en/rest"""

from __future__ import annotations

import re

from sentry_scm_grpc.providers.reading import text, value
from sentry_scm_grpc.providers.vendor import OWNER_AND_NAME, Tracker
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubAdapter(Tracker):
    key = "github"
    name = "GitHub"
    provider = pb.PROVIDER_GITHUB

    identifier_format = destination_format = OWNER_AND_NAME
    identifier_example = destination_example = "owner/name"
    destination_field = "repo"
    issue_fields = {"assignee": False}
    key_format = re.compile(r"(?P<place>[\w.-]+/[\w.-]+)#(?P<number>\d{1,18})")

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        found = self.http.get(f"/repos/{identifier}")
        full_name = value(found, "full_name")
        return pb.RemoteRepository(
            identifier=full_name,
            name=full_name,
            url=text(found, "html_url"),
            default_branch=text(found, "default_branch"),
            external_id=str(value(found, "id")),
            config={"name": full_name},
        )

    def get_issue(self, key: str) -> pb.TrackerIssue:
        repository, number = self.parts_of(key)
        found = self.http.get(f"/repos/{repository}/issues/{number}")
        return pb.TrackerIssue(
            key=f"{repository}#{number}",
            title=value(found, "title"),
            description=text(found, "body"),
            web_url=text(found, "html_url"),
            state=pb.ISSUE_STATE_CLOSED if text(found, "state") == "closed" else pb.ISSUE_STATE_OPEN,
        )

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        repository, number = self.parts_of(key)
        wanted = "closed" if state == pb.ISSUE_STATE_CLOSED else "open"
        self.http.patch(f"/repos/{repository}/issues/{number}", data={"state": wanted})
