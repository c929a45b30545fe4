"""GitLab, hosted or self-managed: https://docs.gitlab.com/ee/api/rest/"""

from __future__ import annotations

import re
from urllib.parse import quote

from sentry_scm_grpc.providers.reading import text, value
from sentry_scm_grpc.providers.vendor import Tracker
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabAdapter(Tracker):
    key = "gitlab"
    name = "GitLab"
    provider = pb.PROVIDER_GITLAB

    identifier_format = re.compile(r"\d{1,18}\Z")
    identifier_example = "278964"
    destination_format = re.compile(r"(\d{1,18}|[\w.-]+(/[\w.-]+)+)\Z")
    destination_example = "group/project"
    destination_field = "project"
    # Sentry puts the integration's domain before the vendor's own name for an issue.
    key_format = re.compile(r"(.+:)?(?P<place>[\w.-]+(/[\w.-]+)+)#(?P<number>\d{1,18})")

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        found = self.http.get(f"/projects/{identifier}")
        instance = self.live.model.metadata["instance"]
        return pb.RemoteRepository(
            identifier=str(value(found, "id")),
            name=value(found, "name_with_namespace"),
            url=text(found, "web_url"),
            default_branch=text(found, "default_branch"),
            external_id=f"{instance}:{value(found, 'id')}",
            config={"path": value(found, "path_with_namespace")},
        )

    def destination(self, place: str) -> str:
        return quote(place, safe="")

    def get_issue(self, key: str) -> pb.TrackerIssue:
        path, number = self.parts_of(key)
        found = self.http.get(f"/projects/{quote(path, safe='')}/issues/{number}")
        display_name = f"{path}#{number}"
        return pb.TrackerIssue(
            key=self.live.make_external_key({"key": display_name}),
            title=value(found, "title"),
            description=text(found, "description"),
            web_url=text(found, "web_url"),
            state=pb.ISSUE_STATE_CLOSED if text(found, "state") == "closed" else pb.ISSUE_STATE_OPEN,
            metadata={"display_name": display_name},
        )

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        path, number = self.parts_of(key)
        event = "close" if state == pb.ISSUE_STATE_CLOSED else "reopen"
        self.http.put(f"/projects/{quote(path, safe='')}/issues/{number}", data={"state_event": event})
