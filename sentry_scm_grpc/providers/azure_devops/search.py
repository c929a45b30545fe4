"""Code search, by the organization's extension Code Search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE, AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import NOT_INDEXED, Page
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text, told_rows
from sentry_scm_grpc.providers.vendor.search import CodeSearch
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.v1 import scm_pb2 as pb


class AzureDevOpsSearch(AzureDevOpsApi, SourceUrls, CodeSearch):
    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """Searches the files that the organization's extension Code Search has indexed."""
        phrase = re.sub(r'["\\*?]', " ", query)
        if not re.search(r"\w", phrase):
            raise InvalidArgument.of(("query", "must contain a letter or a digit at Azure DevOps"))
        start = position or 0
        repository = self.fetch_repository(self.installation.identifier())
        project = repository.config["project"]
        answer = self.http.query(
            f"{search_address(self.instance)}{quoted(project)}/_apis/search/codesearchresults",
            {
                "searchText": f'"{phrase}"',
                "$skip": start,
                "$top": PER_PAGE,
                "filters": {"Project": [project], "Repository": [repository.name]},
            },
            api_preview=True,
        )
        incomplete = _incomplete(number(answer, "infoCode"))
        found = told_rows(answer, "results") if incomplete else rows(answer, "results")
        paths = [
            string(match, "path").removeprefix("/")
            for match in found
            if is_of(match, repository) and is_on(match, repository.default_branch)
        ]
        matches = [pb.CodeMatch(path=path, url=self.url_of(path, "", 0)) for path in paths]
        after = start + len(found)
        more = found and number(answer, "count") > after
        return Page(matches, after if more else None, incomplete=incomplete)


def _incomplete(code: int) -> str:
    """The reason why results may be missing, by the search's ``infoCode``. An undocumented code means NOT_INDEXED.

    https://learn.microsoft.com/en-us/rest/api/azure/devops/search/code-search-results/fetch-code-search-results
    """
    if code in (3, 4, 5, 19, 20):  # The query is invalid or not supported.
        raise error_of_status(400)
    # 0: complete. 8: fewer results than requested. 10: no facets. With 1, 2, 6, 7 and 9 indexing is not finished.
    return "" if code in (0, 8, 10) else NOT_INDEXED


def search_address(instance: str) -> str:
    """The address of an organization's search: a host of its own in the cloud, the same host on a server."""
    cloud = re.sub(r"^https://([\w-]+)\.visualstudio\.com/", r"https://\1.almsearch.visualstudio.com/", instance)
    return re.sub(r"^https://dev\.azure\.com/", "https://almsearch.dev.azure.com/", cloud)


def is_on(match: Mapping[str, Any], branch: str) -> bool:
    """Whether a match is on a branch. Several branches may be indexed."""
    names = [text(version, "branchName").removeprefix("refs/heads/") for version in told_rows(match, "versions")]
    return not names or not branch or branch in names


def is_of(match: Mapping[str, Any], repository: pb.RemoteRepository) -> bool:
    """Whether a match is in a repository. Several repositories may have the same name."""
    found = text(match, "repository", "id") or text(match, "repository", "name")
    return found.lower() in (repository.identifier.lower(), repository.name.lower())
