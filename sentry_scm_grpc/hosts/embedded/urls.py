"""Pages of the embedded host: one, for what is no RPC, which says what this server is, and the admin where it is on."""

from pathlib import Path

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.views import static

TEXT = """sentry-scm-grpc

This is a gRPC-Web server; it answers RPCs, not pages. Call it with:

  sentry-scm-grpc call ListRepositories '{"organization_id": 1}' --url %s --api-key KEY
"""


def index(request: HttpRequest) -> HttpResponse:
    return HttpResponse(TEXT % request.build_absolute_uri("/").rstrip("/"), content_type="text/plain; charset=utf-8")


urlpatterns: list[URLPattern | URLResolver] = [path("", index)]
if apps.is_installed("django.contrib.admin"):
    from django.contrib import admin

    from sentry_scm_grpc.hosts.embedded.admin_login import SlowedLogin

    admin.site.login_form = SlowedLogin
    admin.site.site_header = admin.site.site_title = "sentry-scm-grpc"
    # A few small files for a few people, from one directory, under whatever server runs this.
    files = {"document_root": Path(admin.__file__).parent / "static"}
    urlpatterns += [path("admin/", admin.site.urls), path("static/<path:path>", static.serve, files)]
