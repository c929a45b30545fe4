"""A PostgreSQL with a synchronous replica, and the promotion of the replica when the first is killed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.reliability.services import PostgreSQL
from tests.waiting import eventually


class Replicated:
    """``url`` names both servers; libpq takes the one that can write."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o755)
        self.first = PostgreSQL(directory / "first")
        self.first.configure("listen_addresses = '127.0.0.1'\nmax_wal_senders = 5\nwal_level = replica")
        self.first.start()
        self.second = self.first.replica(directory / "second")
        self.second.start()
        # From now on a commit is answered when the replica has it.
        self.first.ask("alter system set synchronous_standby_names = '*'")
        self.first.ask("select pg_reload_conf()")
        query = "select count(*) from pg_stat_replication where sync_state = 'sync'"
        eventually(lambda: self.first.ask(query).strip() == "1", "the replica is synchronous", 60)

    @property
    def url(self) -> str:
        at = f"127.0.0.1:{self.first.port},127.0.0.1:{self.second.port}"
        return f"postgres://postgres@{at}/postgres?target_session_attrs=read-write"

    def fail_over(self) -> None:
        """The first is gone as by a loss of power, and the second is made the one that writes."""
        self.first.stop("immediate")
        self.second.promote()

    def stop(self) -> None:
        for server in (self.first, self.second):
            with contextlib.suppress(Exception):
                server.stop("immediate")


@contextlib.contextmanager
def replicated(directory: Path) -> Iterator[Replicated]:
    made = Replicated(directory)
    try:
        yield made
    finally:
        made.stop()
