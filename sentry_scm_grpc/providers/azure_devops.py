"""Azure DevOps, which Sentry calls vsts: https://learn.microsoft.com/en-us/rest/api/azure/devops/

Azure DevOps wants to be told whether a version is a branch, a tag or a commit: a full SHA is a commit, any other ref a
branch, else a tag. It has no API for blame: it is derived from a file's history. Its lists of commits tell no parents,
its trees no sizes and no modes, its code search no lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, unquote, urlsplit

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, NotFound
from sentry_scm_grpc.providers.capabilities import CodeOwnersFile, CodeSearch, CommitQuery, Trees, ref_not_found
from sentry_scm_grpc.providers.derived_blame import MAX_BYTES, VERSIONS, DerivedBlames
from sentry_scm_grpc.providers.http import not_a_file, quoted, quoted_path
from sentry_scm_grpc.providers.issue_marks import unmarked
from sentry_scm_grpc.providers.line_history import Version
from sentry_scm_grpc.providers.pages import Page, is_full_sha
from sentry_scm_grpc.providers.reading import bad_answer, moment, number, rows, string, text, value
from sentry_scm_grpc.providers.vendor import IssueDestinations, IssueSearch, has_form
from sentry_scm_grpc.service.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

T = TypeVar("T")

PER_PAGE = 100
#: The version in which answers that are no JSON must be asked for by the query.
API_VERSION = "4.1"

# The categories of work item states.
CLOSED_CATEGORIES = ("Completed", "Resolved", "Removed")
OPEN_CATEGORIES = ("InProgress", "Proposed")
ISSUE_FIELDS = ("System.Title", "System.Description", "System.State", "System.TeamProject", "System.WorkItemType")
# What a "changeType" can hold, apart by commas, and the first that counts.
CHANGE_KINDS = {
    "rename": pb.FILE_CHANGE_KIND_RENAMED,
    "add": pb.FILE_CHANGE_KIND_ADDED,
    "undelete": pb.FILE_CHANGE_KIND_ADDED,
    "delete": pb.FILE_CHANGE_KIND_DELETED,
    # "edit", "encoding" and the like.
}
_VERSION = re.compile(r"G[BCT](?P<ref>.+)")


class AzureDevOpsAdapter(CodeOwnersFile, Trees, DerivedBlames, CodeSearch, IssueSearch, IssueDestinations):
    key = "vsts"
    name = "Azure DevOps"
    provider = pb.PROVIDER_AZURE_DEVOPS

    identifier_format = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
    identifier_example = "278d5cd2-584d-4b63-824a-2ba458937249"
    destination_format = re.compile(r"[^/\\?#%:*\"<>|&\x00-\x1f]{1,64}\Z")
    destination_example = "MyProject"
    destination_field = "project"
    # What hides a text there is taken out when a work item is stored.
    mark_format = "{}"
    issue_fields = {"work_item_type": True}
    key_format = re.compile(r"(?P<place>)(?P<number>\d{1,18})")
    # Azure DevOps itself reads none: these are where teams keep theirs.
    code_owners_locations = ("CODEOWNERS", ".azuredevops/CODEOWNERS", "docs/CODEOWNERS")

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

    @cached_property
    def path(self) -> str:
        return self._repository_path(self.installation.identifier())

    # ---- repositories

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return self._repository(self.http.get(self._repository_path(identifier)))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """All of the organization: Azure DevOps lists them in one answer."""
        found = rows(self.http.get(f"{self.instance}_apis/git/repositories"), "value")
        return Page([self._repository(repository) for repository in found])

    def _repository_path(self, identifier: str) -> str:
        return f"{self.instance}_apis/git/repositories/{quoted(identifier)}"

    def _repository(self, found: Any) -> pb.RemoteRepository:
        return pb.RemoteRepository(
            identifier=string(found, "id"),
            name=string(found, "name"),
            url=text(found, "_links", "web", "href") or text(found, "webUrl"),
            default_branch=text(found, "defaultBranch").removeprefix("refs/heads/"),
            external_id=string(found, "id"),
            config={
                "instance": self.instance,
                "project": string(found, "project", "name"),
                "name": string(found, "name"),
            },
        )

    # ---- commits

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        try:
            found = self._whole_commit(ref if is_full_sha(ref) else self.sha_of(ref))
        except NotFound:
            raise ref_not_found(ref) from None
        # Where there may be more, they are read from the start: that both lists have one order is not documented.
        changes = rows({"changes": [], **found}, "changes") if isinstance(found, Mapping) else []
        return _commit(found), Page(_changes(changes)) if 0 < len(changes) < PER_PAGE else None

    def sha_of(self, ref: str) -> str:
        if is_full_sha(ref):
            return ref
        params = {"searchCriteria.$top": 1}
        found = rows(self._at(ref, "searchCriteria.itemVersion", lambda at: self._history(params, at)), "value")
        if not found:
            raise ref_not_found(ref)
        return string(found[0], "commitId")

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        start = position or 0
        asked = {
            "itemPath": query.path and f"/{query.path}",
            "fromDate": _moment(query.since),
            "toDate": _moment(query.until),
            "$skip": start,
            "$top": PER_PAGE,
        }
        params = {f"searchCriteria.{name}": asked for name, asked in asked.items() if asked}
        try:
            answer = self._at(query.ref, "searchCriteria.itemVersion", lambda at: self._history(params, at))
        except NotFound:
            if not query.path:
                raise
            self.check_ref(query.ref)
            return Page([])
        found = rows(answer, "value")
        commits = self.http.gather([partial(self._listed_commit, row) for row in found])
        return Page(commits, start + PER_PAGE if len(found) >= PER_PAGE else None)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        start = position or 0
        params = {"top": PER_PAGE, "skip": start}
        try:
            answer = self.http.get(f"{self.path}/commits/{quoted(sha)}/changes", params, immutable=is_full_sha(sha))
        except NotFound:
            raise ref_not_found(sha) from None
        found = rows(answer, "changes")
        return Page(_changes(found), start + PER_PAGE if len(found) >= PER_PAGE else None)

    def _listed_commit(self, found: Mapping[str, Any]) -> pb.Commit:
        """A commit of a list, which cuts long messages."""
        return _commit(self._whole_commit(string(found, "commitId")) if found.get("commentTruncated") else found)

    def _whole_commit(self, sha: str) -> Any:
        return self.http.get(f"{self.path}/commits/{quoted(sha)}", {"changeCount": PER_PAGE}, immutable=True)

    def _history(self, params: Mapping[str, Any], version: Mapping[str, str]) -> Any:
        pinned = "commit" in version.values()
        return self.http.get(f"{self.path}/commits", {**params, **version}, immutable=pinned)

    def _at(self, ref: str, prefix: str, read: Callable[[Mapping[str, str]], T]) -> T:
        """What is read at a ref, which is a branch, else a tag. Raises NotFound of either the ref or what is there."""
        if ref in ("", "HEAD"):
            return read({})
        for kind in ("commit",) if is_full_sha(ref) else ("branch", "tag"):
            try:
                return read({f"{prefix}.version": ref, f"{prefix}.versionType": kind})
            except NotFound:
                continue
        raise ref_not_found(ref)

    # ---- blame

    def fetch_versions(self, path: str, sha: str) -> tuple[list[Version], bool]:
        """Renames end the list: they are found in the changes of its last commit."""
        params = {"searchCriteria.itemPath": f"/{path}", "searchCriteria.$top": VERSIONS}
        answer = self._at(sha, "searchCriteria.itemVersion", lambda at: self._history(params, at))
        found = [Version(string(commit, "commitId"), path) for commit in rows(answer, "value")]
        return found, len(found) < VERSIONS

    def fetch_text(self, path: str, sha: str) -> bytes:
        quoted_path(path)  # Refuses what the vendor would take for another path.
        params = {"path": f"/{path}", "versionDescriptor.version": sha, "versionDescriptor.versionType": "commit"}
        return self.http.get_bytes(
            f"{self.path}/items",
            {**params, "$format": "octetStream", "api-version": API_VERSION},
            max_bytes=MAX_BYTES,
            immutable=True,
        )

    # ---- files

    def has_path(self, path: str, ref: str) -> bool:
        return self._item(path, ref) is not None

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        item = self._item(path, ref)
        if item is None:
            if ref:
                self.check_ref(ref)
            raise NotFound(f"There is no {path!r} at {ref or 'the default branch'!r}.", reason="PATH_NOT_FOUND")
        if text(item, "gitObjectType") != "blob":
            raise not_a_file(path)
        content = self.http.get_bytes(
            f"{self.path}/blobs/{quoted(string(item, 'objectId'))}",
            {"$format": "octetStream", "api-version": API_VERSION},
            max_bytes=max_bytes,
            immutable=True,
        )
        return pb.FileContent(content=content, commit_sha=text(item, "commitId"))

    def _item(self, path: str, ref: str) -> Any:
        quoted_path(path)  # Refuses what the vendor would take for another path.
        try:
            return self._items({"path": f"/{path}"}, ref)
        except NotFound:
            return None

    def _items(self, params: Mapping[str, str], ref: str) -> Any:
        def read(version: Mapping[str, str]) -> Any:
            return self.http.get(f"{self.path}/items", {**params, **version}, immutable=is_full_sha(ref))

        return self._at(ref, "versionDescriptor", read)

    def url_of(self, path: str, ref: str, line: int) -> str:
        """Of a ref that is no SHA it is not known whether it is a tag: it counts as a branch."""
        asked = {"path": f"/{path}"}
        if ref:
            asked["version"] = f"{'GC' if is_full_sha(ref) else 'GB'}{ref}"
        if line:
            # A line is marked from its first character to the first of the next.
            asked |= {"line": str(line), "lineEnd": str(line + 1), "lineStartColumn": "1", "lineEndColumn": "1"}
        return f"{self._web}?" + "&".join(f"{name}={quote(asked, safe='/')}" for name, asked in asked.items())

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        found, web = urlsplit(url), urlsplit(self._web)
        if (found.netloc.lower(), _plain(found.path)) != (web.netloc.lower(), _plain(web.path)):
            return None
        try:
            asked = parse_qs(found.query)
        except ValueError:  # More fields than a query may have.
            return None
        path, version, line = (asked.get(name, [""])[0] for name in ("path", "version", "line"))
        known = _VERSION.fullmatch(version)
        if not path.startswith("/") or path == "/" or (version and known is None):
            return None
        return pb.ResolvedSourceUrl(
            repository_id=self.repository_id,
            ref=known["ref"] if known else self.repository.default_branch if self.repository else "",
            path=path[1:],
            line_number=int(line) if re.fullmatch(r"[0-9]{1,9}", line) else 0,
        )

    @property
    def _web(self) -> str:
        """The address of the repository's pages."""
        known = self.repository.url if self.repository else ""
        return known.rstrip("/") or f"{self.instance}_git/{quoted(self.installation.identifier())}"

    # ---- trees

    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """All files in one answer."""
        try:
            answer = self._items({"scopePath": f"/{path}", "recursionLevel": "Full"}, ref)
        except NotFound:
            if not path:
                raise
            self.check_ref(ref)
            return Page([])
        found = rows(answer, "value")
        files = [_tree_entry(item) for item in found if not item.get("isFolder")]
        return Page(files, ref=text(found[0], "commitId") if found else "")

    def check_ref(self, ref: str) -> None:
        self.fetch_commit(ref)  # A full SHA is looked up too.

    # ---- search

    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """Of files that the organization's extension Code Search has indexed."""
        phrase = re.sub(r'["\\*?]', " ", query)
        if not re.search(r"\w", phrase):
            raise InvalidArgument.of(("query", "must have a letter or a digit at Azure DevOps"))
        start = position or 0
        repository = self.fetch_repository(self.installation.identifier())
        project = repository.config["project"]
        answer = self.http.post(
            f"{_search_address(self.instance)}{quoted(project)}/_apis/search/codesearchresults",
            {
                "searchText": f'"{phrase}"',
                "$skip": start,
                "$top": PER_PAGE,
                "filters": {"Project": [project], "Repository": [repository.name]},
            },
            api_preview=True,
        )
        found = rows(answer, "results")
        paths = [
            string(match, "path").removeprefix("/")
            for match in found
            if text(match, "repository", "id").lower() == repository.identifier.lower()
        ]
        matches = [pb.CodeMatch(path=path, url=self.url_of(path, "", 0)) for path in paths]
        more = len(found) >= PER_PAGE and number(answer, "count") > start + PER_PAGE
        return Page(matches, start + PER_PAGE if more else None)

    # ---- issues

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
        """By a part of the title, the newest first. A position is the number below which the page begins."""
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
        # A date, because that is what WIQL compares; the title keeps it few.
        conditions = [
            f"[System.TeamProject] = {_literal(place)}",
            f"[System.Title] = {_literal(title.strip())}",
            f"[System.CreatedDate] >= {_literal(since.date().isoformat())}",
            *([f"[System.Id] < {int(position)}"] if position else []),
        ]
        found, after = self._work_items(place, conditions)
        return Page([(text(item, "fields", "System.Description"), self._issue(item)) for item in found], after)

    def _work_items(self, project: str, conditions: Sequence[str]) -> tuple[list[Any], int | None]:
        """The newest that meet all conditions, and the number below which the next page begins."""
        wiql = f"SELECT [System.Id] FROM WorkItems WHERE {' AND '.join(conditions)} ORDER BY [System.Id] DESC"  # noqa: S608
        path = f"{self.instance}{quoted(project)}/_apis/wit/wiql?$top={PER_PAGE}"
        numbers = [number(item, "id") for item in rows(self.http.post(path, {"query": wiql}), "workItems")]
        if not numbers:
            return [], None
        if 0 in numbers:
            raise bad_answer()
        params = {"ids": ",".join(map(str, numbers)), "fields": ",".join(ISSUE_FIELDS), "errorPolicy": "omit"}
        # A work item that was deleted meanwhile is null.
        listed = value(self.http.get(f"{self.instance}_apis/wit/workitems", params), "value")
        found = [item for item in listed if item] if isinstance(listed, list) else listed
        return list(rows({"value": found}, "value")), numbers[-1] if len(numbers) >= PER_PAGE else None

    def get_issue(self, key: str) -> pb.TrackerIssue:
        return self._issue(self._work_item(key))

    def create_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
        kind = request.metadata.get("work_item_type", "")
        # Sentry makes a part of the address of it.
        if kind and not has_form(self.destination_format, kind):
            raise InvalidArgument.of(("metadata['work_item_type']", "must be like 'Bug' at Azure DevOps"))
        return super().create_issue(call, request)

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        item = self._work_item(key)
        states = self._states(item)
        wanted = CLOSED_CATEGORIES if state == pb.ISSUE_STATE_CLOSED else OPEN_CATEGORIES
        if states.get(string(item, "fields", "System.State")) in wanted:
            return
        for category in wanted:
            name = next((name for name, found in states.items() if found == category), None)
            if name is not None:
                change = {"op": "add", "path": "/fields/System.State", "value": name}
                self.http.patch(self._work_item_path(key), data=[change])
                return
        raise FailedPrecondition(
            "The work item's type has no state of the kind that is wanted. Change the process at Azure DevOps.",
            reason="ISSUE_STATE_UNKNOWN",
        )

    def _work_item(self, key: str) -> Any:
        return self.http.get(self._work_item_path(key))

    def _work_item_path(self, key: str) -> str:
        return f"{self.instance}_apis/wit/workitems/{self.parts_of(key)[1]}"

    def _issue(self, item: Any) -> pb.TrackerIssue:
        key, fields = string(item, "id"), value(item, "fields")
        closed = self._states(item).get(string(fields, "System.State")) in CLOSED_CATEGORIES
        place = text(fields, "System.AreaPath") or text(fields, "System.TeamProject")
        return pb.TrackerIssue(
            key=key,
            title=string(fields, "System.Title"),
            description=unmarked(text(fields, "System.Description")),
            web_url=self.live.get_issue_url(key),
            state=pb.ISSUE_STATE_CLOSED if closed else pb.ISSUE_STATE_OPEN,
            metadata={"display_name": f"{place}#{key}"},
        )

    @cached_property
    def _known_states(self) -> dict[str, dict[str, str]]:
        return {}

    def _states(self, item: Any) -> dict[str, str]:
        """The categories of the states that a work item's type has, by their names."""
        project, kind = (quoted(string(item, "fields", f"System.{name}")) for name in ("TeamProject", "WorkItemType"))
        path = f"{self.instance}{project}/_apis/wit/workitemtypes/{kind}/states"
        if path not in self._known_states:
            found = rows(self.http.get(path, api_preview=True), "value")
            self._known_states[path] = {string(state, "name"): text(state, "category") for state in found}
        return self._known_states[path]


def _commit(found: Any) -> pb.Commit:
    parents = found.get("parents") if isinstance(found, Mapping) else None
    return pb.Commit(
        key=string(found, "commitId"),
        message=text(found, "comment"),
        author=_person(found, "author"),
        committer=_person(found, "committer"),
        date_added=moment(found, "committer", "date"),
        web_url=text(found, "remoteUrl"),
        parent_keys=[sha for sha in parents if isinstance(sha, str)] if isinstance(parents, list) else [],
    )


def _person(found: Any, role: str) -> pb.CommitAuthor:
    return pb.CommitAuthor(name=text(found, role, "name"), email=text(found, role, "email"))


def _changes(found: list[Mapping[str, Any]]) -> list[pb.FileChange]:
    changes = []
    for change in found:
        kinds = text(change, "changeType").split(", ")
        # A folder, or the old name in a rename, which is told with the new one.
        if value(change, "item", "path") and (
            text(change, "item", "gitObjectType") == "tree" or "sourceRename" in kinds
        ):
            continue
        kind = next((CHANGE_KINDS[kind] for kind in CHANGE_KINDS if kind in kinds), pb.FILE_CHANGE_KIND_MODIFIED)
        renamed = kind == pb.FILE_CHANGE_KIND_RENAMED
        previous = text(change, "sourceServerItem").removeprefix("/") if renamed else ""
        path = string(change, "item", "path").removeprefix("/")
        changes.append(pb.FileChange(path=path, kind=kind, previous_path=previous))
    return changes


def _tree_entry(item: Mapping[str, Any]) -> pb.TreeEntry:
    kind = pb.TREE_ENTRY_KIND_SYMLINK if item.get("isSymLink") else pb.TREE_ENTRY_KIND_FILE
    if text(item, "gitObjectType") == "commit":
        kind = pb.TREE_ENTRY_KIND_SUBMODULE
    return pb.TreeEntry(path=string(item, "path").removeprefix("/"), kind=kind, sha=string(item, "objectId"))


def _search_address(instance: str) -> str:
    """Where an organization is searched: beside itself in the cloud, in itself on a server."""
    cloud = re.sub(r"^https://([\w-]+)\.visualstudio\.com/", r"https://\1.almsearch.visualstudio.com/", instance)
    return re.sub(r"^https://dev\.azure\.com/", "https://almsearch.dev.azure.com/", cloud)


def _literal(found: str) -> str:
    """A text in WIQL: https://learn.microsoft.com/en-us/azure/devops/boards/queries/wiql-syntax"""
    return "'" + found.replace("'", "''") + "'"


def _plain(path: str) -> str:
    return unquote(path).rstrip("/").lower()


def _moment(when: datetime | None) -> str:
    """ISO 8601 in whole seconds, as dates in git are."""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z" if when else ""
