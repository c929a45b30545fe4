"""WSGI applications for real servers: the echo service alone, behind Django's middleware, and through the WSGI wrapper.

The site's own interceptors are left out, so that everyone may call the echo service.
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.server.site_settings")

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from sentry_scm_grpc.server import site
from sentry_scm_grpc.wsgi import wrap
from tests.server.echo import add_echo


def upload(request: HttpRequest) -> HttpResponse:
    """A view of the site that is no RPC: says what it was sent."""
    return HttpResponse(request.body, content_type=request.content_type or "text/plain", status=201)


urlpatterns = [path("upload/", upload)]


def _no_interceptors() -> list[Any]:
    return []


def _start() -> Any:
    site.interceptors = _no_interceptors
    application = get_wsgi_application()
    add_echo(site.site_server())
    return application


if os.environ["DJANGO_SETTINGS_MODULE"] == "tests.server.site_settings":
    middleware = _start()
    wrapped = wrap(middleware)
