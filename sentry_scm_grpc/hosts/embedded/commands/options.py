"""Options that several commands have."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sentry_scm_grpc.command_line import Run, add_command
from sentry_scm_grpc.conf.environment import above_zero, add_option
from sentry_scm_grpc.hosts.embedded.serving import GRACE_SECONDS


def add_data_command(group: Any, name: str, run: Run, help: str) -> argparse.ArgumentParser:
    """A command that works on a data directory."""
    made = add_command(group, name, run, help)
    add_option(
        made, "--data", Path, default=Path(".scm-grpc"), metavar="DIR", help="the data directory; default: .scm-grpc"
    )
    return made


def add_rpcs(made: argparse.ArgumentParser) -> None:
    add_option(
        made, "--rpcs", default="*", metavar="LIST", help="the RPCs that are on: names, read, write or *; default: *"
    )


def add_grace(made: argparse.ArgumentParser) -> None:
    help = f"how long running calls may continue after SIGTERM; default: {GRACE_SECONDS}"
    add_option(made, "--grace", above_zero, default=GRACE_SECONDS, metavar="SECONDS", help=help)
