"""The routes of Azure DevOps by which comments and votes are written:
https://learn.microsoft.com/en-us/rest/api/azure/devops/git/
"""

from __future__ import annotations

from typing import Any

from tests.vendors import reviews
from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.pulls import Comment, Thread
from tests.vendors.vsts_pulls import PULL
from tests.vendors.world import World, sha_of

THREAD = PULL + r"/threads/(?P<id>\d+)"
#: The words and the numbers of a status.
STATUSES = {"active": False, "fixed": True, "1": False, "2": True}


class ReviewsOfAzureDevOps:
    """A part of ``tests.vendors.vsts.Fake``."""

    world: World
    _list: Any
    _knows: Any
    _told_thread: Any
    _told_remarks: Any

    @route("GET", PULL + r"/iterations/2/changes")
    def list_iteration_changes(self, request: Request, number: str) -> Any:
        self._knows(number)
        found = [
            {
                "changeTrackingId": index,
                "changeId": index,
                "item": {"objectId": sha_of(change.path), "path": f"/{change.path}"},
                "changeType": "edit",
            }
            for index, change in enumerate(self.world.changed(self.world.pull_requests[int(number)]), start=1)
        ]
        start, size = int(request.params.get("$skip", 0)), int(request.params.get("$top", 100))
        return {"changeEntries": found[start : start + size]}

    @route("POST", PULL + "/threads")
    def create_thread(self, request: Request, number: str) -> Reply:
        self._knows(number)
        [first], place = request.data["comments"], request.data.get("threadContext")
        if not place:
            made = reviews.add_remark(self.world, int(number), first["content"])
            return Reply(self._told_remarks([made]))
        tracked = request.data.get("pullRequestThreadContext") or {}
        if "changeTrackingId" in tracked:
            change = self.world.changed(self.world.pull_requests[int(number)])[tracked["changeTrackingId"] - 1]
            assert f"/{change.path}" == place["filePath"]
        side, name = ("base", "leftFile") if place.get("leftFileEnd") else ("head", "rightFile")
        first_line, line = ((place.get(f"{name}{end}") or {}).get("line", 0) for end in ("Start", "End"))
        start = first_line if first_line != line else 0
        path = place["filePath"].removeprefix("/")
        thread = reviews.start_thread(self.world, int(number), path, side, start, line, first["content"])
        return Reply(self._told_thread(thread))

    @route("GET|PATCH", THREAD)
    def one_thread(self, request: Request, number: str, id: str) -> Any:
        self._knows(number)
        thread, remarks = self._known_thread(number, id)
        if thread is None:
            return self._told_remarks(remarks)
        if request.method == "PATCH":
            # https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-threads/update
            assert request.headers.get("Content-Type", "").startswith("application/json")
            assert "patch" not in request.headers["Content-Type"]
            thread.resolved = STATUSES[str(request.data["status"])]
        return self._told_thread(thread)

    @route("POST", THREAD + "/comments")
    def create_answer(self, request: Request, number: str, id: str) -> Reply:
        thread, remarks = self._known_thread(number, id)
        body = request.data["content"]
        if thread is None:
            made = reviews.add_remark(self.world, int(number), body, remarks[0].id)
            return Reply(self._told_remarks([*remarks, made])["comments"][-1])
        reviews.answer_thread(self.world, thread, body)
        return Reply(self._told_thread(thread)["comments"][-1])

    @route("GET|PATCH|DELETE", THREAD + r"/comments/(?P<index>\d+)")
    def one_comment(self, request: Request, number: str, id: str, index: str) -> Any:
        thread, remarks = self._known_thread(number, id)
        comments = thread.comments if thread else remarks
        if not 1 <= int(index) <= len(comments):
            raise NoSuchThing
        found = comments[int(index) - 1]
        if request.method == "DELETE":
            reviews.delete(self.world, int(number), found.id)
            return Reply(b"", 200)
        if request.method == "PATCH":
            assert "patch" not in request.headers["Content-Type"]
            found.body = request.data["content"]
        told = self._told_thread(thread) if thread else self._told_remarks(remarks)
        return told["comments"][int(index) - 1]

    def _known_thread(self, number: str, id: str) -> tuple[Thread | None, list[Comment]]:
        """A thread on a file, or one of the conversation, which has the id of its first comment."""
        thread = reviews.thread(self.world, int(number), int(id))
        all_remarks = self.world.remarks.get(int(number), [])
        remarks = [one for one in all_remarks if int(id) in (one.id, one.parent)]
        if thread is None and not remarks:
            raise NoSuchThing
        return thread, remarks
