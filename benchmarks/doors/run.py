"""Processor time of a call in this process, part by part, without sockets: ListRepositories with 50 messages.

    python -m benchmarks.doors.run [--rounds 40] [--calls 100]

The parts take turns, in another order each round, and the best round of each counts: whatever else the machine does
only makes a round longer. No rate limit, telemetry SDK or metrics token is set, and the credential is cached. The last
line is one JSON object: the time of each part as a multiple of the handler's.
"""

from __future__ import annotations

import io
import json
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any

import grpc

from benchmarks.in_process import arguments, set_up

Part = Callable[[], object]


def environ_of(path: str, content_type: str, body: bytes, api_key: str) -> dict[str, Any]:
    """As gunicorn makes it for a client of gRPC-Web behind nothing."""
    return {
        "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": object,
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": "http",
        "SERVER_SOFTWARE": "gunicorn/27.0",
        "REQUEST_METHOD": "POST",
        "QUERY_STRING": "",
        "RAW_URI": path,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "CONTENT_TYPE": content_type,
        "HTTP_X_API_KEY": api_key,
        "HTTP_TE": "trailers",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
    }


def ask(application: Any, environ: Mapping[str, Any], body: bytes, expected: bytes) -> Part:
    """One request to a WSGI application, as a server makes it."""

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        assert status == "200 OK", (status, headers)

    def once() -> bytes:
        pieces = application({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
        whole = b"".join(pieces)
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
        return whole

    assert expected in once(), once()
    return once


def parts() -> dict[str, Part]:
    from benchmarks.transport import apps
    from benchmarks.transport.answer import PATH, SERVICE, handlers, list_repositories
    from sentry_scm_grpc.hosts.embedded.seed import ensure_demo_organization
    from sentry_scm_grpc.server.site import interceptors
    from sentry_scm_grpc.server.web import ScmGrpcWSGI
    from sentry_scm_grpc.v1 import scm_pb2 as pb

    api_key = ensure_demo_organization()
    message = pb.ListRepositoriesRequest(organization_id=1).SerializeToString()
    framed = b"\0" + len(message).to_bytes(4, "big") + message
    web = environ_of(PATH, "application/grpc-web+proto", framed, api_key)
    text = b'{"organizationId":"1"}'
    as_json = environ_of(PATH, "application/json", text, api_key)

    def server(count: int) -> Any:
        made = ScmGrpcWSGI(interceptors=interceptors()[:count])
        made.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers()),))
        return made

    def rpc(application: Any) -> Part:
        return ask(application, web, framed, b"grpc-status:")

    request = pb.ListRepositoriesRequest(organization_id=1)
    found: dict[str, Part] = {
        "handler": lambda: list_repositories(request, None).SerializeToString(),
        "sonora": rpc(apps.sonora()),
        "sonora, Django's signals": rpc(apps.signals()),
        "core": rpc(server(0)),
    }
    names = [type(each).__name__.removesuffix("Interceptor").lower() for each in interceptors()]
    for count, name in enumerate(names, 1):
        found[f"+ {name}"] = rpc(server(count))
    found["core, JSON"] = ask(server(0), as_json, text, b"repository-0050")
    found["wrapper"] = rpc(apps.wrap())
    found["middleware"] = rpc(apps.middleware())
    found["wrapper, JSON"] = ask(apps.wrap(), as_json, text, b"repository-0050")
    return found


def measure(rounds: int, calls: int, subjects: Mapping[str, Part]) -> dict[str, float]:
    """Part -> microseconds of this thread's processor for one call, of the best round."""
    best = dict.fromkeys(subjects, float("inf"))
    for _ in range(rounds):
        for name in random.sample(list(subjects), len(subjects)):
            once = subjects[name]
            once()
            started = time.thread_time_ns()
            for _ in range(calls):
                once()
            best[name] = min(best[name], (time.thread_time_ns() - started) / calls / 1000)
    return best


def report(found: Mapping[str, float]) -> None:
    width = max(map(len, found))
    before = 0.0
    for name, micros in found.items():
        added = f"{micros - before:+8.1f}" if name == "core" or name.startswith("+ ") else ""
        print(f"{name:{width}} {micros:8.1f} µs {added}")
        before = found["sonora"] if name.startswith("sonora") else micros
    print(json.dumps({name: round(micros / found["handler"], 2) for name, micros in found.items()}))


def main() -> None:
    args = arguments(__doc__)
    with tempfile.TemporaryDirectory(prefix="scm-doors-") as data:
        set_up(data, {})
        report(measure(args.rounds, args.calls, parts()))


if __name__ == "__main__":
    main()
