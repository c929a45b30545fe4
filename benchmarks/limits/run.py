"""What the limits add to a call, in process: a list of one repository, with and without them, on each kind of cache.

    python -m benchmarks.limits.run [--rounds 40] [--calls 100]

Starts a memcached and a Redis of its own (Debian's binaries). The variants take turns, in another order each round;
the best round of each is compared, because what else the machine does only ever makes one longer. The last line is one
JSON object: the time of a call in each variant, as a multiple of that without limits.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.in_process import Variant, arguments, caller, measure, set_up

RATES = {"read": "1000000/s"}
SERVERS = {
    "memcached": ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p"],
    "redis": ["redis-server", "--save", "", "--bind", "127.0.0.1", "--port"],
}


def main() -> None:
    args = arguments(__doc__)
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="scm-limits-"))
        ports = {name: stack.enter_context(_running(command)) for name, command in SERVERS.items()}
        set_up(data, _caches(ports))
        report(measure(args.rounds, args.calls, _variants()))


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


def _caches(ports: dict[str, int]) -> dict[str, Any]:
    backends = "django.core.cache.backends"
    return {
        "locmem": {"BACKEND": f"{backends}.locmem.LocMemCache"},
        "memcached": {
            "BACKEND": f"{backends}.memcached.PyMemcacheCache",
            "LOCATION": f"127.0.0.1:{ports['memcached']}",
        },
        "redis": {"BACKEND": f"{backends}.redis.RedisCache", "LOCATION": f"redis://127.0.0.1:{ports['redis']}"},
    }


def _variants() -> dict[str, Variant]:
    from sentry_scm_grpc.interceptors.limits import LimitInterceptor

    limited = caller()
    rated = {name: {"RATE_LIMITS": RATES, "CACHE": name} for name in ("locmem", "memcached", "redis", "default")}
    return {
        "no limits at all": (caller(without=LimitInterceptor), {}),
        "defaults, no rate limits": (limited, {}),
        **{f"rate limits in {_NAMES.get(name, name)}": (limited, given) for name, given in rated.items()},
    }


_NAMES = {"default": "the database", "locmem": "local memory"}


def report(found: dict[str, float]) -> None:
    base = found["no limits at all"]
    width = max(map(len, found))
    print(f"{'':{width}}  a call   added")
    for name, seconds in found.items():
        print(f"{name:{width}}  {seconds * 1e6:4.0f} µs  {(seconds - base) * 1e6:4.0f} µs")
    print(json.dumps({name.replace(" ", "_"): round(seconds / base, 3) for name, seconds in found.items()}))


if __name__ == "__main__":
    main()
