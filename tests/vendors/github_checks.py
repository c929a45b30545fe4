"""The routes of GitHub for commit statuses and check runs: https://docs.github.com/en/rest/commits/statuses and
.../checks/runs
"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.vendors import github_forms as forms
from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import STATES, Run, Status, World

REPOSITORY = r"/repos/acme/rocket"
#: GitHub's words for the states of the world. It has no others.
WORDS = {"pending": "pending", "success": "success", "failure": "failure", "error": "error"}


class ChecksOfGitHub:
    """A part of ``tests.vendors.github.Fake``, which has what is only declared here."""

    world: World
    web: ClassVar[str]
    rest: str
    commit_at: Any
    _page: Any
    #: Whether the credentials are those of an app, which alone may write check runs.
    is_app = True

    # Before the route of a commit, whose ref may have slashes.
    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)/status")
    def combined_status(self, request: Request, ref: str) -> Reply:
        sha = self.commit_at(ref).sha
        statuses = self.world.statuses.get(sha, [])
        items, reply = self._page(request, [self._status(sha, status) for status in statuses])
        states = {WORDS[status.state] for status in statuses}
        url = f"{self.rest}/repos/acme/rocket/commits/{sha}"
        reply.body = {
            "state": "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending",
            "statuses": items,
            "sha": sha,
            "total_count": len(statuses),
            "repository": forms.repository_in_brief(self.rest, self.web, "rocket"),
            "commit_url": url,
            "url": f"{url}/status",
        }
        return reply

    @route("POST", REPOSITORY + r"/statuses/(?P<sha>\w+)")
    def create_status(self, request: Request, sha: str) -> Reply:
        if self.world.commit(sha) is None:
            return Reply({"message": f"No commit found for SHA: {sha}", "documentation_url": "https://docs"}, 422)
        asked = request.data
        problem = {"resource": "Status", "code": "custom", "field": "description"}
        if len(asked["description"] or "") > 140:
            said = "description is too long (maximum is 140 characters)"
            return Reply({"message": "Validation Failed", "errors": [{**problem, "message": said}]}, 422)
        status = Status(asked["context"], asked["state"], asked["description"] or "", asked["target_url"] or "")
        assert asked["state"] in WORDS.values()
        made = self._status(sha, self.world.report(sha, status))
        return Reply({**made, "creator": forms.account(self.rest, "ada")}, 201)

    def _status(self, sha: str, status: Status) -> Any:
        return {
            "url": f"{self.rest}/repos/acme/rocket/statuses/{sha}",
            "avatar_url": "https://github.com/images/error/hubot_happy.gif",
            "id": status.number,
            "node_id": "MDY6U3RhdHVzMQ==",
            "state": WORDS[status.state],
            "description": status.summary or None,
            "target_url": status.url or None,
            "context": status.key,
            "created_at": status.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_at": status.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _graph_rollup(self, sha: str) -> Any:
        """The state that GitHub's pages show. Null if there is neither a status nor a check run."""
        states = {status.state for status in self.world.statuses.get(sha, ())}
        states |= {run.state for run in self.world.runs.get(sha, ())}
        state = next((state for state in STATES if state in states), "")
        words = {**WORDS, "running": "pending", "cancelled": "failure", "neutral": "success", "skipped": "success"}
        return {"state": words[state].upper()} if state else None

    # ---- check runs

    @route("GET", REPOSITORY + r"/commits/(?P<ref>[^/]+)/check-runs")
    def check_runs_of_commit(self, request: Request, ref: str) -> Reply:
        sha = self.commit_at(ref).sha
        name = request.params.get("check_name", "")
        runs = [run for run in self.world.runs.get(sha, ()) if name in ("", run.name)]
        if request.params.get("filter") != "all":
            runs = list({run.name: run for run in runs}.values())
        items, reply = self._page(request, [self._run(sha, run) for run in runs])
        reply.body = {"total_count": len(runs), "check_runs": items}
        return reply

    @route("GET", REPOSITORY + r"/check-runs/(?P<number>\d+)")
    def get_check_run(self, request: Request, number: str) -> Any:
        return self._run(*self._run_at(number))

    @route("GET", REPOSITORY + r"/check-runs/(?P<number>\d+)/annotations")
    def list_annotations(self, request: Request, number: str) -> Reply:
        sha, run = self._run_at(number)
        items, reply = self._page(request, run.annotations)
        reply.body = [
            {"start_column": None, "end_column": None, "title": None, "raw_details": None, **one}
            | {"blob_href": f"{self.web}/blob/{sha}/{one['path']}"}
            for one in items
        ]
        return reply

    @route("POST", REPOSITORY + r"/check-runs")
    def create_check_run(self, request: Request) -> Reply:
        asked = request.data
        if not self.is_app:
            said = "You must authenticate via a GitHub App."
            return Reply({"message": said, "documentation_url": "https://docs.github.com"}, 403)
        if self.world.commit(asked["head_sha"]) is None:
            said = f"No commit found for SHA: {asked['head_sha']}"
            return Reply({"message": said, "documentation_url": "https://docs.github.com"}, 422)
        number = 1 + max(run.number for runs in self.world.runs.values() for run in runs)
        run = Run(number, asked["name"], "pending", mark=asked.get("external_id", ""))
        self.world.runs.setdefault(asked["head_sha"], []).append(run)
        self._apply(run, asked)
        return Reply(self._run(asked["head_sha"], run), 201)

    @route("PATCH", REPOSITORY + r"/check-runs/(?P<number>\d+)")
    def update_check_run(self, request: Request, number: str) -> Any:
        sha, run = self._run_at(number)
        self._apply(run, request.data)
        return self._run(sha, run)

    def _run_at(self, number: str) -> tuple[str, Run]:
        found = self.world.run(int(number))
        if found is None:
            raise NoSuchThing
        return found

    def _apply(self, run: Run, asked: Any) -> None:
        if "status" in asked:
            assert ("conclusion" in asked) is (asked["status"] == "completed")
            words = {"queued": "pending", "in_progress": "running"}
            run.state = asked.get("conclusion") or words[asked["status"]]
        if output := asked.get("output"):
            run.title, run.summary = output["title"], output["summary"]
            assert len(output.get("annotations", ())) <= 50
            for one in output.get("annotations", ()):
                assert 1 <= one["start_line"] <= one["end_line"]
                run.annotations.append(one)
        run.url = asked.get("details_url", run.url)

    def _run(self, sha: str, run: Run) -> Any:
        status = {"pending": "queued", "running": "in_progress"}.get(run.state, "completed")
        date = run.date.strftime("%Y-%m-%dT%H:%M:%SZ")
        url = f"{self.rest}/repos/acme/rocket/check-runs/{run.number}"
        return {
            "id": run.number,
            "head_sha": sha,
            "node_id": "MDg6Q2hlY2tSdW40",
            "external_id": run.mark,
            "url": url,
            "html_url": f"{self.web}/runs/{run.number}",
            "details_url": run.url or None,
            "status": status,
            "conclusion": run.state if status == "completed" else None,
            "started_at": date,
            "completed_at": date if status == "completed" else None,
            "output": {
                "title": run.title or None,
                "summary": run.summary or None,
                "text": None,
                "annotations_count": len(run.annotations),
                "annotations_url": f"{url}/annotations",
            },
            "name": run.name,
            "check_suite": {"id": 5},
            "app": None,
            "pull_requests": [],
        }
