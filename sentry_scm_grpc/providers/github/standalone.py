"""GitHub and GitHub Enterprise Server with a token or as a GitHub App.

https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sentry_scm_grpc.errors import FailedPrecondition, NotFound, PermissionDenied
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.credentials import APP, TOKEN, Permission, Standing
from sentry_scm_grpc.providers.vendor.http import Http, quoted, quoted_path
from sentry_scm_grpc.providers.vendor.reading import string, text, value, whole
from sentry_scm_grpc.providers.vendor.standalone import Client, Standalone, oauth_scopes
from sentry_scm_grpc.providers.vendor.statuses import error_of_status

#: So many seconds before its end an app's token is renewed.
EARLY = 300
#: A token younger than this, in seconds, was not refused because of its age.
NEW = 60
#: An app's JWT may be valid for ten minutes. Clocks may differ by a minute.
JWT_SECONDS, CLOCKS_DIFFER = 540, 60

#: What every classic token may do, whatever its scopes.
PUBLIC = "public:read"
_READ_CODE = ("repo", "public_repo", "contents:read", "contents:write", PUBLIC)


class GitHubStandalone(Standalone):
    variables = {TOKEN: ("GITHUB_TOKEN", ""), APP: ("GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_ID")}
    default_address = "https://github.com"
    account_word = "organization or user"
    bucket = "core"
    # "repo" and "public_repo" are scopes of a classic token. The others are permissions of an app.
    permissions = {
        Permission.READ_REPOSITORIES: (),
        Permission.READ_CODE: _READ_CODE,
        Permission.READ_FILES: _READ_CODE,
        Permission.READ_PULL_REQUESTS: ("repo", "public_repo", "pull_requests:read", "pull_requests:write", PUBLIC),
        Permission.WRITE_PULL_REQUESTS: ("repo", "public_repo", "pull_requests:write"),
        # https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request
        Permission.MERGE_PULL_REQUESTS: ("repo", "public_repo", "contents:write"),
        Permission.WRITE_CODE: ("repo", "public_repo", "contents:write"),
        Permission.READ_ISSUES: ("repo", "public_repo", "issues:read", "issues:write", PUBLIC),
        Permission.WRITE_ISSUES: ("repo", "public_repo", "issues:write"),
        Permission.READ_STATUSES: ("repo", "repo:status", "public_repo", "statuses:read", "statuses:write", PUBLIC),
        Permission.WRITE_STATUSES: ("repo", "repo:status", "public_repo", "statuses:write"),
        Permission.READ_CHECKS: ("repo", "public_repo", "checks:read", "checks:write", PUBLIC),
        # No classic token has it.
        Permission.WRITE_CHECKS: ("checks:write",),
        Permission.READ_PIPELINES: ("repo", "public_repo", "actions:read", "actions:write", PUBLIC),
    }

    @property
    def api(self) -> str:
        parts = urlsplit(self.web)
        # GitHub with data residency has addresses such as https://acme.ghe.com.
        if parts.netloc == "github.com" or parts.netloc.endswith(".ghe.com"):
            return f"{parts.scheme}://api.{parts.netloc}"
        return self.web

    def metadata(self) -> dict[str, Any]:
        return {"domain_name": f"{self.host}/{self.access.account}"}

    def headers(self) -> dict[str, str]:
        return {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

    # ---- issues

    def create_issue(self, data: dict[str, Any]) -> Mapping[str, Any]:
        """https://docs.github.com/en/rest/issues/issues#create-an-issue"""
        sent = {"title": data["title"], "body": data["description"]}
        if data.get("assignee"):
            sent["assignees"] = [data["assignee"]]
        made = self.http.post(f"/repos/{quoted_path(data['repo'])}/issues", sent)
        return {
            "key": f"{data['repo']}#{string(made, 'number')}",
            "title": string(made, "title"),
            "description": text(made, "body"),
            "url": string(made, "html_url"),
        }

    def get_issue_url(self, key: str) -> str:
        return f"{self.web}/{key.replace('#', '/issues/')}"

    # ---- the credential

    def authorization(self, fresh: bool) -> str | None:
        if self.access.credential.kind != APP:
            return super().authorization(fresh)
        if fresh:
            # The token may have been revoked before its end, or the app was installed anew.
            self.access.tokens.forget("installation")
        token = self.access.tokens.get("installation") or self._new_token()
        return f"Bearer {token}"

    def _new_token(self) -> str:
        installation = self.access.facts.get("installation_id")
        if installation is None:
            raise FailedPrecondition(
                "It is not known yet where the GitHub App is installed. The operator runs 'integrations check'.",
                reason="INTEGRATION_UNAUTHORIZED",
            )
        try:
            made = self._as_app().post(f"/app/installations/{int(installation)}/access_tokens")
        except (NotFound, PermissionDenied):  # The app was removed from the account, or is suspended there.
            raise error_of_status(401) from None
        token = string(made, "token")
        seconds = _moment(string(made, "expires_at")).timestamp() - time.time() - EARLY
        if seconds > 0:
            self.access.tokens.put("installation", token, seconds)
            self.access.tokens.put("new", "yes", min(seconds, NEW))
        return token

    def may_renew(self, status: int) -> bool:
        """GitHub answers 403 to the tokens of an app that was suspended, and of one that lacks a permission. The app
        itself gets no token while it is suspended, and a new one has the permissions that it has now.

        A call that stays forbidden asks for a new token once a minute at most.
        """
        if status == 403 and self.access.credential.kind == APP:
            return self.access.tokens.get("new") is None
        return super().may_renew(status)

    def _as_app(self) -> Http:
        """Calls of the app itself, in no installation."""

        def client() -> Client:
            made = self.get_client()
            made.authorization = lambda fresh: None if fresh else f"Bearer {self._jwt()}"
            return made

        return self.http_as(client)

    def _jwt(self) -> str:
        """https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app"""
        import jwt

        now = int(time.time())
        claims = {"iat": now - CLOCKS_DIFFER, "exp": now + JWT_SECONDS, "iss": self.access.credential.user}
        try:
            signed: str = jwt.encode(claims, self.access.credential.secret, algorithm="RS256")
        except Exception:  # Its text may show a part of the key.
            raise FailedPrecondition(
                "The private key of the GitHub App cannot be read. It must be the PEM file that GitHub gave.",
                reason="INTEGRATION_UNAUTHORIZED",
            ) from None
        return signed

    def examine(self) -> Standing:
        return self._examine_app() if self.access.credential.kind == APP else self._examine_token()

    def _examine_app(self) -> Standing:
        account = quoted(self.access.account)
        try:
            found = self._as_app().ask(f"/orgs/{account}/installation").data
        except Absent:
            try:
                found = self._as_app().ask(f"/users/{account}/installation").data
            except Absent:
                raise NotFound(
                    f"The GitHub App is not installed at {self.access.account!r}. Install it there.",
                    reason="VENDOR_NOT_FOUND",
                ) from None
        granted = value(found, "permissions")
        permissions = sorted(f"{name}:{level}" for name, level in granted.items() if isinstance(level, str))
        facts = {"installation_id": whole(found, "id"), "repositories_path": "/installation/repositories"}
        return Standing(f"app {text(found, 'app_slug')}", facts, tuple(permissions))

    def _examine_token(self) -> Standing:
        me = self.http.ask("/user")
        login = string(me.data, "login")
        path, params = "/user/repos", {"affiliation": "owner"}
        if login.lower() != self.access.account.lower():
            try:
                kind = text(self.http.ask(f"/users/{quoted(self.access.account)}").data, "type")
            except Absent:
                raise NotFound(
                    f"GitHub has no account {self.access.account!r}, or hides it from the token.",
                    reason="VENDOR_NOT_FOUND",
                ) from None
            collection = "orgs" if kind == "Organization" else "users"
            path, params = f"/{collection}/{quoted(self.access.account)}/repos", {}
        scopes = oauth_scopes(me.headers)  # Only a classic token has them.
        ends = me.headers.get("GitHub-Authentication-Token-Expiration")
        return Standing(
            login,
            {"repositories_path": path, "repositories_params": params},
            None if scopes is None else (*scopes, PUBLIC),
            _moment(ends) if ends else None,
        )


class GitHubEnterpriseStandalone(GitHubStandalone):
    default_address = ""
    variables = {TOKEN: ("GH_ENTERPRISE_TOKEN", ""), APP: ("GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_ID")}

    @property
    def api(self) -> str:
        return f"{self.web}/api/v3"


def _moment(told: str) -> datetime:
    """A date as GitHub writes it: ISO 8601, or "2026-12-31 12:00:00 UTC"."""
    try:
        found = datetime.fromisoformat(told.replace(" UTC", "+00:00").replace(" -", "-").replace(" +", "+"))
    except ValueError:
        raise FailedPrecondition("GitHub gave a date that cannot be read.", reason="BAD_VENDOR_RESPONSE") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
