"""The routes of Bitbucket for build statuses:
https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/
"""

from __future__ import annotations

from typing import Any

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import Status, World

REPOSITORY = r"/2\.0/repositories/acme/rocket"
#: Bitbucket's words for the states of the world. It has no others.
WORDS = {"running": "INPROGRESS", "success": "SUCCESSFUL", "failure": "FAILED", "cancelled": "STOPPED"}
STATES = {word: state for state, word in WORDS.items()}


class ChecksOfBitbucket:
    """A part of ``tests.vendors.bitbucket.Fake``, which has what is only declared here."""

    world: World
    api: str
    commit_at: Any
    _page: Any

    @route("GET", REPOSITORY + r"/commit/(?P<ref>[^/]+)/statuses")
    def list_statuses(self, request: Request, ref: str) -> Any:
        sha = self.commit_at(ref).sha
        return self._page(request, [self._status(sha, status) for status in self.world.statuses.get(sha, [])])

    @route("POST", REPOSITORY + r"/commit/(?P<ref>[^/]+)/statuses/build")
    def create_status(self, request: Request, ref: str) -> Reply:
        sha, asked = self.commit_at(ref).sha, request.data
        if len(asked["key"]) > 40:
            said = f"key: Ensure this value has at most 40 characters (it has {len(asked['key'])})."
            return Reply({"type": "error", "error": {"message": said}}, 400)
        status = Status(asked["key"], STATES[asked["state"]], asked.get("description", ""), asked.get("url", ""))
        status.title, status.ref = asked.get("name", ""), asked.get("refname", "")
        return Reply(self._status(sha, self.world.report(sha, status)), 201)

    @route("GET", REPOSITORY + r"/commit/(?P<ref>[^/]+)/statuses/build/(?P<key>[^/]+)")
    def get_status(self, request: Request, ref: str, key: str) -> Any:
        sha = self.commit_at(ref).sha
        for status in self.world.statuses.get(sha, []):
            if status.key == key:
                return self._status(sha, status)
        raise NoSuchThing

    def _status(self, sha: str, status: Status) -> Any:
        url = f"{self.api}/2.0/repositories/acme/rocket/commit/{sha}"
        return {
            "type": "build",
            "uuid": f"{{status-{status.number}}}",
            "key": status.key,
            "refname": status.ref or None,
            "url": status.url,
            "state": WORDS[status.state],
            "name": status.title,
            "description": status.summary,
            "created_on": status.date.isoformat(),
            "updated_on": status.date.isoformat(),
            "links": {"self": {"href": f"{url}/statuses/build/{status.key}"}, "commit": {"href": url}},
        }
