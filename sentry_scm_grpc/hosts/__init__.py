"""Hosts: the Django sites in which the app can run."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sentry_scm_grpc.rpc import host as known

if TYPE_CHECKING:
    from sentry_scm_grpc.hosts.base import Host


def current_host() -> Host:
    """The host of this site with its whole interface. Raises ImproperlyConfigured if there is none."""
    return cast("Host", known.current_host())
