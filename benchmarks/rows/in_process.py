"""Calls one way in this process, without sockets: what run.py --in-process measures, and what a profiler looks at.

    py-spy record --rate 500 --output get.svg -- .venv/bin/python -m benchmarks.rows.in_process wrap GetRepository 10

Prints microseconds of processor for one call, of the best batch of 20. Without a database in SCM_ROWS_SITE, it makes
one in a temporary directory.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.doors.run import environ_of
from benchmarks.rows import run

BATCH = 20


def best(once: Any, seconds: float) -> float:
    """Microseconds of the best batch, once all is warm."""
    found = []
    for _ in range(2 * BATCH):
        once()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.thread_time_ns()
        for _ in range(BATCH):
            once()
        found.append((time.thread_time_ns() - started) / BATCH / 1000)
    return min(found)


def caller(way: str, rpc: str, site: dict[str, Any]) -> Any:
    from benchmarks.rows import apps

    subject = next(subject for subject in run.SUBJECTS if subject.way == way)
    application = getattr(apps, f"app_{way}")
    asked = run.asked_of(subject, rpc, site)
    environ = environ_of(asked.path, asked.form, asked.body, site["key"])
    if not asked.body:
        environ |= {"REQUEST_METHOD": "GET", "CONTENT_LENGTH": ""}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        assert status == "200 OK", (status, headers)

    def once() -> None:
        pieces = application({**environ, "wsgi.input": io.BytesIO(asked.body)}, start_response)
        for _ in pieces:
            pass
        if hasattr(pieces, "close"):
            pieces.close()

    return once


def main(way: str, rpc: str, seconds: float) -> None:
    if "SCM_ROWS_SITE" in os.environ:
        site = run.site_in(Path(os.environ["SCM_ROWS_SITE"]))
        print(best(caller(way, rpc, site), seconds))
        return
    with tempfile.TemporaryDirectory(prefix="scm-rows-") as directory:
        environ = run.environment(Path(directory), "")
        site = run.prepare(environ)
        os.environ.update(environ)
        print(best(caller(way, rpc, site), seconds))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
