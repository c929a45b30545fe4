"""The methods of the client, one for each RPC, made from the descriptor.

Their types are in methods.pyi, which scripts/generate-client-stubs writes from the same descriptor.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from sentry_scm_grpc.client.described import docstring
from sentry_scm_grpc.client.downloads import download_name, piece_of
from sentry_scm_grpc.client.errors import ScmError
from sentry_scm_grpc.client.requests import make_request
from sentry_scm_grpc.rpc.policy import RPCS, Rpc, field_rules

DOWNLOADS = (
    "Writes what {} returns to a file, which appears under its name when it is whole. ``target`` is a path, a directory"
    " or an open binary file. ``progress`` is told how many bytes are written, and how many there will be, or None."
)


def iterator_name(rpc: Rpc) -> str:
    """``ListCommits`` -> ``iter_commits``, ``SearchCode`` -> ``iter_search_code``."""
    return f"iter_{rpc.operation.removeprefix('list_')}"


class RpcMethods:
    """One method for each RPC, such as ``get_repository(...)``.

    It takes the request's fields as keywords or a request message, and ``timeout`` in seconds (None: no limit; not
    given: the client's). It returns the response message, or for a stream an iterator of messages.

    An RPC with pages has a second method, such as ``iter_commits(...)`` beside ``list_commits(...)``. It returns an
    iterator over the items of all pages, and requests each page when it is needed. ``timeout`` applies to each page.

    A stream of bytes has a second method, such as ``download_archive(target, ...)`` beside ``stream_archive(...)``. It
    writes the bytes to a file and returns a Downloaded.
    """


class AsyncRpcMethods:
    """The methods of RpcMethods for ``await``. Iterators are async iterators."""


def _caller(rpc: Rpc) -> Callable[..., Any]:
    def method(self: Any, request: Any = None, /, *, timeout: Any = ..., **fields: Any) -> Any:
        try:
            return self._invoke(rpc, make_request(rpc, request, fields), timeout)
        except ScmError as error:
            # The traceback should show the line that made the call, not the client.
            raise error.with_traceback(None)  # noqa: B904

    method.__doc__ = docstring(rpc.name)
    return method


def _iterator(rpc: Rpc) -> Callable[..., Any]:
    def method(self: Any, request: Any = None, /, *, timeout: Any = ..., **fields: Any) -> Any:
        return self._pages(rpc, make_request(rpc, request, fields), timeout)

    method.__doc__ = f"Iterates over what {rpc.name} answers, page by page.\n\n{docstring(rpc.name)}"
    return method


def _downloader(rpc: Rpc) -> Callable[..., Any]:
    def method(
        self: Any, target: Any, request: Any = None, /, *, progress: Any = None, timeout: Any = ..., **fields: Any
    ) -> Any:
        return self._download(rpc, target, make_request(rpc, request, fields), timeout, progress)

    method.__doc__ = f"{DOWNLOADS.format(rpc.name)}\n\n{docstring(rpc.name)}"
    return method


def _add(
    kind: type, name: str, method: Any, rpc: Rpc, positional: Sequence[str] = (), keywords: Sequence[str] = ()
) -> None:
    method.__name__ = name
    method.__qualname__ = f"{kind.__name__}.{name}"
    keyword = inspect.Parameter.KEYWORD_ONLY
    method.__signature__ = inspect.Signature(
        [
            *(inspect.Parameter(one, inspect.Parameter.POSITIONAL_ONLY) for one in ("self", *positional)),
            inspect.Parameter("request", inspect.Parameter.POSITIONAL_ONLY, default=None),
            *(
                inspect.Parameter(
                    field.name, keyword, default=inspect.Parameter.empty if field_rules(field).required else None
                )
                for field in rpc.method.input_type.fields
            ),
            *(inspect.Parameter(one, keyword, default=None) for one in keywords),
            inspect.Parameter("timeout", keyword, default=...),
        ]
    )
    setattr(kind, name, method)


for _kind in (RpcMethods, AsyncRpcMethods):
    for _rpc in RPCS.values():
        _add(_kind, _rpc.operation, _caller(_rpc), _rpc)
        if _rpc.pages:
            _add(_kind, iterator_name(_rpc), _iterator(_rpc), _rpc)
        if piece_of(_rpc):
            _add(_kind, download_name(_rpc), _downloader(_rpc), _rpc, ("target",), ("progress",))
