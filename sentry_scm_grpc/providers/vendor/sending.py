"""Wraps how requests sends, once, for what two modules add: ``deadlines`` and ``connections``.

It concerns calls that are being answered and requests that are marked. Everything else that uses requests is left as it
is.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import Any

from sentry_scm_grpc.providers.vendor import connections, deadlines


@cache
def hold() -> None:
    import requests

    deadlines.hold()
    connections.hold()
    send = requests.Session.send

    @wraps(send)
    def sent(self: Any, request: Any, **options: Any) -> Any:
        with connections.kept_for(self, request, options):
            return send(self, request, **deadlines.shortened(request, options))

    requests.Session.send = sent  # type: ignore[method-assign]
