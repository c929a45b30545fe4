"""A PostgreSQL of one's own, from Debian's binaries, for as long as a block runs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql")


@contextmanager
def temporary_postgres() -> Iterator[str]:
    """Yields the URL of an empty database on a free port of 127.0.0.1."""
    found = sorted(BINARIES.glob("*/bin"))
    if not found:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql, or give --postgres-url.")
    directory = Path(tempfile.mkdtemp(prefix="scm-paging-pg-"))
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(directory, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(found[-1] / program), *arguments]
        subprocess.run(command, user=user, cwd=directory, check=True, stdout=subprocess.DEVNULL)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data = str(directory / "data")
    try:
        run("initdb", "-D", data, "-A", "trust", "-U", "scm", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={directory}"
        run("pg_ctl", "-D", data, "-w", "-s", "-l", str(directory / "log"), "-o", options, "start")
        try:
            run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "scm", "paging")
            yield f"postgres://scm@127.0.0.1:{port}/paging"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-s", "stop")
    finally:
        shutil.rmtree(directory)
