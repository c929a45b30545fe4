"""The routes of GitLab for statuses of commits: https://docs.gitlab.com/api/commits/#commit-status"""

from __future__ import annotations

from typing import Any

from tests.vendors.fake import Reply, Request, route
from tests.vendors.world import Status, World

PROJECT = r"/projects/(7|acme%2Frocket)"
#: GitLab's words for the states of the world. It has no others.
WORDS = {
    "pending": "pending",
    "running": "running",
    "success": "success",
    "failure": "failed",
    "cancelled": "canceled",
    "skipped": "skipped",
}
STATES = {word: state for state, word in WORDS.items()}


class ChecksOfGitLab:
    """A part of ``tests.vendors.gitlab.Fake``, which has what is only declared here."""

    world: World
    _page: Any
    _at: Any

    @route("GET", PROJECT + r"/repository/commits/(?P<ref>[^/]+)/statuses")
    def list_statuses(self, request: Request, ref: str) -> Reply:
        sha, name = self._at(ref).sha, request.params.get("name", "")
        statuses = [status for status in self.world.statuses.get(sha, []) if name in ("", status.key)]
        return self._page(request, [self._status(sha, status) for status in statuses])

    @route("POST", PROJECT + r"/statuses/(?P<sha>[^/]+)")
    def create_status(self, request: Request, sha: str) -> Reply:
        commit, asked = self._at(sha), request.data
        state = STATES[asked["state"]]
        for known in self.world.statuses.get(commit.sha, []):
            if known.key == asked["name"] and known.state == state and state in ("pending", "running"):
                event = "enqueue" if state == "pending" else "run"
                reason = f'Status cannot transition via "{event}"'
                said = f"Cannot transition status via :{event} from :{asked['state']} (Reason(s): {reason})"
                return Reply({"message": said}, 400)
        status = Status(asked["name"], state, asked.get("description", ""), asked.get("target_url", ""))
        status.ref = asked.get("ref", "main")
        assert all(len(text) <= 255 for text in (status.key, status.summary, status.url))
        return Reply(self._status(commit.sha, self.world.report(commit.sha, status)), 201)

    def _status(self, sha: str, status: Status) -> Any:
        date = status.date.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {
            "id": status.number,
            "sha": sha,
            "ref": status.ref or "main",
            "status": WORDS[status.state],
            "name": status.key,
            "target_url": status.url or None,
            "description": status.summary or None,
            "created_at": date,
            "started_at": None,
            "finished_at": None if status.state in ("pending", "running") else date,
            "allow_failure": False,
            "coverage": None,
            "author": {"id": 1, "username": "ada", "name": "Ada Lovelace", "state": "active"},
        }

    def _rollup(self, sha: str) -> str | None:
        """The state of the last pipeline."""
        state = self.world.rollup(sha)
        return WORDS[state] if state else None
