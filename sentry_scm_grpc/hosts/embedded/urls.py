"""Pages of the embedded host: the first, which says what this is and where to go, and the admin where it is on."""

from pathlib import Path

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.html import escape
from django.views import static

from sentry_scm_grpc.conf import conf

TEXT = """sentry-scm-grpc

This server answers RPCs of the API sentry.integrations.scm.v1. %(explorer)s

Call it from a shell with:

  sentry-scm-grpc call ListRepositories --url %(url)s --api-key KEY
"""
HTML = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>sentry-scm-grpc</title>
<h1>sentry-scm-grpc</h1>
<p>This server answers RPCs of the API <code>sentry.integrations.scm.v1</code>. %(explorer)s</p>
<p>Call it from a shell with:</p>
<pre>sentry-scm-grpc call ListRepositories --url %(url)s --api-key KEY</pre>
</html>
"""
OFF = "The API explorer, a page to try it, is off: serve --explorer or SCM_GRPC_EXPLORER=true turns it on."


def index(request: HttpRequest) -> HttpResponse:
    """Where to go: for a browser with a link, for a terminal as text."""
    html = "text/html" in request.headers.get("Accept", "")
    prefix = conf().PREFIX.strip("/")
    page = f"/{prefix}/"
    explorer = OFF
    if conf().EXPLORER and prefix:
        shown = f'<a href="{escape(page)}">{escape(page)}</a>' if html else request.build_absolute_uri(page)
        explorer = f"To read about it, try it and browse repositories, open the API explorer: {shown}"
    url = request.build_absolute_uri("/").rstrip("/")
    text = (HTML if html else TEXT) % {"explorer": explorer, "url": escape(url) if html else url}
    return HttpResponse(
        text, content_type=f"text/{'html' if html else 'plain'}; charset=utf-8", headers={"Vary": "Accept"}
    )


urlpatterns: list[URLPattern | URLResolver] = [path("", index)]
if apps.is_installed("django.contrib.admin"):
    from django.contrib import admin

    from sentry_scm_grpc.hosts.embedded.admin_login import SlowedLogin

    admin.site.login_form = SlowedLogin
    admin.site.site_header = admin.site.site_title = "sentry-scm-grpc"
    # A few small files for a few people, from one directory, under whatever server runs this.
    files = {"document_root": Path(admin.__file__).parent / "static"}
    urlpatterns += [path("admin/", admin.site.urls), path("static/<path:path>", static.serve, files)]
