"""One page, for browsers: it holds the script that the client tests bundled (SCENARIO_SCRIPT)."""

import os
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><meta charset=utf-8><title>Scenarios</title><script src=/page.js></script>")


def script(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Path(os.environ["SCENARIO_SCRIPT"]).read_bytes(), content_type="text/javascript")


urlpatterns = [path("page", page), path("page.js", script)]
