"""What the commands ``scm`` and ``sentry-scm-grpc`` share: how they parse, run, fail and exit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from sentry_scm_grpc import __version__
from sentry_scm_grpc.command_line import completion

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

Run = Callable[[argparse.Namespace], int]


class UsageError(Exception):
    """What the user did wrong and what to do about it. It is printed without a traceback."""


def run(
    parser: argparse.ArgumentParser,
    argv: Sequence[str] | None,
    complete: Callable[[argparse.Namespace], argparse.Namespace] = lambda args: args,
) -> NoReturn:
    """Runs the command that ``argv`` names and exits. ``complete`` may fill in options that were not given."""
    given = sys.argv[1:] if argv is None else list(argv)
    if given[:1] == [completion.HIDDEN]:
        print("\n".join(completion.candidates(parser, given[1:])))
        sys.exit(0)
    args = parser.parse_args(given)
    try:
        sys.exit(args.run(complete(args)) or 0)
    except UsageError as error:
        fail(parser, error)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(EXIT_INTERRUPTED)


def fail(parser: argparse.ArgumentParser, why: object) -> NoReturn:
    """Prints why the command cannot run, and exits."""
    print(f"{parser.prog}: {why}", file=sys.stderr)
    sys.exit(EXIT_USAGE)


def add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")


def add_command(group: Any, name: str, run: Run, help: str) -> argparse.ArgumentParser:
    """Adds a command to a group of subcommands. ``run`` gets the arguments and returns the exit code."""
    made: argparse.ArgumentParser = group.add_parser(name, help=help, description=help)
    made.set_defaults(run=run)
    return made


def add_group(commands: Any, name: str, help: str) -> Any:
    """Adds a command that has commands of its own, such as ``keys``."""
    return commands.add_parser(name, help=help).add_subparsers(metavar="COMMAND", required=True)
