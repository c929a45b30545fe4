"""Authentication: every method except health checks and reflection needs a principal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import grpc
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from sentry_scm_grpc.auth.authenticators import Authenticator, IncomingCall, Metadata, two_credentials
from sentry_scm_grpc.auth.brute_force import BruteForce
from sentry_scm_grpc.auth.signed_calls import HmacAuthenticator
from sentry_scm_grpc.auth.source import FORWARDED, source_of
from sentry_scm_grpc.conf import Conf, conf
from sentry_scm_grpc.errors import Unauthenticated
from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.interceptors.base import Behavior, CallInterceptor
from sentry_scm_grpc.rpc.principal import Principal, _current
from sentry_scm_grpc.rpc.received import received
from sentry_scm_grpc.telemetry.calls import current_call

# The headers that callers know. A mistyped one is recognized.
_HEADERS = ("x-api-key", "authorization", "x-signature")
# Load balancers and command-line tools call these without credentials. Reflection is served only if it is switched on.
OPEN_SERVICES = ("/grpc.health.v1.Health/", "/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.")


def offered_authenticators() -> Mapping[str, Callable[[], Authenticator]]:
    """The names that the setting AUTHENTICATORS can contain on this site, beside dotted paths."""
    return {**current_host().authenticators, "hmac": HmacAuthenticator}


def load_authenticator(name: str) -> Callable[[], Authenticator]:
    """The authenticator with this name or dotted path. Raises ImproperlyConfigured."""
    offered = offered_authenticators()
    if name in offered:
        return offered[name]
    known = ", ".join(repr(key) for key in offered)
    if "." not in name:
        raise ImproperlyConfigured(f"No authenticator {name!r}: take one of {known}, or a dotted path.")
    try:
        made: Callable[[], Authenticator] = import_string(name)
    except ImportError as error:
        raise ImproperlyConfigured(f"The authenticator {name!r} cannot be imported: {error}") from error
    return made


class AuthenticationInterceptor(CallInterceptor):
    def __init__(self) -> None:
        super().__init__()
        self._brute_force = BruteForce()
        self._authenticators: tuple[Conf, list[Authenticator]] | None = None

    def applies_to(self, method: str) -> bool:
        return not method.startswith(OPEN_SERVICES)

    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        def authenticated(request: Any, context: grpc.ServicerContext) -> Any:
            principal = self._principal(method, context)
            if (call := current_call()) is not None:
                call.principal = principal
            token = _current.set(principal)
            try:
                # A streaming behavior has read the principal when it returns its iterator here.
                return behavior(request, context)
            finally:
                _current.reset(token)

        return authenticated

    def _principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        metadata = _metadata(context.invocation_metadata())
        authenticator, credential = self._choose(metadata)
        source = source_of(context.peer(), metadata)
        self._brute_force.check(source, credential)
        message = received(context)
        data, encoding = (None, "") if message is None else message
        try:
            principal = authenticator.authenticate(IncomingCall(method, metadata, source, data, encoding))
        except Unauthenticated as error:
            why = getattr(error, "why", error.reason)
            self._brute_force.failed(source, credential, why, forwarded=FORWARDED in metadata)
            raise
        self._brute_force.succeeded(source, credential)
        return principal

    def _choose(self, metadata: Metadata) -> tuple[Authenticator, str]:
        """The authenticator for the credential that a call presents, and the credential's name."""
        found: tuple[Authenticator, str] | None = None
        for authenticator in self._configured():
            if (name := authenticator.presented(metadata)) is not None:
                if found is not None:
                    raise two_credentials()
                found = authenticator, name
        if found is None:
            raise _no_credentials(metadata, self._configured())
        return found

    def _configured(self) -> list[Authenticator]:
        current = conf()
        if self._authenticators is None or self._authenticators[0] is not current:
            self._authenticators = (current, [load_authenticator(name)() for name in current.AUTHENTICATORS])
        return self._authenticators[1]


def _no_credentials(metadata: Metadata, authenticators: Iterable[Authenticator]) -> Unauthenticated:
    """The error of a call without a credential. It says what the site accepts, and what the call has instead."""
    accepted = list(dict.fromkeys(filter(None, (getattr(each, "sends", "") for each in authenticators))))
    told = "The call has no credentials that this site accepts."
    # Names alone: a value may be a credential.
    sent = [name for header in _HEADERS for name in get_close_matches(header, metadata, n=1, cutoff=0.8)]
    if sent:
        told += f" It has {' and '.join(map(repr, sent))}, which is not accepted."
    told += f" Send {', or '.join(accepted)}." if accepted else " The documentation of the site says what it accepts."
    return Unauthenticated(told, reason="NO_CREDENTIALS")


def _metadata(pairs: Iterable[tuple[str, str | bytes]]) -> Metadata:
    """The metadata by lower-case key.

    Several values of one key are joined, as HTTP servers join them. So a repeated credential is wrong on every
    transport. Empty values are left out: a client without a key has sent no credential.
    """
    found: dict[str, str | bytes] = {}
    for key, value in pairs:
        if not value:
            continue
        key = key.lower()
        if key in found and isinstance(earlier := found[key], str) and isinstance(value, str):
            value = f"{earlier},{value}"
        found[key] = value
    return found
