"""The routes of Bitbucket for pull requests: https://developer.atlassian.com/cloud/bitbucket/rest/"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, ClassVar

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.pulls import Comment, PullRequest, Thread
from tests.vendors.world import World, patch_of

REPOSITORY = r"/2\.0/repositories/acme/rocket"
PULL = REPOSITORY + r"/pullrequests/(?P<number>\d+)"
STATES = {"open": "OPEN", "closed": "DECLINED", "merged": "MERGED"}
ANSWERS = {"approved": "approved", "changes": "changes_requested", "pending": None}
#: How many digits of a SHA a pull request tells.
DIGITS = 12


class PullsOfBitbucket:
    """A part of ``tests.vendors.bitbucket.Fake``, which has what is only declared here."""

    world: World
    api: str
    web: ClassVar[str]
    #: Whether the app that links commits with pull requests is installed.
    commit_links = True
    _page: Any
    _commit: Any
    _change: Any
    commit_at: Any

    @route("GET", REPOSITORY + r"/pullrequests/?")
    def list_pull_requests(self, request: Request) -> Any:
        """Without a state, the open ones."""
        states = request.all_of("state") or ["OPEN"]
        wanted = dict(re.findall(r'([\w.]+) = "([^"]*)"', request.params.get("q", "")))
        wanted |= dict(re.findall(r"([\w.]+) >= ([-+:.\dT]+)", request.params.get("q", "")))
        since = datetime.fromisoformat(wanted["updated_on"]) if "updated_on" in wanted else None
        found = [
            self._pull(one)
            for one in self.world.pulls()
            if STATES[one.state] in states
            and wanted.get("source.branch.name", one.head) == one.head
            and wanted.get("destination.branch.name", one.base) == one.base
            and (since is None or one.updated >= since)
        ]
        return self._page(request, found, 50)

    @route("GET", REPOSITORY + r"/commit/(?P<sha>\w+)/pullrequests")
    def list_pull_requests_of_commit(self, request: Request, sha: str) -> Any:
        if not self.commit_links:
            raise NoSuchThing
        brief = ("type", "id", "title", "links")
        found = [self._pull(one) for one in self.world.pulls_of(self.commit_at(sha).sha)]
        return self._page(request, [{name: one[name] for name in brief} for one in found])

    @route("GET", PULL)
    def get_pull_request(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        participants = [
            {
                "type": "participant",
                "user": self._user(login),
                "role": "REVIEWER",
                "approved": answer == "approved",
                "state": ANSWERS[answer],
            }
            for login, answer in one.reviewers.items()
        ]
        author = {"type": "participant", "user": self._user(one.author), "role": "PARTICIPANT", "state": None}
        reviewers = [self._user(login) for login in one.reviewers]
        words = {"merge": "merge_commit", "squash": "squash", "rebase": "rebase_fast_forward"}
        allowed = [word for method, word in words.items() if method in self.world.merge_methods]
        found = {**self._pull(one), "participants": [author, *participants], "reviewers": reviewers}
        found["destination"]["branch"] |= {"merge_strategies": allowed, "default_merge_strategy": allowed[0]}
        return found

    @route("GET", PULL + r"/commits")
    def list_pull_request_commits(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        return self._page(request, [self._commit(commit) for commit in self.world.proposed(one)])

    @route("GET", PULL + r"/(?P<what>diff|diffstat)")
    def redirect_to_comparison(self, request: Request, number: str, what: str) -> Reply:
        """The commit whose changes are wanted comes first. The query is lost."""
        one = self._known_pull(number)
        spec = f"acme/rocket:{one.head_sha[:DIGITS]}%0D{one.base_sha[:DIGITS]}"
        query = f"from_pullrequest_id={number}&topic=true"
        return Reply(status=302, headers={"Location": f"{self.api}/2.0/repositories/acme/rocket/{what}/{spec}?{query}"})

    @route("GET", REPOSITORY + r"/diffstat/acme/rocket:\w+%0D\w+")
    def get_diffstat_of_pull(self, request: Request) -> Any:
        found = self.world.changed(self._known_pull(request.params["from_pullrequest_id"]))
        return self._page(request, [self._change(change) for change in found], 500)

    @route("GET", REPOSITORY + r"/diff/acme/rocket:\w+%0D\w+")
    def get_diff_of_pull(self, request: Request) -> bytes:
        found = self.world.changed(self._known_pull(request.params["from_pullrequest_id"]))
        return "".join(map(patch_of, found)).encode()

    @route("GET", PULL + "/comments")
    def list_pull_request_comments(self, request: Request, number: str) -> Any:
        """One list. The answers come after all first comments, and one comment was deleted."""
        one = self._known_pull(number)
        found = [self._comment(comment) for comment in self.world.remarks.get(one.number, [])]
        found.append({**self._comment(Comment(900, "ada", "")), "deleted": True})
        answers = []
        for thread in self.world.threads.get(one.number, []):
            first, *others = (self._comment_of_thread(thread, comment) for comment in thread.comments)
            found.append(first)
            answers += others
        return self._page(request, [*found, *answers])

    def _comment_of_thread(self, thread: Thread, comment: Comment) -> Any:
        name = {"head": "to", "base": "from"}[thread.side]
        inline = {"path": thread.path, "to": None, "from": None, name: thread.line or None}
        inline |= {f"start_{name}": thread.start or None, "outdated": thread.outdated}
        told = {**self._comment(comment), "inline": inline}
        first = thread.comments[0]
        if comment is not first:
            return {**told, "parent": {"id": first.id}}
        return {
            **told,
            **({"resolution": {"type": "comment_resolution", "user": self._user("ada")}} if thread.resolved else {}),
        }

    def _comment(self, comment: Comment) -> Any:
        return {
            "type": "pullrequest_comment",
            "id": comment.id,
            "content": {"type": "rendered", "raw": comment.body, "markup": "markdown", "html": ""},
            "user": self._user(comment.author),
            "created_on": "2024-03-01T12:00:00+00:00",
            "updated_on": "2024-03-01T12:00:00+00:00",
            "deleted": False,
            "links": {"html": {"href": f"{self.web}/pull-requests/1#comment-{comment.id}"}},
            **({"parent": {"id": comment.parent}} if comment.parent else {}),
        }

    def _known_pull(self, number: str) -> PullRequest:
        if int(number) not in self.world.pull_requests:
            raise NoSuchThing
        return self.world.pull_requests[int(number)]

    def _pull(self, one: PullRequest) -> Any:
        return {
            "type": "pullrequest",
            "id": one.number,
            "title": one.title,
            "description": one.body,
            "state": STATES[one.state],
            "draft": one.draft,
            "author": self._user(one.author),
            "source": self._side(one.fork or "acme/rocket", one.head, one.head_sha),
            "destination": self._side("acme/rocket", one.base, one.base_sha),
            "merge_commit": {"hash": one.merge_sha[:DIGITS], "type": "commit"} if one.merge_sha else None,
            "close_source_branch": False,
            "comment_count": 0,
            "task_count": 0,
            "created_on": one.created.isoformat(),
            "updated_on": one.updated.isoformat(),
            "links": {
                "self": {"href": f"{self.api}/2.0/repositories/acme/rocket/pullrequests/{one.number}"},
                "html": {"href": f"{self.web}/pull-requests/{one.number}"},
            },
        }

    def _side(self, repository: str, branch: str, sha: str) -> Any:
        """The repository of a fork that was deleted is null."""
        known = {"type": "repository", "full_name": repository, "name": "rocket", "uuid": "{rocket}"}
        return {
            "branch": {"name": branch},
            "commit": {"hash": sha[:DIGITS], "type": "commit"},
            "repository": None if repository == "?" else known,
        }

    def _user(self, login: str) -> Any:
        return {
            "type": "user",
            "uuid": f"{{{login}}}",
            "account_id": f"1:{login}",
            "nickname": login,
            "display_name": login.capitalize(),
        }
