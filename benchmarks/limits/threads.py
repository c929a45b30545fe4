"""What it costs to run each handler on a thread of its own, so that a call can be answered at its deadline.

    python -m benchmarks.limits.threads

Lists one repository on the embedded host, without HTTP, directly and on a pool of threads, in turn. Counts processor
time, which other work on the machine changes least.
"""

from __future__ import annotations

import contextvars
import json
import random
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

from benchmarks.in_process import arguments, caller, set_up


def main() -> None:
    given = arguments(__doc__)
    with tempfile.TemporaryDirectory() as data, ThreadPoolExecutor(4) as pool:
        set_up(data, {})
        from django.test import override_settings

        from sentry_scm_grpc.server import exchange

        direct = exchange.call

        def on_a_thread(*arguments: Any) -> Any:
            return pool.submit(contextvars.copy_context().run, direct, *arguments).result(60)

        ways = {"direct": direct, "on a thread": on_a_thread}
        times: dict[str, list[float]] = {name: [] for name in ways}
        call = caller()
        with override_settings(SCM_GRPC={"AUTHENTICATORS": ["api_key"], "RPCS": ["read"]}):
            for _ in range(given.rounds):
                for name in random.sample(list(ways), len(ways)):
                    with mock.patch.object(exchange, "call", ways[name]):
                        call()
                        started = time.process_time()
                        for _ in range(given.calls):
                            call()
                        times[name].append((time.process_time() - started) / given.calls)
    for name, found in times.items():
        print(f"{name:12} {statistics.median(found) * 1e6:8.0f} µs")
    ratios = [thread / plain for plain, thread in zip(times["direct"], times["on a thread"], strict=True)]
    print(json.dumps({"on a thread": round(statistics.median(ratios), 3)}))


if __name__ == "__main__":
    main()
