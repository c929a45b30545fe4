"""GitLab as its documentation has it: https://docs.gitlab.com/api/rest/"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from tests.vendors.archive import archive_of
from tests.vendors.fake import FakeVendor, NoSuchThing, Reply, Request, page_of, route
from tests.vendors.gitlab_checks import ChecksOfGitLab
from tests.vendors.gitlab_pulls import PullsOfGitLab
from tests.vendors.gitlab_refs import RefsOfGitLab
from tests.vendors.gitlab_reviews import ReviewsOfGitLab
from tests.vendors.gitlab_texts import TextsOfGitLab
from tests.vendors.pull_request_writes import PullWritesOfGitLab
from tests.vendors.ref_writes import WritesOfGitLab
from tests.vendors.world import Change, Commit, Issue, Person, hunks_of, sha_of

PROJECT = r"/projects/(7|acme%2Frocket)"
REPOSITORY = r"/projects/7/repository"
FILE = REPOSITORY + r"/files/(?P<path>[^/]+)"
#: What GitLab takes for filters in a searcher's text, where it stands at the start of a word.
FILTER = re.compile(r"(?:^|\s)-?(?:filename|path|extension|blob):[^\s]")


USERS = {"ada": 1, "bob": 2, "eve": 3, "zoe": 4, "guest": 5}


class Fake(
    PullWritesOfGitLab,
    WritesOfGitLab,
    ReviewsOfGitLab,
    PullsOfGitLab,
    RefsOfGitLab,
    ChecksOfGitLab,
    TextsOfGitLab,
    FakeVendor,
):
    key = "gitlab"
    api = "https://gitlab.example.com/api/v4"
    web = "https://gitlab.example.com/acme/rocket"
    integration_metadata: ClassVar[Mapping[str, Any]] = {
        "instance": "gitlab.example.com",
        "base_url": "https://gitlab.example.com",
        "domain_name": "gitlab.example.com/acme",
        "verify_ssl": True,
        "webhook_secret": "s",
        "group_id": 1,
    }
    stored_repository: ClassVar[Mapping[str, Any]] = {
        "name": "Acme / rocket",
        "external_id": "gitlab.example.com:7",
        "config": {"instance": "gitlab.example.com", "path": "acme/rocket", "project_id": 7, "webhook_id": 1},
    }
    identifier = "7"
    destination = "acme/rocket"
    blame_calls = 20
    not_found: ClassVar[Any] = {"message": "404 Not found"}

    def __init__(self) -> None:
        super().__init__()
        #: What the token may do, and the day on which it ends.
        self.scopes = ["api"]
        self.token_ends: str | None = None
        #: The access levels of members by id, and who may see the projects.
        self.members = {1: 50, 2: 40, 3: 20, 5: 10}
        self.visibility = "private"
        #: The modes of files that are not plain.
        self.modes: dict[str, str] = {}
        #: Whether all of a tree may be asked for at once (from 15.3 on), and whether by key (from 17.1 on).
        self.whole_trees = self.keyed_trees = True

    def issue_key(self, number: int) -> str:
        return f"gitlab.example.com/acme:acme/rocket#{number}"

    # ---- projects

    @route("GET", r"/projects/(?P<name>[^/]+)")
    def get_project(self, request: Request, name: str) -> Any:
        for known in ("rocket", *self.world.repositories):
            if name in (f"acme/{known}", str(self._id(known))):
                return self._project(known)
        raise NoSuchThing

    @route("GET", r"/groups/acme")
    def get_group(self, request: Request) -> Any:
        return {
            "id": 1,
            "name": "Acme",
            "path": "acme",
            "full_path": "acme",
            "web_url": "https://gitlab.example.com/groups/acme",
        }

    @route("GET", r"/personal_access_tokens/self")
    def get_token(self, request: Request) -> Any:
        """Group and project tokens too are those of a user, a bot."""
        return {
            "id": 42,
            "name": "scm",
            "revoked": False,
            "active": True,
            "created_at": "2024-01-01T12:00:00.000Z",
            "user_id": 24,
            "scopes": self.scopes,
            "expires_at": self.token_ends,
        }

    @route("GET", r"/groups/1/projects")
    def list_projects(self, request: Request) -> Reply:
        assert request.params["order_by"] == "id", "what is sorted by activity moves between two pages"
        wanted = request.params.get("search", "").casefold()
        # Of less than three characters only a whole name is found.
        names = [
            name
            for name in ("rocket", *self.world.repositories)
            if (wanted in name if len(wanted) != 1 and len(wanted) != 2 else wanted == name)
        ]
        return self._page(request, [self._project(name) for name in sorted(names, key=self._id)])

    def _id(self, name: str) -> int:
        return 7 if name == "rocket" else int(sha_of(name)[:7], 16)

    def _project(self, name: str) -> Any:
        return {
            "id": self._id(name),
            "description": None,
            "name": name,
            "name_with_namespace": f"Acme / {name}",
            "path": name,
            "path_with_namespace": f"acme/{name}",
            "default_branch": "main",
            "web_url": f"https://gitlab.example.com/acme/{name}",
            "namespace": {"id": 1, "name": "Acme", "path": "acme", "kind": "group", "full_path": "acme"},
            "visibility": self.visibility,
            "repository_access_level": "enabled",
            **self._merging(),
        }

    def _merging(self) -> Any:
        """A project merges, or it rebases and does not. To squash is a choice beside it."""
        methods = self.world.merge_methods
        squash = "never" if "squash" not in methods else "always" if methods == {"squash"} else "default_off"
        return {"merge_method": "merge" if "merge" in methods else "ff", "squash_option": squash}

    @route("GET", r"/users")
    def list_users(self, request: Request) -> Any:
        name = request.params["username"]
        return [{"id": USERS[name], "username": name, "name": name, "state": "active"}] if name in USERS else []

    @route("GET", r"/users/(?P<id>\d+)")
    def get_user(self, request: Request, id: str) -> Any:
        for name, known in USERS.items():
            if known == int(id):
                return {"id": known, "username": name, "name": name, "state": "active"}
        raise NoSuchThing

    @route("GET", PROJECT + r"/members/all/(?P<id>[^/]+)")
    def get_member(self, request: Request, id: str) -> Any:
        level = self.members.get(int(id))
        if level is None:
            raise NoSuchThing
        name = next(name for name, known in USERS.items() if known == int(id))
        return {"id": int(id), "username": name, "name": name, "state": "active", "access_level": level}

    # ---- commits

    @route("GET", REPOSITORY + r"/commits")
    def list_commits(self, request: Request) -> Reply:
        ref = request.params.get("ref_name", "")
        # Of a ref that is not there GitLab lists no commits.
        base, _, head = ref.rpartition("..")
        if base:
            commits = self.world.between(self._at(base).sha, self._at(head).sha)
        else:
            commits = self.world.log(ref, request.params.get("path", "")) if self.world.commit(ref) else []
        since, until = (request.params.get(name, "") for name in ("since", "until"))
        dated = [
            commit
            for commit in commits
            if (not since or self._date(commit)[:19] >= since[:19])
            and (not until or self._date(commit)[:19] <= until[:19])
        ]
        return self._page(request, [self._commit(commit) for commit in dated], counted=False)

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)")
    def get_commit(self, request: Request, ref: str) -> Any:
        commit = self._at(ref)
        additions, deletions = (
            sum(getattr(change, n) for change in commit.changes) for n in ("additions", "deletions")
        )
        stats = {"additions": additions, "deletions": deletions, "total": additions + deletions}
        return {
            **self._commit(commit),
            "stats": stats,
            "status": self._rollup(commit.sha),
            "project_id": 7,
            "last_pipeline": None,
        }

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)/diff")
    def list_diffs(self, request: Request, ref: str) -> Reply:
        return self._page(request, [self._diff(change) for change in self._at(ref).changes])

    def _at(self, ref: str) -> Commit:
        commit = self.world.commit(ref)
        if commit is None:
            raise NoSuchThing
        return commit

    def _commit(self, commit: Commit) -> Any:
        return {
            **self._blamed(commit),
            "short_id": commit.sha[:8],
            "created_at": self._date(commit),
            "title": commit.title,
            "trailers": {},
            "extended_trailers": {},
            "web_url": f"{self.web}/-/commit/{commit.sha}",
        }

    def _blamed(self, commit: Commit) -> Any:
        """A commit as a blame tells it."""
        return {
            "id": commit.sha,
            "parent_ids": list(commit.parents),
            "message": commit.message,
            "authored_date": self._date(commit),
            **self._person(commit.author, "author"),
            "committed_date": self._date(commit),
            **self._person(commit.committer, "committer"),
        }

    def _person(self, person: Person, role: str) -> Any:
        return {f"{role}_name": person.name, f"{role}_email": person.email}

    def _date(self, commit: Commit) -> str:
        return commit.date.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")

    def _diff(self, change: Change) -> Any:
        added, deleted = change.kind == "added", change.kind == "deleted"
        return {
            "diff": hunks_of(change),
            "new_path": change.path,
            "old_path": change.previous or change.path,
            "a_mode": "0" if added else "100644",
            "b_mode": "0" if deleted else "100644",
            "new_file": added,
            "renamed_file": change.kind == "renamed",
            "deleted_file": deleted,
            "collapsed": False,
            "too_large": False,
            "generated_file": None,
        }

    # ---- files

    @route("HEAD", FILE)
    def head_file(self, request: Request, path: str) -> Reply:
        return Reply(headers=self._file_headers(request, path))

    @route("GET", FILE + r"/raw")
    def get_raw(self, request: Request, path: str) -> Reply:
        return Reply(self.world.files[path], headers=self._file_headers(request, path))

    @route("GET", FILE + r"/blame")
    def get_blame(self, request: Request, path: str) -> Reply:
        headers = self._file_headers(request, path)
        first, last = (int(request.params[f"range[{end}]"]) for end in ("start", "end"))
        lines = self.world.lines(path)
        groups: list[Any] = []
        for number in range(first, min(last, len(lines)) + 1):
            commit = self._blamed(self.world.blame(number))
            if not groups or groups[-1]["commit"] != commit:
                groups.append({"commit": commit, "lines": []})
            groups[-1]["lines"].append(lines[number - 1])
        return Reply(groups, headers=headers)

    def _file_headers(self, request: Request, path: str) -> dict[str, str]:
        commit = self._at(request.params["ref"])
        if path not in self.world.files:
            raise NoSuchThing
        submodule = self.modes.get(path) == "160000"
        content = b"" if submodule else self.world.files[path]
        empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        return {
            "X-Gitlab-Blob-Id": sha_of("blob" + path) if content or submodule else empty,
            "X-Gitlab-Commit-Id": commit.sha,
            "X-Gitlab-Last-Commit-Id": commit.sha,
            "X-Gitlab-Size": str(len(content)),
            "X-Gitlab-Encoding": "base64",
            "X-Gitlab-Ref": "ref",
        }

    # ---- trees

    @route("GET", REPOSITORY + r"/tree")
    def get_tree(self, request: Request) -> Reply:
        asked = request.params
        self._at(asked.get("ref", ""))
        path, recursive = asked.get("path", "").rstrip("/"), asked.get("recursive") in ("true", "True")
        if path and not self.world.is_directory(path):
            raise NoSuchThing
        entries = self._entries(f"{path}/" if path else "", recursive)
        manner = asked.get("pagination", "legacy")
        if manner == "none" and not self.whole_trees:
            return Reply({"error": "pagination does not have a valid value"}, 400)
        if manner == "none":
            return Reply(entries)
        if manner == "keyset" and self.keyed_trees:
            return self._keyed_page(request, entries)
        return self._page(request, entries)

    def _entries(self, parent: str, recursive: bool) -> list[Any]:
        """Directories first, then files, then submodules."""
        below = [path.removeprefix(parent).split("/") for path in self.world.files if path.startswith(parent)]
        found = {
            "/".join(parts[:depth]): depth < len(parts)
            for parts in below
            for depth in range(1, len(parts) + 1 if recursive else 2)
        }
        entries = [self._entry(parent + path, directory) for path, directory in found.items()]
        return sorted(entries, key=lambda entry: (["tree", "blob", "commit"].index(entry["type"]), entry["path"]))

    def _entry(self, path: str, directory: bool) -> Any:
        mode = "040000" if directory else self.modes.get(path, "100644")
        kind = {"040000": "tree", "160000": "commit"}.get(mode, "blob")
        return {"id": sha_of(kind + path), "name": path.rpartition("/")[2], "type": kind, "path": path, "mode": mode}

    def _keyed_page(self, request: Request, entries: list[Any]) -> Reply:
        size, key = int(request.params.get("per_page", 20)), request.params.get("page_token")
        start = next((index + 1 for index, entry in enumerate(entries) if entry["id"] == key), 0)
        found = entries[start : start + size]
        more = start + size < len(entries)
        return Reply(found, headers=self._link(request, page_token=found[-1]["id"]) if more else {})

    # ---- search

    @route("GET", r"/projects/7/search")
    def search(self, request: Request) -> Reply:
        asked = request.params
        if asked["scope"] == "commits":
            return self._search_commits(request)
        assert (asked["scope"], asked["search_type"]) == ("blobs", "basic")
        assert not FILTER.search(asked["search"]), "the searcher's text is no filter"
        if self.world.commit(asked.get("ref", "")) is None:
            return Reply([])
        # What is between two words counts as one space.
        text = " ".join(part for part in re.split(r"\s", asked["search"]) if part)
        return self._page(request, self._snippets(text))

    def _search_commits(self, request: Request) -> Reply:
        """Line by line, with the text as a basic regular expression of git's, newest first."""
        asked = request.params
        assert asked["search_type"] == "basic"
        ref = asked.get("ref", "")
        wanted = re.compile(asked["search"], re.IGNORECASE)
        commits = self.world.log(ref) if self.world.commit(ref) else []
        fitting = [commit for commit in commits if any(map(wanted.search, commit.message.split("\n")))]
        return self._page(request, [self._commit(commit) for commit in fitting], counted=False)

    # ---- archives

    @route("GET", REPOSITORY + r"/archive\.(?P<kind>tar\.gz|zip)")
    def get_archive(self, request: Request, kind: str) -> Reply:
        sha, path = self._at(request.params["sha"]).sha, request.params.get("path", "")
        top = f"rocket-{sha}-{sha}" + (f"-{path.replace('/', '-')}" if path else "") + "/"
        form = "application/octet-stream" if kind == "tar.gz" else "application/zip"
        return Reply(archive_of(self.world.files, kind, top, path), headers={"Content-Type": form})

    def _snippets(self, text: str) -> list[Any]:
        """Lines with two around them on either side, which are one snippet where they touch; then files by their name,
        from their beginning."""
        spans: list[list[Any]] = []
        for match in self.world.matches(text):
            if spans and spans[-1][0] == match.path and match.line - spans[-1][2] <= 5:
                spans[-1][2] = match.line
            else:
                spans.append([match.path, match.line, match.line])
        found = [self._snippet(path, max(first - 2, 1), last + 2) for path, first, last in spans]
        named = [path for path in self.world.files if text.casefold() in path.casefold()]
        return found + [self._snippet(path, 1, 20) for path in named if path not in {span[0] for span in spans}]

    def _snippet(self, path: str, first: int, last: int) -> Any:
        lines = self.world.files[path].decode("utf-8", "replace").split("\n")
        return {
            "basename": path.rpartition(".")[0],
            "data": "\n".join(lines[first - 1 : last]) + "\n",
            "path": path,
            "filename": path,
            "id": None,
            "ref": "main",
            "startline": first,
            "project_id": 7,
        }

    # ---- issues

    @route("GET", PROJECT + r"/issues")
    def list_issues(self, request: Request) -> Reply:
        assert request.params["scope"] == "all"
        if after := request.params.get("created_after"):
            since = datetime.fromisoformat(after)
            issues = [issue for issue in self.world.issues.values() if issue.created >= since]
        else:
            issues = self.world.search_issues(request.params["search"])
        return self._page(request, [self._issue(issue) for issue in issues])

    @route("GET", PROJECT + r"/issues/(?P<number>\d+)")
    def get_issue(self, request: Request, number: str) -> Any:
        if int(number) not in self.world.issues:
            raise NoSuchThing
        return self._issue(self.world.issues[int(number)])

    @route("PUT", PROJECT + r"/issues/(?P<number>\d+)")
    def update_issue(self, request: Request, number: str) -> Any:
        issue = self.world.issues[int(number)]
        issue.closed = {"close": True, "reopen": False}[request.data["state_event"]]
        return self._issue(issue)

    @route("POST", PROJECT + r"/issues")
    def create_issue(self, request: Request) -> Reply:
        description = self.kept(request.data.get("description") or "")
        issue = Issue(max(self.world.issues) + 1, request.data["title"], description)
        self.world.issues[issue.number] = issue
        return Reply(self._issue(issue), 201)

    def _issue(self, issue: Issue) -> Any:
        reference = f"#{issue.number}"
        return {
            "id": issue.number + 1000,
            "iid": issue.number,
            "project_id": 7,
            "title": issue.title,
            # Null where nothing was written.
            "description": issue.body or None,
            "state": "closed" if issue.closed else "opened",
            "labels": [],
            "assignees": [],
            "references": {"short": reference, "relative": reference, "full": f"acme/rocket{reference}"},
            "web_url": f"{self.web}/-/issues/{issue.number}",
        }

    # ---- pages

    def _page(self, request: Request, items: list[Any], *, counted: bool = True) -> Reply:
        """A page by its number. Where GitLab does not count the items, each full page has another after it."""
        number, size = int(request.params.get("page", 1)), min(int(request.params.get("per_page", 20)), 100)
        found, more = page_of(items, number, size)
        more = more if counted else len(found) == size
        headers = {"X-Page": str(number), "X-Per-Page": str(size), "X-Next-Page": str(number + 1) if more else ""}
        return Reply(found, headers={**headers, **(self._link(request, page=number + 1) if more else {})})

    def _link(self, request: Request, **after: Any) -> dict[str, str]:
        query = urlencode({**request.params, **after})
        return {"Link": f'<{self.api}{request.path}?{query}>; rel="next", <{self.api}{request.path}>; rel="first"'}
