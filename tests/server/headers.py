"""Answers with the headers that reach a WSGI application."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    found = {name: value for name, value in environ.items() if name.startswith("HTTP_X_")}
    body = json.dumps(found).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
