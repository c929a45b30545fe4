"""The host of this site, chosen by the settings, and the part of its interface that the floors below hosts/ use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Protocol

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The key of a host, its class, and the app that selects it.
HOSTS = {
    "sentry": ("sentry_scm_grpc.hosts.sentry.host", "SentryHost", "sentry"),
    "embedded": ("sentry_scm_grpc.hosts.embedded.host", "EmbeddedHost", "sentry_scm_grpc.hosts.embedded"),
}


class Adapter(Protocol):
    """What a call uses of a provider adapter. providers/base.py has the whole interface."""

    key: ClassVar[str]
    name: ClassVar[str]
    missing: ClassVar[Mapping[str, str]]
    installation: Any
    repository: pb.Repository | None

    @classmethod
    def supports(cls, operation: str) -> bool: ...


class Host(Protocol):
    """What a call uses of the host. hosts/base.py has the whole interface and describes the methods."""

    key: ClassVar[str]

    def has_organization(self, organization_id: int) -> bool: ...
    def find(self, resource: int, id: int, organization_id: int | None) -> Any: ...
    def adapter(self, call: Any) -> Any: ...
    def map_error(self, error: Exception) -> ScmError | None: ...
    def keys_may_act_as_users(self) -> bool: ...
    def unsupported(self, rpc_name: str) -> str: ...
    def observers(self) -> Sequence[Any]: ...


@cache
def current_host() -> Host:
    """The host of this site. Raises ImproperlyConfigured if there is none."""
    key = conf().HOST or _installed_host()
    if key not in HOSTS:
        raise ImproperlyConfigured(
            f"SCM_GRPC['HOST'] is {key!r}; it must be one of {', '.join(HOSTS)}."
            if key
            else "No host: neither 'sentry' nor 'sentry_scm_grpc.hosts.embedded' is in INSTALLED_APPS."
        )
    module, name, _ = HOSTS[key]
    host: Host = getattr(import_module(module), name)()
    return host


def _installed_host() -> str:
    return next((key for key, (_, _, app) in HOSTS.items() if apps.is_installed(app)), "")


def _forget(*, setting: str, **_: object) -> None:
    if setting in ("SCM_GRPC", "INSTALLED_APPS"):
        current_host.cache_clear()


setting_changed.connect(_forget)
