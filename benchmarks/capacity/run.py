"""What a call takes from each part of a site: processor time, statements of the database, commands of the cache.

    python -m benchmarks.capacity.run [--seconds 3]

A real gunicorn of one worker on PostgreSQL and Redis, called by the Python client from eight threads. Processor time is
that of the worker alone, so "calls a core" is what a core does that has nothing else to do. Statements and commands are
counted by the servers themselves. The numbers are the ground of docs/how-to/scaling.md; the last line is one JSON
object.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sentry_scm_grpc.client import HmacSigner, ScmClient
from tests.reliability.place import Place, Server, a_place
from tests.reliability.services import children, redis, resident_bytes

SECRET = "5f0c9a4e1b7d4a6f8c2e3d9b0a1f7e6c"
KEYS = json.dumps({"bench": {"secrets": [SECRET], "scopes": ["org:admin", "project:read"], "organizations": "*"}})
COUNTED = 64
CALLERS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3, help="for each row")
    options = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    with a_place() as place, redis(place.cache_port, place.directory):
        place.database.log_statements()
        environment = {"SCM_GRPC_AUTHENTICATORS": "api_key,hmac", "SCM_GRPC_HMAC_KEYS": KEYS, "SCM_GRPC_MAX_CALLS": "0"}
        print(f"{'call':<34}{'calls a core':>13}{'CPU ms':>8}{'statements':>12}{'cache':>7}")
        with place.server(0, **environment) as server:
            with place.client(server.url) as client:
                for name, call in calls_of(place, client).items():
                    rows[name] = row(name, call, server, place, options.seconds)
            signer = HmacSigner("bench", SECRET, place.site.organization_id)
            with ScmClient(server.url, signer=signer) as client:
                name, call = next(iter(calls_of(place, client).items()))
                rows[f"{name}, signed"] = row(f"{name}, signed", call, server, place, options.seconds)
            memory = resident_bytes(children(server.pid)[0])
        with (
            place.server(0, SCM_GRPC_RATE_LIMITS="*=1000000/m", **environment) as server,
            place.client(server.url) as client,
        ):
            name, call = next(iter(calls_of(place, client).items()))
            rows[f"{name}, rate limited"] = row(f"{name}, rate limited", call, server, place, options.seconds)
    print(f"memory of the worker after all: {memory / 2**20:.0f} MiB")
    print(json.dumps({"calls_per_core": {name: round(found["calls"]) for name, found in rows.items()}}))


def calls_of(place: Place, client: ScmClient) -> dict[str, Callable[[int], Any]]:
    repository, organization = place.site.repository_id, place.site.organization_id

    def write(number: int) -> None:
        client.create_code_mapping(
            organization_id=organization,
            repository_id=repository,
            project_id=1,
            stack_root=f"capacity{number}/",
            source_root="src/",
            default_branch="main",
        )

    return {
        "GetRepository": lambda _: client.get_repository(repository_id=repository),
        "ListRepositories": lambda _: client.list_repositories(organization_id=organization),
        "GetCommit": lambda _: client.get_commit(repository_id=repository, commit_sha="HEAD"),
        "GetFile": lambda _: client.get_file(repository_id=repository, path="src/app.py"),
        "SearchCode": lambda _: client.search_code(repository_id=repository, query="return"),
        "CreateCodeMapping": write,
    }


def row(name: str, call: Callable[[int], Any], server: Server, place: Place, seconds: float) -> dict[str, float]:
    base = time.monotonic_ns()
    with ThreadPoolExecutor(CALLERS) as pool:
        # Every thread of the worker has its connections before anything is counted.
        list(pool.map(call, range(base, base + COUNTED)))
        (worker,) = children(server.pid)
        before = place.database.statements(), cache_commands(place.cache_port)
        list(pool.map(call, range(base + COUNTED, base + 2 * COUNTED)))
        counted = place.database.statements() - before[0], cache_commands(place.cache_port) - before[1] - 1
        began, used, done, number = time.monotonic(), cpu_seconds(worker), 0, base + 2 * COUNTED
        while time.monotonic() - began < seconds:
            list(pool.map(call, range(number, number + COUNTED)))
            done, number = done + COUNTED, number + COUNTED
        each = (cpu_seconds(worker) - used) / done
    statements, commands = (count / COUNTED for count in counted)
    print(f"{name:<34}{1 / each:>13,.0f}{each * 1000:>8.2f}{statements:>12.1f}{commands:>7.1f}", flush=True)
    return {"calls": 1 / each, "statements": statements, "cache": commands}


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cache_commands(port: int) -> int:
    told = subprocess.run(["redis-cli", "-p", str(port), "info", "stats"], capture_output=True, text=True, check=True)
    found = re.search(r"total_commands_processed:(\d+)", told.stdout)
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    main()
