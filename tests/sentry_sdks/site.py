"""A Django site that reports to a Sentry, in a process of its own: makes calls, and prints what the SDK would send.

usage: python -m tests.sentry_sdks.site guarded|unknown|unguarded

"unknown" hides from the app what it changes in the SDK, as a version would that has not been written yet. "unguarded"
keeps the app from changing anything, which shows that there is something to find.
"""

from __future__ import annotations

import atexit
import base64
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import Transport

BEARER = "sntryu_" + "fedcba9876543210" * 4
PASSWORD = "correct-horse-battery"
SIGNATURE = "9f" * 32
COOKIE = "c00kie" * 5
VENDOR = "ghs_" + "A1b2C3d4" * 4
BODY = "what the caller wrote"
#: All that must not leave the process; "key" is added when the site has one.
SECRETS = {
    "bearer": BEARER,
    "password": PASSWORD,
    "basic": base64.b64encode(f"svc:{PASSWORD}".encode()).decode(),
    "signature": SIGNATURE,
    "cookie": COOKIE,
    "vendor": VENDOR,
    "body": BODY,
    "body in base64": base64.urlsafe_b64encode(BODY.encode()).decode().rstrip("="),
}
HEADERS = {
    "bearer": {"HTTP_AUTHORIZATION": f"Bearer {BEARER}"},
    "basic": {"HTTP_AUTHORIZATION": f"Basic {SECRETS['basic']}"},
    "signature": {
        "HTTP_X_SIGNATURE": f"v1;key=svc;time=1700000000;nonce={'n' * 16};organization=1;hmac={SIGNATURE}",
    },
}


class Kept(Transport):
    """Keeps what would be sent, byte for byte."""

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self.sent: list[dict[str, Any]] = []

    def capture_event(self, event: Any) -> None:
        self.sent.append({"bytes": json.dumps(event), "items": [event]})

    def capture_envelope(self, envelope: Any) -> None:
        items = [item.payload.json for item in envelope.items if item.payload.json is not None]
        self.sent.append({"bytes": envelope.serialize().decode(), "items": items})

    def flush(self, timeout: float, callback: Any = None) -> None:
        """Nothing waits."""


class Crashing:
    """An authenticator with a bug: it quotes what it was given."""

    def presented(self, metadata: Any) -> str | None:
        return "crashing" if "authorization" in metadata or "x-signature" in metadata else None

    def authenticate(self, call: Any) -> Any:
        credential = call.metadata.get("authorization") or call.metadata["x-signature"]
        logging.getLogger("site").warning("checking %s", credential)
        raise RuntimeError(f"cannot check {credential!r}")


def configure() -> None:
    os.environ["SCM_GRPC_DATA"] = data = tempfile.mkdtemp(prefix="scm-grpc-sdk-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.conf import settings

    settings.SCM_GRPC = {
        **settings.SCM_GRPC,
        "AUTHENTICATORS": ["api_key", "tests.sentry_sdks.site.Crashing"],
        "GIT_ROOTS": [os.environ["SCM_GRPC_DATA"]],
    }
    django.setup()


def begin(transport: Transport) -> None:
    sentry_sdk.init(
        dsn="http://public@127.0.0.1/1",
        transport=transport,
        traces_sample_rate=1.0,
        send_default_pii=True,
        attach_stacktrace=True,
        max_request_body_size="always",
        integrations=[DjangoIntegration(), LoggingIntegration(level=logging.INFO, event_level=None)],
    )


def post(headers: dict[str, str], rpc: str = "ListRepositories", **more: str) -> str:
    """A call through Django's handler: the beginning of the answer's body and trailers."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    from sentry_scm_grpc.v1 import scm_pb2 as pb

    request = pb.ListRepositoriesRequest(organization_id=1, query=BODY)
    if rpc == "StreamCommits":
        request = pb.StreamCommitsRequest(repository_id=1)
    message = request.SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    path = f"/grpc/sentry.integrations.scm.v1.ScmService/{rpc}"
    made = RequestFactory().post(path, body, "application/grpc-web+proto")
    return answered(WSGIHandler(), {**made.environ, "HTTP_COOKIE": f"sentrysid={COOKIE}; a=b", **headers, **more})


def connect(method: str, headers: dict[str, str]) -> str:
    """The same with Connect's JSON, whose GET has the request in its address."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    path = "/grpc/sentry.integrations.scm.v1.ScmService/ListRepositories"
    message = json.dumps({"organizationId": "1", "query": BODY})
    if method == "GET":
        made = RequestFactory().get(path, {"connect": "v1", "encoding": "json", "message": message})
    else:
        made = RequestFactory().post(path, message, "application/json")
    return answered(WSGIHandler(), {**made.environ, **headers})


def answered(application: Any, environ: dict[str, Any]) -> str:
    heads: list[Any] = []
    answer = application(environ, lambda *head: heads.append(head))
    text = b"".join(answer).decode("latin-1")
    answer.close()
    return f"{heads[0][0]} {text}"


@contextmanager
def broken(owner: Any, name: str, does: Callable[..., Any]) -> Iterator[None]:
    """A bug in the app, for a while."""
    with mock.patch.object(owner, name, does):
        yield


def crash(*arguments: Any) -> Any:
    """An operation with a bug: credentials in variables, a breadcrumb, an extra, and in an error's message."""
    key = SECRETS["key"]
    tried = [key, VENDOR]
    logging.getLogger("site").warning("asked https://x:%s@github.test/?access_token=%s as %s", VENDOR, VENDOR, key)
    logging.getLogger("site").warning("about it", extra={"api_key": key, "password": "short"})
    # Long enough that the SDK cuts it in the middle of the key.
    filler = "x" * (1024 - len(key))
    raise RuntimeError(f"{filler} {key}, {VENDOR}, {tried}")


def native(calls: int) -> str:
    """Calls through the native door, one after the other, each of which crashes with another mark."""
    import grpc

    from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
    from sentry_scm_grpc.server.native import NativeServer
    from sentry_scm_grpc.v1 import scm_pb2 as pb
    from sentry_scm_grpc.v1.scm_pb2_grpc import ScmServiceStub

    metadata = [("x-api-key", SECRETS["key"])]
    marks = iter(f"mark-{number}" for number in range(calls))

    def marked(*_: Any) -> Any:
        logging.getLogger("site").warning("%s %s", next(marks), BEARER)
        raise RuntimeError(SECRETS["key"])

    codes = []
    server = NativeServer("127.0.0.1:0")
    server.start()
    try:
        with (
            broken(EmbeddedHost, "list_repositories", marked),
            grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
        ):
            for _ in range(calls):
                try:
                    request = pb.ListRepositoriesRequest(organization_id=1)
                    ScmServiceStub(channel).ListRepositories(request, metadata=metadata, timeout=30)
                except grpc.RpcError as error:
                    codes.append(error.code().name)
    finally:
        server.stop(0)
    return " ".join(codes)


def scenarios() -> dict[str, Callable[[], str]]:
    from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
    from sentry_scm_grpc.hosts.sentry.telemetry import SentryTelemetry
    from sentry_scm_grpc.server.web import ScmGrpcWSGI

    def with_bug(owner: Any, name: str, call: Callable[[], str], does: Any = crash) -> Callable[[], str]:
        def run() -> str:
            with broken(owner, name, does):
                return call()

        return run

    def in_operation(call: Callable[[], str]) -> Callable[[], str]:
        return with_bug(EmbeddedHost, "list_repositories", call)

    key = {"HTTP_X_API_KEY": SECRETS["key"]}
    wrong = {"HTTP_X_API_KEY": SECRETS["wrong key"]}
    return {
        "ok": lambda: post(key),
        "stream": lambda: post(key, "StreamCommits"),
        "refused": lambda: post(wrong),
        "two credentials": lambda: post({**key, **HEADERS["bearer"]}),
        "crash": in_operation(lambda: post(key)),
        "crash of Connect's POST": in_operation(lambda: connect("POST", key)),
        "crash of Connect's GET": in_operation(lambda: connect("GET", key)),
        "crash on a bearer token": lambda: post(HEADERS["bearer"]),
        "crash on a password": lambda: post(HEADERS["basic"]),
        "crash on a signature": lambda: post(HEADERS["signature"]),
        "crash of the transport": with_bug(ScmGrpcWSGI, "handle", lambda: post({**key, **HEADERS["bearer"]})),
        "crash of telemetry": with_bug(SentryTelemetry, "began", in_operation(lambda: post(key))),
        "native": lambda: native(2),
    }


def main() -> None:
    transport = Kept()
    if sys.argv[1] == "unknown":
        with mock.patch.object(sentry_sdk, "Client", SimpleNamespace()):
            configure()
    elif sys.argv[1] == "unguarded":
        with mock.patch("sentry_scm_grpc.telemetry.error_reports.guard"):
            configure()
    else:
        configure()
    # As in a Sentry, which begins after its apps are ready.
    begin(transport)
    from django.core.management import call_command

    from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
    from sentry_scm_grpc.hosts.sentry.telemetry import SentryTelemetry
    from sentry_scm_grpc.testing import factories

    EmbeddedHost.observers = lambda self: (SentryTelemetry(),)  # type: ignore
    call_command("migrate", verbosity=0)
    path = Path(os.environ["SCM_GRPC_DATA"]) / "repository"
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "init", "-qb", "main", path], check=True)
    subprocess.run(["git", "-C", path, *author, "commit", "-qm", "first", "--allow-empty"], check=True)
    repository = factories.RepositoryFactory(path=path)
    key = factories.ApiKeyFactory(organization=repository.organization).plain  # type: ignore
    SECRETS["key"] = key
    SECRETS["key as Basic"] = base64.b64encode(f"{key}:".encode()).decode()
    SECRETS["wrong key"] = key[::-1]
    logged: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: logged.append(f"{record.name}: {record.getMessage()}")  # type: ignore
    logging.getLogger("sentry_scm_grpc").addHandler(handler)
    report = {}
    for name, run in scenarios().items():
        transport.sent.clear()
        logged.clear()
        answer = run()
        report[name] = {"answer": answer, "sent": list(transport.sent), "logged": list(logged)}
    json.dump({"version": sentry_sdk.VERSION, "secrets": SECRETS, "calls": report}, sys.stdout)


if __name__ == "__main__":
    main()
