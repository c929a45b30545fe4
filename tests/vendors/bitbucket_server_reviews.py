"""The routes of Bitbucket Server by which comments and answers are written:
https://developer.atlassian.com/server/bitbucket/rest/
"""

from __future__ import annotations

from typing import Any

from tests.vendors import reviews
from tests.vendors.bitbucket_server_pulls import PULL
from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.pulls import Comment, PullRequest
from tests.vendors.reviews import ME
from tests.vendors.world import World

COMMENT = PULL + r"/comments/(?P<id>\d+)"
KINDS = {"added": "ADDED", "removed": "REMOVED", "context": "CONTEXT"}


class ReviewsOfBitbucketServer:
    """A part of ``tests.vendors.bitbucket_server.Fake``."""

    world: World
    _known_pull: Any
    _remark: Any
    _anchor: Any
    _user: Any
    _page: Any

    @property
    def _versions(self) -> dict[int, int]:
        """How often each comment was changed."""
        return self.__dict__.setdefault("_comment_versions", {})

    @route("POST", PULL + "/comments")
    def create_comment(self, request: Request, number: str) -> Reply:
        one, body = self._known_pull(number), request.data["text"]
        if parent := request.data.get("parent"):
            if thread := reviews.thread_of(self.world, one.number, parent["id"]):
                return Reply(self._told(one, reviews.answer_thread(self.world, thread, body)), 201)
            if reviews.remark(self.world, one.number, parent["id"]) is None:
                raise NoSuchThing
        elif place := request.data.get("anchor"):
            return self._placed(one, place, body)
        made = reviews.add_remark(self.world, one.number, body, parent["id"] if parent else 0)
        return Reply(self._told(one, made), 201)

    def _placed(self, one: PullRequest, place: Any, body: str) -> Reply:
        """The server wants to be told how a line changes."""
        change = next((change for change in self.world.changed(one) if change.path == place["path"]), None)
        if change is None or place.get("srcPath", "") != change.previous:
            return _refused("CommentAnchorException", 400)
        side = {"FROM": "base", "TO": "head"}[place.get("fileType", "TO")]
        start = place.get("multilineMarker", {})
        for line, kind in (("line", "lineType"), ("startLine", "startLineType")):
            told = {**place, **start}
            if line in told and KINDS[reviews.kind_of(change, side, told[line]) or "context"] != told[kind]:
                return _refused("CommentAnchorException", 400)
        lines = start.get("startLine", 0), place.get("line", 0)
        thread = reviews.start_thread(self.world, one.number, change.path, side, *lines, body)
        return Reply(self._told(one, thread.comments[0]), 201)

    @route("GET|PUT|DELETE", COMMENT)
    def one_comment(self, request: Request, number: str, id: str) -> Any:
        one, found = self._known_pull(number), reviews.comment(self.world, int(number), int(id))
        if found is None:
            return _refused("NoSuchCommentException", 404)
        version = self._versions.get(found.id, 0)
        thread = reviews.thread_of(self.world, one.number, found.id)
        if request.method != "GET":
            told = request.params if request.method == "DELETE" else request.data
            if int(told["version"]) != version:
                return _refused("CommentOutOfDateException", 409)
        if request.method == "DELETE":
            answers = [*(thread.comments if thread else self.world.remarks[one.number])]
            if any(answer.parent == found.id for answer in answers):
                return _refused("CommentDeletionException", 409)
            reviews.delete(self.world, one.number, found.id)
            return Reply(b"", 204)
        if request.method == "PUT":
            self._versions[found.id] = version + 1
            found.body = request.data.get("text", found.body)
            if "threadResolved" in request.data:
                assert thread is not None
                thread.resolved = request.data["threadResolved"]
        return self._told(one, found)

    def _told(self, one: PullRequest, comment: Comment) -> Any:
        thread = reviews.thread_of(self.world, one.number, comment.id)
        told = {**self._remark(comment), "version": self._versions.get(comment.id, 0)}
        others = thread.comments if thread else self.world.remarks[one.number]
        told["comments"] = [self._remark(other) for other in others if other.parent == comment.id]
        if thread and thread.comments[0].id == comment.id:
            told |= {"anchor": self._anchor(one, thread), "threadResolved": thread.resolved}
        return told

    @route("GET", r"/rest/api/1\.0/users")
    def list_users(self, request: Request) -> Any:
        """Those whose name or address contains a text."""
        found = [self._user(login) for login in (f"{ME}-bot", ME)]
        return self._page(request, [user for user in found if request.params.get("filter", "") in user["name"]])

    @route("PUT", PULL + r"/participants/(?P<slug>[^/]+)")
    def change_participant(self, request: Request, number: str, slug: str) -> Reply:
        one, status = self._known_pull(number), request.data["status"]
        assert slug == ME, "only the own status can be changed"
        if one.author == ME:
            return _refused("InvalidPullRequestParticipantStatusException", 409)
        one.reviewers[ME] = {"APPROVED": "approved", "NEEDS_WORK": "changes", "UNAPPROVED": "pending"}[status]
        told = {"user": self._user(ME), "role": "REVIEWER", "approved": status == "APPROVED", "status": status}
        return Reply(told)


def _refused(name: str, status: int) -> Reply:
    kind = f"com.atlassian.bitbucket.comment.{name}"
    return Reply({"errors": [{"context": None, "message": "No.", "exceptionName": kind}]}, status)
