"""A site on a PostgreSQL and a Redis that may be broken, and the servers that serve it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sentry_scm_grpc.client import ScmClient
from tests.ports import free_ports
from tests.reliability.services import PostgreSQL, nginx
from tests.scenarios.running import Site


@dataclass
class Server:
    url: str
    port: int
    pid: int


@dataclass
class Place:
    """The site, its database, and the port at which its cache is expected."""

    site: Site
    database: PostgreSQL
    cache_port: int
    directory: Path

    @contextlib.contextmanager
    def granian(self) -> Iterator[Server]:
        (port,) = free_ports(1)
        # Beyond its backlog, 1,024 by default, granian takes no connection, idle ones counted too.
        command = [*self.site.granian(port), "--backlog", "4096"]
        with self.site.running(command, port) as process:
            yield Server(f"http://127.0.0.1:{port}", port, process.pid)

    @contextlib.contextmanager
    def behind_nginx(self) -> Iterator[Server]:
        """A gunicorn whose requests nginx reads to their end before it hands them on. The process is gunicorn's."""
        with self.server() as server, nginx([server.port], self.directory) as url:
            yield Server(url, int(url.rpartition(":")[2]), server.pid)

    @contextlib.contextmanager
    def server(self, port: int = 0, *options: str, **environment: str) -> Iterator[Server]:
        """A gunicorn of one worker with eight threads. ``options`` are gunicorn's."""
        port = port or free_ports(1)[0]
        *command, application = self.site.gunicorn(port)
        with self.site.running([*command, *options, application], port, **environment) as process:
            yield Server(f"http://127.0.0.1:{port}", port, process.pid)

    def client(self, url: str, retries: int = 0, timeout: float = 20) -> ScmClient:
        return ScmClient(url, api_key=self.site.api_key, retries=retries, timeout=timeout)


@contextlib.contextmanager
def a_place() -> Iterator[Place]:
    """A filled site with its database running; the cache is for the caller to start, at ``cache_port``."""
    with tempfile.TemporaryDirectory(prefix="scm-grpc-reliability-", ignore_cleanup_errors=True) as name:
        # PostgreSQL, which is not root, must reach its directory.
        os.chmod(name, 0o755)
        yield from _filled(Path(name))


def _filled(directory: Path) -> Iterator[Place]:
    database = PostgreSQL(directory / "postgresql")
    database.start()
    (cache_port,) = free_ports(1)
    environment = {
        "SCM_GRPC_DATABASE_URL": database.url,
        # The timeouts that docs/reference/limits.md advises: a cache that hangs must not hold every thread.
        "SCM_GRPC_CACHE_URL": f"rediscache://127.0.0.1:{cache_port}?socket_timeout=0.5&socket_connect_timeout=0.5",
        "SCM_GRPC_MAX_CALLS_PER_CREDENTIAL": "0",
        "SCM_GRPC_LOG_LEVEL": "WARNING",
    }
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SCM_GRPC_DATABASE_URL", database.url)
            site = Site.make(directory / "data")
        site.environment.update(environment)
        yield Place(site, database, cache_port, directory)
    finally:
        database.stop()
