"""A site with one integration of a vendor, real or fake, and what a run finds out about the vendor's repository."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sentry_scm_grpc.hosts.embedded import credentials
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.credentials import TOKEN, Credential
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import checks_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.standalone import site as standalone
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor
from tests.vendors.serving import served

#: What issues are likely to say. A search needs a word.
ISSUE_WORDS = ("error", "fix", "add", "test", "issue", "a")


class Unknown(Exception):
    """The vendor's repository has nothing of the kind that a request names. Its text says of which kind."""


class LookupFailed(Exception):
    """What a request names could not be looked up."""

    def __init__(self, rpc_name: str, status: str, reason: str) -> None:
        super().__init__(rpc_name, status, reason)
        self.status = status
        self.why = f"{reason} at {rpc_name}"


@dataclass(frozen=True)
class Target:
    """Where a run goes. ``repository`` is what people call it, or a tracker's project."""

    place: credentials.Place
    credential: Credential
    repository: str
    metadata: Mapping[str, str]


class Rows(standalone.Rows):
    """As those of the scenarios, with an integration that the vendor was asked about."""

    def __init__(self, fake: FakeVendor, target: Target) -> None:
        self.fake = fake
        self.project = factories.ProjectFactory()
        self.organization = self.project.organization
        self.integration = credentials.add(self.organization, target.place, target.credential)


class LiveSite(standalone.StandaloneSite):
    """``fake`` says which vendor it is: nothing of its world is asked for."""

    def __init__(self, fake: FakeVendor, target: Target) -> None:
        super().__init__(fake, Rows(fake, target))
        self.target = target
        self.known = KnownOfVendor(self)

    @cached_property
    def repository(self) -> Any:
        return EmbeddedHost().add_repository(self.rows.integration, self.target.repository)

    @property
    def has_repositories(self) -> bool:
        """A tracker alone has none."""
        return adapters()[self.fake.key].supports("get_commit")


class KnownOfVendor:
    """What requests name, looked up where a request first names it. Raises Unknown and
    LookupFailed."""

    def __init__(self, site: LiveSite) -> None:
        self._site = site

    def _ask(self, rpc_name: str, request: Any) -> Any:
        answer = self._site.call(rpc_name, request)
        if answer.status.value[0]:
            raise LookupFailed(rpc_name, answer.status.name, answer.reason)
        return answer.message

    @cached_property
    def _commits(self) -> list[str]:
        listed = self._ask("ListCommits", pb.ListCommitsRequest(page_size=2)).commits
        return [commit.key for commit in listed]

    @property
    def head(self) -> str:
        return _first(iter(self._commits), "a commit")

    @property
    def older(self) -> str:
        return _first(iter(self._commits[1:]), "a second commit")

    @cached_property
    def title(self) -> str:
        message = self._ask("GetCommit", pb.GetCommitRequest(commit_sha=self.head)).message
        return _first((word[0] for word in re.finditer(r"[A-Za-z]{4,20}", message)), "a word in a message")

    @cached_property
    def branch(self) -> str:
        return self._site.repository.default_branch or self.head

    @cached_property
    def path(self) -> str:
        entries = self._ask("ListTree", pb.ListTreeRequest(page_size=100)).entries
        files = [entry.path for entry in entries if entry.kind == pb.TREE_ENTRY_KIND_FILE]
        texts = [path for path in files if re.search(r"\.(md|rst|txt|py|js|go|rb|java|c)\Z", path, re.IGNORECASE)]
        return _first(iter(texts or files), "a file")

    @cached_property
    def text(self) -> str:
        content = self._ask("GetFile", pb.GetFileRequest(path=self.path)).content.decode("utf-8", "replace")
        return _first((word[0] for word in re.finditer(r"[A-Za-z]{4,20}", content)), "a word in a file")

    @cached_property
    def destination(self) -> str:
        return str(self._destination.id)

    @cached_property
    def _destination(self) -> Any:
        wanted = self._site.target.repository.casefold()
        # A tracker has a call for each of its projects.
        query = "" if self._site.has_repositories else wanted
        request = pb.ListIssueDestinationsRequest(query=query, page_size=1000)
        listed = self._ask("ListIssueDestinations", request).destinations
        # Azure DevOps has issues in projects. Only the place that was named will do, because a run may write there.
        fitting = [found for found in listed if wanted in (found.id.casefold(), found.name.casefold())]
        fitting += [found for found in listed if wanted.startswith(f"{found.name.casefold()}/")]
        # Jira has a destination for each type of a project, "Rocket (ROCK): Bug".
        fitting += [found for found in listed if f"({wanted}):" in found.name.casefold()]
        return _first(iter(fitting), "a destination of issues with the name of the repository")

    @cached_property
    def issue_metadata(self) -> Mapping[str, str]:
        given = self._site.target.metadata
        required = [field for field in self._destination.fields if field.required and field.name not in given]
        values = {field.name: field.default_value or next(iter(field.choices), "") for field in required}
        if missing := [name for name, value in values.items() if not value]:
            raise Unknown(f"METADATA with {', '.join(missing)}")
        return {**values, **given}

    @cached_property
    def _issue(self) -> tuple[str, str]:
        for word in ISSUE_WORDS:
            request = pb.SearchIssuesRequest(query=word, destination=self.destination, page_size=1)
            for issue in self._ask("SearchIssues", request).issues:
                return word, issue.key
        raise Unknown("an issue")

    @cached_property
    def _pull_request(self) -> pulls.PullRequest:
        listed = self._ask("ListPullRequests", pulls.ListPullRequestsRequest(page_size=1)).pull_requests
        found: pulls.PullRequest = _first(iter(listed), "a pull request")
        return found

    @property
    def pull_request(self) -> int:
        return int(self._pull_request.number)

    @property
    def user(self) -> str:
        """Who made a pull request."""
        login: str = self._pull_request.author.login
        return _first(filter(None, [login]), "a user who made a pull request")  # type: ignore[no-any-return]

    @property
    def issue_text(self) -> str:
        return self._issue[0]

    @property
    def issue_key(self) -> str:
        return self._issue[1]

    @cached_property
    def pipeline(self) -> str:
        listed = self._ask("ListPipelines", checks_pb2.ListPipelinesRequest(page_size=1)).pipelines
        return str(_first(iter(listed), "a pipeline").id)

    @property
    def job(self) -> str:
        listed = self._ask("ListPipelineJobs", checks_pb2.ListPipelineJobsRequest(pipeline_id=self.pipeline)).jobs
        return str(_first(iter(listed), "a job of the newest pipeline").id)

    @property
    def check_run(self) -> str:
        listed = self._ask("ListCheckRuns", checks_pb2.ListCheckRunsRequest(commit_sha=self.head)).check_runs
        return str(_first(iter(listed), "a check run").id)


def _first(found: Iterator[Any], kind: str) -> Any:
    for one in found:
        return one
    raise Unknown(kind)


@contextmanager
def fake_target(key: str) -> Iterator[tuple[FakeVendor, Target]]:
    """The vendor's fake on a socket, and how a site reaches it."""
    fake = FAKES[key]()
    with served(fake) as server:
        standalone_class = credentials.standalone_of(key)
        account = "acme" if standalone_class.account_word else ""
        # Jira Data Center's fake is below a path.
        address = f"{server.url}/jira" if key == "jira_server" else server.url
        place = credentials.Place(key, account, address)
        if key == "vsts":  # An organization's place is in the path, where it is not in the host.
            fake.api = f"{server.url}/{account}"
        kind = TOKEN if TOKEN in standalone_class.variables else next(iter(standalone_class.variables))
        credential = Credential(kind, "a-token-of-nobody", "ada@example.com" if kind != TOKEN else "")
        yield fake, Target(place, credential, _name_of(fake), fake.issue_metadata)


def _name_of(fake: FakeVendor) -> str:
    """What people call the fake's repository, or a tracker's project."""
    if fake.key == "vsts":
        return f"{fake.destination}/rocket"
    if not adapters()[fake.key].supports("get_commit"):
        return fake.issue_key(1).rpartition("-")[0]
    return fake.destination or fake.identifier


def writes_at_vendor(key: str, rpc_name: str) -> bool:
    """Whether an RPC may change something at the vendor, by the permission that it needs there."""
    permission = adapters()[key].permission_for(RPCS[rpc_name].needs)  # type: ignore[attr-defined]
    return permission is None or not permission.name.startswith(("NOTHING", "READ"))


def read_metadata(text: str) -> Mapping[str, str]:
    """METADATA: a JSON object of texts."""
    found = json.loads(text or "{}")
    return {str(name): str(value) for name, value in found.items()}
