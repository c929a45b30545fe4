"""What the limits add to a call, in process: a list of one repository, with and without them, on each kind of cache.

    python -m benchmarks.limits.run [--rounds 40] [--calls 100]

Starts a memcached and a Redis of its own (Debian's binaries). The variants take turns, in another order each round;
the best round of each is compared, because what else the machine does only ever makes one longer. The last line is one
JSON object: the time of a call in each variant, as a multiple of that without limits.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

RATES = {"read": "1000000/s"}
SERVERS = {
    "memcached": ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p"],
    "redis": ["redis-server", "--save", "", "--bind", "127.0.0.1", "--port"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--calls", type=int, default=100)
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="scm-limits-"))
        ports = {name: stack.enter_context(_running(command)) for name, command in SERVERS.items()}
        _set_up(data, ports)
        report(measure(args.rounds, args.calls))


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator[int]:
    """The port of a server that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _set_up(data: str, ports: dict[str, int]) -> None:
    os.environ.update(SCM_GRPC_DATA=data, SCM_GRPC_LOG_LEVEL="WARNING", SCM_GRPC_RPCS="read")
    os.environ["DJANGO_SETTINGS_MODULE"] = "sentry_scm_grpc.hosts.embedded.settings"
    from sentry_scm_grpc.hosts.embedded import settings

    backends = "django.core.cache.backends"
    settings.CACHES |= {
        "locmem": {"BACKEND": f"{backends}.locmem.LocMemCache"},
        "memcached": {
            "BACKEND": f"{backends}.memcached.PyMemcacheCache",
            "LOCATION": f"127.0.0.1:{ports['memcached']}",
        },
        "redis": {"BACKEND": f"{backends}.redis.RedisCache", "LOCATION": f"redis://127.0.0.1:{ports['redis']}"},
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def measure(rounds: int, calls: int) -> dict[str, float]:
    """Variant -> seconds for one call, of the best round."""
    from django.test import override_settings

    call_with, call_without = _caller(limits=True), _caller(limits=False)
    rated = {name: {"RATE_LIMITS": RATES, "CACHE": name} for name in ("locmem", "memcached", "redis", "default")}
    variants: dict[str, tuple[Callable[[], None], dict[str, Any]]] = {
        "no limits at all": (call_without, {}),
        "defaults, no rate limits": (call_with, {}),
        **{f"rate limits in {_NAMES.get(name, name)}": (call_with, given) for name, given in rated.items()},
    }
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name in random.sample(list(variants), len(variants)):
            call, given = variants[name]
            with override_settings(SCM_GRPC={"AUTHENTICATORS": ["api_key"], "RPCS": ["read"], **given}):
                call()
                started = time.perf_counter()
                for _ in range(calls):
                    call()
                times[name].append((time.perf_counter() - started) / calls)
    return {name: min(found) for name, found in times.items()}


_NAMES = {"default": "the database", "locmem": "local memory"}


def _caller(limits: bool) -> Callable[[], None]:
    from sentry_scm_grpc.interceptors.limits import LimitInterceptor
    from sentry_scm_grpc.server.site import add_servicers, interceptors
    from sentry_scm_grpc.server.web import ScmGrpcWSGI
    from sentry_scm_grpc.testing import factories
    from sentry_scm_grpc.v1 import scm_pb2 as pb

    kept = [found for found in interceptors() if limits or not isinstance(found, LimitInterceptor)]
    server = ScmGrpcWSGI(interceptors=kept)
    add_servicers(server)
    organization = factories.OrganizationFactory()
    factories.RepositoryFactory(organization=organization)
    message = pb.ListRepositoriesRequest(organization_id=organization.id).SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/sentry.integrations.scm.v1.ScmService/ListRepositories",
        "CONTENT_TYPE": "application/grpc-web+proto",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_API_KEY": factories.ApiKeyFactory(organization=organization).plain,
    }

    def call() -> None:
        answer = server.handle({**environ, "wsgi.input": io.BytesIO(body)})
        assert answer is not None
        assert b"grpc-status:0" in b"".join(answer.body)

    return call


def report(found: dict[str, float]) -> None:
    base = found["no limits at all"]
    width = max(map(len, found))
    print(f"{'':{width}}  a call   added")
    for name, seconds in found.items():
        print(f"{name:{width}}  {seconds * 1e6:4.0f} µs  {(seconds - base) * 1e6:4.0f} µs")
    print(json.dumps({name.replace(" ", "_"): round(seconds / base, 3) for name, seconds in found.items()}))


if __name__ == "__main__":
    main()
