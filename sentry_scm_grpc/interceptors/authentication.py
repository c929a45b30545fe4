"""Authentication: every method but health checks and reflection needs a principal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from sentry_scm_grpc.auth.authenticators import Authenticator
from sentry_scm_grpc.auth.principal import Principal, _current
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import Unauthenticated
from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.interceptors.base import Behavior, CallInterceptor

# What load balancers and command-line tools ask without credentials. Reflection is served only where it is switched on.
OPEN_SERVICES = ("/grpc.health.v1.Health/", "/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.")


def load_authenticator(name: str) -> Callable[[], Authenticator]:
    """The authenticator that the setting names: one of the host's, or a dotted path. Raises ImproperlyConfigured."""
    offered = current_host().authenticators
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
        self._authenticators: tuple[tuple[str, ...], list[Authenticator]] | None = None

    def applies_to(self, method: str) -> bool:
        return not method.startswith(OPEN_SERVICES)

    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        def authenticated(request: Any, context: grpc.ServicerContext) -> Any:
            token = _current.set(self._principal(context))
            try:
                # A streaming behavior returns its iterator here, having read the principal.
                return behavior(request, context)
            finally:
                _current.reset(token)

        return authenticated

    def _principal(self, context: grpc.ServicerContext) -> Principal:
        metadata: Mapping[str, str | bytes] = {key.lower(): value for key, value in context.invocation_metadata()}
        for authenticator in self._configured():
            principal = authenticator.authenticate(metadata)
            if principal is not None:
                return principal
        raise Unauthenticated(
            "The call has no credentials. Send an API key as metadata 'x-api-key'.", reason="NO_CREDENTIALS"
        )

    def _configured(self) -> list[Authenticator]:
        names = conf().AUTHENTICATORS
        if self._authenticators is None or self._authenticators[0] != names:
            self._authenticators = (names, [load_authenticator(name)() for name in names])
        return self._authenticators[1]
