"""The authenticator of the embedded host: an API key in the metadata ``x-api-key``."""

from __future__ import annotations

import time

from sentry_scm_grpc.auth.authenticators import IncomingCall, Metadata
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.hosts.embedded import keys
from sentry_scm_grpc.hosts.embedded.models import seconds_until
from sentry_scm_grpc.rpc.principal import Principal

# How many accepted keys are remembered. If more are in use at once, all are forgotten.
MAX_REMEMBERED = 1000


class ApiKeyAuthenticator:
    """Does not check an accepted key again for CREDENTIAL_CACHE_SECONDS, so that it costs no query for each call."""

    sends = "an API key in the header 'x-api-key'"

    def __init__(self) -> None:
        # By hash, so that no secret stays in memory: until when (monotonic time), and the principal.
        self._known: dict[str, tuple[float, Principal]] = {}

    def presented(self, metadata: Metadata) -> str | None:
        plain = metadata.get("x-api-key")
        # Only keys that end in "-bin" have values that are not text.
        return f"api-key:{keys.prefix_of(plain)}" if isinstance(plain, str) else None

    def authenticate(self, call: IncomingCall) -> Principal:
        plain = str(call.metadata["x-api-key"])
        seconds = conf().CREDENTIAL_CACHE_SECONDS
        if not seconds:
            return self._check(plain)[0]
        digest = keys.digest_of(plain)
        until, principal = self._known.get(digest, (0.0, None))
        if principal is None or until <= time.monotonic():
            principal, seconds_left = self._check(plain)
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[digest] = (time.monotonic() + min(seconds, seconds_left), principal)
        return principal

    def _check(self, plain: str) -> tuple[Principal, float]:
        row = keys.check(plain)
        principal = Principal(f"api-key:{row.id}", row.organization_id, frozenset(row.scopes))
        return principal, seconds_until(row.expires)
