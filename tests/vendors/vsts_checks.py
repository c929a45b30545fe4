"""The routes of Azure DevOps for statuses: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/statuses"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.vendors.fake import Reply, Request, route
from tests.vendors.world import Status, World

#: The words of Azure DevOps for the states of the world, beside "notSet" and "partiallySucceeded".
WORDS = {
    "pending": "pending",
    "success": "succeeded",
    "failure": "failed",
    "error": "error",
    "skipped": "notApplicable",
    "neutral": "partiallySucceeded",
}
STATES = {word: state for state, word in WORDS.items()}
REPOSITORY = r"(/[^/]+)?/_apis/git/repositories/278d5cd2-584d-4b63-824a-2ba458937249"


class ChecksOfAzureDevOps:
    """A part of ``tests.vendors.vsts.Fake``, which has what is only declared here."""

    world: World
    key: ClassVar[str]
    commit_at: Any
    _list: Any

    @route("GET", REPOSITORY + r"/commits/(?P<sha>\w+)/statuses")
    def list_statuses(self, request: Request, sha: str) -> Any:
        assert request.params["latestOnly"].lower() == "true"
        start, size = int(request.params.get("skip", 0)), int(request.params.get("top", 1000))
        statuses = self.world.statuses.get(self.commit_at(sha).sha, [])
        return self._list([self._status(status) for status in statuses[start : start + size]])

    @route("POST", REPOSITORY + r"/commits/(?P<sha>\w+)/statuses")
    def create_status(self, request: Request, sha: str) -> Reply:
        asked = request.data
        context = asked["context"]
        name = "/".join(part for part in (context.get("genre"), context["name"]) if part)
        status = Status(name, STATES[asked["state"]], asked.get("description") or "", asked.get("targetUrl") or "")
        return Reply(self._status(self.world.report(self.commit_at(sha).sha, status)), 201)

    def _status(self, status: Status) -> Any:
        genre, _, name = status.key.rpartition("/")
        date = status.date.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": status.number,
            "state": WORDS[status.state],
            "description": status.summary,
            "context": {"name": name, "genre": genre or None},
            "creationDate": date,
            "updatedDate": date,
            "createdBy": {"id": "1", "displayName": "Ada Lovelace", "uniqueName": "ada@example.com"},
            "targetUrl": status.url or None,
        }
