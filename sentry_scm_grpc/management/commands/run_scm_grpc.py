"""manage.py run_scm_grpc: the native gRPC server of this site."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sentry_scm_grpc.checks import how_to_install


class Command(BaseCommand):
    help = "Serves the contract over HTTP/2 (native gRPC) until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:50051", metavar="ADDR", help="host:port or unix:/path")
        parser.add_argument("--tls-cert", metavar="FILE", help="certificate chain, PEM; without it no TLS")
        parser.add_argument("--tls-key", metavar="FILE", help="its private key, PEM")
        parser.add_argument(
            "--client-ca", metavar="FILE", help="the authority that client certificates must be of, PEM"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from sentry_scm_grpc.server.native import serve_native
        except ModuleNotFoundError as error:
            command = how_to_install("native", "grpcio-health-checking", "grpcio-reflection")
            raise CommandError(f"{error.name} is not installed: {command}") from error
        try:
            serve_native(
                options["bind"],
                tls_cert=options["tls_cert"],
                tls_key=options["tls_key"],
                client_ca=options["client_ca"],
                ready=self._announce,
            )
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error

    def _announce(self, port: int) -> None:
        self.stdout.write(f"Serving on port {port}. Stop with Ctrl-C.")
        self.stdout.flush()
