"""Azure DevOps, which Sentry calls vsts: https://learn.microsoft.com/en-us/rest/api/azure/devops/

A request must say whether a version is a branch, a tag or a commit. The app takes a full SHA for a commit. It tries any
other ref as a branch, then as a tag. There is no API for blame, so blame is derived from a file's history. Lists of
commits contain no parents, trees no sizes and modes, and the results of a code search no lines.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from sentry_scm_grpc.providers.azure_devops.archives import AzureDevOpsArchives
from sentry_scm_grpc.providers.azure_devops.blame import AzureDevOpsBlame
from sentry_scm_grpc.providers.azure_devops.changes import AzureDevOpsChanges
from sentry_scm_grpc.providers.azure_devops.commit_statuses import AzureDevOpsCommitStatuses
from sentry_scm_grpc.providers.azure_devops.commits import AzureDevOpsCommits
from sentry_scm_grpc.providers.azure_devops.directories import AzureDevOpsDirectories
from sentry_scm_grpc.providers.azure_devops.files import AzureDevOpsFiles
from sentry_scm_grpc.providers.azure_devops.issues import AzureDevOpsIssues
from sentry_scm_grpc.providers.azure_devops.pipelines import AzureDevOpsPipelines
from sentry_scm_grpc.providers.azure_devops.pull_request_changes import AzureDevOpsPullRequestChanges
from sentry_scm_grpc.providers.azure_devops.pull_request_writes import AzureDevOpsPullRequestWrites
from sentry_scm_grpc.providers.azure_devops.ref_writes import AzureDevOpsRefWrites
from sentry_scm_grpc.providers.azure_devops.refs import DERIVED_DIFF, AzureDevOpsRefs
from sentry_scm_grpc.providers.azure_devops.repositories import AzureDevOpsRepositories
from sentry_scm_grpc.providers.azure_devops.review_writes import AzureDevOpsReviewWrites
from sentry_scm_grpc.providers.azure_devops.search import AzureDevOpsSearch
from sentry_scm_grpc.providers.azure_devops.standalone import AzureDevOpsStandalone
from sentry_scm_grpc.providers.azure_devops.tree import AzureDevOpsTree
from sentry_scm_grpc.providers.azure_devops.urls import AzureDevOpsUrls
from sentry_scm_grpc.providers.vendor.code_owners import CodeOwnersFile
from sentry_scm_grpc.providers.vendor.commit_search import READ_HERE, CommitSearch
from sentry_scm_grpc.providers.vendor.pull_request_statuses import PullRequestStatuses
from sentry_scm_grpc.v1 import scm_pb2 as pb


class AzureDevOpsAdapter(
    AzureDevOpsRepositories,
    AzureDevOpsPullRequestWrites,
    AzureDevOpsReviewWrites,
    AzureDevOpsPullRequestChanges,
    AzureDevOpsRefWrites,
    AzureDevOpsRefs,
    AzureDevOpsCommitStatuses,
    AzureDevOpsPipelines,
    AzureDevOpsCommits,
    CommitSearch,
    AzureDevOpsChanges,
    AzureDevOpsBlame,
    AzureDevOpsDirectories,
    AzureDevOpsArchives,
    AzureDevOpsFiles,
    AzureDevOpsTree,
    AzureDevOpsUrls,
    CodeOwnersFile,
    AzureDevOpsSearch,
    AzureDevOpsIssues,
    PullRequestStatuses,
):
    key = "vsts"
    name = "Azure DevOps"
    derived = {**AzureDevOpsBlame.derived, "stream_diff": DERIVED_DIFF, "search_commits": READ_HERE}
    missing = {
        "get_repository_permission": "Azure DevOps tells permissions as bits for security descriptors of users and"
        " groups, not what a user may do in a repository.",
        **dict.fromkeys(
            ("list_check_runs", "get_check_run", "create_check_run", "update_check_run"),
            "Azure DevOps has no check runs with annotations: builds and other systems report statuses. Use"
            " ListCommitStatuses and CreateCommitStatus.",
        ),
    }
    provider = pb.PROVIDER_AZURE_DEVOPS
    standalone = AzureDevOpsStandalone

    identifier_format = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
    identifier_example = "278d5cd2-584d-4b63-824a-2ba458937249"

    # Azure DevOps does not read such a file. Teams keep it in these places.
    code_owners_locations = ("CODEOWNERS", ".azuredevops/CODEOWNERS", "docs/CODEOWNERS")

    destination_format = re.compile(r"[^/\\?#%:*\"<>|&\x00-\x1f]{1,64}\Z")
    destination_example = "MyProject"
    destination_field = "project"
    issue_fields = {"work_item_type": True}
    key_format = re.compile(r"(?P<place>)(?P<number>\d{1,18})")
    # Azure DevOps removes hidden text when it stores a work item, so the mark is visible.
    mark_format = "{}"

    @cached_property
    def client(self) -> Any:
        """Sentry's client, with the credentials of the integration."""
        get_client: Any = self.live.get_client
        try:
            return get_client(base_url=self.instance)
        except TypeError:  # Newer versions of Sentry find the address themselves.
            return get_client()
