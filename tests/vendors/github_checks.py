"""The routes of GitHub for commit statuses: https://docs.github.com/en/rest/commits/statuses"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.vendors import github_forms as forms
from tests.vendors.fake import Reply, Request, route
from tests.vendors.world import Status, World

REPOSITORY = r"/repos/acme/rocket"
#: GitHub's words for the states of the world. It has no others.
WORDS = {"pending": "pending", "success": "success", "failure": "failure", "error": "error"}


class ChecksOfGitHub:
    """A part of ``tests.vendors.github.Fake``, which has what is only declared here."""

    world: World
    web: ClassVar[str]
    rest: str
    commit_at: Any
    _page: Any

    # Before the route of a commit, whose ref may have slashes.
    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)/status")
    def combined_status(self, request: Request, ref: str) -> Reply:
        sha = self.commit_at(ref).sha
        statuses = self.world.statuses.get(sha, [])
        items, reply = self._page(request, [self._status(sha, status) for status in statuses])
        states = {WORDS[status.state] for status in statuses}
        url = f"{self.rest}/repos/acme/rocket/commits/{sha}"
        reply.body = {
            "state": "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending",
            "statuses": items,
            "sha": sha,
            "total_count": len(statuses),
            "repository": forms.repository_in_brief(self.rest, self.web, "rocket"),
            "commit_url": url,
            "url": f"{url}/status",
        }
        return reply

    @route("POST", REPOSITORY + r"/statuses/(?P<sha>\w+)")
    def create_status(self, request: Request, sha: str) -> Reply:
        if self.world.commit(sha) is None:
            return Reply({"message": f"No commit found for SHA: {sha}", "documentation_url": "https://docs"}, 422)
        asked = request.data
        problem = {"resource": "Status", "code": "custom", "field": "description"}
        if len(asked["description"] or "") > 140:
            said = "description is too long (maximum is 140 characters)"
            return Reply({"message": "Validation Failed", "errors": [{**problem, "message": said}]}, 422)
        status = Status(asked["context"], asked["state"], asked["description"] or "", asked["target_url"] or "")
        assert asked["state"] in WORDS.values()
        made = self._status(sha, self.world.report(sha, status))
        return Reply({**made, "creator": forms.account(self.rest, "ada")}, 201)

    def _status(self, sha: str, status: Status) -> Any:
        return {
            "url": f"{self.rest}/repos/acme/rocket/statuses/{sha}",
            "avatar_url": "https://github.com/images/error/hubot_happy.gif",
            "id": status.number,
            "node_id": "MDY6U3RhdHVzMQ==",
            "state": WORDS[status.state],
            "description": status.summary or None,
            "target_url": status.url or None,
            "context": status.key,
            "created_at": status.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_at": status.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _graph_rollup(self, sha: str) -> Any:
        """The state that GitHub's pages show. Null if there is neither a status nor a check run."""
        state = self.world.rollup(sha)
        return {"state": WORDS[state].upper()} if state else None
