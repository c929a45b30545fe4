"""The routes by which pull requests are opened, changed and merged: a part of each vendor's ``Fake``.

A fork has the branches of the repository.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tests.vendors.bitbucket_pulls import PULL as BITBUCKET_PULL
from tests.vendors.bitbucket_pulls import REPOSITORY as BITBUCKET
from tests.vendors.bitbucket_server_pulls import PULL as SERVER_PULL
from tests.vendors.bitbucket_server_pulls import REPOSITORY as SERVER
from tests.vendors.fake import Reply, Request, route
from tests.vendors.github_pulls import PULL as GITHUB_PULL
from tests.vendors.github_pulls import REPOSITORY as GITHUB
from tests.vendors.gitlab_pulls import MERGE_REQUEST
from tests.vendors.pulls import PullRequest
from tests.vendors.reviews import ME
from tests.vendors.vsts_pulls import PULL as AZURE_PULL
from tests.vendors.vsts_pulls import REPOSITORY as AZURE
from tests.vendors.vsts_pulls import VOTES
from tests.vendors.world import BOB, World

LOGINS = ("ada", "bob", "eve", "zoe")


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def there_is(world: World, head: str, base: str, fork: str) -> int:
    """The number of the open pull request of these branches. 0 if there is none."""
    return next(
        (
            one.number
            for one in world.pulls()
            if (one.state, one.head, one.base, one.fork) == ("open", head, base, fork)
        ),
        0,
    )


def is_empty(world: World, head: str, base: str) -> bool:
    return not world.between(base, head)


def opened(world: World, title: str, body: str, head: str, base: str, **fields: Any) -> PullRequest:
    number, date = max(world.pull_requests) + 1, now()
    shas = {"head_sha": world.branches[head], "base_sha": world.branches[base]}
    one = PullRequest(number, title, body, "ada", "open", head, base=base, created=date, updated=date, **shas, **fields)
    one.reviewers = dict.fromkeys(one.reviewers, "pending")
    world.pull_requests[number] = one
    return one


def closed(one: PullRequest, state: str) -> None:
    one.state, one.updated = state, now()
    one.closed = None if state == "open" else now()


def merged(world: World, one: PullRequest, method: str, message: str) -> None:
    """Makes the commit of a merge, and moves the base."""
    base = world.branches[one.base]
    parents = {"merge": [base, one.head_sha]}.get(method, [base])
    commit = world.make(parents, message or f"Merge {one.head}", BOB, {})
    world.move(one.base, commit.sha)
    one.merge_sha = commit.sha
    closed(one, "merged")


class PullWritesOfGitHub:
    world: World
    _known_pull: Any
    get_pull: Any
    _pull: Any
    _label: Any

    def _invalid(self, field: str, message: str) -> Reply:
        problem = {"resource": "PullRequest", "code": "custom", "field": field, "message": message}
        return Reply({"message": "Validation Failed", "errors": [problem], "documentation_url": "https://x"}, 422)

    @route("POST", GITHUB + r"/pulls")
    def create_pull(self, request: Request) -> Reply:
        told = request.data
        owner, colon, head = told["head"].rpartition(":")
        fork = f"{owner}/rocket" if colon and owner != "acme" else ""
        if there_is(self.world, head, told["base"], fork):
            return self._invalid("head", f"A pull request already exists for acme:{head}.")
        if is_empty(self.world, head, told["base"]):
            return self._invalid("head", f"No commits between {told['base']} and {head}")
        one = opened(
            self.world, told["title"], told["body"], head, told["base"], fork=fork, draft=told.get("draft", False)
        )
        return Reply(self.get_pull(request, str(one.number)), 201)

    @route("PATCH", GITHUB_PULL)
    def update_pull(self, request: Request, number: str) -> Any:
        one, told = self._known_pull(number), request.data
        one.title, one.body = told.get("title", one.title), told.get("body", one.body)
        if "base" in told:
            one.base, one.base_sha = told["base"], self.world.branches[told["base"]]
        if "state" in told:
            closed(one, told["state"])
        return self.get_pull(request, number)

    @route("PUT", GITHUB + r"/issues/(?P<number>\d+)/labels")
    def set_labels(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        one.labels = request.data["labels"]
        return [self._label(name) for name in one.labels]

    @route("POST", GITHUB_PULL + "/requested_reviewers")
    def request_reviewers(self, request: Request, number: str) -> Reply:
        one = self._known_pull(number)
        if one.author in request.data["reviewers"]:
            return Reply(b"", 422)  # GitHub describes no body.
        one.reviewers |= dict.fromkeys(request.data["reviewers"], "pending")
        return Reply(self._pull(one), 201)

    @route("DELETE", GITHUB_PULL + "/requested_reviewers")
    def remove_reviewers(self, request: Request, number: str) -> Any:
        one = self._known_pull(number)
        one.reviewers = {login: told for login, told in one.reviewers.items() if login not in request.data["reviewers"]}
        return self._pull(one)

    @route("PUT", GITHUB_PULL + "/merge")
    def merge_pull(self, request: Request, number: str) -> Reply:
        one, told = self._known_pull(number), request.data or {}
        method = told.get("merge_method", "merge")
        if told.get("sha", one.head_sha) != one.head_sha:
            message, status = "Head branch was modified. Review and try the merge again.", 409
        elif method not in self.world.merge_methods:
            message, status = f"{method.capitalize()} merges are not allowed on this repository.", 405
        elif one.state != "open" or one.merge == "conflicts":
            message, status = "Pull Request is not mergeable", 405
        elif one.merge == "blocked":
            message, status = 'Required status check "ci" is expected.', 405
        else:
            merged(
                self.world, one, method, "\n\n".join(filter(None, map(told.get, ("commit_title", "commit_message"))))
            )
            return Reply({"sha": one.merge_sha, "merged": True, "message": "Pull Request successfully merged"})
        return Reply({"message": message, "documentation_url": "https://docs.github.com"}, status)

    def _graph_draft(self, draft: bool, input: Any) -> Any:
        self.world.pull_requests[int(input["pullRequestId"].removeprefix("PR_"))].draft = draft
        return {"clientMutationId": None}


class PullWritesOfGitLab:
    world: World
    _known_pull: Any
    get_merge_request: Any
    draft_in_title: Any
    kept: Any
    users: dict[str, int]

    @route("POST", r"/projects/(?P<project>7|acme%2Frocket|99|zoe%2Frocket)/merge_requests")
    def create_merge_request(self, request: Request, project: str) -> Reply:
        told = request.data
        fork = "zoe/rocket" if project in ("99", "zoe/rocket") else ""
        assert not fork or told["target_project_id"] == 7
        if number := there_is(self.world, told["source_branch"], told["target_branch"], fork):
            message = f"Another open merge request already exists for this source branch: !{number}"
            return Reply({"message": [message]}, 409)
        one = opened(
            self.world,
            told["title"],
            self.kept(told.get("description", "")),
            told["source_branch"],
            told["target_branch"],
            fork=fork,
            labels=told["labels"].split(",") if told.get("labels") else [],
            reviewers=self._logins(told.get("reviewer_ids", [])),
        )
        one.draft = told["title"].startswith("Draft: ")
        return Reply(self.get_merge_request(request, str(one.number)), 201)

    def _logins(self, ids: Sequence[int]) -> dict[str, str]:
        """GitLab leaves out who does not exist, or must not read the project."""
        return {LOGINS[id - 1]: "pending" for id in ids if 0 < id <= len(LOGINS)}

    @route("PUT", MERGE_REQUEST)
    def update_merge_request(self, request: Request, number: str) -> Any:
        one, told = self._known_pull(number), request.data
        one.title = told.get("title", one.title)
        one.body = self.kept(told["description"]) if "description" in told else one.body
        one.draft = one.title.startswith("Draft: ") if "title" in told else one.draft
        if "target_branch" in told:
            one.base, one.base_sha = told["target_branch"], self.world.branches[told["target_branch"]]
        if "labels" in told:
            labels = told["labels"]
            one.labels = labels if isinstance(labels, list) else labels.split(",") if labels else []
        if "reviewer_ids" in told:
            one.reviewers = self._logins(told["reviewer_ids"])
        if "state_event" in told:
            closed(one, {"close": "closed", "reopen": "open"}[told["state_event"]])
        return self.get_merge_request(request, number)

    @route("PUT", MERGE_REQUEST + "/merge")
    def accept_merge_request(self, request: Request, number: str) -> Reply:
        one, told = self._known_pull(number), request.data or {}
        if one.state != "open" or one.merge != "clean" or one.draft:
            return Reply({"message": "405 Method Not Allowed"}, 405)
        if told.get("sha", one.head_sha) != one.head_sha:
            return Reply({"message": f"SHA does not match HEAD of source branch: {one.head_sha}"}, 409)
        squash = told.get("squash", False)
        message = told.get("squash_commit_message" if squash else "merge_commit_message", "")
        merged(self.world, one, "squash" if squash else "merge", message)
        return Reply(self.get_merge_request(request, number))


class PullWritesOfBitbucket:
    world: World
    _known_pull: Any
    get_pull_request: Any
    _user: Any

    def _login(self, told: Any) -> str:
        known = {self._user(login)[key]: login for login in LOGINS for key in ("uuid", "account_id")}
        return known[told.get("uuid") or told["account_id"]]

    @route("POST", BITBUCKET + r"/pullrequests")
    def create_pull_request(self, request: Request) -> Reply:
        told = request.data
        head, base = told["source"]["branch"]["name"], told["destination"]["branch"]["name"]
        place = told["source"].get("repository", {}).get("full_name", "acme/rocket")
        if is_empty(self.world, head, base):
            return Reply({"type": "error", "error": {"message": "There are no changes to be pulled"}}, 400)
        one = opened(
            self.world,
            told["title"],
            told.get("description", ""),
            head,
            base,
            fork="" if place == "acme/rocket" else place,
            draft=told.get("draft", False),
            reviewers=dict.fromkeys(map(self._login, told.get("reviewers", ())), "pending"),
        )
        return Reply(self.get_pull_request(request, str(one.number)), 201)

    @route("PUT", BITBUCKET_PULL)
    def update_pull_request(self, request: Request, number: str) -> Any:
        one, told = self._known_pull(number), request.data
        if one.state != "open":
            return Reply({"type": "error", "error": {"message": "This pull request is already closed."}}, 400)
        one.title, one.body = told["title"], told.get("description", one.body)
        one.draft = told.get("draft", one.draft)
        if "destination" in told:
            one.base = told["destination"]["branch"]["name"]
            one.base_sha = self.world.branches[one.base]
        logins = [self._login(reviewer) for reviewer in told.get("reviewers", ())]
        one.reviewers = {login: one.reviewers.get(login, "pending") for login in logins}
        return self.get_pull_request(request, number)

    @route("POST", BITBUCKET_PULL + "/decline")
    def decline(self, request: Request, number: str) -> Any:
        closed(self._known_pull(number), "closed")
        return self.get_pull_request(request, number)

    @route("POST", BITBUCKET_PULL + "/merge")
    def merge(self, request: Request, number: str) -> Any:
        one, told = self._known_pull(number), request.data or {}
        if one.merge != "clean" or one.state != "open":
            message = {
                "conflicts": "You can't merge until you resolve all merge conflicts.",
                "blocked": "You can't merge until you have 2 approvals.",
            }.get(one.merge, "This pull request is already closed.")
            return Reply({"type": "error", "error": {"message": message}}, 400)
        method = {"squash": "squash", "rebase_fast_forward": "rebase"}.get(told.get("merge_strategy", ""), "merge")
        merged(self.world, one, method, told.get("message", ""))
        return self.get_pull_request(request, number)


class PullWritesOfBitbucketServer:
    world: World
    version = "8.19.1"
    _known_pull: Any
    _pull: Any

    @route("GET", r"/rest/api/1\.0/application-properties")
    def get_application_properties(self, request: Request) -> Any:
        return {"version": self.version, "buildNumber": "8019001", "displayName": "Bitbucket"}

    @route("GET", SERVER + r"/settings/pull-requests")
    def get_pull_request_settings(self, request: Request) -> Any:
        words = {"no-ff": "merge", "squash": "squash", "rebase-ff-only": "rebase"}
        told = [{"id": word, "enabled": method in self.world.merge_methods} for word, method in words.items()]
        return {"mergeConfig": {"defaultStrategy": told[0], "strategies": told, "type": "REPOSITORY"}}

    def _refused(self, name: str, **fields: Any) -> Reply:
        error = {"message": "No.", "exceptionName": f"com.atlassian.bitbucket.pull.{name}", **fields}
        return Reply({"errors": [error]}, 409)

    def _stale(self, request: Request, one: PullRequest) -> Reply | None:
        told = request.params.get("version") or request.data["version"]
        return None if int(told) == one.version else self._refused("PullRequestOutOfDateException")

    @route("POST", SERVER + r"/pull-requests")
    def create_pull_request(self, request: Request) -> Reply:
        told = request.data
        head, base = (told[side]["id"].removeprefix("refs/heads/") for side in ("fromRef", "toRef"))
        place = told["fromRef"].get("repository", {}).get("project", {}).get("key", "ACME")
        fork = "" if place == "ACME" else "zoe/rocket"
        if there_is(self.world, head, base, fork):
            return self._refused("DuplicatePullRequestException")
        if is_empty(self.world, head, base):
            return self._refused("EmptyPullRequestException")
        reviewers = {reviewer["user"]["name"]: "pending" for reviewer in told.get("reviewers", ())}
        if not set(reviewers) <= set(LOGINS):
            return self._refused("InvalidPullRequestReviewersException", context="reviewers")
        texts = told["title"], told.get("description", "")
        one = opened(self.world, *texts, head, base, fork=fork, draft=told.get("draft", False), reviewers=reviewers)
        return Reply(self._pull(one), 201)

    @route("PUT", SERVER_PULL)
    def update_pull_request(self, request: Request, number: str) -> Any:
        """What is left out is removed."""
        one, told = self._known_pull(number), request.data
        if refused := self._stale(request, one):
            return refused
        one.title, one.body, one.draft = told["title"], told.get("description", ""), told.get("draft", False)
        if "toRef" in told:
            one.base = told["toRef"]["id"].removeprefix("refs/heads/")
            one.base_sha = self.world.branches[one.base]
        logins = [reviewer["user"]["name"] for reviewer in told.get("reviewers", ())]
        if not set(logins) <= set(LOGINS):
            return self._refused("InvalidPullRequestReviewersException", context="reviewers")
        one.reviewers = {login: one.reviewers.get(login, "pending") for login in logins}
        one.version += 1
        return self._pull(one)

    @route("POST", SERVER_PULL + "/(?P<how>decline|reopen)")
    def move(self, request: Request, number: str, how: str) -> Any:
        one = self._known_pull(number)
        if refused := self._stale(request, one):
            return refused
        closed(one, {"decline": "closed", "reopen": "open"}[how])
        one.version += 1
        return self._pull(one)

    @route("POST", SERVER_PULL + "/merge")
    def merge(self, request: Request, number: str) -> Any:
        one, told = self._known_pull(number), request.data or {}
        if refused := self._stale(request, one):
            return refused
        if one.merge != "clean":
            veto = {"summaryMessage": "Not all required builds are successful yet", "detailedMessage": "Wait."}
            conflicted = one.merge == "conflicts"
            vetoes = [] if conflicted else [veto]
            return self._refused("PullRequestMergeVetoedException", conflicted=conflicted, vetoes=vetoes)
        method = {"squash": "squash", "rebase-ff-only": "rebase"}.get(told.get("strategyId", ""), "merge")
        merged(self.world, one, method, told.get("message", ""))
        one.version += 1
        return self._pull(one)


class PullWritesOfAzureDevOps:
    world: World
    #: Whether a merge that was accepted waits until ``held`` is called.
    holds_merges = False
    held: Any = None
    #: The policies of a pull request that is blocked: kind, name, status, and whether it blocks.
    policies: Sequence[tuple[str, str, str, bool]] = (
        ("Minimum number of reviewers", "", "approved", True),
        ("Build", "Build on Linux", "rejected", True),
        ("Work item linking", "", "rejected", False),
    )
    _known_number: Any
    _pull: Any
    _identity: Any
    _knows: Any
    _repository: Any

    def _one(self, number: str) -> PullRequest:
        self._knows(number)
        return self.world.pull_requests[int(number)]

    def _login(self, id: str) -> str:
        return next(login for login in LOGINS if self._identity(login)["id"] == id.lower())

    @route("GET", r"/Zoe/_apis/git/repositories/rocket")
    def get_fork(self, request: Request) -> Any:
        return {**self._repository("rocket"), "id": "f"}

    @route("POST", AZURE + r"/pull[rR]equests")
    def create_pull_request(self, request: Request) -> Reply:
        told = request.data
        head, base = (told[side].removeprefix("refs/heads/") for side in ("sourceRefName", "targetRefName"))
        fork = "Zoe/rocket" if told.get("forkSource") else ""
        if there_is(self.world, head, base, fork):
            exists = "TF401179: An active pull request for the source and target branch already exists."
            return Reply({"typeKey": "GitPullRequestExistsException", "message": exists}, 409)
        one = opened(
            self.world,
            told["title"],
            told.get("description") or "",
            head,
            base,
            fork=fork,
            draft=told.get("isDraft") or False,
            labels=[label["name"] for label in told.get("labels") or ()],
            reviewers={self._login(reviewer["id"]): "pending" for reviewer in told.get("reviewers") or ()},
        )
        return Reply(self._pull(one), 201)

    @route("PATCH", AZURE_PULL)
    def update_pull_request(self, request: Request, number: str) -> Any:
        assert "patch" not in request.headers.get("Content-Type", "")
        one, told = self._one(number), request.data
        if told.get("status") == "completed":
            return self._complete(one, told)
        if told.get("status"):
            closed(one, {"active": "open", "abandoned": "closed"}[told["status"]])
        elif one.state != "open":
            edited = "TF401181: The pull request cannot be edited due to its state."
            return Reply({"typeKey": "GitPullRequestNotEditableException", "message": edited}, 400)
        one.title, one.body = told.get("title") or one.title, told.get("description", one.body)
        if told.get("isDraft") is not None:
            one.draft = told["isDraft"]
        if told.get("targetRefName"):
            one.base = told["targetRefName"].removeprefix("refs/heads/")
            one.base_sha = self.world.branches[one.base]
        return self._pull(one)

    def _complete(self, one: PullRequest, told: Any) -> Any:
        """What a rule or a conflict stands against is accepted, and told when it is looked at."""
        if told["lastMergeSourceCommit"]["commitId"] != one.head_sha:
            stale = "TF401192: The source branch has been modified since the last merge attempt."
            return Reply({"typeKey": "GitPullRequestStaleException", "message": stale}, 409)
        before = {**self._pull(one), "mergeStatus": "queued"}
        options = told.get("completionOptions") or {}
        if one.merge == "clean":
            method = {"squash": "squash", "rebase": "rebase"}.get(options.get("mergeStrategy", ""), "merge")
            self.held = partial(merged, self.world, one, method, options.get("mergeCommitMessage", ""))
            if not self.holds_merges:
                self.held()
        return before

    @route("GET", r"/(?P<project>\w{32})/_apis/policy/evaluations")
    def list_policy_evaluations(self, request: Request, project: str) -> Any:
        assert "preview" in request.headers["Accept"]
        name, _, number = request.params["artifactId"].rpartition("/")
        assert name == f"vstfs:///CodeReview/CodeReviewId/{project}"
        known = self.policies if self._one(number).merge == "blocked" else ()
        kinds = {
            "Build": "0609b952-1397-4640-95ec-e00a01b2c241",
            "Work item linking": "40e92b44-2fe1-4dd6-b3d8-74a9c21d0c6e",
        }
        kinds["Minimum number of reviewers"] = "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"
        found = [
            {
                "evaluationId": f"{n}",
                "artifactId": request.params["artifactId"],
                "status": status,
                "configuration": {
                    "id": n,
                    "isEnabled": True,
                    "isBlocking": blocks,
                    "type": {"id": kinds[kind], "displayName": kind},
                    "settings": {"displayName": named or None},
                },
            }
            for n, (kind, named, status, blocks) in enumerate(known)
        ]
        return {"value": found, "count": len(found)}

    @route("POST", AZURE_PULL + "/labels")
    def add_label(self, request: Request, number: str) -> Any:
        """A tag in other letters is the same."""
        assert "preview" in request.headers["Accept"]
        one = self._one(number)
        if request.data["name"].lower() not in map(str.lower, one.labels):
            one.labels.append(request.data["name"])
        return {"id": "1", "name": request.data["name"], "active": True}

    @route("DELETE", AZURE_PULL + "/labels/(?P<name>[^/]+)")
    def remove_label(self, request: Request, number: str, name: str) -> Reply:
        one = self._one(number)
        one.labels = [label for label in one.labels if label.lower() != name.lower()]
        return Reply(b"")

    @route("PUT", AZURE_PULL + "/reviewers/(?P<id>[^/]+)")
    def add_reviewer(self, request: Request, number: str, id: str) -> Any:
        login, vote = self._login(id), request.data.get("vote", 0)
        assert not vote or login == ME, "nobody votes for others"
        self._one(number).reviewers[login] = {told: answer for answer, told in VOTES.items()}[vote]
        return {**self._identity(login), "vote": vote}

    @route("DELETE", AZURE_PULL + "/reviewers/(?P<id>[^/]+)")
    def remove_reviewer(self, request: Request, number: str, id: str) -> Reply:
        del self._one(number).reviewers[self._login(id)]
        return Reply(b"")
