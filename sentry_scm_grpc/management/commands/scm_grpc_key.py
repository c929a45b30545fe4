"""``manage.py scm_grpc_key ORGANIZATION``: creates an API key of an organization and prints it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.rpc.policy import RPCS

READ = "org:read,project:read,event:read"


class Command(BaseCommand):
    help = "Creates an API key of an organization. Prints the key, and facts about it on standard error."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", help="the organization's slug, as in the address of its pages")
        parser.add_argument("--label", default="scm", help="a name by which to find the key again (%(default)s)")
        parser.add_argument("--scopes", default=READ, help="separated by commas (%(default)s, which is for reading)")

    def handle(self, *args: Any, organization: str, label: str, scopes: str, **options: Any) -> None:
        wanted = sorted({part.strip() for part in scopes.split(",")} - {""})
        known = sorted(set().union(*(rpc.scopes for rpc in RPCS.values())))
        if unknown := set(wanted) - set(known):
            raise CommandError(f"no RPC needs the scope {', '.join(sorted(unknown))}. There are {', '.join(known)}.")
        host = current_host()
        try:
            organization_id, key = host.create_key(organization, label, wanted)
        except Exception as error:
            known_error = error if isinstance(error, ScmError) else host.map_error(error)
            if known_error is None:
                raise
            raise CommandError(known_error.message) from None
        self.stdout.write(key)
        self.stderr.write(f"organization_id: {organization_id}; scopes: {', '.join(wanted) or 'none'}")
        if "api_key" not in conf().AUTHENTICATORS:
            self.stderr.write('This site accepts no API keys yet: add "api_key" to the setting AUTHENTICATORS.')
