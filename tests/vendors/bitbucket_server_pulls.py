"""The routes of Bitbucket Server for pull requests: https://developer.atlassian.com/server/bitbucket/rest/"""

from __future__ import annotations

from typing import Any

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.pulls import Comment, PullRequest, Thread
from tests.vendors.reviews import ME
from tests.vendors.world import World

REPOSITORY = r"/rest/api/1\.0/projects/ACME/repos/rocket"
PULL = REPOSITORY + r"/pull-requests/(?P<number>\d+)"
STATES = {"open": "OPEN", "closed": "DECLINED", "merged": "MERGED"}
ANSWERS = {"approved": "APPROVED", "changes": "NEEDS_WORK", "pending": "UNAPPROVED"}
IDS = {"ada": 1, "bob": 2, "eve": 3, "zoe": 4, "zoe-bot": 5}


class PullsOfBitbucketServer:
    """A part of ``tests.vendors.bitbucket_server.Fake``, which has what is only declared here."""

    world: World
    api: str
    _page: Any
    commit_at: Any
    _commit: Any
    _change: Any
    _diffs_of: Any

    @route("GET", REPOSITORY + r"/pull-requests")
    def list_pull_requests(self, request: Request) -> Any:
        """Without a state, the open ones. The branch is that of the side that the direction names."""
        asked = request.params
        branch, outgoing = asked.get("at", ""), asked.get("direction", "INCOMING") == "OUTGOING"
        assert not asked.get("username.1") or asked["role.1"] == "AUTHOR"
        found = [
            self._pull(one)
            for one in self.world.pulls()
            if asked.get("state", "OPEN") in ("ALL", STATES[one.state])
            and branch in ("", f"refs/heads/{one.head if outgoing else one.base}")
            and not (outgoing and one.fork)
            and asked.get("username.1", one.author).lower() == one.author
        ]
        return self._page(request, found)

    @route("GET", REPOSITORY + r"/commits/(?P<sha>\w+)/pull-requests")
    def list_pull_requests_of_commit(self, request: Request, sha: str) -> Any:
        found = self.world.pulls_of(self.commit_at(sha).sha)
        return self._page(request, [self._pull(one) for one in found])

    @route("GET", PULL)
    def get_pull_request(self, request: Request, number: str) -> Reply:
        return Reply(self._pull(self._known_pull(number)), headers={"X-AUSERNAME": ME})

    @route("GET", PULL + "/merge")
    def get_merge(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        conflicted, blocked = one.merge == "conflicts", one.merge == "blocked"
        veto = {"summaryMessage": "Not all required reviewers have approved yet", "detailedMessage": "Ask for one."}
        return {
            "canMerge": not conflicted and not blocked,
            "conflicted": conflicted,
            "outcome": "CONFLICTED" if conflicted else "CLEAN",
            "vetoes": [veto] if blocked else [],
        }

    @route("GET", PULL + "/commits")
    def list_pull_request_commits(self, request: Request, number: str) -> Any:
        return self._page(request, [self._commit(one) for one in self.world.proposed(self._known_pull(number))])

    @route("GET", PULL + "/changes")
    def list_pull_request_changes(self, request: Request, number: str) -> Any:
        return self._page(request, [self._change(one) for one in self.world.changed(self._known_pull(number))])

    @route("GET", PULL + "/diff(/(?P<path>.+))?")
    def get_pull_request_diff(self, request: Request, number: str, path: str = "") -> Any:
        return self._diffs_of(request, self.world.changed(self._known_pull(number)), path)

    @route("GET", PULL + "/activities")
    def list_activities(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        found = [{"id": 1, "action": "OPENED", "user": self._user(one.author), "createdDate": 1}]
        remarks = self.world.remarks.get(one.number, [])
        for remark in (remark for remark in remarks if not remark.parent):
            found.append(self._commented(remark, [answer for answer in remarks if answer.parent == remark.id]))
        for thread in self.world.threads.get(one.number, []):
            first, *others = thread.comments
            activity = self._commented(first, others)
            activity["comment"]["threadResolved"] = thread.resolved
            activity["commentAnchor"] = self._anchor(one, thread)
            found.append(activity)
        return self._page(request, found[::-1])

    def _commented(self, comment: Comment, answers: list[Comment]) -> Any:
        told = {**self._remark(comment), "comments": [self._remark(answer) for answer in answers]}
        return {"id": comment.id, "action": "COMMENTED", "commentAction": "ADDED", "createdDate": 1, "comment": told}

    def _remark(self, comment: Comment) -> Any:
        author, dates = self._user(comment.author), {"createdDate": 1709294400000, "updatedDate": 1709294400000}
        return {"id": comment.id, "version": 0, "text": comment.body, "author": author, **dates, "comments": []}

    def _anchor(self, one: PullRequest, thread: Thread) -> Any:
        base, head = self.world.ends(one)
        anchor = {"fromHash": base, "toHash": head, "path": thread.path, "diffType": "EFFECTIVE"}
        anchor["orphaned"] = thread.outdated
        if thread.line:
            side = {"head": ("TO", "ADDED"), "base": ("FROM", "REMOVED")}[thread.side]
            anchor |= {"line": thread.line, "fileType": side[0], "lineType": side[1]}
        if thread.start:
            anchor["multilineMarker"] = {"startLine": thread.start, "startLineType": anchor["lineType"]}
        return anchor

    def _known_pull(self, number: str) -> PullRequest:
        if int(number) not in self.world.pull_requests:
            raise NoSuchThing
        return self.world.pull_requests[int(number)]

    def _pull(self, one: PullRequest) -> Any:
        closed = {"closedDate": int(one.closed.timestamp() * 1000)} if one.closed else {}
        merge = {"mergeCommit": {"id": one.merge_sha, "displayId": one.merge_sha[:11]}} if one.merge_sha else {}
        description = {"description": one.body} if one.body else {}
        return {
            "id": one.number,
            "version": one.version,
            "title": one.title,
            **description,
            "state": STATES[one.state],
            "open": one.state == "open",
            "closed": one.state != "open",
            "draft": one.draft,
            "createdDate": int(one.created.timestamp() * 1000),
            "updatedDate": int(one.updated.timestamp() * 1000),
            **closed,
            "fromRef": self._side("~zoe" if one.fork else "ACME", one.head, one.head_sha),
            "toRef": self._side("ACME", one.base, one.base_sha),
            "locked": False,
            "author": {"user": self._user(one.author), "role": "AUTHOR", "approved": False, "status": "UNAPPROVED"},
            "reviewers": [
                {
                    "user": self._user(login),
                    "role": "REVIEWER",
                    "approved": answer == "approved",
                    "status": ANSWERS[answer],
                }
                for login, answer in one.reviewers.items()
            ],
            "participants": [],
            "properties": merge,
            "links": {"self": [{"href": f"{self.api}/projects/ACME/repos/rocket/pull-requests/{one.number}"}]},
        }

    def _side(self, project: str, branch: str, sha: str) -> Any:
        repository = {"slug": "rocket", "id": 1, "name": "rocket", "project": {"key": project, "id": 1}}
        return {"id": f"refs/heads/{branch}", "displayId": branch, "latestCommit": sha, "repository": repository}

    def _user(self, login: str) -> Any:
        return {
            "name": login,
            "emailAddress": f"{login}@example.com",
            "id": IDS[login],
            "displayName": login.capitalize(),
            "active": True,
            "slug": login,
            "type": "NORMAL",
        }
