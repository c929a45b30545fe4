"""The changes of pull requests: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-commits and
.../git/pull-request-iterations

Each push makes an iteration, which names the two commits between which the pull request lies. Files and differences are
those of a comparison of these commits.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE
from sentry_scm_grpc.providers.azure_devops.pull_requests import AzureDevOpsPullRequests
from sentry_scm_grpc.providers.azure_devops.refs import AzureDevOpsRefs
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_request_changes import ComparedPullRequests
from sentry_scm_grpc.providers.vendor.reading import number as number_of
from sentry_scm_grpc.providers.vendor.reading import rows, string
from sentry_scm_grpc.providers.vendor.refs import Span
from sentry_scm_grpc.v1 import scm_pb2 as pb


class AzureDevOpsPullRequestChanges(AzureDevOpsRefs, AzureDevOpsPullRequests, ComparedPullRequests):
    def fetch_pull_request_commits(self, number: int, position: Any) -> Page[pb.Commit]:
        """A list has no parents and cuts long messages, as every list of commits does."""
        params = {"$top": PER_PAGE, **({"continuationToken": position} if position else {})}
        answer = self.http.fetch(f"{self.path}/pullrequests/{number}/commits", params)
        commits = self.http.gather([partial(self._listed_commit, row) for row in rows(answer.data, "value")])
        return Page(commits, answer.headers.get("X-MS-ContinuationToken") or None)

    def pull_request_span(self, number: int) -> Span | None:
        """The commits of the newest iteration. None if there is no iteration."""
        found = rows(self.http.get(f"{self.path}/pullrequests/{number}/iterations"), "value")
        if not found:
            return None
        newest = max(found, key=lambda iteration: number_of(iteration, "id"))
        base, head = (string(newest, f"{end}RefCommit", "commitId") for end in ("common", "source"))
        return Span(base, head, from_merge_base=False)
