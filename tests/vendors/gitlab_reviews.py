"""The routes of GitLab by which comments and approvals are written: https://docs.gitlab.com/api/discussions/"""

from __future__ import annotations

from typing import Any

from tests.vendors import reviews
from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.gitlab_pulls import MERGE_REQUEST
from tests.vendors.pulls import PullRequest, Thread
from tests.vendors.reviews import ME
from tests.vendors.world import World, sha_of

DISCUSSION = MERGE_REQUEST + r"/discussions/(?P<id>\w+)"


class ReviewsOfGitLab:
    """A part of ``tests.vendors.gitlab.Fake``."""

    world: World
    _known_pull: Any
    _note: Any
    _discussion: Any
    kept: Any

    @route("POST", MERGE_REQUEST + "/notes")
    def create_note(self, request: Request, number: str) -> Reply:
        one = self._known_pull(number)
        if not (body := self.kept(request.data["body"])):
            return Reply({"commands_changes": {}, "summary": ["Done."]}, 202)
        made = reviews.add_remark(self.world, one.number, body)
        return Reply(self._note(made), 201)

    @route("PUT|DELETE", MERGE_REQUEST + r"/notes/(?P<id>\d+)")
    def change_note(self, request: Request, number: str, id: str) -> Reply:
        found = reviews.comment(self.world, self._known_pull(number).number, int(id))
        if found is None:
            return Reply({"message": "404 Not found"}, 404)
        if request.method == "DELETE":
            reviews.delete(self.world, int(number), found.id)
            return Reply(b"", 204)
        found.body = self.kept(request.data["body"])
        return Reply(self._note(found))

    @route("POST", MERGE_REQUEST + "/discussions")
    def create_discussion(self, request: Request, number: str) -> Reply:
        one, place = self._known_pull(number), request.data["position"]
        thread = self._placed(one, place, self.kept(request.data["body"]))
        if thread is None:
            return Reply({"message": '400 Bad request - Note {:line_code=>["can\'t be blank"]}'}, 400)
        return Reply(self._discussion(one, thread), 201)

    @route("GET|PUT", DISCUSSION)
    def one_discussion(self, request: Request, number: str, id: str) -> Any:
        one = self._known_pull(number)
        thread = reviews.thread(self.world, one.number, int(id)) if id.isdecimal() else None
        if thread is None:
            return Reply({"message": "404 Discussion Not Found"}, 404)
        if request.method == "PUT":
            thread.resolved = request.data["resolved"]
        return self._discussion(one, thread)

    @route("POST", DISCUSSION + "/notes")
    def create_answer(self, request: Request, number: str, id: str) -> Reply:
        one, body = self._known_pull(number), self.kept(request.data["body"])
        if thread := reviews.thread(self.world, one.number, int(id)) if id.isdecimal() else None:
            return Reply(self._note(reviews.answer_thread(self.world, thread, body)), 201)
        for known in self.world.remarks.get(one.number, []):
            if sha_of(f"remark {known.id}") == id:
                return Reply(self._note(reviews.add_remark(self.world, one.number, body, known.id)), 201)
        raise NoSuchThing

    @route("POST", MERGE_REQUEST + "/approve")
    def approve(self, request: Request, number: str) -> Reply:
        one = self._known_pull(number)
        if one.author == ME or one.reviewers.get(ME) == "approved":
            return Reply({"message": "401 Unauthorized"}, 401)
        if request.data.get("sha", one.head_sha) != one.head_sha:
            return Reply({"message": "SHA does not match HEAD of source branch: " + one.head_sha}, 409)
        one.reviewers[ME] = "approved"
        return Reply({"id": one.number, "iid": one.number, "approved_by": []}, 201)

    def _placed(self, one: PullRequest, place: Any, body: str) -> Thread | None:
        """GitLab wants the commits of the newest version, and the numbers of a line on both sides if it has both."""
        base, head = self.world.ends(one)
        assert (place["base_sha"], place["start_sha"], place["head_sha"]) == (base, one.base_sha, head)
        change = next((change for change in self.world.changed(one) if change.path == place["new_path"]), None)
        if change is None or place["old_path"] != (change.previous or change.path):
            return None
        if place["position_type"] == "file":
            return reviews.start_thread(self.world, one.number, change.path, "head", 0, 0, body)
        old, new = place.get("old_line", 0), place.get("new_line", 0)
        kinds = {"old": reviews.kind_of(change, "base", old), "new": reviews.kind_of(change, "head", new)}
        shift = change.additions - change.deletions
        if old and new:
            # The first line, or one behind the hunk, which is the same on both sides.
            if (old, new) != (1, 1) and (kinds["old"] or kinds["new"] or new - old != shift):
                return None
        elif not (kinds["old"] == "removed" or kinds["new"] == "added"):
            return None
        side, line = ("head", new) if new else ("base", old)
        start = 0
        if "line_range" in place:
            ends = place["line_range"]
            name = {"head": "new_line", "base": "old_line"}[side]
            assert ends["end"][name] == line
            assert all(set(end) >= {"line_code", "type"} for end in ends.values())
            start = ends["start"][name]
        return reviews.start_thread(self.world, one.number, change.path, side, start, line, body)
