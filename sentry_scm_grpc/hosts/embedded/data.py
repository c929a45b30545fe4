"""The data directory of the command line: it holds the database, the secret key and the list of git roots."""

from __future__ import annotations

import os
from pathlib import Path


class CommandError(Exception):
    """What a user did wrong and what to do, printed without a traceback."""


def set_up(data: Path) -> None:
    """Readies Django and the database in a data directory. Raises ImproperlyConfigured."""
    os.environ["SCM_GRPC_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentry_scm_grpc.hosts.embedded.settings")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def refuse_bad_settings() -> None:
    """Such as an RPC in SCM_GRPC_RPCS that there is not. Raises CommandError."""
    from django.core.checks import run_checks

    if wrong := [found for found in run_checks(tags=["sentry_scm_grpc"]) if found.is_serious()]:
        raise CommandError("\n".join(f"{found.msg} {found.hint or ''}".rstrip() for found in wrong))


def allow_root(data: Path, repository: Path) -> None:
    """Lets repositories be served from a directory: it becomes a line of the file that the settings read."""
    root = str(repository.expanduser().resolve())
    if not Path(root).is_dir():
        raise CommandError(f"there is no directory {root}.")
    if not (Path(root) / ".git").exists() and not (Path(root) / "HEAD").exists():
        raise CommandError(
            f"{root} is no git repository; name the directory that has .git in it, or a bare repository."
        )
    if "\n" in root:
        raise CommandError("a path with a line break cannot be served.")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = data / "git-roots"
    known = file.read_text().splitlines() if file.exists() else []
    if root not in known:
        file.write_text("".join(f"{line}\n" for line in [*known, root]))
