"""What GitHub tells of a credential: whose it is, what it may do, where an app is installed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.vendors import github_forms as forms
from tests.vendors.fake import FakeVendor, NoSuchThing, Reply, Request, route

APP_ID = "4711"


@cache
def _key() -> rsa.RSAPrivateKey:
    """Of every app: to make one takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class App:
    """A GitHub App that is installed at an account, and the tokens that GitHub gave it."""

    def __init__(self, permissions: dict[str, str], account: str = "acme") -> None:
        self.account = account
        self.key = _key()
        self.permissions = permissions
        self.tokens: list[str] = []
        #: How long a token lives, in seconds. GitHub's live for an hour.
        self.lives = 3600.0

    def is_signed(self, authorization: str) -> bool:
        """Whether a JWT is the app's: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app"""
        try:
            claims = jwt.decode(authorization.removeprefix("Bearer "), self.key.public_key(), algorithms=["RS256"])
        except jwt.InvalidTokenError:
            return False
        return claims["iss"] == APP_ID and claims["exp"] <= time.time() + 600


class AccountOfGitHub(FakeVendor):
    #: The scopes of a classic token. None for a fine-grained one, of which GitHub tells none.
    scopes: str | None = "repo"
    #: When the token ends, as GitHub writes it.
    token_ends: str = ""
    #: Whether the credential is an app's.
    app: App | None = None
    rest: str

    def is_accepted(self, request: Request) -> bool:
        authorization = request.headers.get("Authorization", "")
        if self.app is not None and request.path.removeprefix("/v3").startswith(("/app/", "/orgs/", "/users/")):
            return self.app.is_signed(authorization)
        return super().is_accepted(request)

    @route("GET", r"/user")
    def get_me(self, request: Request) -> Reply:
        headers = {} if self.scopes is None else {"X-OAuth-Scopes": self.scopes}
        if self.token_ends:
            headers["GitHub-Authentication-Token-Expiration"] = self.token_ends
        return Reply(self._account("ada"), headers=headers)

    @route("GET", r"/users/(?P<login>[\w-]+)")
    def get_account(self, request: Request, login: str) -> Any:
        if login not in ("acme", "ada"):
            raise NoSuchThing
        return self._account(login, "Organization" if login == "acme" else "User")

    def _account(self, login: str, kind: str = "User") -> Any:
        account = forms.account(self.rest, login, kind)
        counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        untold = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"))
        moments = dict.fromkeys(("created_at", "updated_at"), forms.MOMENT)
        return {**account, **counts, **untold, **moments}

    @route("GET", r"/orgs/(?P<login>[\w-]+)/installation")
    def get_installation(self, request: Request, login: str) -> Any:
        return self._installation(login, "Organization")

    @route("GET", r"/users/(?P<login>[\w-]+)/installation")
    def get_installation_of_user(self, request: Request, login: str) -> Any:
        return self._installation(login, "User")

    def _installation(self, login: str, kind: str) -> Any:
        if self.app is None or login != self.app.account or (kind == "User") != (login == "ada"):
            raise NoSuchThing
        return {
            "id": 99,
            "app_id": int(APP_ID),
            "app_slug": "scm",
            "account": forms.account(self.rest, login, kind),
            "target_id": 1,
            "target_type": kind,
            "permissions": self.app.permissions,
            "events": [],
            "repository_selection": "all",
            "single_file_name": None,
            "access_tokens_url": f"{self.rest}/app/installations/99/access_tokens",
            "repositories_url": f"{self.rest}/installation/repositories",
            "html_url": f"https://github.com/organizations/{login}/settings/installations/99",
            "created_at": forms.MOMENT,
            "updated_at": forms.MOMENT,
            "suspended_at": None,
            "suspended_by": None,
        }

    @route("POST", r"/app/installations/99/access_tokens")
    def create_token(self, request: Request) -> Reply:
        assert self.app is not None
        token = f"ghs_{len(self.app.tokens)}installation"
        self.app.tokens.append(token)
        self.accepted.add(f"Bearer {token}")
        ends = datetime.now(UTC) + timedelta(seconds=self.app.lives)
        body = {
            "token": token,
            "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "permissions": self.app.permissions,
            "repository_selection": "all",
        }
        return Reply(body, 201)
