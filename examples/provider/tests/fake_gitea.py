"""A Gitea as far as the adapter sees it: an HTTP server that answers as https://docs.gitea.com/api/ has it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

REPOSITORY = "GET /api/v1/repos/acme/rocket"


def sha(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


COMMITS = [sha(f"commit {number}") for number in (2, 1, 0)]
FILES = {
    "CODEOWNERS": b".* @ada\n",
    "README.md": b"# Rocket\n",
    "src/engine.py": b"thrust = 9.81\nburn = True\n",
    "src/tank.py": b"fuel = 1\n",
}
# Which commit changed which file.
CHANGED = dict(zip(COMMITS, ("src/tank.py", "src/engine.py", "README.md"), strict=True))

ADA, BOB, EVE = (
    {"id": number, "login": name, "full_name": name.title()} for number, name in enumerate(("ada", "bob", "eve"), 1)
)
DIFF = """diff --git a/src/tank.py b/src/tank.py
--- a/src/tank.py
+++ b/src/tank.py
@@ -1 +1,2 @@
 fuel = 1
+air = 2
diff --git a/src/pump.py b/src/pump.py
deleted file mode 100644
--- a/src/pump.py
+++ /dev/null
@@ -1 +0,0 @@
-pump = 1
diff --git a/old.md b/new.md
similarity index 100%
rename from old.md
rename to new.md
"""
CHANGES = [
    {"filename": "src/tank.py", "status": "changed", "additions": 1, "deletions": 0},
    {"filename": "src/pump.py", "status": "deleted", "additions": 0, "deletions": 1},
    {"filename": "new.md", "previous_filename": "old.md", "status": "renamed", "additions": 0, "deletions": 0},
]


def pull(number: int, state: str = "open", **more: Any) -> dict[str, Any]:
    repository = {"full_name": "acme/rocket"}
    return {
        "number": number,
        "title": f"Pull {number}",
        "body": "Why",
        "user": ADA,
        "state": state,
        "draft": False,
        "merged": False,
        "mergeable": True,
        "merge_commit_sha": None,
        "labels": [{"name": "bug"}],
        "requested_reviewers": [EVE],
        "requested_reviewers_teams": None,
        "head": {
            "label": f"topic-{number}",
            "ref": f"topic-{number}",
            "sha": COMMITS[0],
            "repo_id": 6,
            "repo": repository,
        },
        "base": {"label": "main", "ref": "main", "sha": COMMITS[0], "repo_id": 6, "repo": repository},
        "created_at": f"2024-02-0{number}T12:00:00Z",
        "updated_at": f"2024-03-0{number}T12:00:00Z",
        "closed_at": None if state == "open" else "2024-04-01T12:00:00Z",
        "merged_at": None,
        "html_url": f"https://gitea.example.com/acme/rocket/pulls/{number}",
        **more,
    }


# The fork of the third has been deleted.
PULLS = [
    pull(4, draft=True, mergeable=False),
    pull(3, head={"label": "fix", "ref": "refs/pull/3/head", "sha": sha("fork"), "repo_id": -1, "repo": None}),
    pull(2, "closed"),
    pull(1, "closed", merged=True, merge_commit_sha=COMMITS[0], merged_at="2024-04-01T12:00:00Z"),
]


def review(number: int, user: Any, state: str, comments: int = 0, **more: Any) -> dict[str, Any]:
    told = {"id": number, "user": user, "team": None, "state": state, "body": "", "dismissed": False}
    return {**told, "comments_count": comments, "commit_id": COMMITS[0], "submitted_at": "2024-02-02T12:00:00Z", **more}


REVIEWS = [
    review(1, BOB, "REQUEST_CHANGES", 2),
    review(2, EVE, "APPROVED", dismissed=True),
    review(3, ADA, "COMMENT", 1),
    review(4, BOB, "APPROVED", body="Thanks"),
    review(5, EVE, "REQUEST_REVIEW"),
]


def comment(
    number: int, user: Any, path: str = "", line: int = 0, old: int = 0, resolver: Any = None
) -> dict[str, Any]:
    told = {"id": number, "user": user, "body": f"Remark {number}", "created_at": "2024-02-02T12:00:00Z"}
    place = {"path": path, "position": line, "original_position": old, "commit_id": COMMITS[0], "resolver": resolver}
    return {**told, **(place if path else {})}


# By review. The third review answers to the first comment of the first one.
OF_LINES = {
    "1": [comment(11, BOB, "src/tank.py", line=2, resolver=ADA), comment(12, BOB, "src/pump.py", old=1)],
    "3": [comment(13, ADA, "src/tank.py", line=2)],
}
REMARKS = [comment(1, EVE), comment(2, ADA), comment(3, EVE)]


#: What was reported on commits, in this order: (SHA, status).
STATUSES: list[tuple[str, dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.data = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        parts = urlsplit(self.path)
        self.params = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if self.headers["Authorization"] != "token secret":
            return self._send({"message": "token is required"}, 401)
        for pattern, answer in ROUTES:
            if found := re.fullmatch(pattern, f"{self.command} {parts.path}"):
                return answer(self, *map(unquote, found.groups()))
        return self._send({"message": "The target couldn't be found."}, 404)

    def _send(self, body: Any, status: int = 200, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "text/plain" if isinstance(body, bytes) else "application/json"
        self.send_response(status)
        for name, text in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def _not_found(self) -> None:
        self._send({"message": "The target couldn't be found."}, 404)

    def _commit_at(self, ref: str) -> str | None:
        return COMMITS[0] if ref in ("", "main", "HEAD") else ref if ref in COMMITS else None

    def _page(self, items: list[Any], wrapped: bool = False) -> None:
        # Small pages, so that there are several.
        page, size = int(self.params["page"]), 2
        found = items[(page - 1) * size : page * size]
        more = {"Link": f'<http://{self.headers["Host"]}/?page={page + 1}>; rel="next"'} if items[page * size :] else {}
        self._send({"ok": True, "data": found} if wrapped else found, **more)

    def search(self) -> None:
        names = [name for name in ("rocket", "pad", "crew", "fuel") if self.params.get("q", "") in f"acme/{name}"]
        self._page([self._repository(name) for name in names], wrapped=True)

    def repository(self) -> None:
        self._send(self._repository("rocket"))

    def _repository(self, name: str) -> Any:
        return {
            "id": len(name),
            "full_name": f"acme/{name}",
            "html_url": f"https://gitea.example.com/acme/{name}",
            "default_branch": "main",
        }

    def commits(self) -> None:
        at = self._commit_at(self.params.get("sha", ""))
        if at is None:
            return self._not_found()
        path = self.params.get("path", "")
        self._page([self._commit(c) for c in COMMITS[COMMITS.index(at) :] if CHANGED[c].startswith(path)])

    def commit(self, ref: str) -> None:
        at = self._commit_at(ref)
        return self._not_found() if at is None else self._send(self._commit(at))

    def _commit(self, at: str) -> Any:
        index = COMMITS.index(at)
        person = {"name": "Ada Lovelace", "email": "ada@example.com", "date": f"2024-01-0{3 - index}T12:00:00+01:00"}
        return {
            "sha": at,
            "html_url": f"https://gitea.example.com/acme/rocket/commit/{at}",
            "commit": {"message": f"Change {CHANGED[at]}\n", "author": person, "committer": person},
            "parents": [{"sha": parent} for parent in COMMITS[index + 1 : index + 2]],
            "files": [{"filename": CHANGED[at], "status": "added"}],
        }

    def contents(self, path: str) -> None:
        below = [name for name in FILES if name.startswith(path + "/")]
        if self._commit_at(self.params.get("ref", "")) is None or not (path in FILES or below):
            return self._not_found()
        if below:
            return self._send([{"type": "file", "path": name} for name in below])
        content = base64.b64encode(FILES[path]).decode()
        return self._send({"type": "file", "path": path, "encoding": "base64", "content": content})

    def raw(self, path: str) -> None:
        if self._commit_at(self.params.get("ref", "")) is None or path not in FILES:
            return self._not_found()
        return self._send(FILES[path])

    def tree(self, ref: str) -> None:
        if self._commit_at(ref) is None:
            return self._not_found()
        page, size = int(self.params["page"]), 3
        entries = [
            *({"path": name, "mode": "100644", "type": "blob", "size": 1, "sha": sha(name)} for name in FILES),
            {"path": "src", "mode": "040000", "type": "tree", "sha": sha("src")},
        ]
        found = entries[(page - 1) * size : page * size]
        return self._send({"sha": ref, "tree": found, "truncated": len(entries) > page * size})

    # ---- statuses

    def combined_status(self, at: str) -> None:
        """The latest of each context. Neither a next page is named, nor an unknown commit."""
        latest = {status["context"]: status for sha, status in STATUSES if sha == at}
        found = self._part(list(latest.values()))
        self._send({"state": "pending", "sha": at, "statuses": found or None, "total_count": len(latest)})

    def create_status(self, at: str) -> None:
        told = {"id": len(STATUSES) + 1, "creator": ADA, "created_at": "2024-02-02T12:00:00Z"}
        asked = {name: self.data[name] for name in ("context", "description", "target_url")}
        STATUSES.append((at, {**told, **asked, "status": self.data["state"]}))
        self._send(STATUSES[-1][1], 201)

    # ---- pull requests

    def pulls(self) -> None:
        state = self.params["state"]
        order = "updated_at" if self.params.get("sort") == "recentupdate" else "created_at"
        found = sorted(PULLS, key=lambda one: str(one[order]), reverse=True)
        self._page([one for one in found if state in ("all", one["state"])])

    def pull(self, number: str) -> None:
        found = _pull(number)
        self._send(found) if found else self._not_found()

    def pull_of_commit(self, at: str) -> None:
        found = next((one for one in PULLS if one["merge_commit_sha"] == at), None)
        self._send(found) if found else self._not_found()

    def of_pull(self, number: str, what: str) -> None:
        """A list of a pull request. That of reviews names no next page."""
        if _pull(number) is None:
            return self._not_found()
        if what == "reviews":
            return self._send(self._part(REVIEWS if number == "3" else []))
        return self._page([self._commit(at) for at in COMMITS] if what == "commits" else CHANGES)

    def diff(self, number: str) -> None:
        self._send(DIFF.encode()) if _pull(number) else self._not_found()

    def comments_of_review(self, number: str, review: str) -> None:
        self._send(OF_LINES[review])

    def remarks(self, number: str) -> None:
        self._send(REMARKS if number == "3" else [])

    def _part(self, items: list[Any], size: int = 2) -> list[Any]:
        page = int(self.params["page"])
        return items[(page - 1) * size : page * size]

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _pull(number: str) -> dict[str, Any] | None:
    return next((one for one in PULLS if str(one["number"]) == number), None)


ROUTES = [
    (r"GET /api/v1/repos/search", Handler.search),
    (REPOSITORY, Handler.repository),
    (REPOSITORY + r"/commits", Handler.commits),
    (REPOSITORY + r"/git/commits/([^/]+)", Handler.commit),
    (REPOSITORY + r"/git/trees/([^/]+)", Handler.tree),
    (REPOSITORY + r"/contents/(.+)", Handler.contents),
    (REPOSITORY + r"/raw/(.+)", Handler.raw),
    (REPOSITORY + r"/commits/([^/]+)/status", Handler.combined_status),
    (REPOSITORY.replace("GET", "POST") + r"/statuses/([^/]+)", Handler.create_status),
    (REPOSITORY + r"/commits/([^/]+)/pull", Handler.pull_of_commit),
    (REPOSITORY + r"/pulls", Handler.pulls),
    (REPOSITORY + r"/pulls/(\d+)", Handler.pull),
    (REPOSITORY + r"/pulls/(\d+)\.diff", Handler.diff),
    (REPOSITORY + r"/pulls/(\d+)/(commits|files|reviews)", Handler.of_pull),
    (REPOSITORY + r"/pulls/(\d+)/reviews/(\d+)/comments", Handler.comments_of_review),
    (REPOSITORY + r"/issues/(\d+)/comments", Handler.remarks),
]


@contextmanager
def gitea() -> Iterator[str]:
    """The address of a Gitea that runs as long as the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
