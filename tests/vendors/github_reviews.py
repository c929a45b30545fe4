"""The routes of GitHub by which reviews and comments are written: https://docs.github.com/en/rest/pulls/comments"""

from __future__ import annotations

from typing import Any, ClassVar

from graphql import GraphQLError

from tests.vendors import github_forms as forms
from tests.vendors import reviews
from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.pulls import Comment, PullRequest, Thread
from tests.vendors.reviews import ME
from tests.vendors.world import World

REPOSITORY = r"/repos/acme/rocket"
PULL = REPOSITORY + r"/pulls/(?P<number>\d+)"
SIDES = {"LEFT": "base", "RIGHT": "head"}
STATES = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
NOT_IN_DIFF = "pull_request_review_thread.line must be part of the diff"


class ReviewsOfGitHub:
    """A part of ``tests.vendors.github.Fake``."""

    world: World
    rest: str
    web: ClassVar[str]
    _known_pull: Any
    _remark: Any
    _review: Any
    _graph_thread: Any
    _page: Any

    @route("POST", REPOSITORY + r"/issues/(?P<number>\d+)/comments")
    def create_remark(self, request: Request, number: str) -> Reply:
        if len(request.data["body"]) > 65536:
            return _invalid({"resource": "IssueComment", "code": "unprocessable", "field": "data"})
        made = reviews.add_remark(self.world, int(number), request.data["body"])
        return Reply(self._remark(int(number), made), 201)

    @route("GET|PATCH|DELETE", REPOSITORY + r"/issues/comments/(?P<id>\d+)")
    def one_remark(self, request: Request, id: str) -> Reply:
        for number in list(self.world.remarks):
            if found := reviews.remark(self.world, number, int(id)):
                return self._done(request, number, found) or Reply(self._remark(number, found))
        raise NoSuchThing

    @route("POST", PULL + "/comments")
    def create_line_comment(self, request: Request, number: str) -> Reply:
        one, asked = self._known_pull(number), request.data
        if asked.get("in_reply_to"):
            thread = reviews.thread_of(self.world, one.number, int(asked["in_reply_to"]))
            if thread is None or thread.comments[0].id != int(asked["in_reply_to"]):
                return Reply({"message": "Parent comment not found", "documentation_url": ""}, 404)
            made = reviews.answer_thread(self.world, thread, asked["body"])
            return Reply(self._line_comment(one, thread, made), 201)
        if problem := self._problem(one, asked):
            field = {
                "resource": "PullRequestReviewComment",
                "code": "custom",
                "field": "pull_request_review_thread.line",
            }
            return _invalid({**field, "message": problem})
        thread = self._started(one, asked)
        return Reply(self._line_comment(one, thread, thread.comments[0]), 201)

    @route("GET", PULL + "/comments")
    def list_line_comments(self, request: Request, number: str) -> Reply:
        """The app never asks for them, but clients of others do."""
        one = self._known_pull(number)
        threads = self.world.threads.get(one.number, [])
        found = [self._line_comment(one, thread, comment) for thread in threads for comment in thread.comments]
        items, reply = self._page(request, found)
        reply.body = items
        return reply

    @route("POST", PULL + r"/comments/(?P<id>\d+)/replies")
    def create_reply(self, request: Request, number: str, id: str) -> Reply:
        request.data["in_reply_to"] = int(id)
        return self.create_line_comment(request, number)

    @route("GET|PATCH|DELETE", REPOSITORY + r"/pulls/comments/(?P<id>\d+)")
    def one_line_comment(self, request: Request, id: str) -> Reply:
        for number in list(self.world.threads):
            if thread := reviews.thread_of(self.world, number, int(id)):
                found = next(one for one in thread.comments if one.id == int(id))
                told = self._done(request, number, found)
                return told or Reply(self._line_comment(self.world.pull_requests[number], thread, found))
        raise NoSuchThing

    @route("POST", PULL + "/reviews")
    def create_review(self, request: Request, number: str) -> Reply:
        """All of it, or nothing."""
        one, asked = self._known_pull(number), request.data
        assert asked["commit_id"] == one.head_sha
        if asked["event"] != "COMMENT" and one.author == ME:
            return _refused("Can not approve your own pull request")
        comments = asked.get("comments", [])
        if any(self._problem(one, comment) for comment in comments):
            return _refused("Line could not be resolved")
        for comment in comments:
            assert "subject_type" not in comment
            self._started(one, comment)
        known = self.world.reviews.setdefault(one.number, [])
        known.append((7001 + len(known), ME, STATES[asked["event"]], asked.get("body", "")))
        return Reply(self._review(one, *known[-1]))

    def _graph_node(self, info: Any, id: str) -> Any:
        for number in self.world.threads:
            if id.isdecimal() and (found := reviews.thread(self.world, number, int(id))):
                return {"__typename": "PullRequestReviewThread", **self._graph_thread(number, found)}
        raise GraphQLError(
            f"Could not resolve to a node with the global id of '{id}'", extensions={"type": "NOT_FOUND"}
        )

    def _graph_resolve(self, asked: Any, resolved: bool) -> Any:
        for number in self.world.threads:
            if found := reviews.thread(self.world, number, int(asked["threadId"])):
                found.resolved = resolved
                return {"thread": self._graph_thread(number, found)}
        raise AssertionError("the thread was asked for before")

    def _done(self, request: Request, number: int, found: Comment) -> Reply | None:
        if request.method == "DELETE":
            reviews.delete(self.world, number, found.id)
            return Reply(b"", 204)
        if request.method == "PATCH":
            found.body = request.data["body"]
        return None

    def _problem(self, one: PullRequest, asked: Any) -> str:
        """GitHub takes lines of the diff alone."""
        change = next((change for change in self.world.changed(one) if change.path == asked["path"]), None)
        if change is None:
            return "Path could not be resolved"
        lines = [asked[name] for name in ("start_line", "line") if name in asked]
        assert lines or asked["subject_type"] == "file"
        assert asked.get("start_side", asked.get("side")) == asked.get("side")
        kinds = [reviews.kind_of(change, SIDES[asked["side"]], line) for line in lines]
        return "" if all(kinds) else NOT_IN_DIFF

    def _started(self, one: PullRequest, asked: Any) -> Thread:
        side, start, line = SIDES[asked.get("side", "RIGHT")], asked.get("start_line", 0), asked.get("line", 0)
        return reviews.start_thread(self.world, one.number, asked["path"], side, start, line, asked["body"])

    def _line_comment(self, one: PullRequest, thread: Thread, comment: Comment) -> Any:
        api, page = f"{self.rest}/repos/acme/rocket/pulls", f"{self.web}/pull/{one.number}"
        links = {
            "self": f"{api}/comments/{comment.id}",
            "html": f"{page}#discussion_r{comment.id}",
            "pull_request": f"{api}/{one.number}",
        }
        side = {"head": "RIGHT", "base": "LEFT"}[thread.side]
        # A comment on the whole file has no line.
        lines = {"start_line": thread.start or None, **({"line": thread.line} if thread.line else {})}
        return {
            "url": links["self"],
            "pull_request_review_id": 7001,
            "id": comment.id,
            "node_id": "PRRC_kwDO",
            "diff_hunk": "@@ -1,2 +1,3 @@",
            "path": thread.path,
            "commit_id": one.head_sha,
            "original_commit_id": one.head_sha,
            "user": forms.account(self.rest, comment.author),
            "body": comment.body,
            "created_at": forms.MOMENT,
            "updated_at": forms.MOMENT,
            "html_url": links["html"],
            "pull_request_url": links["pull_request"],
            "author_association": "MEMBER",
            "_links": {name: {"href": href} for name, href in links.items()},
            **lines,
            **{f"original_{name}": line for name, line in lines.items()},
            "side": side,
            "start_side": side if thread.start else None,
            "subject_type": "line" if thread.line else "file",
            **({"in_reply_to_id": thread.comments[0].id} if comment.id != thread.comments[0].id else {}),
        }


def _refused(why: str) -> Reply:
    return Reply({"message": "Unprocessable Entity", "errors": [why], "documentation_url": ""}, 422)


def _invalid(problem: Any) -> Reply:
    return Reply({"message": "Validation Failed", "errors": [problem], "documentation_url": ""}, 422)
