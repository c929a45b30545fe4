"""Credentials of a site's own, with which a vendor is reached without a Sentry, and what is known of them.

A credential is never shown: not by ``repr``, not in an error, not in a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, Protocol

TOKEN = "token"  # noqa: S105  (the name of a kind)
#: A user name and a token, for HTTP's Basic authentication.
USER_TOKEN = "user_token"  # noqa: S105
#: The private key of a GitHub App.
APP = "app"


@dataclass(frozen=True)
class Credential:
    """``secret`` is a token or a private key (PEM). ``user`` is the user name or the id of the app, no secret."""

    kind: str
    secret: str = field(repr=False)
    user: str = ""


class Tokens(Protocol):
    """Keeps short-lived tokens where all processes of the site find them, encrypted. A cache: it may forget."""

    def get(self, name: str) -> str | None: ...
    def put(self, name: str, token: str, seconds: float) -> None: ...
    def forget(self, name: str) -> None: ...


@dataclass(frozen=True)
class Access:
    """How a vendor is reached: where, as whom, and what the vendor told of the account when the access was set up."""

    integration_id: int
    name: str
    #: The address of the vendor's web pages, such as https://github.com.
    address: str
    #: The vendor's account: organization, user, group or workspace. Empty if the vendor needs none.
    account: str
    credential: Credential
    tokens: Tokens
    #: What ``Standalone.examine`` found. It contains no secrets.
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: A file of certificate authorities (PEM). Empty means those of requests.
    ca_bundle: str = ""


@dataclass(frozen=True)
class Standing:
    """What a vendor tells of a credential."""

    #: Who it acts as, in the vendor's words.
    identity: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: The permissions that it has. None if the vendor does not tell.
    permissions: tuple[str, ...] | None = None
    #: When it ends. None if it does not, or if the vendor does not tell.
    expires: datetime | None = None


class Permission(Enum):
    """What an operation of an adapter needs of a credential. Each capability in this package names it in
    ``permissions``, and ``Standalone.permissions`` says which of the vendor's own permissions grant it."""

    #: The operation does not ask the vendor.
    NOTHING = auto()
    READ_REPOSITORIES = auto()
    READ_CODE = auto()
    #: Some vendors have a permission for the contents of files alone.
    READ_FILES = auto()
    READ_PULL_REQUESTS = auto()
    #: To open and change pull requests, and to comment on them.
    WRITE_PULL_REQUESTS = auto()
    #: Some vendors want the permission to write code for a merge.
    MERGE_PULL_REQUESTS = auto()
    WRITE_CODE = auto()
    READ_ISSUES = auto()
    WRITE_ISSUES = auto()
    #: Some vendors have a permission for the status of an issue alone.
    MOVE_ISSUES = auto()
    READ_STATUSES = auto()
    WRITE_STATUSES = auto()
    READ_CHECKS = auto()
    WRITE_CHECKS = auto()
    READ_PIPELINES = auto()
