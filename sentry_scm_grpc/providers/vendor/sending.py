"""Wraps how requests sends, once, for what two modules add: ``deadlines`` and ``connections``.

It concerns calls that are being answered and requests that are marked. Everything else that uses requests is left as it
is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, wraps
from typing import Any

from sentry_scm_grpc.providers.vendor import connections, deadlines

_HEADERS = "_sentry_scm_grpc_headers"


def insist(request: Any, headers: Mapping[str, str]) -> None:
    """Has a ``requests.PreparedRequest`` sent with these headers. Sentry's clients overwrite some of them."""
    setattr(request, _HEADERS, headers)


@cache
def hold() -> None:
    import requests

    deadlines.hold()
    connections.hold()
    send = requests.Session.send

    @wraps(send)
    def sent(self: Any, request: Any, **options: Any) -> Any:
        request.headers.update(getattr(request, _HEADERS, {}))
        with connections.kept_for(self, request, options):
            return send(self, request, **deadlines.shortened(request, options))

    requests.Session.send = sent  # type: ignore[method-assign]
