"""The entry point at WSGI level. It is faster than the middleware, because Django's handler does not run for RPCs.

In the site's wsgi.py:

    from sentry_scm_grpc.wsgi import wrap
    application = wrap(get_wsgi_application())
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sentry_scm_grpc.conf import why_off

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


log = logging.getLogger("sentry_scm_grpc")


def wrap(application: WSGIApplication) -> WSGIApplication:
    """Returns the application with RPCs answered before it.

    It sends Django's request signals around every RPC, as Django's own handler does. They close stale database
    connections and clear the option caches of a Sentry. If the settings cannot be read, the application is returned
    unchanged, and the log says why.
    """
    if reason := why_off():
        log.error("No RPC is served: %s", reason)
        return application
    from sentry_scm_grpc.explorer import pages
    from sentry_scm_grpc.server import metrics_page as page
    from sentry_scm_grpc.server import request_signals
    from sentry_scm_grpc.server.site import site_server

    server = site_server()

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not server.serves(environ):
            return application(environ, start_response)
        request_signals.started(wrap, environ)
        try:
            answer = server.handle(environ) or page.answer(environ) or pages.answer(environ)
        except BaseException:
            request_signals.finished(wrap)
            raise
        if answer is None:
            request_signals.finished(wrap)
            return application(environ, start_response)
        start_response(f"{answer.status} {answer.reason}", answer.headers)
        if isinstance(answer.body, list):
            request_signals.finished(wrap)
            return answer.body
        return _Streaming(answer.body, lambda: request_signals.finished(wrap))

    return wrapped


class _Streaming:
    """A streaming body. When it ends in any way, the request ends."""

    def __init__(self, body: Iterator[bytes], ended: Callable[[], None]) -> None:
        self._body = body
        self._ended = ended

    def __iter__(self) -> Iterator[bytes]:
        return self._body

    def close(self) -> None:
        try:
            close: Any = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._ended()
