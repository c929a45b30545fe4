"""Pages of the embedded host: one, for what is no RPC, which says what this server is."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

TEXT = """sentry-scm-grpc

This is a gRPC-Web server; it answers RPCs, not pages. Call it with:

  sentry-scm-grpc call ListRepositories '{"organization_id": 1}' --url %s --api-key KEY
"""


def index(request: HttpRequest) -> HttpResponse:
    return HttpResponse(TEXT % request.build_absolute_uri("/").rstrip("/"), content_type="text/plain; charset=utf-8")


urlpatterns = [path("", index)]
