"""Calls per second of GetRepository and of lists of 100 repositories, through every way to read them, side by side.

    benchmarks/run rows [--database sqlite] [--rounds 3] [--seconds 3]

On SQLite and on a PostgreSQL of its own. Every round measures every way once, each freshly started and warmed up.
The limit is a bare WSGI function that runs the ready statement and answers with a ready message.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.paging.postgres import temporary_postgres
from benchmarks.serving import JSON, NATIVE, WEB, Asked, Load, Loads, Subject, answer, framed, load, need_tools, serving

APPS = "benchmarks.rows.apps"
PREFIX = "/sentry.integrations.scm.v1.ScmService"
ROWS = 100

WAYS = [
    ("limit", "limit: statement and ready bytes", WEB),
    ("view", "Django view, ORM, JsonResponse", ""),
    ("rest", "Django REST framework", ""),
    ("wrap", "ours, WSGI wrapper", WEB),
    ("middleware", "ours, Django middleware", WEB),
    ("wrap_json", "ours, WSGI wrapper, JSON", JSON),
]
SUBJECTS = [
    *(Subject(server, *way) for server in ("gunicorn", "granian") for way in WAYS),
    Subject("grpcio", "native", "ours, native", NATIVE),
]
RPCS = ("GetRepository", "ListRepositories")
# Goals of the project for GetRepository and for lists of 100: ratio of the first to the second.
GOALS = [("wrap", "limit", 0.6, 0.7), ("middleware", "limit", 0.45, 0.6), ("wrap", "view", 2.0, 3.0)]


def asked_of(subject: Subject, rpc: str, site: dict[str, Any]) -> Asked:
    if subject.form == "":
        return Asked("/repositories" if rpc == "ListRepositories" else f"/repositories/{site['repository']}")
    return Asked(f"{PREFIX}/{rpc}", subject.form, site["bodies"]["json" if subject.form == JSON else "proto"][rpc])


def verify(subject: Subject, port: int, rpc: str, site: dict[str, Any]) -> None:
    from sentry_scm_grpc.v1 import scm_pb2 as pb

    data = answer(subject, port, asked_of(subject, rpc, site), site["key"])
    many = rpc == "ListRepositories"
    if subject.form in ("", JSON):
        found = json.loads(data)
        name = [row["name"] for row in found["repositories"]] if many else [found["name"]]
    elif many:
        name = [row.name for row in pb.ListRepositoriesResponse.FromString(data).repositories]
    else:
        name = [pb.Repository.FromString(data).name]
    if name != site["names"][: len(name)] or len(name) != (ROWS if many else 1):
        raise SystemExit(f"{subject.key} answered {rpc} with {name}")


def environment(files: Path, url: str) -> dict[str, str]:
    """Of every process that works on the rows."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sentry_scm_grpc.hosts.embedded.settings",
        "SCM_GRPC_DATA": str(files),
        "SCM_GRPC_DATABASE_URL": url,
        "SCM_GRPC_RPCS": "read",
        "SCM_GRPC_NATIVE_THREADS": "4",
        "SCM_GRPC_LOG_LEVEL": "WARNING",
        "SCM_ROWS_PLANS": str(files / "plans"),
        "SCM_ROWS_SITE": str(files / "site"),
    }


def prepare(environ: dict[str, str]) -> dict[str, Any]:
    """Makes the rows, in a process of its own, which has its own Django settings."""
    command = [sys.executable, "-m", "benchmarks.rows.prepare", environ["SCM_ROWS_PLANS"], str(ROWS)]
    with open(environ["SCM_ROWS_SITE"], "w") as out:
        subprocess.run(command, env=environ, check=True, stdout=out)
    return site_in(Path(environ["SCM_ROWS_SITE"]))


def site_in(path: Path) -> dict[str, Any]:
    """What the ways need to know of the rows."""
    site: dict[str, Any] = json.loads(path.read_text())
    proto = {rpc: framed(base64.b64decode(text)) for rpc, text in site["requests"].items()}
    as_json = {rpc: json.dumps(fields).encode() for rpc, fields in site["json"].items()}
    return {**site, "bodies": {"proto": proto, "json": as_json}}


def measure(database: str, url: str, subjects: list[Subject], options: argparse.Namespace, loads: Loads) -> None:
    with tempfile.TemporaryDirectory(prefix="scm-rows-") as directory:
        files = Path(directory)
        environ = environment(files, url)
        site = prepare(environ)
        for _ in range(options.rounds):
            for subject in subjects:
                if options.in_process:
                    for rpc in RPCS:
                        micros = in_process(subject, rpc, environ, options.seconds)
                        loads.add(f"{database}/{subject.key}/{rpc}", Load(1e6 / micros, micros))
                    continue
                with serving(subject, APPS, environ) as server:
                    for rpc in RPCS:
                        verify(subject, server.port, rpc, site)
                        asked = asked_of(subject, rpc, site)
                        if options.warm_up:
                            load(subject, server, asked, site["key"], options.warm_up, files, options.callers)
                        done = load(subject, server, asked, site["key"], options.seconds, files, options.callers)
                        loads.add(f"{database}/{subject.key}/{rpc}", done)


def in_process(subject: Subject, rpc: str, environ: dict[str, str], seconds: float) -> float:
    """Microseconds of processor for one call, without a server."""
    command = [sys.executable, "-m", "benchmarks.rows.in_process", subject.way, rpc, str(seconds)]
    return float(subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--warm-up", type=float, default=1, help="seconds of load before each measurement")
    parser.add_argument("--only", default="", help="only subjects whose key contains this")
    parser.add_argument("--callers", type=int, default=8, help="calls under way at once")
    parser.add_argument("--in-process", action="store_true", help="processor time without a server, the best batch")
    options = parser.parse_args()
    subjects = [subject for subject in SUBJECTS if options.only in subject.key]
    if options.in_process:
        subjects = [subject._replace(server="process") for subject in subjects if subject.server == "gunicorn"]
    else:
        need_tools()
    loads = Loads()
    databases = options.database or ["sqlite", "postgresql"]
    for database in databases:
        with ExitStack() as stack:
            url = stack.enter_context(temporary_postgres()) if database == "postgresql" else ""
            measure(database, url, subjects, options, loads)
    report(databases, subjects, loads)


def report(databases: list[str], subjects: list[Subject], loads: Loads) -> None:
    goals = []
    for database in databases:
        for number, rpc in enumerate(RPCS):
            print(f"\n{rpc}{f', {ROWS} rows' if number else ''}, {database}")
            print(f"{'':41} {'calls/s':>8} {'range':>15} {'CPU µs':>7} {'of limit':>8} {'of view':>8}")
            for subject in subjects:
                # The native door has no bare server of its own: it is compared with those on gunicorn.
                server = "gunicorn" if subject.server == "grpcio" else subject.server
                others = [f"{database}/{server}/{way}/{rpc}" for way in ("limit", "view")]
                columns = loads.columns(f"{database}/{subject.key}/{rpc}", *others)
                print(f"{subject.server:8} {subject.title:32} {columns}")
            for server in {subject.server: None for subject in subjects if subject.way == "limit"}:
                base = f"{database}/{server}"
                goals += [(f"{base}/{a}/{rpc}", f"{base}/{b}/{rpc}", found[number]) for a, b, *found in GOALS]
    print()
    print(json.dumps(loads.goals(goals)))


if __name__ == "__main__":
    main()
