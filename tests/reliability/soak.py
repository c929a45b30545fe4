"""Mixed calls at twice the capacity of a server, for minutes: what callers are told, and what the server keeps.

    python -m tests.reliability.soak [--seconds 180] [--callers 16]

The server is a gunicorn of one worker with eight threads, MAX_CALLS 6, on PostgreSQL and Redis; sixteen callers call
without a pause, so that twice as many calls are under way as there are threads. A fifth of the time is a warm-up. Then
memory at the beginning is compared with that at the end, and, when the callers have gone, threads, files and
connections to the database with those of before. Exit code 1 where a status was not declared, memory grew by 5 % or
something leaked. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice

from sentry_scm_grpc.client import ScmClient, ScmError
from tests.reliability.place import Place, Server, a_place
from tests.reliability.services import children, redis, resident_bytes, threads_and_files

WARM_UP = 0.2
GROWTH = 1.05
# What callers may be told here; RESOURCE_EXHAUSTED by MAX_CALLS, ABORTED where two changed one row.
DECLARED = {"OK", "RESOURCE_EXHAUSTED", "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "ABORTED"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--callers", type=int, default=16)
    options = parser.parse_args()
    with a_place() as place, redis(place.cache_port, place.directory):
        found = soak(place, options.seconds, options.callers)
    print(json.dumps(found))
    return int(bool(found["problems"]))


def soak(place: Place, seconds: float, callers: int) -> dict[str, object]:
    outcomes: Counter[tuple[str, str]] = Counter()
    samples: list[tuple[float, int]] = []
    with place.server(0, SCM_GRPC_MAX_CALLS="6") as server:
        (worker,) = children(server.pid)
        under_load(place, server, worker, callers, seconds * WARM_UP, Counter(), [])
        threads, files = settled(worker)
        began = time.monotonic()
        under_load(place, server, worker, callers, seconds * (1 - WARM_UP), outcomes, samples)
        took = time.monotonic() - began
        problems = list(undeclared(outcomes))
        threads_left, files_left = settled(worker)
        connections = place.database.connections()
    first, last = memory(samples)
    if last / first >= GROWTH:
        problems.append(f"memory grew by {last / first - 1:.1%}")
    # A thread more or less of the server's own; each keeps one connection to the database.
    if threads_left > threads + 1 or files_left > files + 3 or connections > 9:
        problems.append("threads, files or connections are left")
    report(outcomes, took, callers)
    print(f"memory of the worker after the warm-up {first / 2**20:.1f} MiB, at the end {last / 2**20:.1f} MiB")
    print(f"threads {threads} -> {threads_left}, files {files} -> {files_left}, database connections {connections}")
    for problem in problems:
        print(f"PROBLEM: {problem}", file=sys.stderr)
    return {
        "calls": sum(outcomes.values()),
        "calls_per_second": round(sum(outcomes.values()) / took),
        "memory_growth": round(last / first, 3),
        "problems": problems,
    }


def under_load(
    place: Place,
    server: Server,
    worker: int,
    callers: int,
    seconds: float,
    outcomes: Counter[tuple[str, str]],
    samples: list[tuple[float, int]],
) -> None:
    """Has the callers call; samples are seconds from the beginning, and bytes of memory."""
    stop = threading.Event()
    with place.client(server.url) as client:
        calls = calls_of(place, client)
        threads = [threading.Thread(target=call_on, args=(calls, outcomes, stop)) for _ in range(callers)]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            time.sleep(seconds / 100)
            samples.append((time.monotonic() - began, resident_bytes(worker)))
        stop.set()
        for thread in threads:
            thread.join()


def settled(worker: int) -> tuple[int, int]:
    """Threads and files of the worker, when the connections of callers that have gone are closed."""
    time.sleep(3)
    return threads_and_files(worker)


def calls_of(place: Place, client: ScmClient) -> dict[str, Callable[[int], object]]:
    """What a caller does, by name; the number makes what is written different each time."""
    repository, organization = place.site.repository_id, place.site.organization_id

    def write(number: int) -> None:
        made = client.create_code_mapping(
            organization_id=organization,
            repository_id=repository,
            project_id=1,
            stack_root=f"soak{number}/",
            source_root="src/",
            default_branch="main",
            request_id=f"soak-{number}",
        )
        client.delete_code_mapping(code_mapping_id=made.id)

    path = "src/app.py"
    return {
        "get": lambda _: client.get_repository(repository_id=repository),
        "list": lambda _: list(client.iter_repositories(organization_id=organization)),
        "commits": lambda _: client.list_commits(repository_id=repository),
        "file": lambda _: client.get_file(repository_id=repository, path=path),
        "search": lambda _: client.search_code(repository_id=repository, query="return"),
        "stream": lambda _: list(client.stream_tree(repository_id=repository)),
        "leave": lambda _: list(islice(client.stream_commits(repository_id=repository), 1)),
        "bad id": lambda _: client.get_repository(repository_id=2**40),
        "bad field": lambda _: client.get_file(repository_id=repository, path="../etc/passwd"),
        "write": write,
    }


def call_on(
    calls: dict[str, Callable[[int], object]], outcomes: Counter[tuple[str, str]], stop: threading.Event
) -> None:
    chance = random.Random()
    while not stop.is_set():
        name = chance.choice(list(calls))
        try:
            calls[name](chance.getrandbits(60))
            outcomes[name, "OK"] += 1
        except ScmError as error:
            outcomes[name, error.status.name] += 1


def undeclared(outcomes: Counter[tuple[str, str]]) -> list[str]:
    return [f"{name}: {count} times {status}" for (name, status), count in outcomes.items() if status not in DECLARED]


def memory(samples: list[tuple[float, int]]) -> tuple[float, float]:
    """The median of the first tenth, and of the last, in bytes."""
    tenth = len(samples) // 10
    return tuple(statistics.median(size for _, size in part) for part in (samples[:tenth], samples[-tenth:]))  # type: ignore[return-value]


def report(outcomes: Counter[tuple[str, str]], took: float, callers: int) -> None:
    statuses = sorted({status for _, status in outcomes})
    print(f"{sum(outcomes.values()):,} calls of {callers} callers in {took:.0f} s")
    print(f"{'call':<12}" + "".join(f"{status:>20}" for status in statuses))
    for name in sorted({name for name, _ in outcomes}):
        print(f"{name:<12}" + "".join(f"{outcomes[name, status]:>20,}" for status in statuses))


if __name__ == "__main__":
    sys.exit(main())
