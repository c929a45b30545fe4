"""The routes of Bitbucket for build statuses and reports:
https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/ and .../api-group-reports/
"""

from __future__ import annotations

from typing import Any

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import CiRun, Job, Run, Status, World

REPOSITORY = r"/2\.0/repositories/acme/rocket"
#: Bitbucket's words for the states of the world. It has no others.
WORDS = {"running": "INPROGRESS", "success": "SUCCESSFUL", "failure": "FAILED", "cancelled": "STOPPED"}
STATES = {word: state for state, word in WORDS.items()}
#: The results of reports.
RESULTS = {"PENDING": "pending", "PASSED": "success", "FAILED": "failure"}


class ChecksOfBitbucket:
    """A part of ``tests.vendors.bitbucket.Fake``, which has what is only declared here."""

    world: World
    api: str
    commit_at: Any
    _page: Any

    @route("GET", REPOSITORY + r"/commit/(?P<ref>[^/]+)/statuses")
    def list_statuses(self, request: Request, ref: str) -> Any:
        sha = self.commit_at(ref).sha
        return self._page(request, [self._status(sha, status) for status in self.world.statuses.get(sha, [])])

    @route("POST", REPOSITORY + r"/commit/(?P<ref>[^/]+)/statuses/build")
    def create_status(self, request: Request, ref: str) -> Reply:
        sha, asked = self.commit_at(ref).sha, request.data
        if len(asked["key"]) > 40:
            said = f"key: Ensure this value has at most 40 characters (it has {len(asked['key'])})."
            return Reply({"type": "error", "error": {"message": said}}, 400)
        status = Status(asked["key"], STATES[asked["state"]], asked.get("description", ""), asked.get("url", ""))
        status.title, status.ref = asked.get("name", ""), asked.get("refname", "")
        return Reply(self._status(sha, self.world.report(sha, status)), 201)

    @route("GET", REPOSITORY + r"/commit/(?P<ref>[^/]+)/statuses/build/(?P<key>[^/]+)")
    def get_status(self, request: Request, ref: str, key: str) -> Any:
        sha = self.commit_at(ref).sha
        for status in self.world.statuses.get(sha, []):
            if status.key == key:
                return self._status(sha, status)
        raise NoSuchThing

    def _status(self, sha: str, status: Status) -> Any:
        url = f"{self.api}/2.0/repositories/acme/rocket/commit/{sha}"
        return {
            "type": "build",
            "uuid": f"{{status-{status.number}}}",
            "key": status.key,
            "refname": status.ref or None,
            "url": status.url,
            "state": WORDS[status.state],
            "name": status.title,
            "description": status.summary,
            "created_on": status.date.isoformat(),
            "updated_on": status.date.isoformat(),
            "links": {"self": {"href": f"{url}/statuses/build/{status.key}"}, "commit": {"href": url}},
        }

    # ---- reports

    @route("GET", REPOSITORY + r"/commit/(?P<ref>[^/]+)/reports")
    def list_reports(self, request: Request, ref: str) -> Any:
        return self._page(request, [self._report(run) for run in self.world.runs.get(self.commit_at(ref).sha, [])])

    @route("GET", REPOSITORY + r"/commit/(?P<ref>[^/]+)/reports/(?P<key>[^/]+)")
    def get_report(self, request: Request, ref: str, key: str) -> Any:
        return self._report(self._report_at(ref, key))

    @route("PUT", REPOSITORY + r"/commit/(?P<ref>[^/]+)/reports/(?P<key>[^/]+)")
    def put_report(self, request: Request, ref: str, key: str) -> Any:
        sha, asked = self.commit_at(ref).sha, request.data
        assert asked["report_type"] in ("SECURITY", "COVERAGE", "TEST", "BUG")
        assert asked["title"]
        assert len(asked["title"]) <= 450
        assert 0 < len(asked["details"]) <= 2000
        runs = self.world.runs.setdefault(sha, [])
        run = next((run for run in runs if run.name == key), None)
        if run is None:
            run = Run(1 + sum(map(len, self.world.runs.values())), key, "pending")
            runs.append(run)
        run.state = RESULTS[asked["result"]]
        run.title, run.summary, run.url = asked["title"], asked["details"], asked.get("link", "")
        return self._report(run)

    @route("GET", REPOSITORY + r"/commit/(?P<ref>[^/]+)/reports/(?P<key>[^/]+)/annotations")
    def list_report_annotations(self, request: Request, ref: str, key: str) -> Any:
        return self._page(request, self._report_at(ref, key).annotations)

    @route("POST", REPOSITORY + r"/commit/(?P<ref>[^/]+)/reports/(?P<key>[^/]+)/annotations")
    def add_report_annotations(self, request: Request, ref: str, key: str) -> Any:
        run = self._report_at(ref, key)
        assert 0 < len(request.data) <= 100
        for one in request.data:
            assert len(one["summary"]) <= 450
            run.annotations = [*(other for other in run.annotations if other["external_id"] != one["external_id"]), one]
        return run.annotations

    def _report_at(self, ref: str, key: str) -> Run:
        for run in self.world.runs.get(self.commit_at(ref).sha, []):
            if run.name == key:
                return run
        raise NoSuchThing

    def _report(self, run: Run) -> Any:
        return {
            "type": "report",
            "uuid": f"{{report-{run.number}}}",
            "title": run.title,
            "details": run.summary,
            "external_id": run.name,
            "reporter": "",
            "link": run.url,
            "report_type": "TEST",
            "result": next(word for word, state in RESULTS.items() if state == run.state),
            "data": [],
            "created_on": run.date.isoformat(),
            "updated_on": run.date.isoformat(),
        }

    # ---- pipelines: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/

    @route("GET", REPOSITORY + r"/pipelines/?")
    def list_pipelines(self, request: Request) -> Any:
        assert request.params["sort"] == "-created_on"
        asked = (request.params.get(name, "") for name in ("target.branch", "target.commit.hash"))
        return self._numbered(request, [self._pipeline(run) for run in self.world.ci_of(*asked)])

    @route("GET", REPOSITORY + r"/pipelines/%7B(?P<number>\d+)%7D/steps/?")
    def list_steps(self, request: Request, number: str) -> Any:
        run = self.world.ci_run(int(number))
        if run is None:
            raise NoSuchThing
        return self._numbered(request, [self._step(run, job) for job in run.jobs])

    @route("GET", REPOSITORY + r"/pipelines/%7B(?P<number>\d+)%7D/steps/%7B(?P<step>\d+)%7D/log")
    def get_step_log(self, request: Request, number: str, step: str) -> Reply:
        job = self.world.job(int(step))
        if self.world.ci_run(int(number)) is None or job is None or job.log is None:
            raise NoSuchThing
        return Reply(job.log, headers={"Content-Type": "application/octet-stream"})

    def _numbered(self, request: Request, items: list[Any]) -> Any:
        """A page that names no next one, as those of pipelines."""
        page, size = int(request.params.get("page", 1)), int(request.params.get("pagelen", 10))
        found = items[(page - 1) * size : page * size]
        return {"page": page, "pagelen": size, "size": len(items), "values": found}

    def _state(self, state: str) -> Any:
        if state == "running":
            return {"type": "pipeline_state_in_progress", "name": "IN_PROGRESS"}
        return {"type": "pipeline_state_completed", "name": "COMPLETED", "result": {"name": WORDS[state]}}

    def _pipeline(self, run: CiRun) -> Any:
        return {
            "type": "pipeline",
            "uuid": f"{{{run.number}}}",
            "build_number": run.number,
            "state": self._state(run.state),
            "target": {
                "type": "pipeline_ref_target",
                "ref_type": "branch",
                "ref_name": run.ref,
                "commit": {"type": "commit", "hash": run.sha},
            },
            "trigger": {"type": "pipeline_trigger_push", "name": "PUSH"},
            "created_on": run.date.isoformat(),
            "completed_on": run.date.isoformat(),
        }

    def _step(self, run: CiRun, job: Job) -> Any:
        return {
            "type": "pipeline_step",
            "uuid": f"{{{job.number}}}",
            "name": job.name,
            "state": self._state(job.state),
            "started_on": run.date.isoformat(),
            "completed_on": None if job.state == "running" else run.date.isoformat(),
        }
