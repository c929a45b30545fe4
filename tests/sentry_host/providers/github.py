"""GitHub.com as its documentation has it: https://docs.github.com/en/rest and https://docs.github.com/en/graphql"""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from tests.sentry_host.providers.fake import FakeVendor, NoSuchThing, Reply, Request, page_of, route
from tests.sentry_host.providers.world import Change, Commit, Issue, Person, sha_of
from tests.sentry_host.rows import METADATA, Rows

REPOSITORY = r"/repos/acme/rocket"


class Fake(FakeVendor):
    key = "github"
    api = "https://api.github.com"
    web = "https://github.com/acme/rocket"
    identifier = destination = "acme/rocket"
    blame_calls = 1
    not_found: ClassVar[Any] = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}

    def rows(self) -> Rows:
        return Rows(self.key, metadata={**METADATA[self.key], "expires_at": "3000-01-01T00:00:00"})

    def repository(self, rows: Rows) -> Any:
        return rows.repository("acme/rocket", url=self.web, external_id="1296269")

    def issue_key(self, number: int) -> str:
        return f"acme/rocket#{number}"

    # ---- repositories

    @route("GET", REPOSITORY)
    def get_repository(self, request: Request) -> Any:
        return self._repository("rocket")

    @route("GET", r"/installation/repositories")
    def list_repositories(self, request: Request) -> Reply:
        names = ["rocket", *self.world.repositories]
        items, reply = self._page(request, [self._repository(name) for name in names])
        reply.body = {"total_count": len(names), "repositories": items}
        return reply

    @route("GET", r"/search/repositories")
    def search_repositories(self, request: Request) -> Reply:
        text = request.params["q"].split()[-1]
        names = [name for name in ["rocket", *self.world.repositories] if text in name]
        items, reply = self._page(request, [self._repository(name) for name in names])
        reply.body = {"total_count": len(names), "incomplete_results": False, "items": items}
        return reply

    def _repository(self, name: str) -> Any:
        return {
            "id": 1296269 if name == "rocket" else int(sha_of(name)[:6], 16),
            "name": name,
            "full_name": f"acme/{name}",
            "private": True,
            "archived": False,
            "html_url": f"https://github.com/acme/{name}",
            "description": None,
            "default_branch": "main",
        }

    # ---- commits

    @route("GET", REPOSITORY + r"/commits")
    def list_commits(self, request: Request) -> Reply:
        ref = request.params.get("sha", "")
        if self.world.resolve(ref) is None:
            raise NoSuchThing
        commits = self.world.log(ref, request.params.get("path", ""))
        # ISO 8601, as sent by the client: "2024-01-01T00:00:00Z"
        since, until = (request.params.get(name, "") for name in ("since", "until"))
        dated = [
            commit
            for commit in commits
            if (not since or self._date(commit) >= since) and (not until or self._date(commit) <= until)
        ]
        items, reply = self._page(request, dated)
        reply.body = [self._commit(commit) for commit in items]
        return reply

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+(/[^/]+)*)")
    def get_commit(self, request: Request, ref: str) -> Reply:
        commit = self.world.commit(ref)
        if commit is None:
            return Reply(
                {"message": f"No commit found for SHA: {ref}", "documentation_url": "https://docs.github.com"}, 422
            )
        changes, reply = self._page(request, list(commit.changes))
        reply.body = {**self._commit(commit), "files": [self._change(change) for change in changes]}
        return reply

    def _commit(self, commit: Commit) -> Any:
        return {
            "sha": commit.sha,
            "node_id": "MDY6Q29tbWl0",
            "html_url": f"{self.web}/commit/{commit.sha}",
            "commit": {
                "author": self._person(commit.author, commit),
                "committer": self._person(commit.committer, commit),
                "message": commit.message,
                "tree": {"sha": sha_of("tree" + commit.sha), "url": ""},
                "comment_count": 0,
            },
            # Null where the e-mail address belongs to no account.
            "author": {"login": "ada", "id": 1, "type": "User"} if commit.author.name.startswith("Ada") else None,
            "committer": None,
            "parents": [{"sha": sha, "url": ""} for sha in commit.parents],
        }

    def _person(self, person: Person, commit: Commit) -> Any:
        return {"name": person.name, "email": person.email, "date": self._date(commit)}

    def _date(self, commit: Commit) -> str:
        return commit.date.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _change(self, change: Change) -> Any:
        statuses = {"deleted": "removed"}
        found = {
            "sha": sha_of(change.path),
            "filename": change.path,
            "status": statuses.get(change.kind, change.kind),
            "additions": change.additions,
            "deletions": change.deletions,
            "changes": change.additions + change.deletions,
            "patch": "@@ -1 +1 @@",
        }
        return {**found, "previous_filename": change.previous} if change.previous else found

    # ---- files

    @route("GET", REPOSITORY + r"/contents/(?P<path>.+)")
    def get_contents(self, request: Request, path: str) -> Any:
        if self.world.resolve(request.params.get("ref", "")) is None:
            raise NoSuchThing
        if self.world.is_directory(path):
            return [{"type": "file", "name": "x", "path": f"{path}/x", "sha": sha_of("x"), "size": 1}]
        if path not in self.world.files:
            raise NoSuchThing
        content = self.world.files[path]
        if "raw" in request.headers.get("Accept", ""):
            return content
        large = len(content) > 1024 * 1024
        return {
            "type": "file",
            "encoding": "none" if large else "base64",
            "size": len(content),
            "name": path.rpartition("/")[2],
            "path": path,
            "content": "" if large else base64.encodebytes(content).decode(),
            "sha": sha_of("blob" + path),
            "html_url": f"{self.web}/blob/main/{path}",
        }

    @route("GET", REPOSITORY + r"/git/blobs/(?P<sha>\w+)")
    def get_blob(self, request: Request, sha: str) -> Any:
        for path, content in self.world.files.items():
            if sha_of("blob" + path) == sha:
                return {
                    "sha": sha,
                    "size": len(content),
                    "content": base64.b64encode(content).decode(),
                    "encoding": "base64",
                }
        raise NoSuchThing

    @route("GET", REPOSITORY + r"/git/trees/(?P<ref>.+)")
    def get_tree(self, request: Request, ref: str) -> Any:
        trees = {sha_of("tree" + commit.sha): commit.sha for commit in self.world.commits}
        sha = trees.get(ref) or self.world.resolve(ref)
        if sha is None:
            raise NoSuchThing
        directories = {path.rpartition("/")[0] for path in self.world.files if "/" in path}
        return {
            "sha": sha_of("tree" + sha),
            "tree": [
                *(
                    {"path": path, "mode": "040000", "type": "tree", "sha": sha_of(path)}
                    for path in sorted(directories)
                ),
                *(
                    {"path": path, "mode": "100644", "type": "blob", "size": len(content), "sha": sha_of("blob" + path)}
                    for path, content in self.world.files.items()
                ),
            ],
            "truncated": False,
        }

    @route("GET", r"/search/code")
    def search_code(self, request: Request) -> Reply:
        quoted = request.params["q"].split('"')
        matches = list({match.path: match for match in self.world.matches(quoted[1])}.values())
        items, reply = self._page(request, matches)
        reply.body = {
            "total_count": len(matches),
            "incomplete_results": False,
            "items": [
                {
                    "name": match.path.rpartition("/")[2],
                    "path": match.path,
                    "sha": sha_of(match.path),
                    "html_url": f"{self.web}/blob/{self.world.head}/{match.path}",
                    "repository": {"id": 1296269, "full_name": "acme/rocket"},
                    "score": 1.0,
                }
                for match in items
            ],
        }
        return reply

    # ---- issues

    @route("GET", r"/search/issues")
    def search_issues(self, request: Request) -> Reply:
        quoted = request.params["q"].split('"')
        issues = self.world.search_issues(quoted[1] if len(quoted) > 1 else request.params["q"].split()[-1])
        items, reply = self._page(request, issues)
        reply.body = {
            "total_count": len(issues),
            "incomplete_results": False,
            "items": [self._issue(issue) for issue in items],
        }
        return reply

    @route("GET", REPOSITORY + r"/issues/(?P<number>\d+)")
    def get_issue(self, request: Request, number: str) -> Any:
        if int(number) not in self.world.issues:
            raise NoSuchThing
        return self._issue(self.world.issues[int(number)])

    @route("PATCH", REPOSITORY + r"/issues/(?P<number>\d+)")
    def update_issue(self, request: Request, number: str) -> Any:
        issue = self.world.issues[int(number)]
        issue.closed = request.data["state"] == "closed"
        return self._issue(issue)

    @route("POST", REPOSITORY + r"/issues")
    def create_issue(self, request: Request) -> Reply:
        issue = Issue(max(self.world.issues) + 1, request.data["title"], request.data["body"])
        self.world.issues[issue.number] = issue
        return Reply(self._issue(issue), 201)

    def _issue(self, issue: Issue) -> Any:
        return {
            "id": issue.number + 1000,
            "number": issue.number,
            "repository_url": f"{self.api}/repos/acme/rocket",
            "html_url": f"{self.web}/issues/{issue.number}",
            "title": issue.title,
            # Null where nothing was written.
            "body": issue.body or None,
            "state": "closed" if issue.closed else "open",
            "labels": [],
            "assignee": None,
        }

    def _page(self, request: Request, items: list[Any]) -> tuple[list[Any], Reply]:
        number, size = int(request.params.get("page", 1)), int(request.params.get("per_page", 30))
        found, more = page_of(items, number, min(size, 100))
        link = f'<{self.api}{request.path}?page={number + 1}&per_page={size}>; rel="next"'
        return found, Reply(headers={"Link": link} if more else {})
