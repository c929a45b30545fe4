"""Issues: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/

An issue belongs to a project and has a type. The category of its status says whether it is done. It gets another status
by a transition of its workflow.
"""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, NotFound
from sentry_scm_grpc.providers.jira import jql
from sentry_scm_grpc.providers.jira.api import JiraApi
from sentry_scm_grpc.providers.jira.fields import OWN, UNSUPPORTED, Field
from sentry_scm_grpc.providers.vendor.base import has_form
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.issues import IssueSearch
from sentry_scm_grpc.providers.vendor.marks import unmarked
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import rows, string, text, told_rows, value
from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: Jira's limit on a summary, in characters.
MAX_SUMMARY = 255
#: And on a description, unless its administrator sets another one.
MAX_DESCRIPTION = 32767
#: What is read of an issue.
READ = ("summary", "description", "status", "project", "issuetype")
DONE = "done"
# The categories of an open issue, in the order in which it is opened again.
OPEN = ("new", "indeterminate")
STATES = {DONE: pb.ISSUE_STATE_CLOSED, **dict.fromkeys(OPEN, pb.ISSUE_STATE_OPEN)}
_KEY = re.compile(r"(?P<place>[A-Za-z][A-Za-z0-9_]{0,254})-(?P<number>\d{1,18})")
_DESTINATION = re.compile(r"(?P<project>\d{1,18}|[A-Za-z][A-Za-z0-9_]{0,254})(/(?P<type>[^/]{1,255}))?\Z")
# Fields that Sentry's form has by their ids.
_BY_ID = ("project", "issuetype", "priority")
#: Words by which a resolution is chosen where a transition wants one.
_RESOLUTIONS = ("done", "fixed", "resolved")


class JiraIssues(JiraApi, IssueSearch):
    permissions = {"set_issue_state": Permission.MOVE_ISSUES}

    destination_field = "project"
    destination_format = _DESTINATION
    destination_example = "10000/10001"
    search_wants_destination = False
    key_format = _KEY
    # Neither markup can hide text.
    mark_format = "{}"
    #: How Jira names a person in a field.
    user_field: str

    @abstractmethod
    def search(self, query: str, position: Any) -> tuple[Sequence[Mapping[str, Any]], Any]:
        """The issues of a page of a search by JQL, and the position of the next page."""

    # ---- read

    def get_issue(self, key: str) -> pb.TrackerIssue:
        found = self._found(key)
        issue = self._issue(found)
        # The status that the site's settings mean by "resolved" need not be a done one.
        project, status = text(found, "fields", "project", "id"), text(found, "fields", "status", "id")
        for resolved, state in ((True, pb.ISSUE_STATE_CLOSED), (False, pb.ISSUE_STATE_OPEN)):
            if project and status and self.installation.mapped_state(project, resolved) == status:
                issue.state = state
                break
        return issue

    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]:
        """Issues that contain all words of the text, newest first, after the one that has it for a key."""
        place = _DESTINATION.match(destination)
        conditions = [f"text ~ {jql.words(query)}"]
        if place:
            conditions.append(jql.project(place["project"].upper()))
            if place["type"]:
                conditions.append(f"issuetype = {jql.literal(place['type'])}")
        named = self._named(query.strip(), place) if position is None else []
        found, after = self.search(f"{' AND '.join(conditions)} ORDER BY created DESC", position)
        keys = {issue.key for issue in named}
        return Page([*named, *(issue for issue in map(self._issue, found) if issue.key not in keys)], after)

    def _named(self, query: str, place: re.Match[str] | None) -> list[pb.TrackerIssue]:
        """The issue whose key the text is."""
        if not _KEY.fullmatch(query):
            return []
        try:
            found = self._found(query)
        except NotFound:
            return []
        fields = value(found, "fields")
        known = {text(fields, "project", "id"), text(fields, "project", "key")}
        types = {text(fields, "issuetype", "id"), text(fields, "issuetype", "name")}
        fits = place is None or (place["project"].upper() in known and (not place["type"] or place["type"] in types))
        return [self._issue(found)] if fits else []

    def fetch_issues_since(
        self, place: str, title: str, since: datetime, position: Any
    ) -> Page[tuple[str, pb.TrackerIssue]]:
        # Jira lists issues by its search alone. Its index follows within seconds, and the earlier attempt is older.
        # A date would be read in the time zone of the credential's user.
        minutes = math.ceil((datetime.now(UTC) - since).total_seconds() / 60) + 1
        query = f"{jql.project(place)} AND created >= -{max(minutes, 1)}m ORDER BY created DESC"
        found, after = self.search(query, position)
        return Page([(self.text_of(_fields(issue).get("description")), self._issue(issue)) for issue in found], after)

    def _found(self, key: str) -> Any:
        self.parts_of(key)
        return self.http.get(f"{self.rest}/issue/{quoted(key)}", {"fields": ",".join(READ)})

    def _issue(self, found: Any) -> pb.TrackerIssue:
        key, fields = string(found, "key"), _fields(found)
        return pb.TrackerIssue(
            key=key,
            title=string(fields, "summary"),
            description=unmarked(self.text_of(fields.get("description"))),
            web_url=self.live.get_issue_url(key),
            state=STATES.get(_category(fields), pb.ISSUE_STATE_UNSPECIFIED),
        )

    # ---- create

    def create_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
        if len(request.description) > MAX_DESCRIPTION:
            raise InvalidArgument.of(("description", f"must have at most {MAX_DESCRIPTION} characters at {self.name}"))
        project, kind = self._place(request)
        type_id = self._type_of(project, kind, request)
        takes = self.fields_of(project, type_id)
        fields = self._values(request, takes)
        fields["project"] = {"id" if project.isdecimal() else "key": project}
        fields["issuetype"] = {"id": type_id}
        mark = "" if call.attempt is None or "description" not in takes else call.attempt.marker
        if request.description or mark:
            fields["description"] = self.markup(request.description, mark)
        made = self.http.post(f"{self.rest}/issue", {"fields": fields})
        key = string(made, "key")
        return pb.TrackerIssue(
            key=key,
            title=request.title,
            description=unmarked(self.text_of(fields.get("description"))),
            web_url=self.live.get_issue_url(key),
            state=pb.ISSUE_STATE_OPEN,
        )

    def find_made_issue(
        self, call: Call, request: pb.CreateExternalIssueRequest, marker: str, asked: datetime
    ) -> pb.TrackerIssue | None:
        project, kind = self._place(request)
        if "description" not in self.fields_of(project, self._type_of(project, kind, request)):
            raise outcome_unknown("an issue")  # There is no place for a mark.
        return super().find_made_issue(call, request, marker, asked)

    def place_of(self, request: pb.CreateExternalIssueRequest) -> str:
        return self._place(request)[0]

    def remembered_fields(self, request: pb.CreateExternalIssueRequest) -> Mapping[str, str]:
        project, kind = self._place(request)
        fields = {**request.metadata, "project": project, "issuetype": kind}
        # Sentry's form has ids where we also take names.
        return {name: given for name, given in fields.items() if name not in _BY_ID or given.isdecimal()}

    def types_of(self, project: str) -> list[Mapping[str, Any]]:
        """The types of issues that can be created in a project, by its key or id. Raises Absent."""
        path = f"{self.rest}/issue/createmeta/{quoted(project)}/issuetypes"
        return list(self._every(path, "issueTypes", "values"))

    def fields_of(self, project: str, type_id: str) -> dict[str, Field]:
        """The fields of a new issue of a type, by key."""
        path = f"{self.rest}/issue/createmeta/{quoted(project)}/issuetypes/{quoted(type_id)}"
        found = map(Field.of, self._every(path, "fields", "values", "results"))
        return {field.key: field for field in found}

    def _place(self, request: pb.CreateExternalIssueRequest) -> tuple[str, str]:
        """The project, and the id or the name of the type. Raises InvalidArgument."""
        destination = request.destination or request.metadata.get("project", "")
        place = _DESTINATION.match(destination)
        if place is None or not has_form(_DESTINATION, destination):
            raise InvalidArgument.of(
                (
                    "destination",
                    f"must be like {self.destination_example!r} at {self.name}: a project and a type of issues",
                )
            )
        kind = place["type"] or request.metadata.get("issuetype", "")
        if not kind:
            raise InvalidArgument.of(("metadata['issuetype']", "is required, unless the destination names a type"))
        return place["project"].upper(), kind

    def _type_of(self, project: str, kind: str, request: pb.CreateExternalIssueRequest) -> str:
        types = self.types_of(project)
        ids = [string(found, "id") for found in types]
        named = [string(found, "id") for found in types if text(found, "name").casefold() == kind.casefold()]
        if kind not in ids and not named:
            field = "destination" if "/" in request.destination else "metadata['issuetype']"
            raise InvalidArgument.of((field, "names no type of issues that can be created in the project"))
        return kind if kind in ids else named[0]

    def _values(self, request: pb.CreateExternalIssueRequest, takes: Mapping[str, Field]) -> dict[str, Any]:
        """The values for the fields of the request. Raises InvalidArgument."""
        problems, found = [], {"summary": request.title}
        if len(request.title) > MAX_SUMMARY:
            problems.append(("title", f"must have at most {MAX_SUMMARY} characters at {self.name}"))
        for name, given in sorted(request.metadata.items()):
            if name in ("project", "issuetype"):
                continue
            field = takes.get(name)
            if field is None or name in OWN | UNSUPPORTED:
                problems.append((f"metadata[{name[:64]!r}]", "is not one of the fields that this destination takes"))
            elif given:
                try:
                    found[name] = field.value(given, self.markup, self.user_field)
                except ValueError as problem:
                    problems.append((f"metadata[{name!r}]", str(problem)))
        for name, field in takes.items():
            if field.required and name not in OWN | UNSUPPORTED and not request.metadata.get(name):
                problems.append((f"metadata[{name!r}]", "is required"))
        if "description" in takes and takes["description"].required and not request.description:
            problems.append(("description", "is required"))
        if problems:
            raise InvalidArgument.of(*problems)
        return found

    # ---- the status

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        """Moves the issue to the status that the integration's settings in Sentry name for the project.

        If they name none, it takes a transition to a status of a fitting category.
        """
        fields = _fields(self._found(key))
        closed = state == pb.ISSUE_STATE_CLOSED
        mapped = self.installation.mapped_state(text(fields, "project", "id"), closed)
        if mapped:
            if text(fields, "status", "id") != mapped:
                self._move(key, lambda status: text(status, "id") == mapped)
            return
        wanted = (DONE,) if closed else OPEN
        if _category(fields) not in wanted:
            self._move(key, *((lambda status, of=of: _category({"status": status}) == of) for of in wanted))

    def _move(self, key: str, *fits: Any) -> None:
        """Takes the first transition that leads to a fitting status and wants nothing that is unknown here."""
        path = f"{self.rest}/issue/{quoted(key)}/transitions"
        found = rows(self.http.get(path, {"expand": "transitions.fields"}), "transitions")
        leading = [step for fit in fits for step in found if fit(value(step, "to"))]
        for step in leading:
            fields = _wanted(step)
            if fields is not None:
                self.http.post(
                    path, {"transition": {"id": string(step, "id")}, **({"fields": fields} if fields else {})}
                )
                return
        raise FailedPrecondition(_ONLY_BY_HAND if leading else _NO_WAY, reason="ISSUE_STATE_UNREACHABLE")


_ONLY_BY_HAND = (
    "Each transition to a fitting status wants fields that only a person can fill in. Move the issue in Jira, or change"
    " its workflow."
)
_NO_WAY = (
    "The workflow has no transition from the issue's status to a fitting one, or the integration may not take it."
    " Change the workflow, the permissions, or the mapping of statuses."
)


def _fields(found: Any) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = value(found, "fields")
    return fields


def _category(fields: Any) -> str:
    return text(fields, "status", "statusCategory", "key")


def _wanted(step: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields to send with a transition: a resolution, if it wants one. None if it wants anything else."""
    wanted: dict[str, Any] = {}
    fields = step.get("fields")
    for name, field in fields.items() if isinstance(fields, Mapping) else ():
        if not isinstance(field, Mapping) or field.get("required") is not True or field.get("hasDefaultValue") is True:
            continue
        choices = told_rows(field, "allowedValues")
        if name != "resolution" or not choices:
            return None
        names = {text(choice, "name").casefold(): choice for choice in reversed(choices)}
        best = next((names[word] for word in _RESOLUTIONS if word in names), choices[0])
        wanted[name] = {"id": string(best, "id")}
    return wanted
