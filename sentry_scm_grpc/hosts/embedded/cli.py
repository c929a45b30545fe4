"""The command ``sentry-scm-grpc``: it runs the embedded host, keeps its keys and repositories, and calls any server.

The commands for servers, keys and repositories work on a data directory (``--data``), which holds the database and
the secret key.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from sentry_scm_grpc.client import command as client
from sentry_scm_grpc.command_line import add_version, fail, run
from sentry_scm_grpc.conf.environment import settle
from sentry_scm_grpc.hosts.embedded.commands import clients, integrations, keys, repositories, servers
from sentry_scm_grpc.rpc.storage import storage_error


def main(argv: Sequence[str] | None = None) -> NoReturn:
    parser = make_parser()
    try:
        run(parser, argv, settle)
    except (ImproperlyConfigured, OSError) as error:
        # OSError: a file or directory that cannot be made, read or written. The error names it.
        fail(parser, error)
    except DatabaseError as error:
        if (known := storage_error(error)) is None:
            raise
        why = f"{known.reason}: {error}".strip()
        fail(parser, f"the database cannot be used ({why}). Look at the disk of --data.")


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sentry-scm-grpc",
        description="Serve git repositories over gRPC, and call any site that serves the API.",
        epilog="The environment can give every option: SCM_GRPC_TLS_CERT is --tls-cert. A flag overrides it.",
    )
    add_version(parser)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    servers.add_commands(commands)
    keys.add_commands(commands)
    integrations.add_commands(commands)
    repositories.add_commands(commands)
    client.add_commands(commands, parser)
    clients.add_commands(commands)
    return parser
