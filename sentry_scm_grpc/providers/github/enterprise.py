"""GitHub Enterprise Server: GitHub at another address. https://docs.github.com/en/enterprise-server/rest"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.github import GitHubAdapter
from sentry_scm_grpc.providers.github.standalone import GitHubEnterpriseStandalone
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubEnterpriseAdapter(GitHubAdapter):
    key = "github_enterprise"
    name = "GitHub Enterprise"
    provider = pb.PROVIDER_GITHUB_ENTERPRISE
    standalone = GitHubEnterpriseStandalone

    @property
    def graph_path(self) -> str:  # type: ignore[override]
        """``/api/graphql`` beside REST's ``/api/v3``. Newer clients of Sentry find it by the plain path."""
        client: Any = self.client
        host, old, _ = str(client.base_url).partition("/api/v3")
        return f"{host}/api/graphql" if old else "/graphql"
