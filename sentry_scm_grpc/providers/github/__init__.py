"""GitHub.com, as a GitHub App: https://docs.github.com/en/rest

Contents of paths and blame come from GraphQL (``graph``). Everything else comes from REST, whose answers can be cached.
GitHub's limits: 3,000 file changes for a commit, 300 for a comparison. A search returns 1,000 results. It finds words
on the default branch, in files below 384 KB. There are 10 code searches a minute.
"""

from __future__ import annotations

import re

from sentry_scm_grpc.providers.github.archives import GitHubArchives
from sentry_scm_grpc.providers.github.blame import GitHubBlame
from sentry_scm_grpc.providers.github.changes import GitHubChanges
from sentry_scm_grpc.providers.github.check_runs import GitHubCheckRuns
from sentry_scm_grpc.providers.github.commit_search import GitHubCommitSearch
from sentry_scm_grpc.providers.github.commits import GitHubCommits
from sentry_scm_grpc.providers.github.directories import GitHubDirectories
from sentry_scm_grpc.providers.github.files import GitHubFiles
from sentry_scm_grpc.providers.github.issues import GitHubIssues
from sentry_scm_grpc.providers.github.pipelines import GitHubPipelines
from sentry_scm_grpc.providers.github.pull_request_changes import GitHubPullRequestChanges
from sentry_scm_grpc.providers.github.pull_request_statuses import GitHubPullRequestStatuses
from sentry_scm_grpc.providers.github.pull_request_writes import GitHubPullRequestWrites
from sentry_scm_grpc.providers.github.ref_writes import GitHubRefWrites
from sentry_scm_grpc.providers.github.refs import GitHubRefs
from sentry_scm_grpc.providers.github.repositories import GitHubRepositories
from sentry_scm_grpc.providers.github.review_writes import GitHubReviewWrites
from sentry_scm_grpc.providers.github.search import GitHubSearch
from sentry_scm_grpc.providers.github.standalone import GitHubStandalone
from sentry_scm_grpc.providers.github.tree import GitHubTree
from sentry_scm_grpc.providers.github.urls import GitHubUrls
from sentry_scm_grpc.providers.github.user_permissions import GitHubUserPermissions
from sentry_scm_grpc.providers.vendor.code_owners import CodeOwnersFile
from sentry_scm_grpc.providers.vendor.repositories import OWNER_AND_NAME
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubAdapter(
    GitHubRepositories,
    GitHubPullRequestWrites,
    GitHubReviewWrites,
    GitHubPullRequestChanges,
    GitHubPullRequestStatuses,
    GitHubRefWrites,
    GitHubRefs,
    GitHubCheckRuns,
    GitHubPipelines,
    GitHubCommitSearch,
    GitHubCommits,
    GitHubChanges,
    GitHubBlame,
    GitHubDirectories,
    GitHubArchives,
    GitHubFiles,
    GitHubTree,
    GitHubUrls,
    GitHubUserPermissions,
    CodeOwnersFile,
    GitHubSearch,
    GitHubIssues,
):
    key = "github"
    name = "GitHub"
    provider = pb.PROVIDER_GITHUB
    standalone = GitHubStandalone

    identifier_format = destination_format = OWNER_AND_NAME
    identifier_example = destination_example = "owner/name"

    destination_field = "repo"
    issue_fields = {"assignee": False}
    key_format = re.compile(r"(?P<place>[\w.-]+/[\w.-]+)#(?P<number>\d{1,18})")

    code_owners_locations = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
    # https://docs.github.com/articles/about-code-owners#codeowners-file-size
    code_owners_limited = True
