"""The data directory of the command line: it holds the database, the secret key and the list of git roots."""

from __future__ import annotations

import os
from pathlib import Path


class CommandError(Exception):
    """What a user did wrong and what to do, printed without a traceback."""


def set_up(data: Path, *, make: bool = False) -> None:
    """Readies Django and the database in a data directory. Raises ImproperlyConfigured.

    Only with ``make`` may the directory be new. Raises CommandError otherwise: a typo must not make a database.
    """
    new = not _is_data_directory(data)
    if new and not make:
        raise CommandError(
            f"{data} is not a data directory. Check --data, or make one with 'sentry-scm-grpc init --data {data}'."
        )
    if new:
        print(f"Creating the database in {data} ...", flush=True)
    os.environ["SCM_GRPC_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentry_scm_grpc.hosts.embedded.settings")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def _is_data_directory(data: Path) -> bool:
    """Whether a command has made it. Where the database is elsewhere, the directory may hold nothing."""
    return bool(os.environ.get("SCM_GRPC_DATABASE_URL")) or (data / "db.sqlite3").exists()


def refuse_bad_settings() -> None:
    """Such as an RPC in SCM_GRPC_RPCS that there is not. Raises CommandError."""
    from django.core.checks import run_checks

    if wrong := [found for found in run_checks(tags=["sentry_scm_grpc"]) if found.is_serious()]:
        raise CommandError("\n".join(f"{found.msg} {found.hint or ''}".rstrip() for found in wrong))


def root_of(repository: Path) -> str:
    """The directory of a git repository. Raises CommandError where there is none."""
    root = repository.expanduser().resolve()
    if not root.is_dir():
        raise CommandError(f"there is no directory {root}.")
    if not (root / ".git").exists() and not (root / "HEAD").exists():
        raise CommandError(
            f"{root} is no git repository; name the directory that has .git in it, or a bare repository."
        )
    if "\n" in str(root):
        raise CommandError("a path with a line break cannot be served.")
    return str(root)


def allow_root(data: Path, root: str) -> None:
    """Lets repositories be served from a directory: it becomes a line of the file that the host reads."""
    _write_roots(data, list(dict.fromkeys([*_roots(data), root])))


def forget_root(data: Path, root: str) -> None:
    """Takes back what ``allow_root`` allowed."""
    _write_roots(data, [known for known in _roots(data) if known != root])


def _roots(data: Path) -> list[str]:
    file = data / "git-roots"
    return file.read_text().splitlines() if file.exists() else []


def _write_roots(data: Path, roots: list[str]) -> None:
    if roots == _roots(data):
        return
    # In one step: a running server may be reading the file.
    made = data / f"git-roots.{os.getpid()}"
    made.write_text("".join(f"{root}\n" for root in roots))
    made.replace(data / "git-roots")
