"""Finds provider adapters through the entry-point group ``sentry_scm_grpc.providers``.

The entry point's name is the provider's key. An adapter that fails to load is skipped; the system check reports it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from sentry_scm_grpc.providers.base import ProviderAdapter

GROUP = "sentry_scm_grpc.providers"
#: Other names of providers, as people know them.
ALIASES = {"azure_devops": "vsts"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BrokenAdapter:
    """An entry point that does not load as an adapter, and the reason."""

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
                raise TypeError(
                    f"{entry_point.value} is not a subclass of {ProviderAdapter.__module__}.ProviderAdapter"
                )
            if adapters.setdefault(entry_point.name, adapter) is not adapter:
                raise TypeError(f"another adapter has the name {entry_point.name!r} already")
        except ModuleNotFoundError as error:
            if entry_point.extras:
                # The adapter belongs to an extra that is not installed here.
                log.debug("The provider adapter %s is left out: %s is not installed.", entry_point.name, error.name)
                continue
            broken.append(_report(entry_point, error))
        # A module of a third party may raise anything on import.
        except Exception as error:
            broken.append(_report(entry_point, error))
    return adapters, tuple(broken)


def _report(entry_point: EntryPoint, error: Exception) -> BrokenAdapter:
    log.warning("The provider adapter %s = %s cannot be loaded.", entry_point.name, entry_point.value, exc_info=error)
    return BrokenAdapter(entry_point.name, entry_point.value, f"{type(error).__name__}: {error}")


def adapters() -> dict[str, type[ProviderAdapter]]:
    """The adapter classes by provider key."""
    return _load()[0]


def broken_adapters() -> tuple[BrokenAdapter, ...]:
    """The entry points that failed to load."""
    return _load()[1]


def forget() -> None:
    """Makes the next call read the entry points again. For tests."""
    _load.cache_clear()
