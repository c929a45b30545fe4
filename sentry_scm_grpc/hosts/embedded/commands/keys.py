"""``keys``: create, list and revoke API keys."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from sentry_scm_grpc.client.output import add_output, check_output, print_rows
from sentry_scm_grpc.command_line import UsageError, add_group
from sentry_scm_grpc.conf.environment import add_option
from sentry_scm_grpc.hosts.embedded.commands.options import add_data_command
from sentry_scm_grpc.hosts.embedded.data import set_up

if TYPE_CHECKING:
    from sentry_scm_grpc.hosts.embedded.models import ApiKey

SCOPES = "org:read,event:read"


def add_commands(commands: Any) -> None:
    keys = add_group(commands, "keys", "Create, list and revoke API keys.")
    create = add_data_command(keys, "create", _create, "Create an API key and print it. It cannot be shown again.")
    add_option(
        create, "--organization", default="demo", metavar="SLUG", help="the organization of the key; default: demo"
    )
    add_option(create, "--label", default="", help="what the key is for")
    add_option(create, "--scopes", default=SCOPES, metavar="LIST", help=f"what the key may do; default: {SCOPES}")
    add_option(create, "--days", _days, default=0, help="how many days the key is valid; default: without end")
    add_output(add_data_command(keys, "list", _list, "List API keys, without their secrets."), "table")
    revoke = add_data_command(keys, "revoke", _revoke, "Revoke an API key.")
    revoke.add_argument("id", type=int, help="the id of the key, from 'keys list'")


def _days(text: str) -> int:
    try:
        if 0 <= (days := int(text)) <= 36500:
            return days
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not between 1 and 36500, or 0 for a key that does not expire")


def _create(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import seed
    from sentry_scm_grpc.rpc.policy import RPCS

    scopes = [part.strip() for part in args.scopes.split(",") if part.strip()]
    known = sorted(set().union(*(rpc.scopes for rpc in RPCS.values())))
    if unknown := sorted(set(scopes) - set(known)):
        raise UsageError(f"no RPC needs the scope {', '.join(unknown)}. The scopes are {', '.join(known)}.")
    print(seed.create_key(seed.organization(args.organization), args.label, scopes, args.days))
    print("This is the only time the key is shown.", file=sys.stderr)
    return 0


def _list(args: argparse.Namespace) -> int:
    check_output(args.output)
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded.models import ApiKey

    print_rows(args.output, [_key_row(key) for key in ApiKey.objects.select_related("organization").order_by("id")])
    return 0


def _key_row(key: ApiKey) -> dict[str, str]:
    return {
        "id": str(key.id),
        "organization": key.organization.slug,
        "key": f"scm_{key.prefix}_...",
        "state": key.state(),
        "last_used": f"{key.last_used:%Y-%m-%d %H:%M}" if key.last_used else "never",
        "label": key.label,
        "scopes": ",".join(key.scopes),
    }


def _revoke(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import keys

    if not keys.revoke(args.id):
        raise UsageError(f"there is no key {args.id}. 'keys list' shows the keys and their ids.")
    return 0
