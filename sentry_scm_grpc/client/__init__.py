"""The Python client: ``ScmClient``, ``AsyncScmClient``, ``HmacSigner``, and the exceptions in ``errors``.

docs/how-to/client.md describes it. It needs connectrpc and protobuf, but neither Django nor the server's dependencies.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentry_scm_grpc.client.aio import AsyncScmClient
    from sentry_scm_grpc.client.client import ScmClient
    from sentry_scm_grpc.client.errors import ScmError, Status
    from sentry_scm_grpc.client.signing import HmacSigner

__all__ = ["AsyncScmClient", "HmacSigner", "ScmClient", "ScmError", "Status"]

_MODULES = {
    "AsyncScmClient": "aio",
    "HmacSigner": "signing",
    "ScmClient": "client",
    "ScmError": "errors",
    "Status": "errors",
}


def __getattr__(name: str) -> Any:
    """Imports a class when it is first used, so that commands which make no call need not load the HTTP library."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
