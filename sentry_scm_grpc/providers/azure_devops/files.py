"""Azure DevOps, which Sentry calls vsts: https://learn.microsoft.com/en-us/rest/api/azure/devops/

Azure DevOps wants to be told whether a version is a branch, a tag or a commit: a full SHA is a commit, any other ref a
branch, else a tag. It has no API for blame: it is derived from a file's history. Its lists of commits tell no parents,
its trees no sizes and no modes, its code search no lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.azure_devops.addresses import place_of, same_addresses, without_user
from sentry_scm_grpc.providers.azure_devops.answers import (
    changes_of,
    commit_of,
    entry_of,
    is_folder,
    is_of,
    is_on,
    lack_of,
    moment_text,
)
from sentry_scm_grpc.providers.azure_devops.issues import WorkItems
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.capabilities import CodeOwnersFile, CodeSearch, CommitQuery, Trees, ref_not_found
from sentry_scm_grpc.providers.vendor.derived_blame import MAX_BYTES, VERSIONS, DerivedBlames
from sentry_scm_grpc.providers.vendor.http import not_a_file, quoted, quoted_path
from sentry_scm_grpc.providers.vendor.pages import NOT_INDEXED, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text, told_rows
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.source.line_history import Version
from sentry_scm_grpc.v1 import scm_pb2 as pb

T = TypeVar("T")

PER_PAGE = 100
#: The version in which answers that are no JSON must be asked for by the query.
API_VERSION = "4.1"

_VERSION = re.compile(r"G[BCT](refs/(heads|tags)/)?(?P<ref>.+)")


class AzureDevOpsAdapter(CodeOwnersFile, Trees, DerivedBlames, CodeSearch, WorkItems):
    key = "vsts"
    name = "Azure DevOps"
    provider = pb.PROVIDER_AZURE_DEVOPS

    identifier_format = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
    identifier_example = "278d5cd2-584d-4b63-824a-2ba458937249"
    # Azure DevOps itself reads none: these are where teams keep theirs.
    code_owners_locations = ("CODEOWNERS", ".azuredevops/CODEOWNERS", "docs/CODEOWNERS")

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

    def lack_of(self, status: int, told: Any) -> Lack | None:
        return lack_of(status, told)

    @classmethod
    def same_addresses(cls, url: str) -> Iterator[str]:
        return same_addresses(url)

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
            url=text(found, "_links", "web", "href") or text(found, "webUrl") or without_user(text(found, "remoteUrl")),
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
        found = self._whole_commit(ref if is_full_sha(ref) else self.sha_of(ref))
        # Where there may be more, they are read from the start: that both lists have one order is not documented.
        changes = rows({"changes": [], **found}, "changes") if isinstance(found, Mapping) else []
        return commit_of(found), Page(changes_of(changes)) if 0 < len(changes) < PER_PAGE else None

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
            "fromDate": moment_text(query.since),
            "toDate": moment_text(query.until),
            "$skip": start,
            "$top": PER_PAGE,
        }
        params = {f"searchCriteria.{name}": asked for name, asked in asked.items() if asked}
        answer = self._at(query.ref, "searchCriteria.itemVersion", lambda at: self._history(params, at))
        found = rows(answer, "value")
        commits = self.http.gather([partial(self._listed_commit, row) for row in found])
        return Page(commits, start + PER_PAGE if len(found) >= PER_PAGE else None)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        start = position or 0
        params = {"top": PER_PAGE, "skip": start}
        answer = self.http.get(f"{self.path}/commits/{quoted(sha)}/changes", params, immutable=is_full_sha(sha))
        found = rows(answer, "changes")
        return Page(changes_of(found), start + PER_PAGE if len(found) >= PER_PAGE else None)

    def _listed_commit(self, found: Mapping[str, Any]) -> pb.Commit:
        """A commit of a list, which cuts long messages."""
        return commit_of(self._whole_commit(string(found, "commitId")) if found.get("commentTruncated") else found)

    def _whole_commit(self, sha: str) -> Any:
        return self.http.get(f"{self.path}/commits/{quoted(sha)}", {"changeCount": PER_PAGE}, immutable=True)

    def _history(self, params: Mapping[str, Any], version: Mapping[str, str]) -> Any:
        pinned = "commit" in version.values()
        return self.http.get(f"{self.path}/commits", {**params, **version}, immutable=pinned)

    def _at(self, ref: str, prefix: str, read: Callable[[Mapping[str, str]], T]) -> T:
        """What is read at a ref, which is a branch, else a tag. Raises Absent of either the ref or what is there."""
        if ref in ("", "HEAD"):
            return read({})
        for kind in ("commit",) if is_full_sha(ref) else ("branch", "tag"):
            try:
                return read({f"{prefix}.version": ref, f"{prefix}.versionType": kind})
            except Absent as absence:
                if absence.lack is Lack.PATH:
                    raise
                missing = absence
        raise missing

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
        self._item(path, ref)
        return True

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        item = self._item(path, ref)
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
        return self._items({"path": f"/{path}"}, ref)

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
        found = urlsplit(url)
        if place_of(url) != place_of(self._web):
            return None
        try:
            # Servers before 2018 put it all behind a "#".
            asked = parse_qs(found.query) | parse_qs(found.fragment)
        except ValueError:  # More fields than a query may have.
            return None
        path, version, line = (asked.get(name, [""])[0] for name in ("path", "version", "line"))
        known = _VERSION.fullmatch(version)
        if not path.startswith("/") or not path.strip("/") or (version and known is None):
            return None
        return pb.ResolvedSourceUrl(
            repository_id=self.repository_id,
            ref=re.sub(r"\Arefs/(heads|tags)/", "", known["ref"])
            if known
            else self.repository.default_branch
            if self.repository
            else "",
            path=path.strip("/"),
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
        answer = self._items({"scopePath": f"/{path}", "recursionLevel": "Full"}, ref)
        found = rows(answer, "value")
        files = [entry_of(item) for item in found if not is_folder(item)]
        return Page(files, ref=text(found[0], "commitId") if found else "")

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
        incomplete = _incomplete(number(answer, "infoCode"))
        found = told_rows(answer, "results") if incomplete else rows(answer, "results")
        paths = [
            string(match, "path").removeprefix("/")
            for match in found
            if is_of(match, repository) and is_on(match, repository.default_branch)
        ]
        matches = [pb.CodeMatch(path=path, url=self.url_of(path, "", 0)) for path in paths]
        after = start + len(found)
        more = found and number(answer, "count") > after
        return Page(matches, after if more else None, incomplete=incomplete)


def _incomplete(code: int) -> str:
    """What the search tells of itself; a code that is not documented counts as "not everything was searched".

    https://learn.microsoft.com/en-us/rest/api/azure/devops/search/code-search-results/fetch-code-search-results
    """
    if code in (3, 4, 5, 19, 20):  # The query is invalid, or its form not supported.
        raise error_of_status(400)
    # 0 is all right, 8: a page has fewer results than asked for, 10: no facets. With 1, 2, 6, 7 and 9 indexing goes on.
    return "" if code in (0, 8, 10) else NOT_INDEXED


def _search_address(instance: str) -> str:
    """Where an organization is searched: beside itself in the cloud, in itself on a server."""
    cloud = re.sub(r"^https://([\w-]+)\.visualstudio\.com/", r"https://\1.almsearch.visualstudio.com/", instance)
    return re.sub(r"^https://dev\.azure\.com/", "https://almsearch.dev.azure.com/", cloud)
