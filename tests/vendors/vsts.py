"""Azure DevOps as its documentation has it: https://learn.microsoft.com/en-us/rest/api/azure/devops/"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from tests.vendors.archive import archive_of
from tests.vendors.fake import FakeVendor, NoSuchThing, Reply, Request, route
from tests.vendors.pull_request_writes import PullWritesOfAzureDevOps
from tests.vendors.ref_writes import WritesOfAzureDevOps
from tests.vendors.reviews import ME
from tests.vendors.vsts_checks import ChecksOfAzureDevOps
from tests.vendors.vsts_pulls import RESOURCES as RESOURCES_OF_PULLS
from tests.vendors.vsts_pulls import PullsOfAzureDevOps
from tests.vendors.vsts_reviews import ReviewsOfAzureDevOps
from tests.vendors.world import Change, Commit, Issue, Person, sha_of, sides_of

ID = "278d5cd2-584d-4b63-824a-2ba458937249"
REPOSITORY = rf"/_apis/git/repositories/{ID}"
WORK_ITEM = r"/_apis/wit/workitems/(?P<number>\d+)"
PROJECT = "Moon Base"
KINDS = {"added": "add", "modified": "edit", "deleted": "delete", "renamed": "edit, rename"}
#: A list of commits cuts messages that are longer than this, in characters.
COMMENT = 300

_GIT = "{project}/_apis/git/repositories/{repositoryId}"
#: Area, name and route of what Microsoft's own clients know by these ids.
RESOURCES = {
    **RESOURCES_OF_PULLS,
    "2d874a60-a811-4f62-9c9f-963a6ea0a55b": ("git", "refs", f"{_GIT}/refs/{{*filter}}"),
    "615588d5-c0c7-4b88-88f8-e625306446e8": ("git", "commitDiffs", f"{_GIT}/diffs/commits"),
    "225f7195-f9c7-4d14-ab28-a83f7ff77e1f": ("git", "repositories", _GIT),
    "c2570c3b-5b3f-41b8-98bf-5407bfde8d58": ("git", "commits", f"{_GIT}/commits/{{commitId}}"),
    "5bf884f5-3e07-42e9-afb8-1b872267bf16": ("git", "changes", f"{_GIT}/commits/{{commitId}}/changes"),
    "fb93c0db-47ed-4a31-8c20-47552878fb44": ("git", "items", f"{_GIT}/items/{{*path}}"),
    "c23ddff5-229c-4d04-a80b-0fdce9f360c8": (
        "policy",
        "evaluations",
        "{project}/_apis/policy/evaluations/{evaluationId}",
    ),
    "0cd358e1-9217-4d94-8269-1c1ee6f93dcf": ("build", "builds", "{project}/_apis/build/builds/{buildId}"),
    "8baac422-4c6e-4de5-8532-db96d92acffa": (
        "build",
        "timeline",
        "{project}/_apis/build/builds/{buildId}/timeline/{timelineId}",
    ),
    "428dd4fb-fda5-4722-af02-9313b80305da": ("git", "statuses", f"{_GIT}/commits/{{commitId}}/statuses"),
    "7b28e929-2c99-405d-9c5c-6167a06e6816": ("git", "blobs", f"{_GIT}/blobs/{{sha1}}"),
    "603fe2ac-9723-48b9-88ad-09305aa6c6e1": ("core", "projects", "_apis/projects/{*projectId}"),
    "1a9c53f7-f243-4447-b110-35ef023636e4": ("wit", "wiql", "{project}/{team}/_apis/wit/wiql"),
    "72c7ddf8-2cdc-4f60-90cd-ab71c14a399b": ("wit", "workItems", "{project}/_apis/wit/workitems/{id}"),
    "62d3d110-0047-428c-ad3c-4fe872c91c74": ("wit", "workItems", "{project}/_apis/wit/workitems/${type}"),
    "e7f29993-5b82-4fca-9386-f5cfe683d524": (
        "search",
        "codesearchresults",
        "{project}/_apis/search/codesearchresults",
    ),
}

_WIQL = re.compile(
    r"SELECT \[System.Id\] FROM WorkItems WHERE \[System.TeamProject\] = '(?P<project>(?:[^']|'')*)'"
    r" AND \[System.Title\] (?P<how>CONTAINS|=) '(?P<text>(?:[^']|'')*)'"
    r"(?: AND \[System.CreatedDate\] >= '(?P<since>\d{4}-\d\d-\d\d)')?"
    r"(?: AND \[System.Id\] < (?P<below>\d+))? ORDER BY \[System.Id\] DESC"
)


class Fake(
    PullWritesOfAzureDevOps,
    WritesOfAzureDevOps,
    ReviewsOfAzureDevOps,
    PullsOfAzureDevOps,
    ChecksOfAzureDevOps,
    FakeVendor,
):
    key = "vsts"
    api = "https://acme.visualstudio.com"
    search = "https://acme.almsearch.visualstudio.com"
    web = f"https://acme.visualstudio.com/{quote(PROJECT)}/_git/rocket"
    integration_metadata: ClassVar[Mapping[str, Any]] = {"domain_name": "https://acme.visualstudio.com/", "scopes": []}
    stored_repository: ClassVar[Mapping[str, Any]] = {
        "name": "rocket",
        "external_id": ID,
        "config": {"instance": "https://acme.visualstudio.com/", "project": PROJECT, "name": "rocket"},
    }
    identifier = ID
    destination = PROJECT
    issue_metadata: ClassVar[Mapping[str, str]] = {"work_item_type": "Bug"}
    # Derived: for each file its item, its bytes and its history, three versions, and its two commits.
    blame_calls = 20 * 8
    not_found: ClassVar[Any] = {"$id": "1", "message": "Not found.", "typeKey": "VssResourceNotFoundException"}

    def __init__(self) -> None:
        super().__init__()
        #: Tags: a commit's SHA by name.
        self.tags: dict[str, str] = {}
        #: What stands beside the files: a SHA of another repository, or the target of a link.
        self.submodules: list[str] = []
        self.links: list[str] = []
        #: The two commits whose files are as ``sides_of`` has them.
        self.sides = ("", "")

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.api, self.search)

    def issue_key(self, number: int) -> str:
        return str(number)

    # ---- resources

    @route("OPTIONS", r"/_apis")
    def list_resources(self, request: Request) -> Any:
        """What Microsoft's own clients ask first: where the resources are that they know by an id."""
        versions = {"resourceVersion": 1, "minVersion": 1.0, "maxVersion": 7.1, "releasedVersion": "7.1"}
        return self._list(
            [
                {"id": key, "area": area, "resourceName": name, "routeTemplate": template, **versions}
                for key, (area, name, template) in RESOURCES.items()
            ]
        )

    @route("GET", r"/_apis/connectionData")
    def get_connection_data(self, request: Request) -> Any:
        assert "preview" in request.headers["Accept"], "this resource is in preview for ever"
        person = {"id": self._identity(ME)["id"], "providerDisplayName": "Ada Lovelace"}
        return {"authenticatedUser": person, "authorizedUser": person, "instanceId": ID}

    # ---- repositories

    @route("GET", r"/_apis/git/repositories/(?P<identifier>[^/]+)")
    def get_repository(self, request: Request, identifier: str) -> Any:
        for name in ("rocket", *self.world.repositories):
            if identifier == self._id(name):
                return self._repository(name)
        raise NoSuchThing

    @route("GET", r"/_apis/git/repositories")
    def list_repositories(self, request: Request) -> Any:
        return self._list([self._repository(name) for name in ("rocket", *self.world.repositories)])

    def _id(self, name: str) -> str:
        sha = sha_of(name)
        return ID if name == "rocket" else f"{sha[:8]}-{sha[8:12]}-{sha[12:16]}-{sha[16:20]}-{sha[20:32]}"

    def _repository(self, name: str) -> Any:
        return {
            "id": self._id(name),
            "name": name,
            "url": f"{self.api}/_apis/git/repositories/{self._id(name)}",
            "project": {"id": sha_of(PROJECT)[:32], "name": PROJECT, "state": "wellFormed"},
            "defaultBranch": "refs/heads/main",
            "remoteUrl": self.web.replace("rocket", name),
            "_links": {"web": {"href": self.web.replace("rocket", name)}},
        }

    # ---- commits

    @route("GET", REPOSITORY + "/commits")
    def list_commits(self, request: Request) -> Any:
        criteria = {name.removeprefix("searchCriteria."): text for name, text in request.params.items()}
        sha = self._version(criteria, "itemVersion")
        since, until = criteria.get("fromDate", ""), criteria.get("toDate", "9")
        path = criteria.get("itemPath", "").removeprefix("/")
        if "compareVersion.version" in criteria:
            # What is walked begins there, and leaves out what the item's version has.
            between = self.world.between(sha, self._version(criteria, "compareVersion"))
            start, size = int(criteria.get("$skip", 0)), int(criteria.get("$top", 100))
            return self._list([self._listed(commit) for commit in between[start : start + size]])
        commits = [
            commit
            for commit in (self.world.versions(path, sha) if path in self.world.files else self.world.log(sha, path))
            if since <= self._date(commit) <= until
        ]
        start, size = int(criteria.get("$skip", 0)), int(criteria.get("$top", 100))
        return self._list([self._listed(commit) for commit in commits[start : start + size]])

    @route("GET", REPOSITORY + "/diffs/commits")
    def compare(self, request: Request) -> Any:
        asked = request.params
        assert (asked["baseVersionType"], asked["targetVersionType"]) == ("commit", "commit")
        base, target = self._known(asked["baseVersion"]).sha, self._known(asked["targetVersion"]).sha
        from_common = asked["diffCommonCommit"] == "true"
        common = self.world.merge_base(base, target)
        self.sides = common if from_common else base, target
        found = self.world.compared(base, target, from_merge_base=from_common)
        changes = [each for change in found for each in self._changes(change)]
        start, size = int(asked["$skip"]), int(asked["$top"])
        return {
            "allChangesIncluded": start + size >= len(changes),
            "changeCounts": {"Edit": len(changes)},
            "changes": changes[start : start + size],
            "commonCommit": common,
            "baseCommit": base,
            "targetCommit": target,
            "aheadCount": len(self.world.between(base, target)),
            "behindCount": len(self.world.between(target, base)),
        }

    @route("GET", REPOSITORY + "/refs")
    def list_refs(self, request: Request) -> Reply:
        """The filter is the beginning of a name without "refs/"."""
        asked = request.params
        refs = {f"refs/heads/{name}": {"objectId": sha} for name, sha in self.world.branches.items()}
        for name, tag in self.world.tags.items():
            annotated = {"objectId": sha_of("tag" + name), "peeledObjectId": tag.sha}
            refs[f"refs/tags/{name}"] = {"objectId": tag.sha} if tag.message is None else annotated
        names = sorted(name for name in refs if name.startswith(f"refs/{asked.get('filter', '')}"))
        start, size = int(asked.get("continuationToken", 0)), int(asked.get("$top", 1000))
        shown = []
        for name in names[start : start + size]:
            told = refs[name]
            if asked.get("peelTags") != "true":
                told = {"objectId": told["objectId"]}
            shown.append({"name": name, **told, "creator": {"id": ID, "displayName": "Ada"}, "url": f"{self.api}/refs"})
        more = {"x-ms-continuationtoken": str(start + size)} if start + size < len(names) else {}
        return Reply(self._list(shown), headers=more)

    @route("GET", REPOSITORY + r"/commits/(?P<sha>\w+)")
    def get_commit(self, request: Request, sha: str) -> Any:
        commit = self._known(sha)
        found = {**self._commit(commit), "treeId": sha_of("tree" + sha), "parents": list(commit.parents)}
        changes = [change for changed in commit.changes for change in self._changes(changed)]
        wanted = int(request.params.get("changeCount", 0))
        return {**found, "changes": changes[:wanted]} if changes and wanted else found

    @route("GET", REPOSITORY + r"/commits/(?P<sha>\w+)/changes")
    def get_changes(self, request: Request, sha: str) -> Any:
        changes = [change for found in self._known(sha).changes for change in self._changes(found)]
        start, size = int(request.params["skip"]), int(request.params["top"])
        return {"changeCounts": {"Edit": len(changes)}, "changes": changes[start : start + size]}

    def _known(self, sha: str) -> Commit:
        commit = self.world.commit(sha) if len(sha) == 40 else None
        if commit is None:
            raise NoSuchThing
        return commit

    def _version(self, params: Mapping[str, str], prefix: str) -> str:
        """The SHA of a version, which says of what kind it is."""
        version, kind = params.get(f"{prefix}.version"), params.get(f"{prefix}.versionType")
        if version is None:
            return self.world.head
        tags = {**{name: tag.sha for name, tag in self.world.tags.items()}, **self.tags}
        known = {"branch": self.world.branches, "tag": tags}.get(kind or "")
        sha = self._known(version).sha if known is None else known.get(version)
        if sha is None:
            raise NoSuchThing
        return sha

    def _listed(self, commit: Commit) -> Any:
        found = self._commit(commit)
        if len(commit.message) > COMMENT:
            found |= {"comment": commit.message[:COMMENT], "commentTruncated": True}
        return found

    def _commit(self, commit: Commit) -> Any:
        return {
            "commitId": commit.sha,
            "author": self._person(commit.author, commit),
            "committer": self._person(commit.committer, commit),
            "comment": commit.message,
            "changeCounts": {"Add": 1, "Edit": 1, "Delete": 1},
            "url": f"{self.api}{REPOSITORY}/commits/{commit.sha}",
            "remoteUrl": f"{self.web}/commit/{commit.sha}",
        }

    def _person(self, person: Person, commit: Commit) -> Any:
        return {"name": person.name, "email": person.email, "date": self._date(commit)}

    def _date(self, commit: Commit) -> str:
        return commit.date.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _changes(self, change: Change) -> list[Any]:
        """A file's change, with that of its old name. A folder that is added is told too."""
        item = {"objectId": sha_of(change.path), "gitObjectType": "blob", "path": f"/{change.path}"}
        found = [{"item": item, "changeType": KINDS[change.kind]}]
        if change.previous:
            found[0]["sourceServerItem"] = f"/{change.previous}"
            gone = {**item, "path": f"/{change.previous}"}
            found.append({"item": gone, "changeType": "delete, sourceRename"})
        if change.kind == "added":
            folder = {"gitObjectType": "tree", "path": f"/{change.path}.d", "isFolder": True}
            found.insert(0, {"item": folder, "changeType": "add"})
        return found

    # ---- files

    @route("GET", REPOSITORY + "/items")
    def get_items(self, request: Request) -> Any:
        sha = self._version(request.params, "versionDescriptor")
        path = request.params.get("path", request.params.get("scopePath", "")).removeprefix("/")
        # Either says the format. Our adapter says both.
        if request.headers.get("Accept", "").startswith("application/zip"):
            assert request.params.get("$format", "zip") == "zip"
            self._item(path, sha)
            directory = path and f"{path}/"
            below = {
                f"{path.rpartition('/')[2]}/{name.removeprefix(directory)}" if path else name: content
                for name, content in self.world.files.items()
                if name.startswith(directory)
            }
            return Reply(archive_of(below, "zip"), headers={"Content-Type": "application/zip"})
        if "$format" in request.params:
            assert (request.params["$format"], request.params["api-version"]) == ("octetStream", "4.1")
            if (side := self._side(path, sha)) is not None:
                return side
            self._item(path, sha)
            return self.world.file_at(path, sha)
        if "path" in request.params:
            return self._item(path, sha)
        directory = path and f"{path}/"
        files = [name for name in self.world.files if name == path or name.startswith(directory)]
        if not files:
            raise NoSuchThing
        if request.params["recursionLevel"] == "OneLevel":
            below = [] if path in files else [directory + name for name in self.world.children(path)]
            return self._list([self._item(name, sha) for name in (path, *below)])
        assert request.params["recursionLevel"] == "Full"
        folders = {
            "/".join(parts[:n]) for name in files for parts in [name.split("/")] for n in range(1, len(parts))
        } | {""}
        below = sorted(folder for folder in folders if f"{folder}/".startswith(directory) or not path)
        return self._list([*(self._folder(name, sha) for name in below), *(self._file(name, sha) for name in files)])

    def _side(self, path: str, sha: str) -> bytes | None:
        """A file that the last comparison was about, or the changes of a commit, before or after."""
        first, last = self.sides
        if sha not in self.sides:
            return None
        if self.world.commit(last) and first in self.world.commit(last).parents:
            changes = list(self.world.commit(last).changes)
        else:
            changes = self.world.compared(first, last, from_merge_base=False)
        for change in changes:
            before, after = sides_of(change)
            if sha == first and path == (change.previous or change.path) and before is not None:
                return before
            if sha == last and path == change.path and after is not None:
                return after
        return None

    def _item(self, path: str, sha: str) -> Any:
        if self.world.is_directory(path) or not path:
            return self._folder(path, sha)
        if path not in self.world.files:
            raise NoSuchThing
        return self._file(path, sha)

    def _named(self, path: str, sha: str) -> dict[str, Any]:
        return {"commitId": sha, "path": f"/{path}", "url": f"{self.api}{REPOSITORY}/items{quote(f'/{path}')}"}

    def _folder(self, path: str, sha: str) -> dict[str, Any]:
        tree = {"objectId": sha_of("tree" + path), "gitObjectType": "tree", "isFolder": True}
        return {**self._named(path, sha), **tree}

    def _file(self, path: str, sha: str) -> dict[str, Any]:
        found = self._named(path, sha)
        found |= {"objectId": sha_of("blob" + path), "gitObjectType": "blob"}
        if path in self.submodules:
            found["gitObjectType"] = "commit"
        return {**found, "isSymLink": True} if path in self.links else found

    @route("GET", REPOSITORY + r"/blobs/(?P<sha>\w+)")
    def get_blob(self, request: Request, sha: str) -> Any:
        if "application/octet-stream" not in request.headers.get("Accept", ""):
            assert request.params == {"$format": "octetStream", "api-version": "4.1"}
        for path, content in self.world.files.items():
            if sha_of("blob" + path) == sha:
                return content
        raise NoSuchThing

    # ---- search

    @route("POST", r"/[^/]+/_apis/search/codesearchresults")
    def search_code(self, request: Request) -> Any:
        if unquote(request.path.split("/")[1]) != PROJECT:
            raise NoSuchThing
        phrase = re.fullmatch(r'"([^"*?\\]*)"', request.data["searchText"])
        assert phrase is not None, "the searcher's text is one phrase"
        if request.data["filters"] != {"Project": [PROJECT], "Repository": ["rocket"]}:
            return {"count": 0, "infoCode": 0, "results": []}
        paths = list(dict.fromkeys(match.path for match in self.world.matches(phrase[1])))
        start, size = request.data["$skip"], request.data["$top"]
        # One of another repository, as if the filter had been missed.
        other = {**self._match("elsewhere.py"), "repository": {"name": "rocket", "id": self._id("other")}}
        results = [other, *(self._match(path) for path in paths)]
        return {"count": len(results), "infoCode": 0, "results": results[start : start + size]}

    def _match(self, path: str) -> Any:
        return {
            "fileName": path.rpartition("/")[2],
            "path": f"/{path}",
            "matches": {"content": [{"charOffset": 4, "length": 7}], "fileName": []},
            "collection": {"name": "acme"},
            "project": {"name": PROJECT, "id": sha_of(PROJECT)[:32]},
            "repository": {"name": "rocket", "id": ID, "type": "git"},
            "versions": [{"branchName": "main", "changeId": self.world.head}],
            "contentId": sha_of("blob" + path),
        }

    # ---- issues

    @route("GET", r"/_apis/projects")
    def list_projects(self, request: Request) -> Any:
        names = [PROJECT, *(f"Project {number:03}" for number in range(250))]
        start, size = int(request.params["$skip"]), int(request.params["$top"])
        return self._list(
            [{"id": sha_of(name)[:32], "name": name, "state": "wellFormed"} for name in names][start:][:size]
        )

    @route("GET", r"/_apis/projects/(?P<name>[^/]+)")
    def get_project(self, request: Request, name: str) -> Any:
        if name != PROJECT:
            raise NoSuchThing
        return {"id": sha_of(name)[:32], "name": name, "state": "wellFormed"}

    @route("POST", r"/(?P<project>[^/]+)/_apis/wit/wiql")
    def query_work_items(self, request: Request, project: str) -> Any:
        found = _WIQL.fullmatch(request.data["query"])
        assert found is not None, "the searcher's text is one literal"
        assert (project, found["project"]) == (PROJECT, PROJECT)
        wanted = found["text"].replace("''", "'")
        issues = self.world.search_issues(wanted)
        if found["how"] == "=":
            since = date.fromisoformat(found["since"])
            issues = [issue for issue in issues if issue.title == wanted and issue.created.date() >= since]
        numbers = [issue.number for issue in issues if not found["below"] or issue.number < int(found["below"])]
        newest = sorted(numbers, reverse=True)[: int(request.params["$top"])]
        return {"queryType": "flat", "workItems": [{"id": number, "url": ""} for number in newest]}

    @route("GET", r"/_apis/wit/workitems")
    def get_work_items(self, request: Request) -> Any:
        numbers = [int(number) for number in request.params["ids"].split(",")]
        assert len(numbers) <= 200
        assert request.params["errorPolicy"] == "omit"
        issues = [self.world.issues.get(number) for number in numbers]
        return self._list([issue and self._work_item(issue) for issue in issues])

    @route("GET", WORK_ITEM)
    def get_work_item(self, request: Request, number: str) -> Any:
        return self._work_item(self._issue(number))

    @route("PATCH", WORK_ITEM)
    def update_work_item(self, request: Request, number: str) -> Any:
        issue = self._issue(number)
        (change,) = request.data
        assert (change["op"], change["path"]) == ("add", "/fields/System.State")
        assert request.headers["Content-Type"] == "application/json-patch+json"
        issue.closed = {"New": False, "Active": False, "Resolved": True, "Closed": True}[change["value"]]
        return self._work_item(issue)

    @route("(PATCH|POST)", r"/(?P<project>[^/]+)/_apis/wit/workitems/(\$|%24)(?P<kind>[^/]+)")
    def create_work_item(self, request: Request, project: str, kind: str) -> Any:
        assert (project, kind) == (PROJECT, "Bug")
        fields = {change["path"]: change["value"] for change in request.data}
        number = max(self.world.issues) + 1
        title, body = fields["/fields/System.Title"], fields.get("/fields/System.Description", "")
        self.world.issues[number] = Issue(number, title, body)
        return self._work_item(self.world.issues[number])

    @route("GET", r"/(?P<project>[^/]+)/_apis/wit/workitemtypes/(?P<kind>[^/]+)/states")
    def list_states(self, request: Request, project: str, kind: str) -> Any:
        if (project, kind) != (PROJECT, "Bug"):
            raise NoSuchThing
        states = {"New": "Proposed", "Active": "InProgress", "Resolved": "Resolved", "Closed": "Completed"}
        return self._list(
            [{"name": name, "color": "b2b2b2", "category": category} for name, category in states.items()]
        )

    def _issue(self, number: str) -> Issue:
        if int(number) not in self.world.issues:
            raise NoSuchThing
        return self.world.issues[int(number)]

    def _work_item(self, issue: Issue) -> Any:
        fields = {
            "System.AreaPath": PROJECT,
            "System.TeamProject": PROJECT,
            "System.WorkItemType": "Bug",
            "System.State": "Closed" if issue.closed else "Active",
            "System.Title": issue.title,
        }
        # Absent where nothing was written.
        described = {"System.Description": issue.body} if issue.body else {}
        return {"id": issue.number, "rev": 1, "fields": {**fields, **described}, "url": ""}

    def _list(self, found: list[Any]) -> Any:
        return {"count": len(found), "value": found}
