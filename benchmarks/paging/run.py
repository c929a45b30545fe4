"""Asks for the first page of a list and for one a million rows in, and compares: on SQLite and on PostgreSQL.

    python -m benchmarks.paging.run [--rows 1000000] [--calls 300] [--postgres-url URL]

Each call goes through the whole application, authentication included. The two kinds of calls take turns, so that what
else the machine does hits both; the medians are compared. Without an URL, a PostgreSQL of its own is started from
Debian's binaries. Beside them the same page by OFFSET, as a bare query, for comparison. The last line is one JSON
object with the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from benchmarks.paging.postgres import temporary_postgres

ROOT = Path(__file__).parents[2]
HEADER = ("database", "list", "page", "at row 0", "at row {rows:,}", "ratio", "by OFFSET")
GOAL = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--postgres-url", default="")
    args = parser.parse_args()

    results = measure("", args)
    with nullcontext(args.postgres_url) if args.postgres_url else temporary_postgres() as url:
        results += measure(url, args)
    print_table(results, args.rows)
    print(json.dumps({name_of(r): round(float(str(r["ratio"])), 3) for r in results}))


def measure(database_url: str, args: argparse.Namespace) -> list[dict[str, object]]:
    """Runs measure.py, because a process has one set of Django settings."""
    with tempfile.TemporaryDirectory(prefix="scm-paging-") as data:
        environment = {**os.environ, "SCM_GRPC_DATA": data, "SCM_GRPC_DATABASE_URL": database_url}
        command = [sys.executable, "-m", "benchmarks.paging.measure", str(args.rows), str(args.calls)]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def name_of(result: dict[str, object]) -> str:
    return f"{result['database']}.{str(result['list']).replace(' ', '_')}.{result['page']}"


def print_table(results: list[dict[str, object]], rows: int) -> None:
    lines = [tuple(cell.format(rows=rows) for cell in HEADER)]
    for r in results:
        times = [f"{r[name]:.2f} ms" for name in ("first", "deep")]
        lines.append(
            (str(r["database"]), str(r["list"]), str(r["page"]), *times, f"{r['ratio']:.2f}", f"{r['offset']:.1f} ms")
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    worst = max(float(str(r["ratio"])) for r in results)
    print(f"\nworst ratio {worst:.2f}, goal {GOAL}: {'met' if worst <= GOAL else 'MISSED'}")


if __name__ == "__main__":
    main()
