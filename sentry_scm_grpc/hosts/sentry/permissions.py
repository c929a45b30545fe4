"""Which of a vendor's permissions Sentry asked for when it installed an integration, as far as Sentry tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sentry_scm_grpc.hosts.sentry.compat.symbols import symbol

_UNKNOWN = "GetCapabilities does not say which permissions Sentry's installation lacks"
_BITBUCKET = symbol(
    "scopes of Bitbucket's add-on",
    "sentry.integrations.bitbucket.integration:scopes",
    without=_UNKNOWN,
    optional=True,
)
_AZURE_DEVOPS = symbol(
    "integration of Azure DevOps",
    "sentry.integrations.vsts.integration:VstsIntegrationProvider",
    without=_UNKNOWN,
    optional=True,
)


def granted(integration: Any) -> Collection[str] | None:
    """By the vendor's own names. None if Sentry does not tell: its users choose the permissions of a GitHub App, which
    older versions do not store, and every token of GitLab may do everything."""
    if integration.provider in ("github", "github_enterprise"):
        told = integration.metadata.get("permissions")
        return [f"{name}:{level}" for name, level in told.items()] if isinstance(told, Mapping) else None
    # A version before may have installed it, and have asked for others than this one.
    stored: Collection[str] = integration.metadata.get("scopes") or ()
    if integration.provider == "bitbucket":
        return stored or _BITBUCKET.find()
    if integration.provider == "vsts":
        provider = _AZURE_DEVOPS.find()
        scopes = stored or (provider().get_scopes() if provider is not None else ())
        # Newer versions ask for all that the administrator registered, and then nothing is known.
        return scopes if any(scope.startswith("vso.") for scope in scopes) else None
    return None
