"""Helpers for tests of other packages: factories, a gRPC-Web call, and the contract of provider adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentry_scm_grpc.testing.provider_contract import ProviderContract
    from sentry_scm_grpc.testing.provider_facts import Facts

__all__ = ["Facts", "ProviderContract"]


def __getattr__(name: str) -> Any:
    # Imported late: it needs pytest, which users of the factories may not have.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sentry_scm_grpc.testing import provider_contract

    return getattr(provider_contract, name)
