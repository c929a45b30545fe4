"""The applications that are compared. They read the embedded host's tables.

``python -m benchmarks.rows.apps native PORT`` serves native gRPC.

Every way checks an API key, and keeps a valid one for as long as this project does.
"""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

CREDENTIAL_SECONDS = 30
PAGE = 100
_known: dict[str, tuple[float, int]] = {}


def organization_of(key: str) -> int:
    """The organization of an API key. Raises an error for an invalid key."""
    from sentry_scm_grpc.hosts.embedded import keys

    digest = keys.digest_of(key)
    until, organization = _known.get(digest, (0.0, 0))
    if until <= time.monotonic():
        organization = keys.check(key).organization_id
        _known[digest] = time.monotonic() + CREDENTIAL_SECONDS, organization
    return organization


def limit() -> Any:
    """The ready statement, run by the database's own driver, and a ready message."""
    answers = {}
    for path, plan in json.loads(Path(os.environ["SCM_ROWS_PLANS"]).read_text()).items():
        trailers = b"grpc-status:0\r\n"
        message = base64.b64decode(plan["message"])
        framed = b"\0" + len(message).to_bytes(4, "big") + message
        answers[path] = plan["sql"], plan["params"], framed + b"\x80" + len(trailers).to_bytes(4, "big") + trailers
    local = threading.local()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        organization_of(environ["HTTP_X_API_KEY"])
        sql, params, answer = answers[environ["PATH_INFO"]]
        if not hasattr(local, "connection"):
            local.connection = _connect()
        cursor = local.connection.cursor()
        cursor.execute(sql, params)
        cursor.fetchall()
        start_response("200 OK", [("Content-Type", "application/grpc-web+proto"), ("Content-Length", str(len(answer)))])
        return [answer]

    return application


def _connect() -> Any:
    from django.conf import settings

    database = settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        return sqlite3.connect(database["NAME"])
    import psycopg2

    names = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    connection = psycopg2.connect(**{name: database[key] for name, key in names.items()})
    connection.autocommit = True
    return connection


def view() -> Any:
    """A hand-written Django view: the ORM and JsonResponse. No other middleware."""
    from django.http import HttpRequest, JsonResponse
    from django.urls import path

    from sentry_scm_grpc.hosts.embedded.models import Repository

    def as_json(row: Repository) -> dict[str, Any]:
        names = ("id", "organization_id", "integration_id", "name", "url", "provider_key", "external_id", "status")
        more = ("date_added", "config", "default_branch")
        return {name: getattr(row, name) for name in (*names, *more)}

    def one(request: HttpRequest, id: int) -> JsonResponse:
        organization = organization_of(request.headers["x-api-key"])
        return JsonResponse(as_json(Repository.objects.get(id=id, organization=organization)))

    def many(request: HttpRequest) -> JsonResponse:
        organization = organization_of(request.headers["x-api-key"])
        rows = Repository.objects.filter(organization=organization, status=1).order_by("name", "id")[:PAGE]
        return JsonResponse({"repositories": [as_json(row) for row in rows]})

    return _site([path("repositories", many), path("repositories/<int:id>", one)])


def rest() -> Any:
    """The same with Django REST framework, as its tutorial writes it."""
    from django.conf import settings
    from django.urls import path

    settings.REST_FRAMEWORK = {
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    }
    from rest_framework import authentication, generics, serializers

    from sentry_scm_grpc.hosts.embedded.models import Repository

    class ApiKey(authentication.BaseAuthentication):
        def authenticate(self, request: Any) -> tuple[int, None]:
            return organization_of(request.headers["x-api-key"]), None

    class RepositorySerializer(serializers.ModelSerializer):
        class Meta:
            model = Repository
            fields = "__all__"

    class Ours:
        authentication_classes = [ApiKey]
        permission_classes: list[Any] = []
        serializer_class = RepositorySerializer
        request: Any

        def get_queryset(self) -> Any:
            return Repository.objects.filter(organization=self.request.user, status=1).order_by("name", "id")

    class One(Ours, generics.RetrieveAPIView):
        pass

    class Many(Ours, generics.ListAPIView):
        def paginate_queryset(self, queryset: Any) -> Any:
            return queryset[:PAGE]

        def get_paginated_response(self, data: Any) -> Any:
            from rest_framework.response import Response

            return Response({"repositories": data})

    return _site([path("repositories", Many.as_view()), path("repositories/<int:pk>", One.as_view())])


def _site(urls: list[Any]) -> Any:
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    class Urls:
        urlpatterns = urls

    settings.ROOT_URLCONF, settings.MIDDLEWARE = Urls, []
    return WSGIHandler()


def middleware() -> Any:
    """The site of the embedded host, our middleware first and alone."""
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler()


def wrap() -> Any:
    from sentry_scm_grpc.wsgi import wrap

    return wrap(middleware())


def native(port: int) -> None:
    from sentry_scm_grpc.server.native import serve_native

    serve_native(f"127.0.0.1:{port}")


def __getattr__(name: str) -> Any:
    """``app_<name>`` for WSGI servers, ``app_<name>_json`` for the same in JSON."""
    if name.startswith("app_"):
        make: Callable[[], Any] = globals()[name.removeprefix("app_").removesuffix("_json")]
        return make()
    raise AttributeError(name)


if __name__ == "__main__":
    {"native": native}[sys.argv[1]](int(sys.argv[2]))
