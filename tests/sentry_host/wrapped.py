"""Sentry's WSGI application with RPCs answered before it, as an operator writes it for SENTRY_WEB_OPTIONS."""

from __future__ import annotations

from sentry.wsgi import application as sentry_application

from sentry_scm_grpc.wsgi import wrap

application = wrap(sentry_application)
