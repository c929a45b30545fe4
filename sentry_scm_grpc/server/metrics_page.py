"""The page of metrics, ``GET <prefix>/metrics``, for holders of the token. Without METRICS_TOKEN there is no page."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from importlib.util import find_spec
from typing import Any

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.server.exchange import WsgiResponse


def answer(environ: Mapping[str, Any]) -> WsgiResponse | None:
    """The answer to a GET of the page. None for all other requests, and if the page is off."""
    prefix, token = conf().PREFIX.strip("/"), conf().METRICS_TOKEN
    if not (token and prefix and environ.get("PATH_INFO") == f"/{prefix}/metrics"):
        return None
    if environ["REQUEST_METHOD"] != "GET" or find_spec("prometheus_client") is None:
        return None
    given = environ.get("HTTP_AUTHORIZATION", "")
    if not compare_digest(given.encode("latin-1", "replace"), f"Bearer {token}".encode()):
        text = b"Send the token of SCM_GRPC['METRICS_TOKEN'] as 'Authorization: Bearer TOKEN'.\n"
        return _answer(401, "Unauthorized", "text/plain; charset=utf-8", text, ("WWW-Authenticate", "Bearer"))
    from sentry_scm_grpc.telemetry.prometheus import exposition

    content_type, data = exposition(environ.get("HTTP_ACCEPT", ""))
    return _answer(200, "OK", content_type, data)


def _answer(status: int, reason: str, content_type: str, data: bytes, *more: tuple[str, str]) -> WsgiResponse:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(data))), ("Cache-Control", "no-store"), *more]
    return WsgiResponse(status, reason, headers, [data])
