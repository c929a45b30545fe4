"""GitHub Enterprise Server: GitHub at another address."""

from __future__ import annotations

from sentry_scm_grpc.providers.github import GitHubAdapter
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubEnterpriseAdapter(GitHubAdapter):
    key = "github_enterprise"
    name = "GitHub Enterprise"
    provider = pb.PROVIDER_GITHUB_ENTERPRISE
