"""``clients``: generates a client for another language."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sentry_scm_grpc.clients import generate
from sentry_scm_grpc.command_line import UsageError, add_command
from sentry_scm_grpc.conf.environment import add_option


def add_commands(commands: Any) -> None:
    languages = f"one of {', '.join(generate.LANGUAGES)}"
    clients = add_command(commands, "clients", _clients, "Generate a client for another language.")
    add_option(clients, "--language", required=True, choices=generate.LANGUAGES, metavar="NAME", help=languages)
    add_option(
        clients, "--out", Path, required=True, metavar="DIR", help="a new directory, or one that this command has made"
    )


def _clients(args: argparse.Namespace) -> int:
    print(f"Generating the {args.language} client in {args.out} ...", file=sys.stderr, flush=True)
    try:
        done = generate.generate(args.language, args.out)
    except FileExistsError as error:
        raise UsageError(str(error)) from None
    print(f"{args.out / 'README.md'} says how to use it.")
    return 0 if done else 1
