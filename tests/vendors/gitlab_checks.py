"""The routes of GitLab for statuses of commits and pipelines: https://docs.gitlab.com/api/commits/#commit-status and
.../pipelines/
"""

from __future__ import annotations

from typing import Any

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import CiRun, Job, Status, World

PROJECT = r"/projects/(7|acme%2Frocket)"
#: GitLab's words for the states of the world. It has no others.
WORDS = {
    "pending": "pending",
    "running": "running",
    "success": "success",
    "failure": "failed",
    "cancelled": "canceled",
    "skipped": "skipped",
}
STATES = {word: state for state, word in WORDS.items()}


class ChecksOfGitLab:
    """A part of ``tests.vendors.gitlab.Fake``, which has what is only declared here."""

    world: World
    _page: Any
    _at: Any

    @route("GET", PROJECT + r"/repository/commits/(?P<ref>[^/]+)/statuses")
    def list_statuses(self, request: Request, ref: str) -> Reply:
        sha, name = self._at(ref).sha, request.params.get("name", "")
        statuses = [status for status in self.world.statuses.get(sha, []) if name in ("", status.key)]
        return self._page(request, [self._status(sha, status) for status in statuses])

    @route("POST", PROJECT + r"/statuses/(?P<sha>[^/]+)")
    def create_status(self, request: Request, sha: str) -> Reply:
        commit, asked = self._at(sha), request.data
        state = STATES[asked["state"]]
        for known in self.world.statuses.get(commit.sha, []):
            if known.key == asked["name"] and known.state == state and state in ("pending", "running"):
                event = "enqueue" if state == "pending" else "run"
                reason = f'Status cannot transition via "{event}"'
                said = f"Cannot transition status via :{event} from :{asked['state']} (Reason(s): {reason})"
                return Reply({"message": said}, 400)
        status = Status(asked["name"], state, asked.get("description", ""), asked.get("target_url", ""))
        status.ref = asked.get("ref", "main")
        assert all(len(text) <= 255 for text in (status.key, status.summary, status.url))
        return Reply(self._status(commit.sha, self.world.report(commit.sha, status)), 201)

    def _status(self, sha: str, status: Status) -> Any:
        date = status.date.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {
            "id": status.number,
            "sha": sha,
            "ref": status.ref or "main",
            "status": WORDS[status.state],
            "name": status.key,
            "target_url": status.url or None,
            "description": status.summary or None,
            "created_at": date,
            "started_at": None,
            "finished_at": None if status.state in ("pending", "running") else date,
            "allow_failure": False,
            "coverage": None,
            "author": {"id": 1, "username": "ada", "name": "Ada Lovelace", "state": "active"},
        }

    def _rollup(self, sha: str) -> str | None:
        """The state of the last pipeline."""
        state = self.world.rollup(sha)
        return WORDS[state] if state else None

    # ---- pipelines

    @route("GET", PROJECT + r"/pipelines")
    def list_pipelines(self, request: Request) -> Reply:
        runs = self.world.ci_of(request.params.get("ref", ""), request.params.get("sha", ""))
        return self._page(request, [self._pipeline(run) for run in runs])

    @route("GET", PROJECT + r"/pipelines/(?P<number>\d+)")
    def get_pipeline(self, request: Request, number: str) -> Any:
        return self._pipeline(self._run_at(number))

    @route("GET", PROJECT + r"/pipelines/(?P<number>\d+)/jobs")
    def list_jobs(self, request: Request, number: str) -> Reply:
        run = self._run_at(number)
        return self._page(request, [self._job(run, job) for job in run.jobs])

    @route("GET", PROJECT + r"/jobs/(?P<number>\d+)/trace")
    def get_trace(self, request: Request, number: str) -> Reply:
        job = self.world.job(int(number))
        if job is None or job.log is None:
            raise NoSuchThing
        return Reply(job.log, headers={"Content-Type": "text/plain"})

    def _run_at(self, number: str) -> CiRun:
        run = self.world.ci_run(int(number))
        if run is None:
            raise NoSuchThing
        return run

    def _pipeline(self, run: CiRun) -> Any:
        date = run.date.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {
            "id": run.number,
            "iid": run.number,
            "project_id": 7,
            "sha": run.sha,
            "ref": run.ref,
            "status": WORDS[run.state],
            "source": "push",
            "created_at": date,
            "updated_at": date,
            "web_url": f"https://gitlab.example.com/acme/rocket/-/pipelines/{run.number}",
            "name": None,
        }

    def _job(self, run: CiRun, job: Job) -> Any:
        date = run.date.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {
            "id": job.number,
            "status": WORDS[job.state],
            "stage": "test",
            "name": job.name,
            "ref": run.ref,
            "allow_failure": False,
            "created_at": date,
            "started_at": date,
            "finished_at": None if job.state == "running" else date,
            "web_url": f"https://gitlab.example.com/acme/rocket/-/jobs/{job.number}",
        }
