"""The routes of Azure DevOps for pull requests: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.pulls import Comment, PullRequest, Thread
from tests.vendors.world import World, sha_of

ID = "278d5cd2-584d-4b63-824a-2ba458937249"
PROJECT = "Moon Base"
REPOSITORY = rf"(?:/{quote(PROJECT)})?/_apis/git/repositories/{ID}"
PULL = REPOSITORY + r"/pull[rR]equests/(?P<number>\d+)"
STATES = {"open": "active", "closed": "abandoned", "merged": "completed"}
STATUSES = {"conflicts": "conflicts", "blocked": "rejectedByPolicy", "clean": "succeeded"}
VOTES = {"approved": 10, "changes": -5, "pending": 0}
#: A list cuts a description after so many characters.
LISTED = 400

_GIT = "{project}/_apis/git/repositories/{repositoryId}"
_PULL = f"{_GIT}/pullRequests/{{pullRequestId}}"
RESOURCES = {
    "9946fd70-0d40-406e-b686-b4744cbbcc37": ("git", "pullRequests", f"{_GIT}/pullRequests/{{pullRequestId}}"),
    "52823034-34a8-4576-922c-8d8b77e9e4c4": ("git", "pullRequestCommits", f"{_PULL}/commits"),
    "d43911ee-6958-46b0-a42b-8445b8a0d004": ("git", "pullRequestIterations", f"{_PULL}/iterations/{{iterationId}}"),
    "ab6e2e5d-a0b7-4153-b64a-a4efe0d49449": ("git", "pullRequestThreads", f"{_PULL}/threads/{{threadId}}"),
    "965a3ec7-5ed8-455a-bdcb-835a5ea7fe7b": (
        "git",
        "pullRequestThreadComments",
        f"{_PULL}/threads/{{threadId}}/comments/{{commentId}}",
    ),
    "b3a6eebe-9cf0-49ea-b6cb-1a4c5f5007b0": ("git", "pullRequestQuery", f"{_GIT}/pullRequestQuery"),
}


class PullsOfAzureDevOps:
    """A part of ``tests.vendors.vsts.Fake``, which has what is only declared here."""

    world: World
    api: str
    _list: Any
    _repository: Any
    _listed: Any

    @route("GET", REPOSITORY + r"/pull[rR]equests")
    def list_pull_requests(self, request: Request) -> Any:
        """Without a status, the active ones."""
        asked = {name.removeprefix("searchCriteria."): text for name, text in request.params.items()}
        found = [
            self._listed_pull(one)
            for one in self.world.pulls()
            if asked.get("status", "active") in ("all", STATES[one.state])
            and asked.get("sourceRefName", f"refs/heads/{one.head}") == f"refs/heads/{one.head}"
            and asked.get("targetRefName", f"refs/heads/{one.base}") == f"refs/heads/{one.base}"
            and asked.get("creatorId", self._identity(one.author)["id"]) == self._identity(one.author)["id"]
        ]
        start, size = int(asked.get("$skip", 0)), int(asked.get("$top", 100))
        return self._list(found[start : start + size])

    @route("POST", REPOSITORY + r"/pull[rR]equest[qQ]uery")
    def query_pull_requests(self, request: Request) -> Any:
        results = []
        for query in request.data["queries"]:
            merges = query["type"] == "lastMergeCommit"
            found = {}
            for sha in query["items"]:
                pulls = [one for one in self.world.pulls_of(sha) if (one.merge_sha == sha) is merges]
                if pulls:
                    found[sha] = [self._listed_pull(one) for one in pulls]
            results.append(found)
        return {"queries": request.data["queries"], "results": results}

    @route("GET", PULL)
    def get_pull_request(self, request: Request, number: str) -> Any:
        if int(number) not in self.world.pull_requests:
            raise NoSuchThing
        return self._pull(self.world.pull_requests[int(number)])

    @route("GET", PULL + "/commits")
    def list_pull_request_commits(self, request: Request, number: str) -> Reply:
        commits = self.world.proposed(self.world.pull_requests[int(number)]) if self._knows(number) else []
        start, size = int(request.params.get("continuationToken", 0)), int(request.params.get("$top", 100))
        more = {"x-ms-continuationtoken": str(start + size)} if start + size < len(commits) else {}
        return Reply(self._list([self._listed(one) for one in commits[start : start + size]]), headers=more)

    @route("GET", PULL + "/iterations")
    def list_iterations(self, request: Request, number: str) -> Any:
        """Two pushes. The newest is told last."""
        self._knows(number)
        one = self.world.pull_requests[int(number)]
        base, head = self.world.ends(one)
        ends = {"sourceRefCommit": head, "targetRefCommit": one.base_sha, "commonRefCommit": base}
        newest = {"id": 2, **{name: {"commitId": sha} for name, sha in ends.items()}}
        return self._list([{**newest, "id": 1, "sourceRefCommit": {"commitId": base}}, newest])

    @route("GET", PULL + "/threads")
    def list_threads(self, request: Request, number: str) -> Any:
        """One that Azure DevOps wrote, the conversation, and those on lines."""
        self._knows(number)
        system = {"id": 1, "commentType": "system", "content": "Ada voted 10", "author": self._identity("ada")}
        found = [{"id": 1, "comments": [system], "threadContext": None, "isDeleted": False}]
        remarks = self.world.remarks.get(int(number), [])
        for first in (one for one in remarks if not one.parent):
            found.append(self._told_remarks([first, *(one for one in remarks if one.parent == first.id)]))
        found += [self._told_thread(thread) for thread in self.world.threads.get(int(number), [])]
        return self._list(found)

    def _told_remarks(self, remarks: list[Comment]) -> Any:
        return {"id": remarks[0].parent or remarks[0].id, "comments": self._comments(remarks), "threadContext": None}

    def _told_thread(self, thread: Thread) -> Any:
        place = self._place(thread, "filePath", "")
        tracked = {"trackingCriteria": self._place(thread, "origFilePath", "orig")} if thread.outdated else None
        status, comments = "fixed" if thread.resolved else "active", self._comments(thread.comments)
        told = {"id": thread.id, "status": status, "comments": comments, "threadContext": place}
        return {**told, "pullRequestThreadContext": tracked}

    def _comments(self, comments: list[Comment]) -> list[Any]:
        return [
            {
                "id": index,
                "parentCommentId": 0 if index == 1 else 1,
                "content": comment.body,
                "author": self._identity(comment.author),
                "publishedDate": "2024-03-01T12:00:00.000Z",
                "commentType": "text",
            }
            for index, comment in enumerate(comments, start=1)
        ]

    def _place(self, thread: Thread, path: str, prefix: str) -> Any:
        found = {path: f"/{thread.path}"}
        side = {"head": "rightFile", "base": "leftFile"}[thread.side]
        side = f"{prefix}{side[0].upper()}{side[1:]}" if prefix else side
        if thread.line:
            found |= {f"{side}Start": {"line": thread.start or thread.line, "offset": 1}}
            found |= {f"{side}End": {"line": thread.line, "offset": 2}}
        return found

    def _knows(self, number: str) -> bool:
        if int(number) not in self.world.pull_requests:
            raise NoSuchThing
        return True

    def _listed_pull(self, one: PullRequest) -> Any:
        return {**self._pull(one), "description": one.body[:LISTED]}

    def _pull(self, one: PullRequest) -> Any:
        closed = {"closedDate": one.closed.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")} if one.closed else {}
        fork = {"name": "refs/heads/x", "repository": {"name": "rocket", "id": "f", "project": {"name": "Zoe"}}}
        return {
            "repository": self._repository("rocket"),
            "pullRequestId": one.number,
            "codeReviewId": one.number,
            "status": STATES[one.state],
            "createdBy": self._identity(one.author),
            "creationDate": one.created.strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
            **closed,
            "title": one.title,
            "description": one.body,
            "sourceRefName": f"refs/heads/{one.head}",
            "targetRefName": f"refs/heads/{one.base}",
            "mergeStatus": STATUSES[one.merge],
            "isDraft": one.draft,
            "lastMergeSourceCommit": {"commitId": one.head_sha},
            "lastMergeTargetCommit": {"commitId": one.base_sha},
            "lastMergeCommit": {"commitId": one.merge_sha or sha_of(f"test {one.number}")},
            "reviewers": [
                {**self._identity(login), "vote": VOTES[answer], "isRequired": login == "bob", "hasDeclined": False}
                for login, answer in one.reviewers.items()
            ],
            "labels": [{"id": sha_of(name)[:32], "name": name, "active": True} for name in one.labels],
            **({"forkSource": fork} if one.fork else {}),
        }

    def _identity(self, login: str) -> Any:
        sha = sha_of(login)
        return {
            "id": f"{sha[:8]}-{sha[8:12]}-{sha[12:16]}-{sha[16:20]}-{sha[20:32]}",
            "displayName": login.capitalize(),
            "uniqueName": f"{login}@example.com",
        }
