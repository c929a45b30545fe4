"""Finds provider adapters through the entry-point group ``sentry_scm_grpc.providers``.

The entry point's name is the provider's key. One that fails to load disables only itself: the system check reports it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

from sentry_scm_grpc.providers.base import ProviderAdapter

GROUP = "sentry_scm_grpc.providers"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BrokenAdapter:
    """An entry point that gives no adapter, and why."""

    name: str
    value: str
    problem: str


@cache
def _load() -> tuple[dict[str, type[ProviderAdapter]], tuple[BrokenAdapter, ...]]:
    adapters: dict[str, type[ProviderAdapter]] = {}
    broken = []
    for entry_point in sorted(entry_points(group=GROUP), key=lambda found: (found.name, found.value)):
        try:
            adapter = entry_point.load()
            if not (isinstance(adapter, type) and issubclass(adapter, ProviderAdapter)):
                raise TypeError(f"{entry_point.value} is no subclass of {ProviderAdapter.__module__}.ProviderAdapter")
            if adapters.setdefault(entry_point.name, adapter) is not adapter:
                raise TypeError(f"another adapter has the name {entry_point.name!r} already")
        # A third party's module may fail in any way while it is imported.
        except Exception as error:
            log.warning(
                "The provider adapter %s = %s cannot be loaded.", entry_point.name, entry_point.value, exc_info=True
            )
            problem = f"{type(error).__name__}: {error}"
            broken.append(BrokenAdapter(entry_point.name, entry_point.value, problem))
    return adapters, tuple(broken)


def adapters() -> dict[str, type[ProviderAdapter]]:
    """The adapter classes by provider key."""
    return _load()[0]


def broken_adapters() -> tuple[BrokenAdapter, ...]:
    """The entry points that failed to load."""
    return _load()[1]


def forget() -> None:
    """Looks the entry points up again at the next call; for tests."""
    _load.cache_clear()
