"""The data directory of the command line: it holds the database, the secret key and the list of git roots."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sentry_scm_grpc.command_line import UsageError

# The key of PostgreSQL's advisory lock: any number that no other program locks.
_MIGRATING = 0x5C36_4B1C


def set_up(data: Path, *, make: bool = False) -> None:
    """Sets up Django and the database of a data directory.

    Raises ImproperlyConfigured, and UsageError where the directory is new and ``make`` is false: a typo in --data must
    not create a database.
    """
    new = not _is_data_directory(data)
    if new and not make:
        raise UsageError(
            f"{data} is not a data directory. Check --data, or make one with 'sentry-scm-grpc init --data {data}'."
        )
    if new:
        print(f"Creating the database in {data} ...", flush=True)
    os.environ["SCM_GRPC_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentry_scm_grpc.hosts.embedded.settings")
    _make(data)
    import django
    from django.core.management import call_command

    django.setup()
    with _one_at_a_time(data):
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)


def _make(data: Path) -> None:
    """Makes the directory where it is missing. It has secrets, so git is told to leave it out of commits."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not any(data.iterdir()):
        (data / ".gitignore").write_text("*\n")


@contextmanager
def _one_at_a_time(data: Path) -> Iterator[None]:
    """Waits for other processes that ready the same database. Two that migrate at once would both create the tables."""
    from django.db import connection

    with (data / "migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        # Processes on other machines share the database, but not the file.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])


def _is_data_directory(data: Path) -> bool:
    """Whether a command has made this directory. It may be empty if the database is elsewhere."""
    return bool(os.environ.get("SCM_GRPC_DATABASE_URL")) or (data / "db.sqlite3").exists()


def refuse_bad_settings() -> None:
    """Raises UsageError where a setting is wrong, such as an unknown RPC in SCM_GRPC_RPCS."""
    from django.core.checks import run_checks

    if wrong := [found for found in run_checks(tags=["sentry_scm_grpc"]) if found.is_serious()]:
        raise UsageError("\n".join(f"{found.msg} {found.hint or ''}".rstrip() for found in wrong))


def root_of(repository: Path) -> str:
    """The directory of a git repository. Raises UsageError where there is none."""
    root = repository.expanduser().resolve()
    if not root.is_dir():
        raise UsageError(f"there is no directory {root}.")
    if not (root / ".git").exists() and not (root / "HEAD").exists():
        raise UsageError(
            f"{root} is not a git repository. Name the directory that has .git in it, or a bare repository."
        )
    if "\n" in str(root):
        raise UsageError("a path with a line break cannot be served.")
    return str(root)


def allow_root(data: Path, root: str) -> None:
    """Allows the host to serve repositories from a directory: adds a line to the file that the host reads."""
    _write_roots(data, list(dict.fromkeys([*_roots(data), root])))


def forget_root(data: Path, root: str) -> None:
    """Undoes ``allow_root``."""
    _write_roots(data, [known for known in _roots(data) if known != root])


def _roots(data: Path) -> list[str]:
    file = data / "git-roots"
    return file.read_text().splitlines() if file.exists() else []


def _write_roots(data: Path, roots: list[str]) -> None:
    if roots == _roots(data):
        return
    # Replace the file in one step, because a running server may be reading it.
    made = data / f"git-roots.{os.getpid()}"
    made.write_text("".join(f"{root}\n" for root in roots))
    made.replace(data / "git-roots")
