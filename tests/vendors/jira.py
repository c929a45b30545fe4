"""Jira Cloud as its documentation has it: https://developer.atlassian.com/cloud/jira/platform/rest/v3/"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.vendors.fake import FakeVendor, NoSuchThing, Reply, Request, page_from, route
from tests.vendors.world import Issue

ADA = "5b10ac8d82e05b22cc7d4ef5"
SEVERITY, COMPONENTS, OWNER, STORY_POINTS, NOTES = (f"customfield_1001{n}" for n in range(5))
TODO, PROGRESS, FINISHED = "10000", "10001", "10002"
#: Name and category of each status.
STATUSES = {TODO: ("To Do", "new"), PROGRESS: ("In Progress", "indeterminate"), FINISHED: ("Done", "done")}
CATEGORY_IDS = {"new": 2, "indeterminate": 4, "done": 3}
BUG, TASK, SUBTASK = "10001", "10002", "10003"
TYPES = {BUG: "Bug", TASK: "Task", SUBTASK: "Sub-task"}
CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"

_STRING = r'"((?:[^"\\]|\\.)*)"'
_PROJECT = rf"project = (?:(\d+)|{_STRING})"
_SEARCH = re.compile(rf"text ~ {_STRING}(?: AND {_PROJECT}(?: AND issuetype = {_STRING})?)? ORDER BY created DESC")
_SINCE = re.compile(rf"{_PROJECT} AND created >= -(\d+)m ORDER BY created DESC")
#: What has a meaning in a search for words, unless a backslash is before it.
_WORD = re.compile(r'(?:\\.|[^\s+\-&|!(){}\[\]^"~*?:\\/])+')


class Fake(FakeVendor):
    key = "jira"
    api = "https://acme.atlassian.net"
    #: What the paths of this version of the API begin with.
    rest: ClassVar[str] = "/rest/api/3"
    web = "https://acme.atlassian.net"
    integration_metadata: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://acme.atlassian.net",
        "domain_name": "acme.atlassian.net",
        "shared_secret": "shared-secret-of-the-app",
    }
    # A tracker has no repositories. A row may say otherwise.
    stored_repository: ClassVar[Mapping[str, Any]] = {"name": "rocket", "external_id": "rocket", "config": {}}
    identifier = "rocket"
    destination = f"10000/{BUG}"
    issue_metadata: ClassVar[Mapping[str, str]] = {SEVERITY: "High", OWNER: ADA}
    searches_words = True
    not_found: ClassVar[Any] = {
        "errorMessages": ["Issue does not exist or you do not have permission to see it."],
        "errors": {},
    }
    unauthorized: ClassVar[Any] = {
        "message": "Client must be authenticated to access this resource.",
        "status-code": 401,
    }
    #: How a person is named in a field, and the one person there is.
    user_field: ClassVar[str] = "accountId"
    user: ClassVar[str] = ADA
    version: ClassVar[str] = "1001.0.0-SNAPSHOT"
    deployment: ClassVar[str] = "Cloud"

    def __init__(self) -> None:
        super().__init__()
        #: Projects by key. Their ids follow one another.
        self.projects = ["ROCKET", *(f"P{number:02}" for number in range(23))]
        #: The status of open issues that are in another than the first one, by number.
        self.statuses: dict[int, str] = {}
        #: The transitions: to which status, and which fields each wants.
        self.transitions: dict[str, tuple[str, Mapping[str, Any]]] = {
            "11": (TODO, {}),
            "21": (PROGRESS, {}),
            "31": (FINISHED, {"resolution": self._resolution()}),
        }
        #: What the credential may do in some project.
        self.permissions = ["BROWSE_PROJECTS", "CREATE_ISSUES", "TRANSITION_ISSUES"]
        #: The other fields of issues that were created here, by number.
        self.fields: dict[int, Mapping[str, Any]] = {}
        #: Descriptions of issues that were created here, as they were sent.
        self.written: dict[int, Any] = {}

    def issue_key(self, number: int) -> str:
        return f"ROCKET-{number}"

    # ---- who asks

    @route("GET", r"/rest/api/[23]/serverInfo")
    def get_server(self, request: Request) -> Any:
        """What others' clients ask first."""
        numbers = [int(part) for part in self.version.partition("-")[0].split(".")]
        told = {"baseUrl": self.api, "version": self.version, "versionNumbers": numbers}
        return {**told, "deploymentType": self.deployment}

    @route("GET", r"/rest/api/[23]/myself")
    def get_myself(self, request: Request) -> Any:
        return self._person()

    @route("GET", r"/rest/api/[23]/mypermissions")
    def get_permissions(self, request: Request) -> Any:
        asked = request.params["permissions"].split(",")
        return {"permissions": {name: self._permission(name) for name in asked}}

    def _permission(self, name: str) -> Any:
        told = {"id": "10", "key": name, "name": name, "type": "PROJECT", "description": ""}
        return {**told, "havePermission": name in self.permissions}

    def _person(self) -> Any:
        return {
            "self": f"{self.api}{self.rest}/user?accountId={ADA}",
            "accountId": ADA,
            "accountType": "atlassian",
            "emailAddress": "ada@example.com",
            "displayName": "Ada Lovelace",
            "active": True,
            "timeZone": "America/Los_Angeles",
        }

    # ---- projects, types and fields

    @route("GET", r"/rest/api/3/project/search")
    def search_projects(self, request: Request) -> Any:
        start, size = int(request.params["startAt"]), min(int(request.params["maxResults"]), 50)
        assert request.params["action"] == "create"
        found, more = page_from(self.projects, start, min(size, 10))
        page = {"startAt": start, "maxResults": 10, "total": len(self.projects), "isLast": not more}
        return {**page, "self": f"{self.api}{request.path}", "values": [self._project(key) for key in found]}

    @route("GET", r"/rest/api/[23]/issuetype")
    def list_types(self, request: Request) -> Any:
        return [self._type(kind) for kind in TYPES]

    @route("GET", r"/rest/api/[23]/field")
    def list_all_fields(self, request: Request) -> Any:
        """By which others' clients know fields by name."""
        return [
            {"id": key, "key": key, "name": field["name"], "custom": False} for key, field in self._fields(BUG).items()
        ]

    @route("GET", r"/rest/api/[23]/issue/createmeta/(?P<project>\w+)/issuetypes")
    def list_types_of_project(self, request: Request, project: str) -> Any:
        self._known_project(project)
        return self._page(request, "issueTypes", [self._type(kind) for kind in TYPES])

    @route("GET", r"/rest/api/[23]/issue/createmeta/(?P<project>\w+)/issuetypes/(?P<kind>\d+)")
    def list_fields(self, request: Request, project: str, kind: str) -> Any:
        self._known_project(project)
        if kind not in TYPES:
            raise NoSuchThing
        return self._page(request, "fields", list(self._fields(kind).values()))

    def _page(self, request: Request, name: str, items: Sequence[Any]) -> Any:
        """A page: smaller than was asked for, as Jira may make it."""
        start = int(request.params["startAt"])
        found, _ = page_from(list(items), start, min(int(request.params["maxResults"]), 5))
        return {"startAt": start, "maxResults": 5, "total": len(items), name: found}

    def _known_project(self, project: str) -> str:
        for number, key in enumerate(self.projects):
            if project in (key, str(10000 + number)):
                return key
        raise NoSuchThing

    def _project(self, key: str) -> Any:
        number = self.projects.index(key)
        return {
            "self": f"{self.api}{self.rest}/project/{10000 + number}",
            "id": str(10000 + number),
            "key": key,
            "name": "Rocket" if key == "ROCKET" else f"Project {key}",
            "projectTypeKey": "software",
            "simplified": False,
        }

    def _type(self, kind: str) -> Any:
        return {
            "self": f"{self.api}{self.rest}/issuetype/{kind}",
            "id": kind,
            "description": "",
            "iconUrl": f"{self.api}/images/{kind}.svg",
            "name": TYPES[kind],
            "subtask": kind == SUBTASK,
        }

    def _field(self, key: str, name: str, kind: str, *, required: bool = False, **more: Any) -> dict[str, Any]:
        schema = {"type": kind, **{name: more.pop(name) for name in ("items", "custom", "system") if name in more}}
        return {
            "required": required,
            "schema": schema,
            "name": name,
            "key": key,
            "fieldId": key,
            "hasDefaultValue": False,
            "operations": ["set"],
            **more,
        }

    def _fields(self, kind: str) -> dict[str, Any]:
        severities = [{"id": str(n), "value": name} for n, name in enumerate(("High", "Low", "Mid, or so"), start=20)]
        severities[2]["children"] = [{"id": "30", "value": "Mid"}]  # type: ignore[assignment]
        components = [{"id": str(n), "name": name} for n, name in enumerate(("Engine", "Fins, all"), start=40)]
        priorities = [{"id": "3", "name": "Medium"}, {"id": "2", "name": "High"}]
        fields = [
            self._field("summary", "Summary", "string", required=True, system="summary"),
            self._field("project", "Project", "project", required=True, system="project"),
            self._field("issuetype", "Issue Type", "issuetype", required=True, system="issuetype"),
            self._field("description", "Description", "string", system="description"),
            self._field("reporter", "Reporter", "user", required=True, system="reporter"),
            self._field("labels", "Labels", "array", items="string", system="labels"),
            self._field("attachment", "Attachment", "array", items="attachment", system="attachment"),
            self._field(
                "priority",
                "Priority",
                "priority",
                required=True,
                system="priority",
                allowedValues=priorities,
                hasDefaultValue=True,
                defaultValue=priorities[0],
            ),
            self._field("components", "Components", "array", items="component", allowedValues=components),
            self._field(STORY_POINTS, "Story Points", "number", custom=f"{CUSTOM}float"),
            self._field(NOTES, "Notes", "string", custom=f"{CUSTOM}textarea"),
        ]
        if kind == BUG:
            fields += [
                self._field(
                    SEVERITY, "Severity", "option", required=True, custom=f"{CUSTOM}select", allowedValues=severities
                ),
                self._field(OWNER, "Owner", "user", required=True, custom=f"{CUSTOM}userpicker"),
            ]
        if kind == SUBTASK:
            fields.append(self._field("parent", "Parent", "issuelink", required=True, system="parent"))
        return {field["fieldId"]: field for field in fields}

    # ---- issues

    @route("POST", r"/rest/api/3/search/jql")
    def search_issues(self, request: Request) -> Any:
        asked = request.data
        start = int(base64.b64decode(asked["nextPageToken"])) if "nextPageToken" in asked else 0
        found, more = page_from(self._found(asked["jql"]), start, min(asked["maxResults"], 100))
        answer = {"issues": [self._issue(issue, asked["fields"]) for issue in found], "isLast": not more}
        return (
            {**answer, "nextPageToken": base64.b64encode(str(start + len(found)).encode()).decode()} if more else answer
        )

    def _found(self, query: str) -> list[Issue]:
        """The issues of a search, newest first. A query that is not one of ours is a failure."""
        if since := _SINCE.fullmatch(query):
            self._searched(since[1] or _unquoted(since[2]))
            earliest = datetime.now(UTC) - timedelta(minutes=int(since[3]))
            issues = [issue for issue in self.world.issues.values() if issue.created >= earliest]
        else:
            search = _SEARCH.fullmatch(query)
            assert search is not None, f"the searcher's text is one string: {query}"
            if search[2] or search[3]:
                self._searched(search[2] or _unquoted(search[3]))
            words = _words(_unquoted(search[1]))
            issues = [
                issue
                for issue in self.world.issues.values()
                if words and words <= _tokens(f"{issue.title} {issue.body}")
            ]
        return sorted(issues, key=lambda issue: -issue.number)

    def _searched(self, project: str) -> None:
        assert self._known_project(project) == "ROCKET"

    @route("GET", r"/rest/api/[23]/issue/(?P<key>[\w-]+)")
    def get_issue(self, request: Request, key: str) -> Any:
        return self._issue(self._known(key), request.params["fields"].split(","))

    def _known(self, key: str) -> Issue:
        project, _, number = key.upper().rpartition("-")
        if project != "ROCKET" or int(number) not in self.world.issues:
            raise NoSuchThing
        return self.world.issues[int(number)]

    def status_of(self, issue: Issue) -> str:
        return FINISHED if issue.closed else self.statuses.get(issue.number, TODO)

    def _issue(self, issue: Issue, wanted: Sequence[str]) -> Any:
        fields = {
            "summary": issue.title,
            "description": self._description(issue),
            "status": self._status(self.status_of(issue)),
            "project": self._project("ROCKET"),
            "issuetype": self._type(BUG),
        }
        return {
            "expand": "renderedFields,names,schema",
            "id": str(20000 + issue.number),
            "self": f"{self.api}{self.rest}/issue/{20000 + issue.number}",
            "key": self.issue_key(issue.number),
            "fields": {name: fields[name] for name in wanted},
        }

    def _description(self, issue: Issue) -> Any:
        if issue.number in self.written:
            return self.written[issue.number]
        if not issue.body:
            return None
        lines = [{"type": "text", "text": line} for line in issue.body.split("\n")]
        paragraphs = [{"type": "paragraph", "content": [line]} for line in lines]
        return {"version": 1, "type": "doc", "content": paragraphs}

    def _status(self, status: str) -> Any:
        name, category = STATUSES[status]
        return {
            "self": f"{self.api}{self.rest}/status/{status}",
            "description": "",
            "iconUrl": f"{self.api}/",
            "name": name,
            "id": status,
            "statusCategory": {
                "self": f"{self.api}{self.rest}/statuscategory/{CATEGORY_IDS[category]}",
                "id": CATEGORY_IDS[category],
                "key": category,
                "colorName": "blue-gray",
                "name": name,
            },
        }

    @route("POST", r"/rest/api/[23]/issue")
    def create_issue(self, request: Request) -> Any:
        fields = dict(request.data["fields"])
        project, kind = fields.pop("project"), fields.pop("issuetype")
        assert self._known_project(project.get("id") or project["key"]) == "ROCKET"
        takes = self._fields(kind["id"])
        refused = {
            name: "wrong"
            for name, value in fields.items()
            if name not in takes or not self._is_good(takes[name], value)
        }
        for name, field in takes.items():
            needed = field["required"] and not field["hasDefaultValue"]
            if needed and name not in {*fields, "project", "issuetype", "reporter"}:
                refused[name] = f"{field['name']} is required."
        if refused:
            return Reply({"errorMessages": [], "errors": refused}, 400)
        number = max(self.world.issues) + 1
        self.world.issues[number] = Issue(number, fields["summary"], self._plain(fields.get("description")))
        if "description" in fields:
            self.written[number] = fields["description"]
        self.fields[number] = {name: value for name, value in fields.items() if name not in ("summary", "description")}
        made = {"id": str(20000 + number), "key": self.issue_key(number)}
        return Reply({**made, "self": f"{self.api}{self.rest}/issue/{20000 + number}"}, 201)

    def _is_good(self, field: Mapping[str, Any], value: Any) -> bool:
        """Whether Jira takes a value for a field."""
        schema = field["schema"]
        allowed = {choice["id"]: choice for choice in field.get("allowedValues", ())}
        if schema["type"] == "array":
            items = {**field, "schema": {**schema, "type": schema["items"]}}
            return isinstance(value, list) and all(self._is_good(items, item) for item in value)
        if allowed:
            child = value.get("child", {"id": ""})["id"]
            children = {choice["id"] for choice in allowed[value["id"]].get("children", ())}
            return value["id"] in allowed and (not child or child in children)
        if schema["type"] == "user":
            return bool(value == {self.user_field: self.user})
        if schema["type"] == "issuelink":
            return self._known(value["key"]) is not None
        if schema["type"] == "number":
            return isinstance(value, (int, float))
        if field["key"] == "description" or schema.get("custom") == f"{CUSTOM}textarea":
            return self._is_markup(value)
        return isinstance(value, str)

    def _is_markup(self, value: Any) -> bool:
        return isinstance(value, dict) and (value["type"], value["version"]) == ("doc", 1)

    def _plain(self, description: Any) -> str:
        """The words of a description, for searches."""
        return "" if description is None else " ".join(re.findall(r"'text': '([^']*)'", str(description)))

    # ---- transitions

    @route("GET", r"/rest/api/[23]/issue/(?P<key>[\w-]+)/transitions")
    def list_transitions(self, request: Request, key: str) -> Any:
        self._known(key)
        steps = [
            {
                "id": step,
                "name": STATUSES[status][0],
                "to": self._status(status),
                "hasScreen": bool(fields),
                "isGlobal": True,
                "isInitial": False,
                "isAvailable": True,
                "isConditional": False,
                "fields": fields,
            }
            for step, (status, fields) in self.transitions.items()
        ]
        return {"expand": "transitions", "transitions": steps}

    @route("POST", r"/rest/api/[23]/issue/(?P<key>[\w-]+)/transitions")
    def take_transition(self, request: Request, key: str) -> Any:
        issue = self._known(key)
        status, fields = self.transitions[str(request.data["transition"]["id"])]
        given = request.data.get("fields", {})
        missing = [name for name, field in fields.items() if field["required"] and name not in given]
        if missing or set(given) - set(fields):
            return Reply({"errorMessages": [], "errors": dict.fromkeys(missing or given, "wrong")}, 400)
        issue.closed = status == FINISHED
        if not issue.closed:
            self.statuses[issue.number] = status
        return Reply(b"", 204)

    def _resolution(self) -> dict[str, Any]:
        choices = [{"id": "10100", "name": "Won't do"}, {"id": "10101", "name": "Done"}]
        return self._field("resolution", "Resolution", "resolution", required=True, allowedValues=choices)


def _unquoted(string: str) -> str:
    """The text of a string of JQL."""
    return re.sub(r"\\(.)", r"\1", string, flags=re.DOTALL)


def _words(text: str) -> set[str]:
    """The words of a search. One that would be read as an operator is a failure."""
    parts = text.split()
    assert all(_WORD.fullmatch(part) and part not in ("AND", "OR", "NOT") for part in parts), text
    return _tokens(" ".join(re.sub(r"\\(.)", r"\1", part) for part in parts))


def _tokens(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
