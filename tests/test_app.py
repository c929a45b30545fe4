"""The app in a Django site: two lines of settings install it, and what is no RPC reaches Django as it came."""

from __future__ import annotations

import io
import subprocess
import sys

import grpc
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from google.protobuf.wrappers_pb2 import StringValue

from sentry_scm_grpc.server.site import site_server
from sentry_scm_grpc.testing.web_call import parse_answer


def upload(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"name": request.POST["name"], "size": request.FILES["file"].size})


def echo(request: HttpRequest) -> HttpResponse:
    return StreamingHttpResponse(iter([request.read(3), request.read()]))


urlpatterns = [path("upload", upload), path("grpc/echo", echo)]


@pytest.fixture
def site(settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client()


def test_uploads_and_streams_reach_django_unread(site):
    file = SimpleUploadedFile("a.bin", b"x" * 3_000_000)
    assert site.post("/upload", {"name": "rocket", "file": file}).json() == {"name": "rocket", "size": 3_000_000}
    streamed = site.generic("PUT", "/grpc/echo", io.BytesIO(b"abcdef").read(), content_type="application/octet-stream")
    assert list(streamed.streaming_content) == [b"abc", b"def"]
    assert site.get("/grpc/nothing").status_code == 404


def frame(message: StringValue) -> bytes:
    body = message.SerializeToString()
    return b"\0" + len(body).to_bytes(4, "big") + body


def test_third_parties_register_their_own_servicers(site):
    def shout(request: StringValue, context: grpc.ServicerContext) -> StringValue:
        return StringValue(value=request.value.upper())

    handler = grpc.unary_unary_rpc_method_handler(shout, StringValue.FromString, StringValue.SerializeToString)
    site_server().add_generic_rpc_handlers([grpc.method_handlers_generic_handler("acme.Echo", {"Shout": handler})])
    answer = site.post(
        "/grpc/acme.Echo/Shout", frame(StringValue(value="hello")), content_type="application/grpc-web+proto"
    )
    # It is behind the same authentication as everything else.
    assert parse_answer(answer.content, StringValue).reason == "NO_CREDENTIALS"


def test_health_is_open_to_load_balancers(site):
    from grpc_health.v1 import health_pb2

    answer = site.post("/grpc.health.v1.Health/Check", b"\0\0\0\0\0", content_type="application/grpc-web")
    assert parse_answer(answer.content, health_pb2.HealthCheckResponse).message.status == 1


def test_without_sonora_the_site_starts_and_serves_its_pages():
    code = """
import sys
sys.modules["sonora"] = None
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "sonora" else real(name, *rest)
import django
from django.conf import settings
settings.configure(SECRET_KEY="x", ROOT_URLCONF="sentry_scm_grpc.hosts.embedded.urls", ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["sentry_scm_grpc", "sentry_scm_grpc.hosts.embedded"],
    MIDDLEWARE=["sentry_scm_grpc.middleware.GrpcWebMiddleware"])
django.setup()
from django.test import Client
assert Client().get("/").status_code == 200
from django.core.checks import run_checks
print([message.id for message in run_checks() if message.id.startswith("sentry_scm_grpc.E")])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.stdout.strip() == "['sentry_scm_grpc.E002']", ran.stderr
