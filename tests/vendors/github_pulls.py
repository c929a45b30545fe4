"""The routes of GitHub for pull requests: https://docs.github.com/en/rest/pulls"""

from __future__ import annotations

from typing import Any, ClassVar

from graphql import GraphQLError

from tests.vendors import github_forms as forms
from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.pulls import Comment, PullRequest, Thread
from tests.vendors.world import World, sha_of

REPOSITORY = r"/repos/acme/rocket"
PULL = REPOSITORY + r"/pulls/(?P<number>\d+)"
REVIEWS = {"approved": "APPROVED", "changes": "CHANGES_REQUESTED"}


class PullsOfGitHub:
    """A part of ``tests.vendors.github.Fake``, which has what is only declared here."""

    world: World
    rest: str
    web: ClassVar[str]
    _page: Any
    _repository: Any
    _commit: Any
    _change: Any
    _graph_object: Any

    @route("GET", REPOSITORY + r"/pulls")
    def list_pulls(self, request: Request) -> Reply:
        asked = request.params
        owner, _, head = asked.get("head", "").partition(":")
        found = [
            one
            for one in self.world.pulls(updated=asked.get("sort") == "updated")
            if asked.get("state", "open") in ("all", "open" if one.state == "open" else "closed")
            and (not head or (head == one.head and (one.fork.partition("/")[0] or "acme") == owner))
            and asked.get("base", one.base) == one.base
        ]
        items, reply = self._page(request, found if asked.get("direction", "desc") == "desc" else found[::-1])
        reply.body = [self._pull(one) for one in items]
        return reply

    @route("GET", REPOSITORY + r"/commits/(?P<sha>\w+)/pulls")
    def list_pulls_of_commit(self, request: Request, sha: str) -> Reply:
        commit = self.world.commit(sha)
        if commit is None:
            return Reply(
                {"message": f"No commit found for SHA: {sha}", "documentation_url": "https://docs.github.com"}, 422
            )
        items, reply = self._page(request, self.world.pulls_of(commit.sha))
        reply.body = [self._pull(one) for one in items]
        return reply

    @route("GET", PULL)
    def get_pull(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        state = {"conflicts": (False, "dirty"), "blocked": (True, "blocked")}.get(one.merge, (True, "clean"))
        mergeable, word = state if one.state == "open" else (None, "unknown")
        return {
            **self._pull(one),
            "merged": one.state == "merged",
            "mergeable": mergeable,
            "mergeable_state": word,
            "merged_by": forms.account(self.rest, "bob") if one.state == "merged" else None,
            "maintainer_can_modify": False,
            **dict.fromkeys(("comments", "review_comments", "additions", "deletions"), 0),
            "commits": len(self.world.proposed(one)),
            "changed_files": len(self.world.changed(one)),
        }

    @route("GET", PULL + "/commits")
    def list_commits_of_pull(self, request: Request, number: str) -> Reply:
        """GitHub tells the oldest first, and at most 250."""
        items, reply = self._page(request, self.world.proposed(self._known_pull(number))[::-1][:250])
        reply.body = [self._commit(commit) for commit in items]
        return reply

    @route("GET", PULL + "/files")
    def list_files_of_pull(self, request: Request, number: str) -> Reply:
        one = self._known_pull(number)
        items, reply = self._page(request, self.world.changed(one))
        head = self.world.commit(one.head_sha)
        reply.body = [self._change(change, head) for change in items]
        return reply

    @route("GET", REPOSITORY + r"/issues/(?P<number>\d+)/comments")
    def list_remarks(self, request: Request, number: str) -> Reply:
        items, reply = self._page(request, self.world.remarks.get(int(number), []))
        reply.body = [self._remark(int(number), one) for one in items]
        return reply

    def _remark(self, number: int, one: Comment) -> Any:
        api = f"{self.rest}/repos/acme/rocket/issues"
        return {
            "id": one.id,
            "node_id": "IC_kwDO",
            "url": f"{api}/comments/{one.id}",
            "html_url": f"{self.web}/pull/{number}#issuecomment-{one.id}",
            "issue_url": f"{api}/{number}",
            "body": one.body,
            "user": forms.account(self.rest, one.author),
            "created_at": forms.MOMENT,
            "updated_at": forms.MOMENT,
            "author_association": "MEMBER",
        }

    @route("GET", PULL + "/reviews")
    def list_reviews(self, request: Request, number: str) -> Reply:
        one = self._known_pull(number)
        answered = [(login, REVIEWS[answer]) for login, answer in one.reviewers.items() if answer in REVIEWS]
        found = [(id, login, state, f"As {login} sees it") for id, (login, state) in enumerate(answered, start=1)]
        items, reply = self._page(request, [*found, *self.world.reviews.get(one.number, [])])
        reply.body = [self._review(one, *told) for told in items]
        return reply

    def _review(self, one: PullRequest, id: int, login: str, state: str, body: str) -> Any:
        url, page = f"{self.rest}/repos/acme/rocket/pulls/{one.number}", f"{self.web}/pull/{one.number}"
        return {
            "id": id,
            "node_id": "PRR_kwDO",
            "user": forms.account(self.rest, login),
            "body": body,
            "state": state,
            "html_url": f"{page}#pullrequestreview-{id}",
            "pull_request_url": url,
            "_links": {"html": {"href": page}, "pull_request": {"href": url}},
            "submitted_at": forms.MOMENT,
            "commit_id": one.head_sha,
            "author_association": "MEMBER",
        }

    def _graph_pull(self, number: int) -> Any:
        if number not in self.world.pull_requests:
            raise GraphQLError("Could not resolve to a PullRequest.", extensions={"type": "NOT_FOUND"})
        one = self.world.pull_requests[number]
        answers = set(one.reviewers.values())
        status = {"conflicts": ("CONFLICTING", "DIRTY"), "blocked": ("MERGEABLE", "BLOCKED")}.get(one.merge)
        mergeable, word = (status or ("MERGEABLE", "CLEAN")) if one.state == "open" else ("UNKNOWN", "UNKNOWN")
        return {
            "id": f"PR_{number}",
            "number": number,
            "state": one.state.upper(),
            "isDraft": one.draft,
            "headRefOid": one.head_sha,
            "mergeable": mergeable,
            "mergeStateStatus": word,
            "reviewDecision": "CHANGES_REQUESTED" if "changes" in answers else None,
            "commits": lambda info, last: {"nodes": [{"commit": self._graph_object(one.head_sha)}]},
            "reviewThreads": lambda info, **asked: self._graph_threads(number, **asked),
        }

    def _graph_threads(self, number: int, first: int, after: str = "") -> Any:
        found = [one for one in self.world.threads.get(number, []) if str(one.id) > (after or "")]
        page = {"hasNextPage": len(found) > first, "endCursor": str(found[:first][-1].id) if found else None}
        return {"nodes": [self._graph_thread(number, one) for one in found[:first]], "pageInfo": page}

    def _graph_thread(self, number: int, one: Thread) -> Any:
        pull, first = self.world.pull_requests[number], one.comments[0].id
        original, current = (one.line or None, one.start or None), (None, None)
        if not one.outdated:
            current = original
        nodes = [
            {
                "fullDatabaseId": str(comment.id),
                "body": comment.body,
                "createdAt": forms.MOMENT,
                "updatedAt": forms.MOMENT,
                "url": f"{self.web}/pull/{number}#discussion_r{comment.id}",
                "author": {"__typename": "User", "login": comment.author},
                "replyTo": {"fullDatabaseId": str(first)} if comment.id != first else None,
                "commit": {"__typename": "Commit", "oid": pull.head_sha},
                "originalCommit": {"__typename": "Commit", "oid": pull.base_sha if one.outdated else pull.head_sha},
            }
            for comment in one.comments
        ]
        return {
            "id": str(one.id),
            "isResolved": one.resolved,
            "isOutdated": one.outdated,
            "path": one.path,
            "pullRequest": {"number": number, "repository": {"id": "R_kgDOrocket"}},
            "line": current[0],
            "startLine": current[1],
            "originalLine": original[0],
            "originalStartLine": original[1],
            "diffSide": {"head": "RIGHT", "base": "LEFT"}[one.side],
            "comments": {"nodes": nodes, "pageInfo": {"hasNextPage": False}},
        }

    def _known_pull(self, number: str) -> PullRequest:
        if int(number) not in self.world.pull_requests:
            raise NoSuchThing
        return self.world.pull_requests[int(number)]

    def _pull(self, one: PullRequest) -> Any:
        url, api = f"{self.web}/pull/{one.number}", f"{self.rest}/repos/acme/rocket"
        closed = one.closed and one.closed.strftime("%Y-%m-%dT%H:%M:%SZ")
        links = {
            "self": f"{api}/pulls/{one.number}",
            "html": url,
            "issue": f"{api}/issues/{one.number}",
            "comments": f"{api}/issues/{one.number}/comments",
            "review_comments": f"{api}/pulls/{one.number}/comments",
            "review_comment": f"{api}/pulls/comments{{/number}}",
            "commits": f"{api}/pulls/{one.number}/commits",
            "statuses": f"{api}/statuses/{one.head_sha}",
        }
        return {
            "url": links["self"],
            "id": one.number + 5000,
            "node_id": "PR_kwDO",
            "html_url": url,
            "diff_url": f"{url}.diff",
            "patch_url": f"{url}.patch",
            **{f"{name}_url": links[name] for name in ("issue", "comments", "review_comments", "review_comment")},
            "commits_url": links["commits"],
            "statuses_url": links["statuses"],
            "number": one.number,
            "state": "open" if one.state == "open" else "closed",
            "locked": False,
            "title": one.title,
            "user": forms.account(self.rest, one.author),
            "body": one.body or None,
            "labels": [self._label(name) for name in one.labels],
            "milestone": None,
            "created_at": one.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_at": one.updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "closed_at": closed,
            "merged_at": closed if one.state == "merged" else None,
            # That of a commit that only tests the merge, as long as it is open.
            "merge_commit_sha": one.merge_sha or sha_of(f"test {one.number}"),
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [
                forms.account(self.rest, login) for login, answer in one.reviewers.items() if answer == "pending"
            ],
            "requested_teams": [],
            "head": self._side(one.fork or "acme/rocket", one.head, one.head_sha),
            "base": self._side("acme/rocket", one.base, one.base_sha),
            "_links": {name: {"href": href} for name, href in links.items()},
            "author_association": "MEMBER",
            "auto_merge": None,
            "draft": one.draft,
        }

    def _label(self, name: str) -> Any:
        return {
            "id": 1,
            "node_id": "LA_kwDO",
            "url": f"{self.rest}/repos/acme/rocket/labels/x",
            "name": name,
            "description": "",
            "color": "ededed",
            "default": False,
        }

    def _side(self, repository: str, branch: str, sha: str) -> Any:
        owner = repository.partition("/")[0]
        known = {**self._repository("rocket"), "full_name": repository}
        return {
            "label": f"{owner}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": None if owner == "?" else forms.account(self.rest, owner),
            "repo": None if owner == "?" else known,
        }
