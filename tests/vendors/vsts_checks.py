"""The routes of Azure DevOps for statuses: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/statuses"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import CiRun, Job, Status, World

#: The words of Azure DevOps for the states of the world, beside "notSet" and "partiallySucceeded".
WORDS = {
    "pending": "pending",
    "success": "succeeded",
    "failure": "failed",
    "error": "error",
    "skipped": "notApplicable",
    "neutral": "partiallySucceeded",
}
STATES = {word: state for state, word in WORDS.items()}
#: Those of builds.
RESULTS = {"success": "succeeded", "failure": "failed"}
BUILDS = r"/Moon%20Base/_apis/build/builds"
REPOSITORY = r"(/[^/]+)?/_apis/git/repositories/278d5cd2-584d-4b63-824a-2ba458937249"


class ChecksOfAzureDevOps:
    """A part of ``tests.vendors.vsts.Fake``, which has what is only declared here."""

    world: World
    key: ClassVar[str]
    commit_at: Any
    _list: Any

    @route("GET", REPOSITORY + r"/commits/(?P<sha>\w+)/statuses")
    def list_statuses(self, request: Request, sha: str) -> Any:
        assert request.params["latestOnly"].lower() == "true"
        start, size = int(request.params.get("skip", 0)), int(request.params.get("top", 1000))
        statuses = self.world.statuses.get(self.commit_at(sha).sha, [])
        return self._list([self._status(status) for status in statuses[start : start + size]])

    @route("POST", REPOSITORY + r"/commits/(?P<sha>\w+)/statuses")
    def create_status(self, request: Request, sha: str) -> Reply:
        asked = request.data
        context = asked["context"]
        name = "/".join(part for part in (context.get("genre"), context["name"]) if part)
        status = Status(name, STATES[asked["state"]], asked.get("description") or "", asked.get("targetUrl") or "")
        return Reply(self._status(self.world.report(self.commit_at(sha).sha, status)), 201)

    def _status(self, status: Status) -> Any:
        genre, _, name = status.key.rpartition("/")
        date = status.date.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": status.number,
            "state": WORDS[status.state],
            "description": status.summary,
            "context": {"name": name, "genre": genre or None},
            "creationDate": date,
            "updatedDate": date,
            "createdBy": {"id": "1", "displayName": "Ada Lovelace", "uniqueName": "ada@example.com"},
            "targetUrl": status.url or None,
        }

    # ---- builds: https://learn.microsoft.com/en-us/rest/api/azure/devops/build/

    @route("GET", BUILDS)
    def list_builds(self, request: Request) -> Reply:
        asked = request.params
        name = asked.get("repositoryId")
        assert name in (None, "278d5cd2-584d-4b63-824a-2ba458937249")
        builds = self.world.ci_of(asked.get("branchName", "").removeprefix("refs/heads/"), "")
        start, size = int(asked.get("continuationToken", 0)), int(asked.get("$top", 1000))
        more = start + size < len(builds)
        headers = {"X-MS-ContinuationToken": str(start + size)} if more else {}
        return Reply(self._list([self._build(build) for build in builds[start : start + size]]), headers=headers)

    @route("GET", BUILDS + r"/(?P<number>\d+)")
    def get_build(self, request: Request, number: str) -> Any:
        return self._build(self._build_at(number))

    @route("GET", BUILDS + r"/(?P<number>\d+)/timeline")
    def get_timeline(self, request: Request, number: str) -> Any:
        build = self._build_at(number)
        stage = {"id": self._id_of(900), "type": "Stage", "name": "All", "state": "completed", "result": "failed"}
        return {"id": "t", "records": [stage, *(self._record(build, job) for job in build.jobs)]}

    @route("GET", BUILDS + r"/(?P<number>\d+)/logs/(?P<log>\d+)")
    def get_build_log(self, request: Request, number: str, log: str) -> Reply:
        job = self.world.job(int(log))
        if job is None or job.log is None:
            raise NoSuchThing
        if request.params.get("$format") != "text" and not request.headers["Accept"].startswith("text/plain"):
            return Reply(self._list(job.log.decode("utf-8", "replace").splitlines()))
        return Reply(job.log, headers={"Content-Type": "text/plain"})

    def _build_at(self, number: str) -> CiRun:
        build = self.world.ci_run(int(number))
        if build is None:
            raise NoSuchThing
        return build

    def _id_of(self, number: int) -> str:
        return f"00000000-0000-0000-0000-{number:012}"

    def _build(self, build: CiRun) -> Any:
        date = build.date.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": build.number,
            "buildNumber": f"2024.{build.number}",
            "status": "completed",
            "result": RESULTS[build.state],
            "queueTime": date,
            "startTime": date,
            "finishTime": date,
            "sourceBranch": f"refs/heads/{build.ref}",
            "sourceVersion": build.sha,
            "reason": "individualCI",
            "definition": {"id": 1, "name": "CI"},
            "repository": {"id": "278d5cd2-584d-4b63-824a-2ba458937249", "type": "TfsGit"},
            "_links": {"web": {"href": f"https://dev.azure.com/acme/_build/results?buildId={build.number}"}},
        }

    def _record(self, build: CiRun, job: Job) -> Any:
        date, ended = build.date.strftime("%Y-%m-%dT%H:%M:%SZ"), job.state != "running"
        return {
            "id": self._id_of(job.number),
            "type": "Job",
            "name": job.name,
            "state": "completed" if ended else "inProgress",
            "result": RESULTS[job.state] if ended else None,
            "startTime": date,
            "finishTime": date if ended else None,
            "log": {"id": job.number, "type": "Container", "url": "?"} if job.log is not None else None,
        }
