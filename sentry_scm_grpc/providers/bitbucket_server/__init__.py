"""Bitbucket Server and Data Center, which have no issue tracker: https://developer.atlassian.com/server/bitbucket/rest/

The server cannot filter commits by author or date: the app reads all commits and filters them. Trees contain names
only. Changes contain no counts of lines. Blame contains no messages, so each blamed commit is read once. Code search is
that of the server's own search page, which Atlassian does not document.
"""

from __future__ import annotations

from sentry_scm_grpc.providers.bitbucket_server.archives import BitbucketServerArchives
from sentry_scm_grpc.providers.bitbucket_server.blame import BitbucketServerBlame
from sentry_scm_grpc.providers.bitbucket_server.changes import BitbucketServerChanges
from sentry_scm_grpc.providers.bitbucket_server.check_runs import BitbucketServerCheckRuns
from sentry_scm_grpc.providers.bitbucket_server.commit_statuses import BitbucketServerCommitStatuses
from sentry_scm_grpc.providers.bitbucket_server.commits import BitbucketServerCommits
from sentry_scm_grpc.providers.bitbucket_server.directories import BitbucketServerDirectories
from sentry_scm_grpc.providers.bitbucket_server.files import BitbucketServerFiles
from sentry_scm_grpc.providers.bitbucket_server.pull_request_changes import BitbucketServerPullRequestChanges
from sentry_scm_grpc.providers.bitbucket_server.pull_request_writes import BitbucketServerPullRequestWrites
from sentry_scm_grpc.providers.bitbucket_server.ref_writes import BitbucketServerRefWrites
from sentry_scm_grpc.providers.bitbucket_server.refs import BitbucketServerRefs
from sentry_scm_grpc.providers.bitbucket_server.repositories import BitbucketServerRepositories
from sentry_scm_grpc.providers.bitbucket_server.review_writes import BitbucketServerReviewWrites
from sentry_scm_grpc.providers.bitbucket_server.search import BitbucketServerSearch
from sentry_scm_grpc.providers.bitbucket_server.standalone import BitbucketServerStandalone
from sentry_scm_grpc.providers.bitbucket_server.tree import BitbucketServerTree
from sentry_scm_grpc.providers.bitbucket_server.urls import BitbucketServerUrls
from sentry_scm_grpc.providers.bitbucket_server.user_permissions import BitbucketServerUserPermissions
from sentry_scm_grpc.providers.vendor.code_owners import CodeOwnersFile
from sentry_scm_grpc.providers.vendor.commit_search import READ_HERE, CommitSearch
from sentry_scm_grpc.providers.vendor.pull_request_statuses import PullRequestStatuses
from sentry_scm_grpc.providers.vendor.repositories import OWNER_AND_NAME
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketServerAdapter(
    BitbucketServerRepositories,
    BitbucketServerPullRequestWrites,
    BitbucketServerReviewWrites,
    BitbucketServerPullRequestChanges,
    BitbucketServerRefWrites,
    BitbucketServerRefs,
    BitbucketServerCheckRuns,
    BitbucketServerCommitStatuses,
    BitbucketServerCommits,
    CommitSearch,
    BitbucketServerChanges,
    BitbucketServerBlame,
    BitbucketServerDirectories,
    BitbucketServerArchives,
    BitbucketServerFiles,
    BitbucketServerTree,
    BitbucketServerUrls,
    BitbucketServerUserPermissions,
    CodeOwnersFile,
    BitbucketServerSearch,
    PullRequestStatuses,
):
    key = "bitbucket_server"
    name = "Bitbucket Server"
    derived = {"search_commits": READ_HERE}
    provider = pb.PROVIDER_BITBUCKET_SERVER
    standalone = BitbucketServerStandalone
    missing = {
        "update_branch": "Bitbucket Server's API creates and deletes branches, and cannot move them.",
        **dict.fromkeys(
            ("list_pipelines", "list_pipeline_jobs", "stream_job_log"),
            "Bitbucket Server has no CI of its own: other systems report builds. Use ListCommitStatuses.",
        ),
    }

    identifier_format = OWNER_AND_NAME
    identifier_example = "KEY/slug"

    code_owners_locations = (".bitbucket/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
    code_owners_rules = codeowners.BITBUCKET_SERVER

    search_tells_lines = True
