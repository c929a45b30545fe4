"""Cross-origin calls from browsers: only listed origins may make them. Source: the Fetch standard, CORS protocol."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sentry_scm_grpc.server.metadata import Headers

_EXPOSED = "grpc-status, grpc-message, grpc-status-details-bin, grpc-encoding"
_HEADER_NAMES = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~, -]{1,4096}\Z")
_TWO_HOURS = "7200"  # As long as Chromium remembers a preflight at most.


class Cors:
    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.rstrip("/") for origin in origins)

    def __bool__(self) -> bool:
        """Whether any origin is listed."""
        return bool(self._origins)

    def admits(self, environ: Mapping[str, Any]) -> bool:
        return environ.get("HTTP_ORIGIN") in self._origins

    def headers(self, environ: Mapping[str, Any], initial: Headers) -> Headers:
        """The headers that let a page of a listed origin read the answer and the servicer's initial metadata."""
        if not self._origins:
            return []
        if not self.admits(environ):
            return [("Vary", "Origin")]
        exposed = ", ".join([_EXPOSED, *dict.fromkeys(key for key, _ in initial)])
        return [
            ("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", exposed),
            ("Vary", "Origin"),
        ]

    def preflight(self, environ: Mapping[str, Any], methods: str) -> Headers:
        """The headers that answer a preflight. They give no permission if the origin is not listed."""
        vary = ("Vary", "Origin, Access-Control-Request-Headers")
        if not self.admits(environ):
            return [vary]
        wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        allowed = [("Access-Control-Allow-Headers", wanted)] if _HEADER_NAMES.match(wanted) else []
        return [
            ("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Methods", methods),
            *allowed,
            ("Access-Control-Max-Age", _TWO_HOURS),
            vary,
        ]
