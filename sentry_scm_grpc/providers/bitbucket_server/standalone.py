"""Bitbucket Server and Data Center with an HTTP access token of a user, project or repository.

https://confluence.atlassian.com/bitbucketserver/http-access-tokens-939515499.html

The server does not tell what a token may do.
"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.vendor.credentials import TOKEN, Standing
from sentry_scm_grpc.providers.vendor.standalone import Standalone


class BitbucketServerStandalone(Standalone):
    variables = {TOKEN: ("BITBUCKET_SERVER_TOKEN", "")}
    account_word = ""
    account_needed = False

    @property
    def api(self) -> str:
        return self.web

    def metadata(self) -> dict[str, Any]:
        # A token that only reads is enough.
        return {"base_url": self.web, "domain_name": self.host, "repository_permission": "REPO_READ"}

    def examine(self) -> Standing:
        found = self.http.ask("/rest/api/1.0/repos", {"permission": "REPO_READ", "limit": 1})
        return Standing(found.headers.get("X-AUSERNAME", ""))
