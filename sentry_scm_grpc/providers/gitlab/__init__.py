"""GitLab, hosted or self-managed: https://docs.gitlab.com/api/rest/

GitLab filters commits by path and date. It does not filter them by author without regard to case, so the app does.
Added and deleted lines are counted in the text of a diff, which GitLab leaves out for a file with very many lines.
Code search is GitLab's basic search, line by line in the files themselves: the other kinds of search that an
administrator can install do not find literal text.
"""

from __future__ import annotations

import re

from sentry_scm_grpc.providers.gitlab.archives import GitLabArchives
from sentry_scm_grpc.providers.gitlab.blame import GitLabBlame
from sentry_scm_grpc.providers.gitlab.changes import GitLabChanges
from sentry_scm_grpc.providers.gitlab.commit_search import GitLabCommitSearch
from sentry_scm_grpc.providers.gitlab.commit_statuses import GitLabCommitStatuses
from sentry_scm_grpc.providers.gitlab.commits import GitLabCommits
from sentry_scm_grpc.providers.gitlab.directories import GitLabDirectories
from sentry_scm_grpc.providers.gitlab.files import GitLabFiles
from sentry_scm_grpc.providers.gitlab.issues import GitLabIssues
from sentry_scm_grpc.providers.gitlab.pipelines import GitLabPipelines
from sentry_scm_grpc.providers.gitlab.pull_request_changes import GitLabPullRequestChanges
from sentry_scm_grpc.providers.gitlab.pull_request_writes import GitLabPullRequestWrites
from sentry_scm_grpc.providers.gitlab.ref_writes import GitLabRefWrites
from sentry_scm_grpc.providers.gitlab.refs import GitLabRefs
from sentry_scm_grpc.providers.gitlab.repositories import GitLabRepositories
from sentry_scm_grpc.providers.gitlab.review_writes import GitLabReviewWrites
from sentry_scm_grpc.providers.gitlab.search import GitLabSearch
from sentry_scm_grpc.providers.gitlab.standalone import GitLabStandalone
from sentry_scm_grpc.providers.gitlab.tree import GitLabTree
from sentry_scm_grpc.providers.gitlab.urls import GitLabUrls
from sentry_scm_grpc.providers.gitlab.user_permissions import GitLabUserPermissions
from sentry_scm_grpc.providers.vendor.code_owners import CodeOwnersFile
from sentry_scm_grpc.providers.vendor.pull_request_statuses import PullRequestStatuses
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb

NO_CHECK_RUNS = (
    "GitLab has no check runs with annotations: its pipelines and other systems report statuses. Use ListCommitStatuses"
    " and CreateCommitStatus."
)


class GitLabAdapter(
    GitLabRepositories,
    GitLabPullRequestWrites,
    GitLabReviewWrites,
    GitLabPullRequestChanges,
    GitLabRefWrites,
    GitLabRefs,
    GitLabCommitStatuses,
    GitLabPipelines,
    GitLabCommitSearch,
    GitLabCommits,
    GitLabChanges,
    GitLabBlame,
    GitLabDirectories,
    GitLabArchives,
    GitLabFiles,
    GitLabTree,
    GitLabUrls,
    GitLabUserPermissions,
    CodeOwnersFile,
    GitLabSearch,
    GitLabIssues,
    PullRequestStatuses,
):
    key = "gitlab"
    name = "GitLab"
    provider = pb.PROVIDER_GITLAB
    standalone = GitLabStandalone
    missing = {
        **dict.fromkeys(("list_check_runs", "get_check_run", "create_check_run", "update_check_run"), NO_CHECK_RUNS),
        "update_branch": "GitLab's API creates and deletes branches, and cannot move them.",
    }

    identifier_format = re.compile(r"\d{1,18}\Z")
    identifier_example = "278964"

    destination_format = re.compile(r"(\d{1,18}|[\w.-]+(/[\w.-]+)+)\Z")
    destination_example = "group/project"
    destination_field = "project"
    # Sentry prefixes GitLab's name of an issue with the integration's domain.
    key_format = re.compile(r"(.+:)?(?P<place>[\w.-]+(/[\w.-]+)+)#(?P<number>\d{1,18})")

    code_owners_locations = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
    code_owners_rules = codeowners.GITLAB

    search_tells_lines = True
    search_takes_ref = True
