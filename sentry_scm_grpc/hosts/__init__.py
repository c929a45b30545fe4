"""Hosts: the Django sites that the app can live in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sentry_scm_grpc.rpc import host as known

if TYPE_CHECKING:
    from sentry_scm_grpc.hosts.base import Host


def current_host() -> Host:
    """The host of this site, whole. Raises ImproperlyConfigured where there is none."""
    return cast("Host", known.current_host())
