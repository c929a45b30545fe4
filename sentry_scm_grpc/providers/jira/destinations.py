"""Where issues can be created: in a project, by type. A destination is both, because the fields belong to both."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sentry_scm_grpc.providers.jira.fields import OWN, UNSUPPORTED
from sentry_scm_grpc.providers.jira.issues import JiraIssues
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.issues import IssueDestinations
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: So many projects are asked for their types and fields at a time: a call for each, and one for each type.
PROJECTS = 8


class JiraDestinations(JiraIssues, IssueDestinations):
    # Jira names types and fields to those who may create issues of them.
    permissions = {"list_issue_destinations": Permission.WRITE_ISSUES}

    @abstractmethod
    def projects(self, start: int) -> tuple[Sequence[Mapping[str, Any]], int | None]:
        """Projects from a number on, and the number of the next one after these. None after the last."""

    def fetch_destinations(self, query: str, position: Any) -> Page[pb.IssueDestination]:
        start = position or 0
        listed, after = self.projects(start)
        wanted, chosen = query.casefold(), []
        by_type = bool(wanted) and self._may_name_a_type(wanted)
        for place, project in enumerate(listed, start=1):
            if by_type or wanted in _name(project).casefold():
                chosen.append(project)
            if len(chosen) == PROJECTS and place < len(listed):
                after = start + place
                break
        types = self.http.gather([partial(self._types, string(project, "id")) for project in chosen])
        found = [
            (string(project, "id"), string(kind, "id"), f"{_name(project)}: {string(kind, 'name')}")
            for project, kinds in zip(chosen, types, strict=True)
            for kind in kinds
        ]
        fitting = [(project, kind, name) for project, kind, name in found if wanted in name.casefold()]
        fields = self.http.gather([partial(self._messages, project, kind) for project, kind, _ in fitting])
        return Page(
            [
                pb.IssueDestination(id=f"{project}/{kind}", name=name, kind="project", fields=messages)
                for (project, kind, name), messages in zip(fitting, fields, strict=True)
            ],
            after,
        )

    def _may_name_a_type(self, wanted: str) -> bool:
        """Whether a text may be in the name of a type, or reach from a project into it."""
        if ":" in wanted:
            return True
        kinds = self.http.get(f"{self.rest}/issuetype")
        return not isinstance(kinds, list) or any(wanted in text(kind, "name").casefold() for kind in kinds)

    def _types(self, project: str) -> list[Mapping[str, Any]]:
        try:
            return self.types_of(project)
        except Absent:  # The integration may see the project, but create nothing there.
            return []

    def _messages(self, project: str, kind: str) -> list[pb.IssueField]:
        fields = self.fields_of(project, kind).values()
        return [field.message() for field in fields if field.key not in OWN | UNSUPPORTED]


def _name(project: Mapping[str, Any]) -> str:
    return f"{string(project, 'name')} ({string(project, 'key')})"
