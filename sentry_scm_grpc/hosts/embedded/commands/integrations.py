"""``integrations``: add, list, check and remove integrations with vendors, and replace their credentials.

A credential comes from the vendor's usual environment variable, a file or standard input, and never from an argument,
which other users of the machine can read.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentry_scm_grpc.client.output import add_output, check_output, print_rows
from sentry_scm_grpc.command_line import UsageError, add_group
from sentry_scm_grpc.conf.environment import add_option
from sentry_scm_grpc.errors import ScmError, Unavailable
from sentry_scm_grpc.hosts.embedded.commands.options import add_data_command
from sentry_scm_grpc.hosts.embedded.data import set_up

if TYPE_CHECKING:
    from sentry_scm_grpc.hosts.embedded.models import Integration, VendorAccess
    from sentry_scm_grpc.providers.vendor.credentials import Credential
    from sentry_scm_grpc.providers.vendor.standalone import Standalone

#: No vendor's token or key is longer, in characters.
MAX_SECRET = 16384


def add_commands(commands: Any) -> None:
    group = add_group(commands, "integrations", "Add, list, check and remove integrations with vendors.")
    add = add_data_command(group, "add", _add, "Add an integration. Its credential comes from the environment.")
    add.add_argument("place", metavar="PLACE", help="such as github:acme or gitlab:group@https://gitlab.example.com")
    add.add_argument("--name", default="", help="what the integration is called; default: the account")
    add_option(add, "--organization", default="demo", metavar="SLUG", help="its organization; default: demo")
    _credential_options(add)
    add_output(add_data_command(group, "list", _list, "List integrations, without their credentials."), "table")
    check = add_data_command(group, "check", _check, "Ask the vendor what the credential may do.")
    check.add_argument(
        "id", type=int, nargs="*", help="the id of the integration, from 'integrations list'; default: all"
    )
    rotate = add_data_command(group, "rotate", _rotate, "Replace the credential, if the vendor accepts the new one.")
    rotate.add_argument("id", type=int, help="the id of the integration, from 'integrations list'")
    _credential_options(rotate)
    remove = add_data_command(
        group, "remove", _remove, "Remove an integration with its credential, repositories and code mappings."
    )
    remove.add_argument("id", type=int, help="the id of the integration, from 'integrations list'")
    add_data_command(
        group,
        "rotate-key",
        _rotate_key,
        "Encrypt all credentials with a new key, and drop the old keys. With SCM_GRPC_CREDENTIAL_KEYS: with its first.",
    )


def _credential_options(command: argparse.ArgumentParser) -> None:
    add_option(
        command,
        "--credential-file",
        metavar="FILE",
        help="a file with the token or the app's private key; - for standard input; default: the environment variable",
    )
    command.add_argument("--app-id", default="", metavar="ID", help="GitHub: the id of an app, whose key is given")
    command.add_argument("--user", default="", help="Bitbucket, Jira: the user of an API token, an e-mail address")


def refuse_unknown(places: Sequence[str]) -> None:
    """Raises UsageError for a provider that nobody has installed. It needs neither Django nor a database."""
    from sentry_scm_grpc.providers.registry import ALIASES, GROUP

    known = {entry_point.name for entry_point in entry_points(group=GROUP)} - {"git"}
    names = {key: name for name, key in ALIASES.items()}
    shown = sorted(names.get(key, key) for key in known)
    for text in places:
        key = re.split("[:@]", text)[0]
        if ALIASES.get(key, key) not in known:
            near = get_close_matches(key, shown, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(f"{key!r} is not a provider that takes a credential. {hint}There are {', '.join(shown)}.")


def serve(places: Sequence[str]) -> None:
    """Serves accounts at vendors. Afterwards the environment has none of their credentials."""
    from sentry_scm_grpc.hosts.embedded.credentials import Place

    for text in places:
        _serve(text)
    for text in places:
        for secret, _ in Place.read(text).standalone.variables.values():
            # The server that this process becomes has no need of it.
            os.environ.pop(secret, None)


def _serve(text: str) -> None:
    """Adds an integration and all repositories of the account, the first time; later takes over a new credential."""
    from sentry_scm_grpc.hosts.embedded import credentials, seed

    with _explained():
        place = credentials.Place.read(text)
        organization = seed.organization(seed.DEMO)
        known = credentials.find(organization, place)
        if known is not None and not _kind_of_environment(place.standalone, ""):
            return
        credential = credential_of_environment(place.standalone, place.key)
        if known is not None:
            if not credentials.is_same(known, credential):
                with _stores_nothing(place.address):
                    credentials.rotate(known, credential)
            return
        with _stores_nothing(place.address):
            integration = credentials.add(organization, place, credential)
    if credentials.has_repositories(integration):
        _print_repositories(integration)
    else:
        print(f"Integration {integration.id}: {integration.name}, an issue tracker.", flush=True)


def _add(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import credentials, seed

    with _explained():
        place = credentials.Place.read(args.place)
        credential = _read(place.standalone, args, place.key)
        with _stores_nothing(place.address):
            integration = credentials.add(seed.organization(args.organization), place, credential, args.name)
        print(f"Integration {integration.id}: {integration.name}, {_told(credentials.access_of(integration))}")
    if credentials.has_repositories(integration):
        print(f"Add its repositories with: sentry-scm-grpc repos add --integration {integration.id} --all")
    return 0


def _list(args: argparse.Namespace) -> int:
    check_output(args.output)
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded.credentials import provider_status
    from sentry_scm_grpc.hosts.embedded.models import Integration

    print_rows(
        args.output,
        [
            {
                "id": str(row.id),
                "organization": row.organization.slug,
                "provider": row.provider_key,
                "name": row.name,
                "status": provider_status(row.status),
                "address": row.access.address if hasattr(row, "access") else "",
                "account": row.access.account if hasattr(row, "access") else "",
                "credential": _credential_of(row.access) if hasattr(row, "access") else "none needed",
                "checked": f"{row.access.checked:%Y-%m-%d %H:%M}" if hasattr(row, "access") else "",
            }
            for row in Integration.objects.select_related("organization", "access").order_by("id")
        ],
    )
    return 0


def _check(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import credentials
    from sentry_scm_grpc.hosts.embedded.models import Integration

    with _explained():
        named = [credentials.integration_by_id(id) for id in args.id]
    failed = False
    for integration in named or Integration.objects.filter(access__isnull=False).order_by("id"):
        try:
            access = credentials.check(integration)
        except ScmError as error:
            failed = True
            print(f"Integration {integration.id}: {integration.name}, {error.reason}: {error.message}")
            if error.reason == "VENDOR_NOT_FOUND":
                print(f"  {_if_renamed(integration)}")
            continue
        print(f"Integration {integration.id}: {integration.name}, {_told(access)}")
        for line in credentials.rpcs_report(integration):
            print(f"  {line}")
    return 1 if failed else 0


def _if_renamed(integration: Integration) -> str:
    from sentry_scm_grpc.hosts.embedded.credentials import access_of, standalone_of

    word = standalone_of(integration.provider_key).account_word
    place = f"{integration.provider_key}:NEW-NAME@{access_of(integration).address}"
    return (
        f"If the {word} was renamed, run 'integrations remove {integration.id}', then 'integrations add {place}' and"
        " 'repos add --all' with the id that it prints. The repositories get new ids, and their code mappings must be"
        " created again."
    )


def _rotate(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import credentials

    with _explained():
        integration = credentials.integration_by_id(args.id)
        address = credentials.access_of(integration).address
        credential = _read(credentials.standalone_of(integration.provider_key), args, integration.provider_key)
        with _stores_nothing(address):
            access = credentials.rotate(integration, credential)
    print(f"Integration {integration.id}: {integration.name}, {_told(access)}")
    return 0


def _remove(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import credentials

    with _explained():
        integration = credentials.integration_by_id(args.id)
        credentials.access_of(integration)
        count = credentials.remove(integration)
    print(f"Integration {args.id}: {integration.name}, removed with {_repositories(count)}.")
    return 0


def _repositories(count: int) -> str:
    return f"{count} {'repository' if count == 1 else 'repositories'}"


def _rotate_key(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import credentials
    from sentry_scm_grpc.hosts.embedded.sealing import VARIABLE

    with _explained():
        count = credentials.new_key()
    if VARIABLE in os.environ:
        print(f"Credentials encrypted with the first key of {VARIABLE}: {count}. Remove the other keys there.")
    else:
        print(f"Credentials encrypted with a new key: {count}.")
    return 0


def add_repositories(id: int, names: list[str]) -> None:
    """Adds repositories of an integration by name, or all."""
    from sentry_scm_grpc.hosts.embedded import credentials
    from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost

    with _explained():
        integration = credentials.integration_by_id(id)
        credentials.access_of(integration)
        if not names:
            _print_repositories(integration)
        for name in names:
            try:
                repository = EmbeddedHost().add_repository(integration, name)
            except ScmError as error:
                raise UsageError(f"{name}: {error.message}") from None
            print(f"{repository.id}  {repository.name}")


def _print_repositories(integration: Integration) -> None:
    """Adds all repositories of an integration. Prints the first ten, as an account may have thousands."""
    from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost

    count = 0
    try:
        for repository, added in EmbeddedHost().add_repositories(integration):
            count += 1
            if count <= 10:
                print(f"{repository.id}  {repository.name}{'' if added else '  (known already)'}")
    except ScmError as error:
        raise UsageError(
            f"{error.message} The integration {integration.id} is stored, but not all its repositories are. Add the"
            f" rest with: sentry-scm-grpc repos add --integration {integration.id} --all"
        ) from None
    print(
        f"Integration {integration.id}: {integration.name}, {_repositories(count)}. 'repos list' shows all.", flush=True
    )


def credential_of_environment(standalone: type[Standalone], key: str) -> Credential:
    """Raises UsageError if the vendor's variables are not set."""
    return _read(standalone, argparse.Namespace(credential_file=None, app_id="", user=""), key)


def _read(standalone: type[Standalone], args: argparse.Namespace, key: str) -> Credential:
    """The credential, from the file or the environment."""
    from sentry_scm_grpc.providers.vendor.credentials import APP, TOKEN, USER_TOKEN, Credential

    kind = APP if args.app_id else USER_TOKEN if args.user else TOKEN
    if kind == TOKEN and kind not in standalone.variables and args.credential_file is not None:
        raise UsageError(f"a credential of {key} has a user. Name it with --user, such as --user ada@example.com.")
    if (args.app_id or args.user) and kind not in standalone.variables:
        raise UsageError(f"{'--app-id' if kind == APP else '--user'} is not for {key}.")
    user = args.app_id or args.user
    if args.credential_file is None:
        found = _kind_of_environment(standalone, kind if user else "")
        if not found:
            names = ", or ".join(" and ".join(filter(None, pair)) for pair in standalone.variables.values())
            raise UsageError(
                f"no credential. Set {names}. 'integrations add' also takes a file, with --credential-file."
            )
        kind, (source, user_variable) = found, standalone.variables[found]
        secret, user = os.environ[source], user or os.environ.get(user_variable, "")
    elif args.credential_file == "-":
        secret, source = sys.stdin.read(MAX_SECRET + 1), "standard input"
    else:
        source = args.credential_file
        with Path(source).open() as opened:
            secret = opened.read(MAX_SECRET + 1)
    secret = secret.strip()
    if not secret or len(secret) > MAX_SECRET or (kind != APP and not _is_token(secret)):
        raise UsageError(f"{source} holds no {'private key' if kind == APP else 'token'}.")
    return Credential(kind, secret, user)


def _kind_of_environment(standalone: type[Standalone], kind: str) -> str:
    """The kind of the credential that the environment has, those that need more variables first. Empty if there is
    none. ``kind`` is what the command line says, and it says the user too."""
    for known, (secret, user) in sorted(standalone.variables.items(), key=lambda item: not item[1][1]):
        if os.environ.get(secret) and (known == kind or (not kind and (not user or os.environ.get(user)))):
            return known
    return ""


def _is_token(text: str) -> bool:
    """A header can hold it."""
    return text.isascii() and text.isprintable() and " " not in text


def _credential_of(access: VendorAccess) -> str:
    user = f" of {access.user}" if access.user else ""
    ends = f", until {access.expires:%Y-%m-%d}" if access.expires else ""
    return f"{access.kind.replace('_', ' ')}{user}{ends}"


def _told(access: VendorAccess) -> str:
    """What the vendor told of a credential."""
    granted = "not told by the vendor" if access.permissions is None else ", ".join(access.permissions) or "none"
    return f"{_credential_of(access)}, acts as {access.identity or 'unknown'}; permissions: {granted}"


@contextmanager
def _stores_nothing(address: str) -> Iterator[None]:
    """Explains why a vendor's first answer to a credential leaves everything as it was."""
    try:
        yield
    except Unavailable:
        raise UsageError(
            f"{address} cannot be reached, or has failed, so nothing was stored. Check the network, HTTPS_PROXY and"
            " SCM_GRPC_VENDOR_CA_BUNDLE, then repeat the command."
        ) from None
    except ScmError as error:
        if error.reason != "INTEGRATION_UNAUTHORIZED":
            raise
        raise UsageError(
            f"{address} does not accept the credential, so nothing was stored. Check that it is whole and valid."
        ) from None


@contextmanager
def _explained() -> Iterator[None]:
    """The service's errors as those of a command."""
    try:
        yield
    except ScmError as error:
        raise UsageError(error.message) from None
