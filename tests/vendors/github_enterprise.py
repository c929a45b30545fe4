"""GitHub Enterprise Server as its documentation has it: https://docs.github.com/en/enterprise-server/rest

GitHub, but for the addresses: REST below /api/v3, GraphQL at /api/graphql.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.vendors import github
from tests.vendors.fake import Reply, Request


class Fake(github.Fake):
    key = "github_enterprise"
    api = "https://ghe.example.com/api"
    web = "https://ghe.example.com/acme/rocket"
    integration_metadata: ClassVar[Mapping[str, Any]] = {
        **github.Fake.integration_metadata,
        "domain_name": "ghe.example.com/acme",
        "installation": {"id": "2", "private_key": "k", "verify_ssl": True},
        "installation_id": "install",
    }

    @property
    def rest(self) -> str:
        return f"{self.api}/v3"

    def _route(self, request: Request) -> Reply:
        rest = request.path.removeprefix("/v3")
        assert (rest == request.path) == (
            request.path == "/graphql" or request.path.startswith(("/_codeload/", "/_storage/"))
        )
        request.path = rest
        return super()._route(request)
