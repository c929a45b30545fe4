"""Bitbucket Cloud: https://developer.atlassian.com/cloud/bitbucket/rest/

Bitbucket Cloud has no API for blame, so blame is derived from a file's history. It cannot filter commits by author or
date: the app reads all commits and filters them. A ref with a "/" cannot be part of a path, so its SHA is looked up
first, which costs a call. A list names the next page by an address, whose query is our position.
"""

from __future__ import annotations

from sentry_scm_grpc.providers.bitbucket.archives import BitbucketArchives
from sentry_scm_grpc.providers.bitbucket.blame import BitbucketBlame
from sentry_scm_grpc.providers.bitbucket.changes import BitbucketChanges
from sentry_scm_grpc.providers.bitbucket.check_runs import BitbucketCheckRuns
from sentry_scm_grpc.providers.bitbucket.commit_statuses import BitbucketCommitStatuses
from sentry_scm_grpc.providers.bitbucket.commits import BitbucketCommits
from sentry_scm_grpc.providers.bitbucket.directories import BitbucketDirectories
from sentry_scm_grpc.providers.bitbucket.files import BitbucketFiles
from sentry_scm_grpc.providers.bitbucket.pipelines import BitbucketPipelines
from sentry_scm_grpc.providers.bitbucket.pull_request_changes import BitbucketPullRequestChanges
from sentry_scm_grpc.providers.bitbucket.pull_request_writes import BitbucketPullRequestWrites
from sentry_scm_grpc.providers.bitbucket.ref_writes import BitbucketRefWrites
from sentry_scm_grpc.providers.bitbucket.refs import BitbucketRefs
from sentry_scm_grpc.providers.bitbucket.repositories import BitbucketRepositories
from sentry_scm_grpc.providers.bitbucket.review_writes import BitbucketReviewWrites
from sentry_scm_grpc.providers.bitbucket.search import BitbucketSearch
from sentry_scm_grpc.providers.bitbucket.standalone import BitbucketStandalone
from sentry_scm_grpc.providers.bitbucket.tree import BitbucketTree
from sentry_scm_grpc.providers.bitbucket.urls import BitbucketUrls
from sentry_scm_grpc.providers.bitbucket.user_permissions import BitbucketUserPermissions
from sentry_scm_grpc.providers.vendor.code_owners import CodeOwnersFile
from sentry_scm_grpc.providers.vendor.commit_search import READ_HERE, CommitSearch
from sentry_scm_grpc.providers.vendor.pull_request_statuses import PullRequestStatuses
from sentry_scm_grpc.providers.vendor.repositories import OWNER_AND_NAME
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb

TRACKER_REMOVED = "Bitbucket Cloud removed its issue tracker in August 2026."


class BitbucketAdapter(
    BitbucketRepositories,
    BitbucketPullRequestWrites,
    BitbucketReviewWrites,
    BitbucketPullRequestChanges,
    BitbucketRefWrites,
    BitbucketRefs,
    BitbucketCheckRuns,
    BitbucketCommitStatuses,
    BitbucketPipelines,
    BitbucketCommits,
    CommitSearch,
    BitbucketChanges,
    BitbucketBlame,
    BitbucketDirectories,
    BitbucketArchives,
    BitbucketFiles,
    BitbucketTree,
    BitbucketUrls,
    BitbucketUserPermissions,
    CodeOwnersFile,
    BitbucketSearch,
    PullRequestStatuses,
):
    key = "bitbucket"
    name = "Bitbucket"
    derived = {**BitbucketBlame.derived, "search_commits": READ_HERE}
    provider = pb.PROVIDER_BITBUCKET
    standalone = BitbucketStandalone

    identifier_format = OWNER_AND_NAME
    identifier_example = "workspace/slug"
    # https://developer.atlassian.com/cloud/bitbucket/changelog/
    missing = {
        **dict.fromkeys(
            ("create_issue", "get_issue", "set_issue_state", "list_issue_destinations", "search_issues"),
            TRACKER_REMOVED,
        ),
        "update_branch": "Bitbucket's API creates and deletes branches, and cannot move them.",
    }

    code_owners_locations = (".bitbucket/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
    code_owners_rules = codeowners.BITBUCKET

    search_tells_lines = True
