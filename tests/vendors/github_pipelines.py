"""The routes of GitHub Actions: https://docs.github.com/en/rest/actions/workflow-runs"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from tests.vendors import github_forms as forms
from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import CiRun, Job, World

REPOSITORY = r"/repos/acme/rocket"
STORAGE = "productionresultssa1.blob.core.windows.net"


class PipelinesOfGitHub:
    """A part of ``tests.vendors.github.Fake``, which has what is only declared here."""

    world: World
    api: str
    web: ClassVar[str]
    rest: str
    _page: Any
    #: Where logs are kept if not in the vendor's storage.
    log_host = ""

    @property
    def storage(self) -> str:
        """Where logs are: a host of its own, or a path of a server with one host."""
        parts = urlsplit(self.api)
        own = parts.netloc == "api.github.com"
        return self.log_host or (f"https://{STORAGE}" if own else f"{parts.scheme}://{parts.netloc}/_storage")

    @route("GET", REPOSITORY + r"/actions/runs")
    def list_workflow_runs(self, request: Request) -> Reply:
        runs = self.world.ci_of(request.params.get("branch", ""), request.params.get("head_sha", ""))
        items, reply = self._page(request, [self._ci_run(run) for run in runs])
        reply.body = {"total_count": len(runs), "workflow_runs": items}
        return reply

    @route("GET", REPOSITORY + r"/actions/runs/(?P<number>\d+)/jobs")
    def list_jobs(self, request: Request, number: str) -> Reply:
        run = self.world.ci_run(int(number))
        if run is None:
            raise NoSuchThing
        items, reply = self._page(request, [self._job(run, job) for job in run.jobs])
        reply.body = {"total_count": len(run.jobs), "jobs": items}
        return reply

    @route("GET", REPOSITORY + r"/actions/jobs/(?P<number>\d+)/logs")
    def find_log(self, request: Request, number: str) -> Reply:
        job = self.world.job(int(number))
        if job is None or job.log is None:
            raise NoSuchThing
        return Reply(b"", 302, {"Location": f"{self.storage}/logs/{number}?sig=once"})

    @route("GET", r"(/_storage)?/logs/(?P<number>\d+)")
    def get_log(self, request: Request, number: str) -> Reply:
        job = self.world.job(int(number))
        assert job is not None
        return Reply(job.log, headers={"Content-Type": "text/plain"})

    def _ci_run(self, run: CiRun) -> Any:
        url, date = f"{self.rest}/repos/acme/rocket/actions/runs/{run.number}", run.date.strftime("%Y-%m-%dT%H:%M:%SZ")
        repository = forms.repository_in_brief(self.rest, self.web, "rocket")
        links = {name: f"{url}/{name}" for name in ("jobs", "logs", "cancel", "rerun", "artifacts", "check_suite")}
        return {
            "id": run.number,
            "node_id": "MDEyOldvcmtmbG93",
            "name": "CI",
            "head_branch": run.ref,
            "head_sha": run.sha,
            "path": ".github/workflows/ci.yml",
            "display_title": "A change",
            "run_number": run.number,
            "event": "push",
            "status": "completed",
            "conclusion": run.state,
            "workflow_id": 1,
            "url": url,
            "html_url": f"{self.web}/actions/runs/{run.number}",
            "created_at": date,
            "updated_at": date,
            "run_started_at": date,
            "head_commit": None,
            "repository": repository,
            "head_repository": repository,
            "workflow_url": f"{self.rest}/repos/acme/rocket/actions/workflows/1",
            "pull_requests": [],
            **{f"{name}_url": address for name, address in links.items()},
        }

    def _job(self, run: CiRun, job: Job) -> Any:
        url, date = f"{self.rest}/repos/acme/rocket/actions/jobs/{job.number}", run.date.strftime("%Y-%m-%dT%H:%M:%SZ")
        ended = job.state != "running"
        return {
            "id": job.number,
            "run_id": run.number,
            "run_url": f"{self.rest}/repos/acme/rocket/actions/runs/{run.number}",
            "node_id": "MDg6Q2hlY2tSdW40",
            "head_sha": run.sha,
            "head_branch": run.ref,
            "workflow_name": "CI",
            "name": job.name,
            "url": url,
            "html_url": f"{self.web}/actions/runs/{run.number}/job/{job.number}",
            "status": "completed" if ended else "in_progress",
            "conclusion": job.state if ended else None,
            "created_at": date,
            "started_at": date,
            "completed_at": date if ended else None,
            "check_run_url": f"{self.rest}/repos/acme/rocket/check-runs/{job.number}",
            "labels": [],
            "runner_id": None,
            "runner_name": None,
            "runner_group_id": None,
            "runner_group_name": None,
        }
