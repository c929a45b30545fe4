"""Hosts: the Django sites the app can live in. This module finds the one that the settings name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from sentry_scm_grpc.conf import conf

if TYPE_CHECKING:
    from sentry_scm_grpc.hosts.base import Host

# The host's key, its class, and the app whose presence chooses it.
HOSTS = {
    "sentry": ("sentry_scm_grpc.hosts.sentry.host", "SentryHost", "sentry"),
    "embedded": ("sentry_scm_grpc.hosts.embedded.host", "EmbeddedHost", "sentry_scm_grpc.hosts.embedded"),
}


@cache
def current_host() -> Host:
    """The host of this site. Raises ImproperlyConfigured where there is none."""
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
