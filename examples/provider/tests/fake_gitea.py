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

REPOSITORY = "/api/v1/repos/acme/rocket"


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


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.params = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if self.headers["Authorization"] != "token secret":
            return self._send({"message": "token is required"}, 401)
        for pattern, answer in ROUTES:
            if found := re.fullmatch(pattern, parts.path):
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

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


ROUTES = [
    (r"/api/v1/repos/search", Handler.search),
    (REPOSITORY, Handler.repository),
    (REPOSITORY + r"/commits", Handler.commits),
    (REPOSITORY + r"/git/commits/([^/]+)", Handler.commit),
    (REPOSITORY + r"/git/trees/([^/]+)", Handler.tree),
    (REPOSITORY + r"/contents/(.+)", Handler.contents),
    (REPOSITORY + r"/raw/(.+)", Handler.raw),
]


@contextmanager
def gitea() -> Iterator[str]:
    """The address of a Gitea that runs as long as the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
