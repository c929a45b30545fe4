"""A WSGI application for real servers: the echo service before an application that is no Django."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.server.web import ScmGrpcWSGI
from tests.server.echo import add_echo


def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("201 Created", [("Content-Type", "application/octet-stream")])
    return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))]


alone = ScmGrpcWSGI(site)
add_echo(alone)
