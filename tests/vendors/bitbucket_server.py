"""Bitbucket Server as its documentation has it: https://developer.atlassian.com/server/bitbucket/rest/"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.vendors.archive import archive_of
from tests.vendors.bitbucket_server_checks import ChecksOfBitbucketServer
from tests.vendors.bitbucket_server_pulls import PullsOfBitbucketServer
from tests.vendors.bitbucket_server_reviews import ReviewsOfBitbucketServer
from tests.vendors.fake import FakeVendor, NoSuchThing, Reply, Request, page_from, route
from tests.vendors.pull_request_writes import PullWritesOfBitbucketServer
from tests.vendors.ref_writes import WritesOfBitbucketServer
from tests.vendors.world import Change, Commit, Person, hunks_of, sha_of

REPOSITORY = r"/rest/api/1\.0/projects/ACME/repos/rocket"
KINDS = {"added": "ADD", "modified": "MODIFY", "deleted": "DELETE", "renamed": "MOVE"}


class Fake(
    PullWritesOfBitbucketServer,
    WritesOfBitbucketServer,
    ReviewsOfBitbucketServer,
    PullsOfBitbucketServer,
    ChecksOfBitbucketServer,
    FakeVendor,
):
    key = "bitbucket_server"
    api = "https://stash.example.com"
    web = "https://stash.example.com/projects/ACME/repos/rocket/browse"
    integration_metadata: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://stash.example.com",
        "verify_ssl": True,
        "domain_name": "stash.example.com",
    }
    stored_repository: ClassVar[Mapping[str, Any]] = {
        "name": "ACME/rocket",
        "external_id": "1",
        "config": {"name": "ACME/rocket", "project": "ACME", "repo": "rocket"},
    }
    identifier = "ACME/rocket"
    #: How many lines a diff of all files has at most (page.max.diff.lines).
    diff_lines = 400
    # One for each file, and one for each commit, whose messages a blame does not tell.
    blame_calls = 22
    not_found: ClassVar[Any] = {"errors": [{"context": None, "message": "No such thing.", "exceptionName": "x"}]}

    # ---- repositories

    def __init__(self) -> None:
        super().__init__()
        #: The permissions that users have of their own: in the project, and in the repository.
        self.permissions = [{"bob": "PROJECT_WRITE", "eve": "PROJECT_READ"}, {"ada": "REPO_ADMIN", "bob": "REPO_READ"}]
        self.permissions[1] |= {f"bob{number}": "REPO_ADMIN" for number in range(150)}

    @route("GET", r"/rest/api/1\.0/projects/ACME/repos/(?P<name>[^/]+)")
    def get_repository(self, request: Request, name: str) -> Any:
        if name not in ("rocket", *self.world.repositories):
            raise NoSuchThing
        return self._repository(name)

    @route("GET", r"/rest/api/1\.0(/projects/ACME)?/repos")
    def list_repositories(self, request: Request) -> Reply:
        names = ["rocket", *self.world.repositories]
        page = self._page(request, [self._repository(name) for name in names])
        return Reply(page, headers={"X-AUSERNAME": "ada"})

    def _repository(self, name: str) -> Any:
        return {
            "id": 1 if name == "rocket" else int(sha_of(name)[:6], 16),
            "slug": name,
            "name": name,
            "project": {"key": "ACME", "id": 1, "name": "Acme", "type": "NORMAL"},
            "links": {"self": [{"href": self.web.replace("rocket", name)}]},
        }

    @route("GET", r"/rest/api/1\.0/projects/ACME(?P<repository>/repos/rocket)?/permissions/users")
    def list_permissions(self, request: Request, repository: str | None = None) -> Any:
        # The filter is for a part of the name.
        wanted = request.params["filter"].lower()
        return self._page(
            request,
            [
                {
                    "user": {"name": name, "slug": name.lower(), "displayName": name, "type": "NORMAL"},
                    "permission": word,
                }
                for name, word in self.permissions[bool(repository)].items()
                if wanted in name.lower()
            ],
        )

    # ---- commits

    @route("GET", REPOSITORY + r"/commits")
    def list_commits(self, request: Request) -> Any:
        commit = self._of_ref(request.params.get("until", ""))
        commits = self.world.log(commit.sha, request.params.get("path", ""))
        if since := request.params.get("since"):
            commits = self.world.between(self.commit_at(since).sha, commit.sha)
        return self._page(request, [self._commit(commit) for commit in commits])

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)")
    def get_commit(self, request: Request, ref: str) -> Any:
        return self._commit(self.commit_at(ref))

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)/changes")
    def list_changes(self, request: Request, ref: str) -> Any:
        return self._page(request, [self._change(change) for change in self._changes_since(request, ref)])

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)/diff(/(?P<path>.+))?")
    def get_diff(self, request: Request, ref: str, path: str = "") -> Any:
        diffs = self._diffs_of(request, self._changes_since(request, ref), path)
        return {"fromHash": request.params.get("since"), "toHash": ref, **diffs}

    def _diffs_of(self, request: Request, changes: list[Change], path: str) -> Any:
        """The diffs of all files, which end where there are too many lines, or that of one."""
        changes = [change for change in changes if path in ("", change.path)]
        if path:
            assert request.params.get("srcPath", "") == changes[0].previous
        left, diffs = self.diff_lines, []
        for change in changes:
            left -= change.additions + change.deletions
            diffs.append(self._diff(change, cut=not path and left < 0))
            if not path and left < 0:
                break
        return {"contextLines": 3, "diffs": diffs}

    def _changes_since(self, request: Request, ref: str) -> list[Change]:
        commit, since = self.commit_at(ref), request.params.get("since")
        if not since:
            return list(commit.changes)
        return self.world.compared(self.commit_at(since).sha, commit.sha, from_merge_base=False)

    def _diff(self, change: Change, *, cut: bool) -> Any:
        """What is cut has no hunks that could be relied on."""
        sides = [self._path(change.previous or change.path), self._path(change.path)]
        ranges, *lines = hunks_of(change).splitlines()
        old, new = re.findall(r"[-+](\d+)(?:,(\d+))?", ranges)
        kinds = {" ": "CONTEXT", "-": "REMOVED", "+": "ADDED"}
        segments = [
            {"type": kinds[sign], "lines": [{"source": 1, "destination": 1, "line": line[1:], "truncated": False}]}
            for line in lines
            for sign in line[0]
        ]
        hunk = {
            "sourceLine": int(old[0]),
            "sourceSpan": int(old[1] or 1),
            "destinationLine": int(new[0]),
            "destinationSpan": int(new[1] or 1),
            "segments": [{**segment, "truncated": False} for segment in segments][: 1 if cut else None],
            "truncated": cut,
        }
        return {
            "source": None if change.kind == "added" else sides[0],
            "destination": None if change.kind == "deleted" else sides[1],
            "hunks": [hunk],
            "truncated": cut,
        }

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)/merge-base")
    def get_merge_base(self, request: Request, ref: str) -> Any:
        one, other = self.commit_at(ref), self.commit_at(request.params["otherCommitId"])
        return self._commit(self.commit_at(self.world.merge_base(one.sha, other.sha)))

    # ---- branches and tags

    @route("GET", REPOSITORY + r"/default-branch")
    def get_default_branch(self, request: Request) -> Any:
        return self._branch("main")

    @route("GET", REPOSITORY + r"/branches")
    def list_branches(self, request: Request) -> Any:
        return self._page(request, [self._branch(name) for name in self._asked_names(request, self.world.branches)])

    @route("GET", REPOSITORY + r"/tags")
    def list_tags(self, request: Request) -> Any:
        return self._page(request, [self._tag(name) for name in self._asked_names(request, self.world.tags)])

    def _asked_names(self, request: Request, names: Any) -> list[str]:
        """The filter is part of a name, whatever its case."""
        wanted = request.params.get("filterText", "").casefold()
        return sorted(name for name in names if wanted in name.casefold())

    def _branch(self, name: str) -> Any:
        sha = self.world.branches[name]
        return {
            "id": f"refs/heads/{name}",
            "displayId": name,
            "type": "BRANCH",
            "latestCommit": sha,
            "latestChangeset": sha,
            "isDefault": name == "main",
        }

    def _tag(self, name: str) -> Any:
        tag = self.world.tags[name]
        return {
            "id": f"refs/tags/{name}",
            "displayId": name,
            "type": "TAG",
            "latestCommit": tag.sha,
            "latestChangeset": tag.sha,
            "hash": sha_of("tag" + name) if tag.message is not None else None,
        }

    def _of_ref(self, ref: str) -> Commit:
        """A ref may be named in full."""
        for space, known in (("refs/heads/", self.world.branches), ("refs/tags/", self.world.tags)):
            if ref.startswith(space):
                name = ref.removeprefix(space)
                if name not in known:
                    raise NoSuchThing
                return self.commit_at(name)
        return self.commit_at(ref)

    def _commit(self, commit: Commit) -> Any:
        return {
            "id": commit.sha,
            "displayId": commit.sha[:11],
            **self._people(commit),
            "message": commit.message,
            "parents": [{"id": sha, "displayId": sha[:11]} for sha in commit.parents],
        }

    def _people(self, commit: Commit) -> Any:
        stamp = int(commit.date.timestamp() * 1000)
        return {
            "author": self._person(commit.author),
            "authorTimestamp": stamp,
            "committer": self._person(commit.committer),
            "committerTimestamp": stamp,
        }

    def _person(self, person: Person) -> Any:
        return {"name": person.name, "emailAddress": person.email}

    def _change(self, change: Change) -> Any:
        found = {"type": KINDS[change.kind], "nodeType": "FILE", "path": self._path(change.path)}
        return {**found, "srcPath": self._path(change.previous)} if change.previous else found

    def _path(self, path: str) -> Any:
        parent, _, name = path.rpartition("/")
        return {"components": path.split("/"), "parent": parent, "name": name, "toString": path}

    # ---- files

    @route("GET", REPOSITORY + r"/browse(/(?P<path>.+))?")
    def browse(self, request: Request, path: str = "") -> Any:
        self.commit_at(request.params.get("at", ""))
        if not path or self.world.is_directory(path):
            return {"type": "DIRECTORY"} if "type" in request.params else self._directory(request, path or "")
        if path not in self.world.files:
            raise NoSuchThing
        if "type" in request.params:
            return {"type": "FILE"}
        if "blame" not in request.params and b"\0" in self.world.files[path]:
            return {"binary": True, "path": self._path(path)}
        if "blame" not in request.params:
            start, lines = int(request.params["start"]), self.world.lines(path)
            found, more = page_from([{"text": line} for line in lines], start, int(request.params["limit"]))
            return {"lines": found, "start": start, "size": len(found), "isLastPage": not more}
        assert (request.params["blame"], request.params["noContent"]) == ("true", "true")
        last = min(int(request.params["limit"]), len(self.world.lines(path)))
        return [self._span(line, path) for line in range(1, last + 1)]

    def _directory(self, request: Request, path: str) -> Any:
        parent = f"{path}/" if path else ""
        children = [self._child(parent, name, below) for name, below in self.world.children(path).items()]
        at = request.params.get("at", "")
        return {"path": self._path(path), "revision": at, "children": self._page(request, children)}

    def _child(self, parent: str, name: str, is_directory: bool) -> Any:
        if not is_directory:
            path = parent + name
            content = self.world.files[path]
            return {
                "path": self._path(name),
                "contentId": sha_of("blob" + path),
                "type": "FILE",
                "size": len(content),
            }
        # A directory that has nothing but another one comes as the path of both.
        while list((inner := self.world.children(parent + name)).values()) == [True]:
            name = f"{name}/{next(iter(inner))}"
        return {"path": self._path(name), "node": sha_of("tree" + parent + name), "type": "DIRECTORY"}

    def _span(self, line: int, path: str) -> Any:
        commit = self.world.blame(line)
        return {
            **self._people(commit),
            "commitHash": commit.sha,
            "displayCommitHash": commit.sha[:11],
            "commitId": commit.sha,
            "fileName": path,
            "lineNumber": line,
            "spannedLines": 1,
        }

    @route("GET", REPOSITORY + r"/raw/(?P<path>.+)")
    def get_raw(self, request: Request, path: str) -> Any:
        self.commit_at(request.params["at"])
        if path not in self.world.files:
            raise NoSuchThing
        return self.world.files[path]

    @route("GET", REPOSITORY + r"/archive")
    def get_archive(self, request: Request) -> Reply:
        asked = request.params
        self.commit_at(asked["at"])
        made = archive_of(self.world.files, asked["format"], asked.get("prefix", ""), asked.get("path", ""))
        return Reply(made, headers={"Content-Type": "application/octet-stream"})

    @route("GET", REPOSITORY + r"/files(/(?P<path>.+))?")
    def list_files(self, request: Request, path: str = "") -> Any:
        self.commit_at(request.params.get("at", ""))
        if path and not self.world.is_directory(path):
            raise NoSuchThing
        parent = f"{path}/" if path else ""
        names = [name.removeprefix(parent) for name in self.world.files if name.startswith(parent)]
        return self._page(request, names, 1000)

    @route("POST", r"/rest/search/latest/search")
    def search_code(self, request: Request) -> Any:
        quoted = request.data["query"].split('"')
        assert len(quoted) == 3, "the searcher's text is one phrase"
        assert quoted[2].split() == ["project:ACME", "repo:rocket"]
        asked = request.data["entities"]["code"]
        start, end = asked["start"], asked["start"] + asked["limit"]
        matches = self.world.matches(quoted[1])
        found = [self._match(match) for match in matches[start:end]]
        last = end >= len(matches)
        return {"code": {"category": "primary", "isLastPage": last, "start": start, "nextStart": end, "values": found}}

    def _match(self, match: Any) -> Any:
        """Lines are HTML, with what was found emphasized, and others around them."""
        shown = f"{html.escape(match.text[:2])}<em>{html.escape(match.text[2:])}</em>"
        return {
            "file": match.path,
            "repository": {"slug": "rocket", "project": {"key": "ACME"}},
            "hitContexts": [[{"line": match.line, "text": shown}, {"line": match.line + 1, "text": ""}]],
            "hitCount": 1,
        }

    def _page(self, request: Request, items: list[Any], largest: int = 100) -> Any:
        start, size = int(request.params.get("start", 0)), min(int(request.params.get("limit", 25)), largest)
        found, more = page_from(items, start, size)
        following = {"nextPageStart": start + size} if more else {}
        return {"values": found, "size": len(found), "isLastPage": not more, **following}
