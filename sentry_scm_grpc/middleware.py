"""The entry point for a Django site: RPCs go to the gRPC-Web server, and all other requests go on unchanged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from sentry_scm_grpc.conf import why_off

log = logging.getLogger("sentry_scm_grpc")


class GrpcWebMiddleware:
    """Must be first in MIDDLEWARE, so that no other middleware redirects, refuses or reads an RPC.

    Inside Django's handler the request signals are sent, which close stale database connections.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if find_spec("sonora") is None:
            raise MiddlewareNotUsed("sonora is not installed, so no RPC is served.")
        if reason := why_off():
            log.error("No RPC is served: %s", reason)
            raise MiddlewareNotUsed(reason)
        from sentry_scm_grpc.explorer import pages
        from sentry_scm_grpc.server import metrics_page as page
        from sentry_scm_grpc.server.site import site_server

        self.get_response = get_response
        self.server = site_server()
        self.explore = pages.answer
        self.metrics = page.answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        environ = getattr(request, "environ", None)
        answer = None
        if environ is not None:
            answer = self.server.handle(environ) or self.metrics(environ) or self.explore(environ)
        if answer is None:
            return self.get_response(request)
        # No content type here: the answer has its own, or none.
        response: _Answer | _StreamingAnswer
        if isinstance(answer.body, list):
            response = _Answer(b"".join(answer.body), None, answer.status, answer.reason)
        else:
            response = _StreamingAnswer(answer.body, None, answer.status, answer.reason)
        del response["Content-Type"]
        response.repeated = []
        for name, value in answer.headers:
            if name in response:
                response.repeated.append((name, value))
            else:
                response[name] = value
        return response


class _RepeatedHeaders(HttpResponseBase):
    """Django keeps one value of a header, but metadata may have several values of one name."""

    repeated: list[tuple[str, str]]

    def items(self) -> Any:
        """The headers as Django's handler sends them."""
        return [*super().items(), *self.repeated]


class _Answer(_RepeatedHeaders, HttpResponse):
    pass


class _StreamingAnswer(_RepeatedHeaders, StreamingHttpResponse):
    pass
