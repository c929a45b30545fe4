"""Gitea as a provider of sentry-scm-grpc: https://docs.gitea.com/api/"""

from __future__ import annotations

from scm_grpc_gitea.commit_statuses import GiteaCommitStatuses
from scm_grpc_gitea.commits import GiteaCommits
from scm_grpc_gitea.files import GiteaFiles
from scm_grpc_gitea.pull_request_reviews import GiteaPullRequestReviews
from scm_grpc_gitea.repositories import GiteaRepositories
from sentry_scm_grpc.providers.vendor.pull_request_statuses import PullRequestStatuses
from sentry_scm_grpc.providers.vendor.repositories import OWNER_AND_NAME
from sentry_scm_grpc.source import codeowners


class GiteaAdapter(
    GiteaRepositories,
    GiteaPullRequestReviews,
    GiteaCommitStatuses,
    GiteaCommits,
    GiteaFiles,
    PullRequestStatuses,
):
    key = "gitea"
    name = "Gitea"

    identifier_format = OWNER_AND_NAME
    identifier_example = "owner/name"
    code_owners_locations = ("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS")
    code_owners_rules = codeowners.GITEA
