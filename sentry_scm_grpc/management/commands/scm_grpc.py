"""The command ``manage.py scm_grpc``.

``doctor`` reports what this site serves, to whom, and what to fix. ``purge`` deletes request ids older than a day.
"""

from __future__ import annotations

import platform
from argparse import ArgumentParser, Namespace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.core.checks import INFO, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, router, transaction

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.conf.environment import add_option, settle
from sentry_scm_grpc.dispatch.idempotency import purge
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.hosts.base import Host
from sentry_scm_grpc.models import RequestId
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.policy import RPCS

PACKAGES = ("sentry-scm-grpc", "sentry", "django", "sonora", "grpcio", "protobuf", "googleapis-common-protos")


class Command(BaseCommand):
    help = "Checks or cleans up an installation of sentry-scm-grpc. Exits with 1 if something must be fixed."
    # The checks are part of the report, so Django must not stop the command if one fails.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "what",
            choices=["doctor", "purge"],
            help="doctor: report what is served and what to fix; purge: delete request ids older than a day",
        )
        add_option(parser, "--offline", bool, help="do not ask the providers")

    def handle(self, *args: Any, **given: Any) -> None:
        try:
            options = vars(settle(Namespace(**given)))
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        if options["what"] == "purge":
            self._purge()
            return
        problems = 0
        self._versions()
        problems += self._checks()
        problems += self._table()
        try:
            host = current_host()
            problems += self._served(host.key)
            problems += self._site(host, options["offline"])
            if options["offline"]:
                self._line("integrations", "not asked")
            else:
                problems += self._integrations()
        except ImproperlyConfigured:
            # The checks have reported it already.
            pass
        if problems:
            raise CommandError(f"{problems} to fix.")
        self.stdout.write("Nothing to fix.")

    def _site(self, host: Host, offline: bool) -> int:
        """Prints the host's findings about its site. Returns the number of problems."""
        found = list(host.examine(offline))
        if found:
            self.stdout.write(f"\n{'this Sentry' if host.key == 'sentry' else 'this server'}")
        for finding in found:
            self.stdout.write(f"  {finding.text}")
        if found:
            self.stdout.write("")
        return sum(finding.to_fix for finding in found)

    def _purge(self) -> None:
        deleted = 0
        while found := purge():
            deleted += found
        self.stdout.write(f"Deleted {deleted} request ids.")

    def _table(self) -> int:
        try:
            # In a savepoint, because a failed statement ends a transaction of PostgreSQL.
            with transaction.atomic(using=router.db_for_read(RequestId)):
                RequestId.objects.exists()
        except DatabaseError:
            self._line("to fix", f"The table of request ids cannot be read, so writes fail.\n{'':<16}Run 'migrate'.")
            return 1
        return 0

    def _line(self, name: str, text: str) -> None:
        self.stdout.write(f"{name:<15} {text}")

    def _versions(self) -> None:
        self._line("python", platform.python_version())
        for package in PACKAGES:
            try:
                self._line(package, version(package))
            except PackageNotFoundError:
                self._line(package, "not installed")

    def _checks(self) -> int:
        problems = 0
        for message in run_checks(tags=["sentry_scm_grpc"]):
            if message.is_silenced():
                continue
            problems += message.level > INFO
            self._line("to fix" if message.level > INFO else "note", f"{message.msg}\n{'':<16}{message.hint}")
        return problems

    def _served(self, host: str) -> int:
        """Prints what the site serves. Returns the number of problems: 1 if no RPC is on."""
        on = [rpc.name for rpc in RPCS.values() if conf().enabled(rpc.setting_names)]
        self._line("host", host)
        self._line("prefix", conf().PREFIX)
        self._line("authenticators", ", ".join(conf().AUTHENTICATORS) or "none")
        self._line("providers", ", ".join(sorted(adapters())) or "none")
        self._line("RPCs on", f"{len(on)} of {len(RPCS)}: {', '.join(on) or 'none'}")
        if on:
            return 0
        self._line("to fix", f"No RPC is on, so every call is UNIMPLEMENTED.\n{'':<16}Set RPCS, such as ['read'].")
        return 1

    def _integrations(self) -> int:
        problems = asked = 0
        for name, error in current_host().try_integrations():
            asked += 1
            problems += error is not None
            self._line("integration", f"{name}: {'reached' if error is None else self._why(error)}")
        if not asked:
            self._line("integrations", "none with a vendor")
        return problems

    def _why(self, error: Exception) -> str:
        known = error if isinstance(error, ScmError) else current_host().map_error(error)
        # The text of an unexpected exception may hold a token.
        return f"{known.reason}: {known.message}" if known is not None else f"failed with {type(error).__name__}"
