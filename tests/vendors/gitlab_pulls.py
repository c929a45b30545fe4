"""The routes of GitLab for merge requests: https://docs.gitlab.com/api/merge_requests/"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.pulls import Comment, PullRequest, Thread
from tests.vendors.reviews import ME
from tests.vendors.world import World, sha_of

PROJECT = r"/projects/(7|acme%2Frocket)"
MERGE_REQUEST = PROJECT + r"/merge_requests/(?P<number>\d+)"
STATES = {"open": "opened", "closed": "closed", "merged": "merged"}
IDS = {"ada": 1, "bob": 2, "eve": 3, "zoe": 4}


class PullsOfGitLab:
    """A part of ``tests.vendors.gitlab.Fake``, which has what is only declared here."""

    world: World
    web: ClassVar[str]
    _page: Any
    _commit: Any

    @route("GET", PROJECT + r"/merge_requests")
    def list_merge_requests(self, request: Request) -> Reply:
        asked = request.params
        since = datetime.fromisoformat(asked["updated_after"]) if "updated_after" in asked else None
        found = [
            self._merge_request(one)
            for one in self.world.pulls()
            if asked.get("state", "all") in ("all", STATES[one.state])
            and asked.get("source_branch", one.head) == one.head
            and asked.get("target_branch", one.base) == one.base
            and asked.get("author_username", one.author).lower() == one.author
            and (since is None or one.updated >= since)
        ]
        return self._page(request, found)

    @route("GET", PROJECT + r"/repository/commits/(?P<sha>\w+)/merge_requests")
    def list_merge_requests_of_commit(self, request: Request, sha: str) -> Reply:
        commit = self.world.commit(sha)
        if commit is None:
            return Reply({"message": "404 Commit Not Found"}, 404)
        return self._page(request, [self._merge_request(one) for one in self.world.pulls_of(commit.sha)])

    @route("GET", MERGE_REQUEST)
    def get_merge_request(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        base, _ = self.world.ends(one)
        return {
            **self._merge_request(one),
            "diff_refs": {"base_sha": base, "head_sha": one.head_sha, "start_sha": one.base_sha},
        }

    @route("GET", MERGE_REQUEST + "/commits")
    def list_merge_request_commits(self, request: Request, number: str) -> Any:
        return self._page(request, [self._commit(one) for one in self.world.proposed(self._known_pull(number))])

    @route("GET", MERGE_REQUEST + "/discussions")
    def list_discussions(self, request: Request, number: str) -> Any:
        """A discussion that GitLab wrote, those of single notes, and those on lines."""
        one = self._known_pull(number)
        system = {**self._note(Comment(1, "ada", "added 1 commit")), "system": True}
        discussions = [{"id": sha_of("system"), "individual_note": True, "notes": [system]}]
        remarks = self.world.remarks.get(one.number, [])
        for remark in (remark for remark in remarks if not remark.parent):
            answers = [answer for answer in remarks if answer.parent == remark.id]
            notes = [self._note(note) for note in (remark, *answers)]
            discussions.append({"id": sha_of(f"remark {remark.id}"), "individual_note": not answers, "notes": notes})
        discussions += [self._discussion(one, thread) for thread in self.world.threads.get(one.number, [])]
        return self._page(request, discussions)

    def _discussion(self, one: PullRequest, thread: Thread) -> Any:
        place = {"position": self._position(one, thread), "resolvable": True, "resolved": thread.resolved}
        notes = [{**self._note(comment), **place, "type": "DiffNote"} for comment in thread.comments]
        return {"id": str(thread.id), "individual_note": False, "notes": notes}

    @route("GET", MERGE_REQUEST + "/approvals")
    def get_approvals(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        approved = [{"user": self._user(login)} for login, answer in one.reviewers.items() if answer == "approved"]
        return {
            "user_has_approved": one.reviewers.get(ME) == "approved",
            "user_can_approve": one.author != ME and one.reviewers.get(ME) != "approved",
            "approved": bool(approved),
            "approved_by": approved,
        }

    def _note(self, comment: Comment) -> Any:
        return {
            "id": comment.id,
            "type": None,
            "body": comment.body,
            "author": self._user(comment.author),
            "created_at": "2024-03-01T12:00:00.000Z",
            "updated_at": "2024-03-01T12:00:00.000Z",
            "system": False,
            "resolvable": False,
        }

    def _position(self, one: PullRequest, thread: Thread) -> Any:
        base, head = self.world.ends(one)
        name, other = ("new", "old") if thread.side == "head" else ("old", "new")
        found = {"base_sha": base, "start_sha": one.base_sha, "head_sha": head, "position_type": "text"}
        found |= {"old_path": thread.path, "new_path": thread.path}
        found |= {f"{name}_line": thread.line or None, f"{other}_line": None}
        if thread.start:
            ends = {"start": thread.start, "end": thread.line}
            found["line_range"] = {end: {f"{name}_line": line, "type": name} for end, line in ends.items()}
        return found

    def _known_pull(self, number: str) -> PullRequest:
        if int(number) not in self.world.pull_requests:
            raise NoSuchThing
        return self.world.pull_requests[int(number)]

    def _merge_request(self, one: PullRequest) -> Any:
        status = {"conflicts": "conflict", "blocked": "not_approved", "clean": "mergeable"}[one.merge]
        closed = one.closed and one.closed.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {
            "id": one.number + 9000,
            "iid": one.number,
            "project_id": 7,
            "title": one.title,
            "description": one.body or None,
            "state": STATES[one.state],
            "created_at": one.created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "updated_at": one.updated.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "merged_at": closed if one.state == "merged" else None,
            "closed_at": closed if one.state == "closed" else None,
            "target_branch": one.base,
            "source_branch": one.head,
            "author": self._user(one.author),
            "assignees": [],
            "assignee": None,
            "reviewers": [self._user(login) for login in one.reviewers],
            # Null if the fork was deleted.
            "source_project_id": {"": 7, "?": None}.get(one.fork, 99),
            "target_project_id": 7,
            "labels": one.labels,
            "draft": one.draft,
            "work_in_progress": one.draft,
            "merge_status": "cannot_be_merged" if one.merge == "conflicts" else "can_be_merged",
            "detailed_merge_status": status if one.state == "open" else "not_open",
            "has_conflicts": one.merge == "conflicts",
            "sha": one.head_sha,
            "merge_commit_sha": one.merge_sha or None,
            "squash_commit_sha": None,
            "references": {
                "short": f"!{one.number}",
                "relative": f"!{one.number}",
                "full": f"acme/rocket!{one.number}",
            },
            "web_url": f"{self.web}/-/merge_requests/{one.number}",
        }

    def _user(self, login: str) -> Any:
        return {"id": IDS[login], "username": login, "name": login.capitalize(), "state": "active"}
