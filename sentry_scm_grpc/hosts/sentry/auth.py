"""Sentry's own credentials: API keys, organization tokens and users' tokens, checked by Sentry's REST authenticators.

A caller may do what both its credential and its place in the organization allow. Sentry's access object alone would
grant every scope to a key: REST checks the key's own scopes in a permission class. So the scopes are intersected here.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest

from sentry_scm_grpc.auth.authenticators import IncomingCall, Metadata, two_credentials
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import Unauthenticated
from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.rows import ACTIVE_ORGANIZATION, PROJECT_BY_ID
from sentry_scm_grpc.rpc.principal import Principal

# How many accepted credentials a process remembers.
REMEMBERED = 1024
ORG_TOKEN_PREFIX = "sntrys_"  # noqa: S105  (the prefix, not a token)


@dataclass(frozen=True)
class UserPrincipal(Principal):
    """A user or a Sentry app with a token. Its scopes differ from organization to organization."""

    # The repr of a token's row shows the token.
    auth: Any = field(default=None, repr=False)
    user: Any = field(default=None, repr=False)
    _access: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)

    def scopes_in(self, organization_id: int) -> frozenset[str] | None:
        access = self._access_to(organization_id)
        return None if access is None else frozenset(access.scopes) & self.scopes

    def only_organization(self) -> int | None:
        found = self.organizations(2)
        return found[0] if found and len(found) == 1 else None

    def organizations(self, limit: int) -> list[int] | None:
        # Newer tokens may be bound to one organization.
        if bound := getattr(self.auth, "organization_id", None):
            return [int(bound)]
        return compat.organizations_of(self.user, limit=limit)

    def may_see_project(self, organization_id: int, project_id: int) -> bool:
        project = PROJECT_BY_ID.first(id=project_id)
        return project is not None and self.reaches(organization_id, project)

    def reaches(self, organization_id: int, project: Any) -> bool:
        """Whether the caller may see a project, which is given as a row."""
        access = self._access_to(organization_id)
        return access is not None and bool(access.has_project_access(project))

    def _access_to(self, organization_id: int) -> Any:
        if organization_id not in self._access:
            self._access[organization_id] = self._find_access(organization_id)
        return self._access[organization_id]

    def _find_access(self, organization_id: int) -> Any:
        # Newer tokens may be bound to one organization.
        if (getattr(self.auth, "organization_id", None) or organization_id) != organization_id:
            return None
        if not compat.is_id_of("Organization", organization_id):
            return None
        context = compat.organization_service().get_organization_by_id(id=organization_id, user_id=self.user.id)
        if context is None or context.organization.status != compat.ACTIVE:
            return None
        is_app = getattr(self.user, "is_sentry_app", False)
        if context.member is None and not is_app:
            return None
        # A token does not include the session of a superuser or of staff.
        nobody = SimpleNamespace(is_active=False)
        request = SimpleNamespace(user=self.user, auth=self.auth, superuser=nobody, staff=nobody)
        access = compat.user_access(request, context, self.scopes)
        # An app that is not installed in the organization has no scope there, and does not learn that it exists.
        return access if access.scopes or not is_app else None


class SentryAuthenticator:
    """One kind of credential. An accepted credential is not checked again for CREDENTIAL_CACHE_SECONDS."""

    kind: str

    def __init__(self) -> None:
        self._good: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()
        self._lock = Lock()

    def header(self, metadata: Metadata) -> str | None:
        """The Authorization header for REST. None if the call has no credential of this kind."""
        raise NotImplementedError

    def rest_authenticator(self) -> Any:
        raise NotImplementedError

    def principal(self, user: Any, auth: Any) -> Principal:
        raise NotImplementedError

    def presented(self, metadata: Metadata) -> str | None:
        header = self.header(metadata)
        # These credentials are random and contain no id, so a part of their hash names them.
        return None if header is None else f"{self.kind.replace(' ', '-')}:{_digest(header).hex()[:12]}"

    def authenticate(self, call: IncomingCall) -> Principal:
        header = self.header(call.metadata) or ""
        # The cache does not keep the credential itself.
        key = _digest(header)
        now = time.monotonic()
        known = self._good.get(key)
        if known is not None and known[0] > now:
            return known[1]
        principal = self._check(header)
        with self._lock:
            self._good[key] = (now + conf().CREDENTIAL_CACHE_SECONDS, principal)
            self._good.move_to_end(key)
            while len(self._good) > REMEMBERED:
                self._good.popitem(last=False)
        return principal

    def _check(self, header: str) -> Principal:
        from rest_framework.exceptions import AuthenticationFailed

        request = HttpRequest()
        # Not an internal address: from there, Sentry accepts its own system token.
        request.META = {"HTTP_AUTHORIZATION": header, "REMOTE_ADDR": "192.0.2.1"}
        request.path = request.path_info = compat.rest_path()
        try:
            found = self.rest_authenticator().authenticate(request)
        except AuthenticationFailed:
            found = None
        if found is None or _is_system(found[1]):
            raise Unauthenticated(
                f"This {self.kind} is unknown, expired or switched off. Use another, or create a new one in Sentry.",
                reason="BAD_CREDENTIALS",
            )
        return self.principal(*found)


def _digest(header: str) -> bytes:
    return hashlib.sha256(header.encode()).digest()


def _is_system(auth: Any) -> bool:
    return getattr(auth, "kind", None) == "system" or type(auth).__name__ == "SystemToken"


def _authorization(metadata: Metadata, scheme: str) -> str | None:
    header = metadata.get("authorization", "")
    if isinstance(header, bytes) or not header.lower().startswith(f"{scheme} "):
        return None
    return header


def is_active(organization_id: int) -> bool:
    """Whether the organization exists and is not being deleted."""
    return ACTIVE_ORGANIZATION.first(id=organization_id) is not None


def _organization_principal(key: str, auth: Any) -> Principal:
    """The principal of a credential that belongs to an organization, not to a user."""
    # Keys of an organization that is being deleted are not accepted.
    organization_id = auth.organization_id if is_active(auth.organization_id) else None
    return Principal(key, organization_id, frozenset(auth.get_scopes()))


class ApiKeyAuthenticator(SentryAuthenticator):
    """An organization's API key: in the metadata ``x-api-key`` or, as in REST, as the user of HTTP Basic without a
    password."""

    kind = "API key"
    sends = "an API key in the header 'x-api-key'"

    def header(self, metadata: Metadata) -> str | None:
        key, basic = metadata.get("x-api-key"), _authorization(metadata, "basic")
        if isinstance(key, str) and key:
            if basic is not None:
                raise two_credentials()
            return "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        return basic

    def rest_authenticator(self) -> Any:
        return compat.api_key_authentication()

    def principal(self, user: Any, auth: Any) -> Principal:
        return _organization_principal(f"api-key:{_id(auth)}", auth)


class OrgTokenAuthenticator(SentryAuthenticator):
    """An organization token, which begins with ``sntrys_``."""

    kind = "organization token"
    sends = "an organization token as 'authorization: Bearer TOKEN'"

    def header(self, metadata: Metadata) -> str | None:
        header = _authorization(metadata, "bearer")
        return header if header and header[7:].strip().startswith(ORG_TOKEN_PREFIX) else None

    def rest_authenticator(self) -> Any:
        return compat.organization_token_authentication()

    def principal(self, user: Any, auth: Any) -> Principal:
        return _organization_principal(f"org-token:{_id(auth)}", auth)


class UserTokenAuthenticator(SentryAuthenticator):
    """A user's token, or that of a Sentry app."""

    kind = "token"
    sends = "a user's token as 'authorization: Bearer TOKEN'"

    def header(self, metadata: Metadata) -> str | None:
        header = _authorization(metadata, "bearer")
        return header if header and not header[7:].strip().startswith(ORG_TOKEN_PREFIX) else None

    def rest_authenticator(self) -> Any:
        return compat.user_token_authentication()

    def principal(self, user: Any, auth: Any) -> Principal:
        key = f"user-token:{_id(auth)}"
        user_id = getattr(user, "id", None)
        if user_id is not None:
            return UserPrincipal(key, None, frozenset(auth.get_scopes()), user_id=user_id, auth=auth, user=user)
        # The token of a deleted user still has the user's id. That of a service account never had one.
        if getattr(auth, "user_id", None) is None and getattr(auth, "organization_id", None):
            return _organization_principal(key, auth)
        raise Unauthenticated(
            "This token belongs to no user, and is not bound to an organization. Take a token of a user, of an app or"
            " of an organization.",
            reason="TOKEN_WITHOUT_USER",
        )


def _id(auth: Any) -> Any:
    """The id of the row: the credential is the row itself, or refers to it."""
    return getattr(auth, "entity_id", None) or auth.id
