"""A PostgreSQL, a Redis and an nginx that a test may stop, start and freeze, each a process of its own.

All come from Debian's packages and keep their files in a temporary directory.
"""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_ports
from tests.scenarios.running import running


class PostgreSQL:
    """``url`` as django-environ reads it. Raises RuntimeError where PostgreSQL is not installed."""

    def __init__(self, directory: Path, source: PostgreSQL | None = None) -> None:
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
        self._bin = found[-1]
        self._directory = directory
        directory.mkdir()
        (self.port,) = free_ports(1)
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._addresses = ["127.0.0.1"]
        self._as: dict[str, int] = {}
        if os.getuid() == 0:  # PostgreSQL refuses to run as root.
            account = pwd.getpwnam("postgres")
            os.chown(directory, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid}
        if source is None:
            self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        else:
            at = ["-h", "127.0.0.1", "-p", str(source.port), "-U", "postgres"]
            # -R: it starts as a replica that follows its source.
            self._run("pg_basebackup", *at, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync")

    def configure(self, lines: str) -> None:
        """Adds to the settings, for the next start."""
        with open(self._directory / "data" / "postgresql.conf", "a") as settings:
            settings.write(f"{lines}\n")

    def replica(self, directory: Path) -> PostgreSQL:
        """A server that follows this one, not started yet."""
        return PostgreSQL(directory, self)

    def promote(self) -> None:
        self._run("pg_ctl", "-s", "-w", "promote")

    def start(self) -> None:
        addresses = ",".join(self._addresses)
        options = f"-p {self.port} -h {addresses} -k {self._directory} -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-s", "-w", "-l", str(self._directory / "log"), "-o", options, "start")

    def listen_at(self, address: str) -> None:
        """At one more address, for who calls from its network. Restarts the server."""
        with open(self._directory / "data" / "pg_hba.conf", "a") as allowed:
            allowed.write(f"host all all {address}/30 trust\n")
        self._addresses.append(address)
        self.stop()
        self.start()

    def waiting(self) -> int:
        """How many statements wait for a lock."""
        return int(self.ask("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"))

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes neither answer nor refuse: as a machine that hangs."""
        server = int((self._directory / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGSTOP)
        stopped = [server, *children(server)]
        for pid in stopped[1:]:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(stopped):
                os.kill(pid, signal.SIGCONT)

    def stop(self, mode: str = "fast") -> None:
        """As an operator's restart does it: connections are cut, transactions rolled back. "immediate" is a crash."""
        self._run("pg_ctl", "-s", "-w", "-m", mode, "stop")

    def log_statements(self) -> None:
        """From now on, for ``statements``."""
        self.ask("alter system set log_statement = 'all'")
        self.ask("select pg_reload_conf()")

    def statements(self) -> int:
        """How many were run since log_statements()."""
        return len(re.findall(rb"LOG:  (?:statement|execute \S+):", (self._directory / "log").read_bytes()))

    def connections(self) -> int:
        """Of clients, but for the one that asks."""
        query = "select count(*) - 1 from pg_stat_activity where backend_type = 'client backend'"
        return int(self.ask(query))

    def ask(self, query: str) -> str:
        command = [f"{self._bin}/psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-Atc", query]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def _run(self, program: str, *arguments: str) -> None:
        command = [f"{self._bin}/{program}", "-D", str(self._directory / "data"), *arguments]
        # A file, because the server keeps its standard streams: pipes would never end.
        with open(f"{self._directory}-{program}.log", "ab") as log:
            subprocess.run(command, check=True, cwd=self._directory, stdout=log, stderr=log, **self._as)


@contextlib.contextmanager
def redis(port: int, directory: Path, *addresses: str) -> Iterator[subprocess.Popen[bytes]]:
    command = ["redis-server", "--bind", "127.0.0.1", *addresses, "--port", str(port), "--save", ""]
    command += ["--protected-mode", "no"] if addresses else []
    with running(command, port, {}, directory / f"redis-{port}.log") as process:
        yield process


@contextlib.contextmanager
def frozen(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process neither answers nor refuses: as a machine that hangs."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


NGINX = """
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/nginx-error.log warn;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    upstream scm {{
        {servers}
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://scm;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            # A stream's messages are handed on as they come.
            proxy_buffering off;
            # What was perhaps carried out is not sent again by nginx: the client knows which calls bear that.
            proxy_next_upstream error timeout;
            proxy_connect_timeout 1s;
            proxy_read_timeout 60s;
        }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(ports: list[int], directory: Path) -> Iterator[str]:
    """Round robin over servers on these ports; the URL that clients call."""
    (port,) = free_ports(1)
    servers = " ".join(f"server 127.0.0.1:{each} max_fails=1 fail_timeout=1s;" for each in ports)
    configuration = directory / "nginx.conf"
    configuration.write_text(NGINX.format(directory=directory, servers=servers, port=port))
    with running(["nginx", "-c", str(configuration)], port, {}, directory / "nginx.log"):
        yield f"http://127.0.0.1:{port}"


def threads_and_files(pid: int) -> tuple[int, int]:
    """Of a process."""
    return len(os.listdir(f"/proc/{pid}/task")), len(os.listdir(f"/proc/{pid}/fd"))


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    """The workers of a server."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def open_connections(count: int, port: int) -> list[socket.socket]:
    """Connections that say nothing."""
    found = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        connection.setblocking(False)
        found.append(connection)
    return found
