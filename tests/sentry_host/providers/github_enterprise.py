"""GitHub Enterprise Server as its documentation has it: https://docs.github.com/en/enterprise-server/rest

GitHub, but for the addresses: REST below /api/v3, GraphQL at /api/graphql.
"""

from __future__ import annotations

from tests.sentry_host.providers import github
from tests.sentry_host.providers.fake import Reply, Request


class Fake(github.Fake):
    key = "github_enterprise"
    api = "https://ghe.example.com/api"
    web = "https://ghe.example.com/acme/rocket"

    def _route(self, request: Request) -> Reply:
        rest = request.path.removeprefix("/v3")
        assert (rest == request.path) == (request.path == "/graphql")
        request.path = rest
        return super()._route(request)
