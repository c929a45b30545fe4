"""manage.py run_scm_grpc: the native gRPC server of this site."""

from __future__ import annotations

import signal
from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from sentry_scm_grpc.checks import how_to_install
from sentry_scm_grpc.conf.environment import above_zero, add_option, settle


class Command(BaseCommand):
    help = "Serves the contract over HTTP/2 (native gRPC) until SIGTERM or Ctrl-C."

    # ``handle`` runs the checks of the app and reports each in one line.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_option(parser, "--bind", default="127.0.0.1:50051", metavar="ADDR", help="host:port or unix:/path")
        add_option(parser, "--tls-cert", metavar="FILE", help="certificate chain, PEM; without it no TLS")
        add_option(parser, "--tls-key", metavar="FILE", help="its private key, PEM")
        add_option(parser, "--client-ca", metavar="FILE", help="the authority that client certificates must be of, PEM")
        help = "how long calls may go on after SIGTERM; default: 10"
        add_option(parser, "--grace", above_zero, default=10, metavar="SECONDS", help=help)

    def handle(self, *args: Any, **options: Any) -> None:
        # Python may lose a KeyboardInterrupt during an import. So Ctrl-C ends the process until the server handles it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if wrong := [found for found in run_checks(tags=["sentry_scm_grpc"]) if found.is_serious()]:
            raise CommandError("\n".join(f"{found.msg} {found.hint or ''}".rstrip() for found in wrong))
        try:
            from sentry_scm_grpc.server.native import serve_native
        except ModuleNotFoundError as error:
            command = how_to_install("grpcio-health-checking", "grpcio-reflection")
            raise CommandError(f"{error.name} is not installed: {command}") from error
        try:
            given = settle(Namespace(**options))
            serve_native(
                given.bind,
                tls_cert=given.tls_cert,
                tls_key=given.tls_key,
                client_ca=given.client_ca,
                grace=given.grace,
                ready=self._announce,
            )
        except (ValueError, OSError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error

    def _announce(self, port: int) -> None:
        self.stdout.write(f"Serving on port {port}. Stop with Ctrl-C.")
        self.stdout.flush()
