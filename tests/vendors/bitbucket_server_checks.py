"""The routes of Bitbucket Server for builds and Code Insights:
https://developer.atlassian.com/server/bitbucket/rest/v811/api-group-builds-and-deployments/
"""

from __future__ import annotations

from typing import Any

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import Run, Status, World

REPOSITORY = r"/rest/api/1\.0/projects/ACME/repos/rocket"
#: The server's words for the states of the world. It has no others; the older API lacks CANCELLED.
WORDS = {"running": "INPROGRESS", "success": "SUCCESSFUL", "failure": "FAILED", "cancelled": "CANCELLED"}
STATES = {word: state for state, word in WORDS.items()}
REPORTS = r"/rest/insights/1\.0/projects/ACME/repos/rocket/commits/(?P<ref>[^/]+)/reports"
#: The results of reports.
RESULTS = {"PASS": "success", "FAIL": "failure"}


class ChecksOfBitbucketServer:
    """A part of ``tests.vendors.bitbucket_server.Fake``, which has what is only declared here."""

    world: World
    commit_at: Any
    _page: Any
    #: Whether the server is 7.4 or newer, and so has builds of a repository.
    has_builds = True

    @route("GET", r"/rest/build-status/1\.0/commits/(?P<sha>\w+)")
    def list_statuses(self, request: Request, sha: str) -> Any:
        """Of any repository: no commit is unknown."""
        return self._page(request, [self._status(status) for status in self.world.statuses.get(sha, [])])

    @route("POST", r"/rest/build-status/1\.0/commits/(?P<sha>\w+)")
    def create_status(self, request: Request, sha: str) -> Reply:
        assert set(request.data) <= {"state", "key", "name", "url", "description"}
        assert request.data["state"] in ("INPROGRESS", "SUCCESSFUL", "FAILED")
        return self._stored(sha, request.data)

    @route("POST", REPOSITORY + r"/commits/(?P<ref>[^/]+)/builds")
    def add_build(self, request: Request, ref: str) -> Reply:
        if not self.has_builds:
            # As of any path that the server does not know.
            return Reply({"status-code": 404, "message": "null for uri"}, 404)
        return self._stored(self.commit_at(ref).sha, request.data)

    def _stored(self, sha: str, asked: Any) -> Reply:
        for name, most in (("key", 255), ("name", 255), ("url", 450), ("description", 255)):
            assert len(asked.get(name, "")) <= most
        assert asked["url"]
        status = Status(asked["key"], STATES[asked["state"]], asked.get("description", ""), asked["url"])
        status.title = asked.get("name", "")
        self.world.report(sha, status)
        return Reply(b"", 204)

    def _status(self, status: Status) -> Any:
        return {
            "state": WORDS[status.state],
            "key": status.key,
            "name": status.title,
            "url": status.url,
            "description": status.summary,
            "dateAdded": int(status.date.timestamp() * 1000),
        }

    # ---- reports

    @route("GET", REPORTS)
    def list_reports(self, request: Request, ref: str) -> Any:
        return self._page(request, [self._report(run) for run in self.world.runs.get(self.commit_at(ref).sha, [])])

    @route("GET", REPORTS + r"/(?P<key>[^/]+)")
    def get_report(self, request: Request, ref: str, key: str) -> Any:
        return self._report(self._report_at(ref, key))

    @route("PUT", REPORTS + r"/(?P<key>[^/]+)")
    def put_report(self, request: Request, ref: str, key: str) -> Any:
        sha, asked = self.commit_at(ref).sha, request.data
        assert 0 < len(asked["title"]) <= 450
        assert len(asked.get("details", "")) <= 2000
        runs = self.world.runs.setdefault(sha, [])
        run = next((run for run in runs if run.name == key), None)
        if run is None:
            run = Run(1 + sum(map(len, self.world.runs.values())), key, "pending")
            runs.append(run)
        run.state = RESULTS[asked["result"]]
        run.title, run.summary, run.url = asked["title"], asked.get("details", ""), asked.get("link", "")
        return self._report(run)

    @route("GET", REPORTS + r"/(?P<key>[^/]+)/annotations")
    def list_report_annotations(self, request: Request, ref: str, key: str) -> Any:
        found = self._report_at(ref, key).annotations
        return {"totalCount": len(found), "annotations": found}

    @route("POST", REPORTS + r"/(?P<key>[^/]+)/annotations")
    def add_report_annotations(self, request: Request, ref: str, key: str) -> Reply:
        run = self._report_at(ref, key)
        for one in request.data["annotations"]:
            assert set(one) == {"externalId", "type", "severity", "path", "line", "message"}
            assert len(one["message"]) <= 2000
            run.annotations.append(one)
        return Reply(b"", 204)

    def _report_at(self, ref: str, key: str) -> Run:
        for run in self.world.runs.get(self.commit_at(ref).sha, []):
            if run.name == key:
                return run
        raise NoSuchThing

    def _report(self, run: Run) -> Any:
        return {
            "key": run.name,
            "title": run.title or run.name,
            "details": run.summary,
            "result": next(word for word, state in RESULTS.items() if state == run.state),
            "link": run.url,
            "reporter": "",
            "createdDate": int(run.date.timestamp() * 1000),
            "data": [],
        }
