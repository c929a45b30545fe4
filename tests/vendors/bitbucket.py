"""Bitbucket Cloud as its documentation has it: https://developer.atlassian.com/cloud/bitbucket/rest/"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from tests.vendors.archive import archive_of
from tests.vendors.bitbucket_checks import ChecksOfBitbucket
from tests.vendors.bitbucket_pulls import PullsOfBitbucket
from tests.vendors.bitbucket_reviews import ReviewsOfBitbucket
from tests.vendors.fake import FakeVendor, NoSuchThing, Reply, Request, page_of, route
from tests.vendors.pull_request_writes import PullWritesOfBitbucket
from tests.vendors.ref_writes import WritesOfBitbucket
from tests.vendors.world import ADA, Change, Commit, Person, patch_of, sha_of

REPOSITORY = r"/2\.0/repositories/acme/rocket"
STATUSES = {"deleted": "removed"}


class Fake(
    PullWritesOfBitbucket,
    WritesOfBitbucket,
    ReviewsOfBitbucket,
    PullsOfBitbucket,
    ChecksOfBitbucket,
    FakeVendor,
):
    key = "bitbucket"
    api = "https://api.bitbucket.org"
    web = "https://bitbucket.org/acme/rocket"
    integration_metadata: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://api.bitbucket.org",
        "domain_name": "bitbucket.org/acme",
        "shared_secret": "s",
        "uuid": "{acme}",
    }
    stored_repository: ClassVar[Mapping[str, Any]] = {
        "name": "acme/rocket",
        "external_id": "{rocket}",
        "config": {"name": "acme/rocket", "default_branch": "main"},
    }
    identifier = destination = "acme/rocket"
    #: What the token may do.
    scopes: tuple[str, ...] = ("repository",)
    # Directories are listed among the files.
    tree_calls = 2
    # Derived: for each file its kind, its bytes and its history, three versions, and its two commits.
    blame_calls = 20 * 8
    not_found: ClassVar[Any] = {"type": "error", "error": {"message": "Resource not found"}}

    def __init__(self) -> None:
        super().__init__()
        #: The effective permissions of users by account id or UUID, and whether others may not read the repositories.
        self.permissions = {"1:ada": "admin", "1:bob": "write", "{0e}": "read"}
        self.private = True

    # ---- repositories

    @route("GET", r"/2\.0/repositories/acme/(?P<name>[^/]+)")
    def get_repository(self, request: Request, name: str) -> Any:
        if name not in ("rocket", *self.world.repositories):
            raise NoSuchThing
        return self._repository(name)

    @route("GET", r"/2\.0/workspaces/acme")
    def get_workspace(self, request: Request) -> Any:
        links = {"self": "workspaces/acme", "repositories": "repositories/acme", "projects": "workspaces/acme/projects"}
        return {
            "type": "workspace",
            "uuid": "{acme}",
            "slug": "acme",
            "name": "Acme",
            "links": {name: {"href": f"{self.api}/2.0/{path}"} for name, path in links.items()},
        }

    @route("GET", r"/2\.0/repositories/(%7Bacme%7D|acme)")
    def list_repositories(self, request: Request) -> Reply:
        names = ["rocket", *self.world.repositories]
        headers = {"X-OAuth-Scopes": ", ".join(self.scopes)}
        return Reply(self._page(request, [self._repository(name) for name in names]), headers=headers)

    def _repository(self, name: str) -> Any:
        return {
            "type": "repository",
            "uuid": f"{{{name}}}",
            "full_name": f"acme/{name}",
            "name": name,
            "slug": name,
            "is_private": self.private,
            "mainbranch": {"type": "branch", "name": "main"},
            "links": {
                "self": {"href": f"{self.api}/2.0/repositories/acme/{name}"},
                "html": {"href": self.web.replace("rocket", name)},
            },
        }

    @route("GET", r"/2\.0/workspaces/acme/permissions/repositories/rocket")
    def list_permissions(self, request: Request) -> Any:
        found = re.fullmatch(r'user\.(account_id|uuid)="([^"]+)"', request.params["q"])
        assert found is not None, request.params
        permission = self.permissions.get(found[2])
        user = {"type": "user", "account_id": found[2], "uuid": f"{{{found[2]}}}", "nickname": found[2]}
        repository = {"type": "repository", "full_name": "acme/rocket", "uuid": "{rocket}", "name": "rocket"}
        one = {"type": "repository_permission", "permission": permission, "user": user, "repository": repository}
        return self._page(request, [one] if permission else [])

    # ---- commits

    @route("GET", REPOSITORY + r"/commits/?")
    def list_commits(self, request: Request) -> Any:
        ref, excluded = request.params["include"], request.params.get("exclude")
        if self.world.resolve(ref) is None or (excluded and self.world.resolve(excluded) is None):
            raise NoSuchThing
        commits = self.world.log(ref, request.params.get("path", ""))
        if excluded:
            commits = self.world.between(excluded, ref)
        return self._page(request, [self._commit(commit) for commit in commits])

    @route("GET", REPOSITORY + r"/commit/(?P<ref>[^/]+)")
    def get_commit(self, request: Request, ref: str) -> Any:
        return self._commit(self.commit_at(ref))

    @route("GET", REPOSITORY + r"/diffstat/(?P<ref>[^/]+)")
    def get_diffstat(self, request: Request, ref: str) -> Any:
        return self._page(request, [self._change(change) for change in self._compared(request, ref)], 500)

    @route("GET", REPOSITORY + r"/diff/(?P<ref>[^/]+)")
    def get_diff(self, request: Request, ref: str) -> bytes:
        paths = request.all_of("path")
        changes = [change for change in self._compared(request, ref) if not paths or change.path in paths]
        # git finds a rename only if it is asked for both names.
        assert all(change.previous in paths for change in changes if change.previous and paths)
        return "".join(map(patch_of, changes)).encode()

    def _compared(self, request: Request, spec: str) -> list[Change]:
        """The commit whose changes are wanted comes first."""
        head, _, base = spec.partition("..")
        if not base:
            return list(self.commit_at(head).changes)
        shas = self.commit_at(base).sha, self.commit_at(head).sha
        return self.world.compared(*shas, from_merge_base=request.params.get("topic", "true") == "true")

    @route("GET", REPOSITORY + r"/merge-base/(?P<spec>[^/]+)")
    def get_merge_base(self, request: Request, spec: str) -> Any:
        one, _, other = spec.partition("..")
        return self._commit(self.commit_at(self.world.merge_base(self.commit_at(one).sha, self.commit_at(other).sha)))

    @route("GET", REPOSITORY + r"/refs/branches")
    def list_branches(self, request: Request) -> Any:
        names = self._asked_names(request, self.world.branches)
        return self._page(request, [self._ref("branch", name, self.world.branches[name]) for name in names])

    @route("GET", REPOSITORY + r"/refs/tags")
    def list_tags(self, request: Request) -> Any:
        return self._page(request, [self._tag(name) for name in self._asked_names(request, self.world.tags)])

    def _asked_names(self, request: Request, names: Any) -> list[str]:
        """The query is that a name contains a text, whatever its case."""
        asked = re.fullmatch(r'name ~ "([^"\\]*)"', request.params["q"])[1] if "q" in request.params else ""
        return sorted(name for name in names if asked.casefold() in name.casefold())

    def _tag(self, name: str) -> Any:
        tag = self.world.tags[name]
        annotated = tag.message is not None
        return {
            **self._ref("tag", name, tag.sha),
            "message": tag.message,
            "date": tag.date.isoformat() if annotated else None,
            "tagger": self._person(ADA) if annotated else None,
        }

    def _ref(self, kind: str, name: str, sha: str) -> Any:
        links = {"self": {"href": f"{self.api}/2.0/repositories/acme/rocket/refs/{kind}/{quote(name)}"}}
        return {"type": kind, "name": name, "target": self._commit(self.commit_at(sha)), "links": links}

    def _commit(self, commit: Commit) -> Any:
        return {
            "type": "commit",
            "hash": commit.sha,
            "date": commit.date.isoformat(),
            "message": commit.message,
            "author": self._person(commit.author),
            "committer": self._person(commit.committer),
            "parents": [{"type": "commit", "hash": sha} for sha in commit.parents],
            "links": {
                "self": {"href": f"{self.api}/2.0/repositories/acme/rocket/commit/{commit.sha}"},
                "html": {"href": f"{self.web}/commits/{commit.sha}"},
            },
        }

    def _person(self, person: Person) -> Any:
        return {"type": "author", "raw": f"{person.name} <{person.email}>"}

    def _change(self, change: Change) -> Any:
        old, new = (
            {"type": "commit_file", "path": path, "escaped_path": quote(path), "links": self._source_links(path)}
            for path in (change.previous or change.path, change.path)
        )
        return {
            "type": "diffstat",
            "status": STATUSES.get(change.kind, change.kind),
            "lines_added": change.additions,
            "lines_removed": change.deletions,
            "old": None if change.kind == "added" else old,
            "new": None if change.kind == "deleted" else new,
        }

    def _source_links(self, path: str) -> Any:
        return {"self": {"href": f"{self.api}/2.0/repositories/acme/rocket/src/{self.world.head}/{quote(path)}"}}

    # ---- files

    @route("GET", REPOSITORY + r"/src/(?P<ref>[^/]+)/(?P<path>.*)")
    def get_source(self, request: Request, ref: str, path: str) -> Any:
        if "/" in ref:  # As documented: such a branch cannot be told from a path.
            raise NoSuchThing
        commit, found = self.commit_at(ref), path.rstrip("/")
        if found in self.world.files:
            return self._file(found, commit) if "format" in request.params else self.world.file_at(found, ref)
        if found and not self.world.is_directory(found):
            raise NoSuchThing
        if "format" in request.params:
            return self._directory(found, commit)
        return self._page(request, self._entries(found, int(request.params.get("max_depth", 1)), commit))

    @route("GET", REPOSITORY + r"/filehistory/(?P<sha>\w+)/(?P<path>.+)")
    def list_versions(self, request: Request, sha: str, path: str) -> Any:
        self.commit_at(sha)
        versions = self.world.versions(path, sha)
        entries = [{"type": "commit_file", "path": path, "commit": {"hash": commit.sha}} for commit in versions]
        return self._page(request, entries, 50)

    def _entries(self, parent: str, depth: int, commit: Commit) -> list[Any]:
        base = parent.count("/") + 1 if parent else 0
        below = [path for path in self.world.files if not parent or path.startswith(f"{parent}/")]
        directories = {"/".join(path.split("/")[:n]) for path in below for n in range(base + 1, path.count("/") + 1)}
        found = sorted({*directories, *below}, key=lambda path: (path.count("/"), path))
        return [
            self._file(path, commit) if path in self.world.files else self._directory(path, commit)
            for path in found
            if path.count("/") + 1 - base <= depth
        ]

    def _file(self, path: str, commit: Commit) -> Any:
        size = len(self.world.files[path])
        at = {"type": "commit", "hash": commit.sha}
        return {"type": "commit_file", "path": path, "size": size, "attributes": [], "commit": at}

    def _directory(self, path: str, commit: Commit) -> Any:
        return {"type": "commit_directory", "path": path, "commit": {"type": "commit", "hash": commit.sha}}

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.api, self.web)

    @route("GET", r"/acme/rocket/get/(?P<sha>[^/]+)\.(?P<kind>tar\.gz|zip)")
    def get_archive(self, request: Request, sha: str, kind: str) -> Reply:
        """Not a part of the API, but of the site's pages."""
        top = f"acme-rocket-{self.commit_at(sha).sha[:12]}/"
        form = "application/x-tar-gz" if kind == "tar.gz" else "application/zip"
        return Reply(archive_of(self.world.files, kind, top), headers={"Content-Type": form})

    @route("GET", r"/2\.0/workspaces/acme/search/code")
    def search_code(self, request: Request) -> Any:
        quoted = request.params["search_query"].split('"')
        assert len(quoted) == 3, "the searcher's text is one phrase"
        assert quoted[2].split() == ["repo:rocket"]
        return self._page(request, [self._match(match) for match in self.world.matches(quoted[1])])

    def _match(self, match: Any) -> Any:
        href = f"{self.api}/2.0/repositories/acme/rocket/src/{self.world.head}/{quote(match.path)}"
        segments = [{"text": match.text[:2]}, {"text": match.text[2:], "match": True}]
        return {
            "type": "code_search_result",
            "content_match_count": 1,
            "content_matches": [{"lines": [{"line": match.line, "segments": segments}]}],
            "path_matches": [{"text": match.path}],
            "file": {"type": "commit_file", "path": match.path, "links": {"self": {"href": href}}},
        }

    @route("GET", REPOSITORY + r"/hooks")
    def list_hooks(self, request: Request) -> Any:
        return self._page(request, [])

    def _page(self, request: Request, items: list[Any], largest: int = 100) -> Any:
        """Pages are named by what only the vendor can read."""
        names = {sha_of(f"page {number}")[:8]: number for number in range(1, 200)}
        number = names[request.params["page"]] if "page" in request.params else 1
        size = int(request.params.get("pagelen", 10))
        assert size <= largest
        found, more = page_of(items, number, size)
        answer = {"values": found, "pagelen": size}
        if more:
            following = {**request.params, "page": sha_of(f"page {number + 1}")[:8]}
            answer["next"] = f"{self.api}{request.path}?{urlencode(following)}"
        return answer
