"""Bitbucket Cloud with an API token of a user, or with an access token of a workspace, project or repository.

https://support.atlassian.com/bitbucket-cloud/docs/api-tokens/
https://support.atlassian.com/bitbucket-cloud/docs/access-tokens/
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.providers.vendor.credentials import TOKEN, USER_TOKEN, Permission, Standing
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.standalone import Standalone, oauth_scopes

# Access tokens have the scopes of OAuth, API tokens those of Atlassian's.
_READ = (
    "repository",
    "repository:write",
    "repository:admin",
    "read:repository:bitbucket",
    "write:repository:bitbucket",
    "admin:repository:bitbucket",
)
_READ_PULL_REQUESTS = (
    "pullrequest",
    "pullrequest:write",
    "read:pullrequest:bitbucket",
    "write:pullrequest:bitbucket",
)
_WRITE = tuple(scope for scope in _READ if "write" in scope)
_WRITE_PULL_REQUESTS = tuple(scope for scope in _READ_PULL_REQUESTS if "write" in scope)


class BitbucketStandalone(Standalone):
    variables = {TOKEN: ("BITBUCKET_TOKEN", ""), USER_TOKEN: ("BITBUCKET_TOKEN", "BITBUCKET_USERNAME")}
    default_address = "https://bitbucket.org"
    account_word = "workspace"
    permissions = {
        Permission.READ_REPOSITORIES: _READ,
        Permission.READ_CODE: _READ,
        Permission.READ_FILES: _READ,
        Permission.READ_STATUSES: _READ,
        Permission.WRITE_STATUSES: _READ,
        Permission.READ_PULL_REQUESTS: _READ_PULL_REQUESTS,
        Permission.WRITE_PULL_REQUESTS: _WRITE_PULL_REQUESTS,
        Permission.MERGE_PULL_REQUESTS: _WRITE_PULL_REQUESTS,
        Permission.READ_CHECKS: _READ,
        Permission.WRITE_CHECKS: _READ,
        Permission.WRITE_CODE: _WRITE,
        Permission.READ_PIPELINES: (
            *("pipeline", "pipeline:write", "pipeline:variable"),
            *("read:pipeline:bitbucket", "write:pipeline:bitbucket", "admin:pipeline:bitbucket"),
        ),
    }

    @property
    def api(self) -> str:
        parts = urlsplit(self.web)
        return f"{parts.scheme}://api.{parts.netloc}" if parts.netloc == "bitbucket.org" else self.web

    def sites(self) -> tuple[str, ...]:
        """Archives are at the address of the web pages, not in the API."""
        return (self.web,)

    def metadata(self) -> dict[str, Any]:
        # The workspace's name does where Sentry stores its UUID.
        account = self.access.account
        return {"base_url": self.api, "domain_name": f"{self.host}/{account}", "uuid": account}

    def examine(self) -> Standing:
        workspace = self.access.account
        try:
            found = self.http.ask(f"/2.0/repositories/{quoted(workspace)}", {"pagelen": 1})
        except NotFound:
            raise NotFound(
                f"Bitbucket has no workspace {workspace!r}, or hides it from the token.", reason="VENDOR_NOT_FOUND"
            ) from None
        credential = self.access.credential
        identity = credential.user if credential.kind == USER_TOKEN else "an access token"
        return Standing(identity, {}, oauth_scopes(found.headers))
