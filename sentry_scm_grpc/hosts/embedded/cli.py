"""The command ``sentry-scm-grpc``: runs the embedded host, keeps its keys and repositories, and calls any server.

The subcommands for servers, keys and repositories work on a data directory (``--data``), which holds the database and
the secret key.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from sentry_scm_grpc.client import completion
from sentry_scm_grpc.client.command import EXIT_USAGE, UsageError, add_commands, add_version
from sentry_scm_grpc.client.table import print_table
from sentry_scm_grpc.clients import generate
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.conf.environment import above_zero, add_option, settle
from sentry_scm_grpc.hosts.embedded.data import (
    CommandError,
    allow_root,
    forget_root,
    refuse_bad_settings,
    root_of,
    set_up,
)
from sentry_scm_grpc.hosts.embedded.serving import BIND, GRACE_SECONDS, THREADS, is_free, server_command, split_bind
from sentry_scm_grpc.rpc.storage import storage_error

if TYPE_CHECKING:
    from sentry_scm_grpc.hosts.embedded.models import ApiKey

SCOPES = "org:read,event:read"
#: Where the examples of generated clients call, and ``manage.py run_scm_grpc`` listens.
NATIVE_BIND = "127.0.0.1:50051"


def main(argv: Sequence[str] | None = None) -> NoReturn:
    given = sys.argv[1:] if argv is None else list(argv)
    parser = _parser()
    if given[:1] == [completion.HIDDEN]:
        print("\n".join(completion.candidates(parser, given[1:])))
        sys.exit(0)
    args = parser.parse_args(given)
    try:
        sys.exit(args.run(settle(args)) or 0)
    except (CommandError, UsageError, ImproperlyConfigured) as error:
        print(f"sentry-scm-grpc: {error}", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except OSError as error:
        # A directory that cannot be made or written to: the error names it.
        print(f"sentry-scm-grpc: {error}", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    except DatabaseError as error:
        if (known := storage_error(error)) is None:
            raise
        why = f"{known.reason}: {error}".strip()
        print(f"sentry-scm-grpc: the database cannot be used ({why}). Look at the disk of --data.", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sentry-scm-grpc",
        description="Serve git repositories over gRPC, and call any site that serves the API.",
        epilog="The environment can give every option: SCM_GRPC_TLS_CERT is --tls-cert. A flag overrides it.",
    )
    add_version(parser)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    demo = _command(
        commands, "demo", _demo, "Show the API at work: serve a git repository, make real calls, print the answers."
    )
    add_option(demo, "--once", bool, help="stop the server after the calls")
    add_option(
        demo,
        "--repo",
        Path,
        default=Path(),
        metavar="PATH",
        help="the git repository; default: that of the working directory",
    )
    add_option(
        demo, "--bind", default=BIND, metavar="ADDR", help=f"host:port to listen at; default: {BIND}, or a free port"
    )
    add_option(demo, "--data", Path, default=Path(".demo"), metavar="DIR", help="the data directory; default: .demo")
    _grace(demo)

    serve = _serving(commands, "serve", _serve, "Serve over gRPC-Web and JSON (HTTP/1.1).")
    add_option(serve, "--workers", above_zero, default=1, help="how many processes serve; default: 1")
    add_option(
        serve, "--threads", above_zero, default=THREADS, help=f"how many threads each process has; default: {THREADS}"
    )
    serve.add_argument("--explorer", action="store_true", help="also serve the API explorer, a web page")
    native = _serving(commands, "serve-native", _serve_native, "Serve over native gRPC (HTTP/2).", NATIVE_BIND)
    add_option(
        native, "--tls-cert", metavar="FILE", help="the certificate chain (PEM); without it nothing is encrypted"
    )
    add_option(native, "--tls-key", metavar="FILE", help="the private key of the certificate (PEM)")
    add_option(
        native, "--client-ca", metavar="FILE", help="let in only clients with a certificate of this authority (PEM)"
    )

    _local(commands, "init", _init, "Create a data directory, an organization and its API key, and serve nothing.")
    doctor = _local(commands, "doctor", _doctor, "Report what a server of this directory serves, and what to fix.")
    _rpcs(doctor)

    keys = commands.add_parser("keys", help="Create, list and revoke API keys.").add_subparsers(
        metavar="COMMAND", required=True
    )
    create = _local(keys, "create", _keys_create, "Create an API key and print it. It cannot be shown again.")
    add_option(
        create, "--organization", default="demo", metavar="SLUG", help="the organization of the key; default: demo"
    )
    add_option(create, "--label", default="", help="what the key is for")
    add_option(create, "--scopes", default=SCOPES, metavar="LIST", help=f"what the key may do; default: {SCOPES}")
    add_option(create, "--days", _days, default=0, help="how many days the key is valid; default: without end")
    _local(keys, "list", _keys_list, "List API keys, without their secrets.")
    revoke = _local(keys, "revoke", _keys_revoke, "Revoke an API key.")
    revoke.add_argument("id", type=int, help="the id of the key, from 'keys list'")

    repos = commands.add_parser("repos", help="Add, list, refresh and remove repositories.").add_subparsers(
        metavar="COMMAND", required=True
    )
    add = _local(repos, "add", _repos_add, "Add a repository. A running server serves it at once.")
    add.add_argument("path", type=Path, nargs="+", help="the directory of a git repository")
    _local(repos, "list", _repos_list, "List repositories.")
    remove = _local(repos, "remove", _repos_remove, "Stop serving a repository. Its files stay where they are.")
    remove.add_argument("id", type=int, nargs="+", help="the id of the repository, from 'repos list'")
    sync = _local(repos, "sync", _repos_sync, "Read the names, URLs and default branches of repositories again.")
    sync.add_argument("id", type=int, nargs="*", help="the id of the repository, from 'repos list'; default: all")

    add_commands(commands, parser)

    languages = f"one of {', '.join(generate.LANGUAGES)}"
    clients = _command(commands, "clients", _clients, "Generate a client for another language.")
    add_option(clients, "--language", required=True, choices=generate.LANGUAGES, metavar="NAME", help=languages)
    add_option(
        clients, "--out", Path, required=True, metavar="DIR", help="a new directory, or one that this command has made"
    )
    return parser


def _days(text: str) -> int:
    try:
        if 0 <= (days := int(text)) <= 36500:
            return days
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not between 1 and 36500, or 0 for a key that does not expire")


def _command(group: Any, name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = group.add_parser(name, help=help, description=help)
    made.set_defaults(run=run)
    return made


def _local(group: Any, name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
    """A command that works on a data directory."""
    made = _command(group, name, run, help)
    add_option(
        made, "--data", Path, default=Path(".scm-grpc"), metavar="DIR", help="the data directory; default: .scm-grpc"
    )
    return made


def _serving(
    group: Any, name: str, run: Callable[[argparse.Namespace], int], help: str, bind: str = BIND
) -> argparse.ArgumentParser:
    made = _local(group, name, run, help)
    add_option(made, "--bind", default=bind, metavar="ADDR", help=f"host:port to listen at; default: {bind}")
    add_option(
        made,
        "--repo",
        Path,
        default=(),
        action="append",
        metavar="PATH",
        help="a git repository to serve; may be repeated",
    )
    _rpcs(made)
    _grace(made)
    return made


def _rpcs(made: argparse.ArgumentParser) -> None:
    add_option(
        made, "--rpcs", default="*", metavar="LIST", help="the RPCs that are on: names, read, write or *; default: *"
    )


def _grace(made: argparse.ArgumentParser) -> None:
    help = f"how long running calls may continue after SIGTERM; default: {GRACE_SECONDS}"
    add_option(made, "--grace", above_zero, default=GRACE_SECONDS, metavar="SECONDS", help=help)


def _serve(args: argparse.Namespace) -> int:
    # Until the server takes it: a KeyboardInterrupt that is raised in the middle of an import may be lost.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    host, port = split_bind(args.bind)
    if not is_free(host, port):
        # granian would share the port, and the system would give calls now to this server, now to the other.
        raise CommandError(f"{host}:{port} is taken. Stop what listens there, or choose another with --bind.")
    if args.explorer:
        os.environ["SCM_GRPC_EXPLORER"] = "true"
    _prepare(args)
    if conf().TRUSTED_PROXIES:
        # granian gives X_Forwarded_For the name of X-Forwarded-For.
        print("SCM_GRPC_TRUSTED_PROXIES is set: the proxy must drop headers with underscores (docs/servers.md).")
    if conf().EXPLORER:
        print(f"The API explorer: http://{host}:{port}/{conf().PREFIX.strip('/')}/")
    print(f"Serving http://{host}:{port}. Stop with Ctrl-C.", flush=True)
    command = server_command(host, port, workers=args.workers, threads=args.threads, grace=args.grace)
    os.execv(sys.executable, command)  # noqa: S606  (our own command line)


def _serve_native(args: argparse.Namespace) -> int:
    split_bind(args.bind)
    _prepare(args)
    try:
        from sentry_scm_grpc.server.native import serve_native
    except ModuleNotFoundError as error:
        from sentry_scm_grpc.checks import how_to_install

        command = how_to_install("grpcio-health-checking", "grpcio-reflection")
        raise CommandError(f"{error.name} is not installed: {command}") from None

    def announce(port: int) -> None:
        print(f"Serving port {port} over HTTP/2. Stop with Ctrl-C.", flush=True)

    try:
        serve_native(
            args.bind,
            tls_cert=args.tls_cert,
            tls_key=args.tls_key,
            client_ca=args.client_ca,
            grace=args.grace,
            ready=announce,
        )
    except (ValueError, OSError) as error:
        raise CommandError(str(error)) from None
    return 0


def _demo(args: argparse.Namespace) -> int:
    from sentry_scm_grpc.hosts.embedded.demo import run_demo

    return run_demo(args.repo, args.bind, args.data, once=args.once, grace=args.grace)


def _init(args: argparse.Namespace) -> int:
    set_up(args.data, make=True)
    from sentry_scm_grpc.hosts.embedded import seed

    if not _print_key(seed.ensure_demo_organization()):
        print(f"{args.data} is a data directory already. Nothing was changed.")
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from django.core.management import CommandError as Problems
    from django.core.management import call_command

    os.environ["SCM_GRPC_RPCS"] = args.rpcs
    set_up(args.data)
    try:
        call_command("scm_grpc", "doctor")
    except Problems as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _keys_create(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import seed
    from sentry_scm_grpc.rpc.policy import RPCS

    scopes = [part.strip() for part in args.scopes.split(",") if part.strip()]
    known = sorted(set().union(*(rpc.scopes for rpc in RPCS.values())))
    if unknown := sorted(set(scopes) - set(known)):
        raise CommandError(f"no RPC asks for the scope {', '.join(unknown)}; there are {', '.join(known)}.")
    print(seed.create_key(seed.organization(args.organization), args.label, scopes, args.days))
    print("This is the only time the key is shown.", file=sys.stderr)
    return 0


def _keys_list(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded.models import ApiKey

    print_table([_key_row(key) for key in ApiKey.objects.select_related("organization").order_by("id")])
    return 0


def _key_row(key: ApiKey) -> dict[str, str]:
    return {
        "id": str(key.id),
        "organization": key.organization.slug,
        "key": f"scm_{key.prefix}_...",
        "state": key.state(),
        "last used": f"{key.last_used:%Y-%m-%d %H:%M}" if key.last_used else "never",
        "label": key.label,
        "scopes": ",".join(key.scopes),
    }


def _keys_revoke(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import keys

    if not keys.revoke(args.id):
        raise CommandError(f"there is no key {args.id}; 'keys list' shows them.")
    return 0


def _repos_add(args: argparse.Namespace) -> int:
    roots = [root_of(path) for path in args.path]
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import seed

    for root in roots:
        allow_root(args.data, root)
        repository = seed.add_repository(seed.demo_integration(), Path(root))
        print(f"{repository.id}  {repository.name}")
    return 0


def _repos_remove(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import seed

    for repository in seed.repositories(args.id):
        print(f"{repository.id}  {repository.name}  removed")
        forget_root(args.data, seed.remove_repository(repository))
    return 0


def _repos_list(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded.models import Repository

    print_table(
        [
            {
                "id": str(repository.id),
                "name": repository.name,
                "branch": repository.default_branch,
                "path": repository.config.get("path", ""),
            }
            for repository in Repository.objects.order_by("id")
        ]
    )
    return 0


def _repos_sync(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import seed

    for repository, changes in seed.sync_repositories(args.id):
        told = ", ".join(f"{change.field}: {change.old_value!r} -> {change.new_value!r}" for change in changes)
        print(f"{repository.id}  {repository.name}  {told or 'unchanged'}")
    return 0


def _clients(args: argparse.Namespace) -> int:
    print(f"Generating the {args.language} client in {args.out} ...", file=sys.stderr, flush=True)
    try:
        done = generate.generate(args.language, args.out)
    except FileExistsError as error:
        raise CommandError(str(error)) from None
    print(f"{args.out / 'README.md'} says how to use it.")
    return 0 if done else 1


def _prepare(args: argparse.Namespace) -> None:
    """Makes the database where it is missing, adds the repositories, prints organization and key the first time."""
    roots = [root_of(path) for path in args.repo]
    os.environ["SCM_GRPC_RPCS"] = args.rpcs
    set_up(args.data, make=True)
    refuse_bad_settings()
    from sentry_scm_grpc.hosts.embedded import seed

    key = seed.ensure_demo_organization()
    for root in roots:
        allow_root(args.data, root)
        repository = seed.add_repository(seed.demo_integration(), Path(root))
        print(f"Repository {repository.id}: {repository.name}")
    _print_key(key)


def _print_key(key: str) -> bool:
    from sentry_scm_grpc.hosts.embedded import seed

    if key:
        print(f"Organization {seed.organization('demo').id} (demo). Its API key, shown only now: {key}", flush=True)
    return bool(key)


if __name__ == "__main__":
    main()
