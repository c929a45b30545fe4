"""``manage.py scm_grpc_providers``: which of the installed providers serves which RPC."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sentry_scm_grpc.providers.matrix import matrix, with_matrix
from sentry_scm_grpc.providers.registry import adapters


class Command(BaseCommand):
    help = "Prints which of the installed providers serves which RPC, as a Markdown table made from their adapters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--write", type=Path, metavar="PAGE", help="put the table of this package's own adapters into a page"
        )

    def handle(self, *args: Any, write: Path | None, **options: Any) -> None:
        if write is None:
            self.stdout.write(matrix(list(adapters().values())))
            return
        try:
            write.write_text(with_matrix(write.read_text(), matrix(own_adapters())))
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None


def own_adapters() -> list[Any]:
    """The adapters of this package, by key. Other packages document their own."""
    return [adapter for adapter in adapters().values() if adapter.__module__.startswith("sentry_scm_grpc.")]
