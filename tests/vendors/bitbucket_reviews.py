"""The routes of Bitbucket by which comments and answers are written: https://developer.atlassian.com/cloud/bitbucket/"""

from __future__ import annotations

from typing import Any

from tests.vendors import reviews
from tests.vendors.bitbucket_pulls import PULL
from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.reviews import ME
from tests.vendors.world import World

COMMENT = PULL + r"/comments/(?P<id>\d+)"


class ReviewsOfBitbucket:
    """A part of ``tests.vendors.bitbucket.Fake``."""

    world: World
    _known_pull: Any
    _comment: Any
    _comment_of_thread: Any
    _user: Any

    @route("POST", PULL + "/comments")
    def create_comment(self, request: Request, number: str) -> Reply:
        one, body = self._known_pull(number), request.data["content"]["raw"]
        if parent := request.data.get("parent"):
            thread = reviews.thread_of(self.world, one.number, parent["id"])
            if thread:
                made = reviews.answer_thread(self.world, thread, body)
                return Reply(self._comment_of_thread(thread, made), 201)
            assert reviews.remark(self.world, one.number, parent["id"])
        elif place := request.data.get("inline"):
            side, name = ("base", "from") if "from" in place else ("head", "to")
            lines = place.get(f"start_{name}", 0), place.get(name, 0)
            thread = reviews.start_thread(self.world, one.number, place["path"], side, *lines, body)
            return Reply(self._comment_of_thread(thread, thread.comments[0]), 201)
        made = reviews.add_remark(self.world, one.number, body, parent["id"] if parent else 0)
        return Reply(self._comment(made), 201)

    @route("GET|PUT|DELETE", COMMENT)
    def one_comment(self, request: Request, number: str, id: str) -> Any:
        """What remains of a comment that was deleted is told for ever."""
        one, gone = self._known_pull(number), self.__dict__.setdefault("_gone", {})
        if id in gone:
            return gone[id]
        found = reviews.comment(self.world, one.number, int(id))
        if found is None:
            raise NoSuchThing
        if request.method == "DELETE":
            gone[id] = {**self._comment(found), "deleted": True}
            reviews.delete(self.world, one.number, found.id)
            return Reply(b"", 204)
        if request.method == "PUT":
            found.body = request.data["content"]["raw"]
        thread = reviews.thread_of(self.world, one.number, int(id))
        return self._comment_of_thread(thread, found) if thread else self._comment(found)

    @route("POST|DELETE", COMMENT + "/resolve")
    def resolve(self, request: Request, number: str, id: str) -> Reply:
        thread = reviews.thread_of(self.world, int(number), int(id))
        if thread is None or thread.comments[0].id != int(id):
            raise NoSuchThing
        thread.resolved = request.method == "POST"
        return Reply({"type": "comment_resolution", "user": self._user(ME)}, 200 if thread.resolved else 204)

    @route("POST", PULL + r"/(?P<answer>approve|request-changes)")
    def give_answer(self, request: Request, number: str, answer: str) -> Reply:
        one = self._known_pull(number)
        word = {"approve": "approved", "request-changes": "changes"}[answer]
        if one.reviewers.get(ME) == word:
            error = {"message": "You already approved this pull request."}
            return Reply({"type": "error", "error": error}, 409)
        if one.state != "open":
            return Reply({"type": "error", "error": {"message": "This pull request is already closed."}}, 409)
        one.reviewers[ME] = word
        return Reply({"type": "participant", "user": self._user(ME), "role": "REVIEWER", "approved": True})
