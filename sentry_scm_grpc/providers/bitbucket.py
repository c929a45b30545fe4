"""Bitbucket Cloud: https://developer.atlassian.com/cloud/bitbucket/rest/"""

from __future__ import annotations

import re

from sentry_scm_grpc.providers.reading import text, value
from sentry_scm_grpc.providers.vendor import OWNER_AND_NAME, Tracker
from sentry_scm_grpc.v1 import scm_pb2 as pb

CLOSED_STATES = ("resolved", "invalid", "duplicate", "wontfix", "closed")


class BitbucketAdapter(Tracker):
    key = "bitbucket"
    name = "Bitbucket"
    provider = pb.PROVIDER_BITBUCKET

    identifier_format = destination_format = OWNER_AND_NAME
    identifier_example = destination_example = "workspace/slug"
    destination_field = "repo"
    issue_fields = {"issue_type": False, "priority": False}
    key_format = re.compile(r"(?P<place>[\w.-]+/[\w.-]+)#(?P<number>\d{1,18})")

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        found = self.http.get(f"/2.0/repositories/{identifier}")
        full_name = value(found, "full_name")
        return pb.RemoteRepository(
            identifier=full_name,
            name=full_name,
            url=text(found, "links", "html", "href") or f"https://bitbucket.org/{full_name}",
            default_branch=text(found, "mainbranch", "name"),
            external_id=value(found, "uuid"),
            config={"name": full_name},
        )

    def get_issue(self, key: str) -> pb.TrackerIssue:
        repository, number = self.parts_of(key)
        found = self.http.get(f"/2.0/repositories/{repository}/issues/{number}")
        return pb.TrackerIssue(
            key=f"{repository}#{number}",
            title=value(found, "title"),
            description=text(found, "content", "raw"),
            web_url=text(found, "links", "html", "href") or self.live.get_issue_url(f"{repository}#{number}"),
            state=pb.ISSUE_STATE_CLOSED if text(found, "state") in CLOSED_STATES else pb.ISSUE_STATE_OPEN,
        )

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        repository, number = self.parts_of(key)
        wanted = "resolved" if state == pb.ISSUE_STATE_CLOSED else "open"
        self.http.put(f"/2.0/repositories/{repository}/issues/{number}", data={"state": wanted})
