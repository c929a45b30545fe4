"""The place of Relay's project configuration cache, in a Sentry without Relay."""

from __future__ import annotations

from sentry.relay.projectconfig_cache.base import ProjectConfigCache


class NullProjectConfigCache(ProjectConfigCache):
    def get(self, public_key: str) -> None:
        return None
