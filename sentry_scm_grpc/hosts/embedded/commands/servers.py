"""``serve``, ``serve-native``, ``demo``, ``init`` and ``doctor``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sentry_scm_grpc.command_line import Run, UsageError, add_command
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.conf.environment import above_zero, add_option
from sentry_scm_grpc.hosts.embedded.commands import integrations
from sentry_scm_grpc.hosts.embedded.commands.options import add_data_command, add_grace, add_rpcs
from sentry_scm_grpc.hosts.embedded.data import allow_root, refuse_bad_settings, root_of, set_up
from sentry_scm_grpc.hosts.embedded.serving import BIND, THREADS, is_free, server_command, split_bind

#: The examples of generated clients call this address, and ``manage.py run_scm_grpc`` listens at it.
NATIVE_BIND = "127.0.0.1:50051"


def add_commands(commands: Any) -> None:
    demo = add_command(
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
    add_grace(demo)

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

    add_data_command(
        commands, "init", _init, "Create a data directory, an organization and its API key, and serve nothing."
    )
    doctor = add_data_command(
        commands, "doctor", _doctor, "Report what a server of this directory serves, and what to fix."
    )
    add_rpcs(doctor)


def _serving(group: Any, name: str, run: Run, help: str, bind: str = BIND) -> argparse.ArgumentParser:
    made = add_data_command(group, name, run, help)
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
    add_option(
        made,
        "--integration",
        default=(),
        action="append",
        separator=",",
        metavar="PLACE",
        help="an account at a vendor to serve, such as github:acme; may be repeated",
    )
    add_rpcs(made)
    add_grace(made)
    return made


def _end_at_once_while_starting() -> None:
    """Lets Ctrl-C end the process until the server handles it. Python may lose a KeyboardInterrupt during an import."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _serve(args: argparse.Namespace) -> int:
    _end_at_once_while_starting()
    host, port = split_bind(args.bind)
    if not is_free(host, port):
        # granian would share the port, and the system would divide the calls between the two servers.
        raise UsageError(f"{host}:{port} is taken. Stop what listens there, or choose another with --bind.")
    if args.explorer:
        os.environ["SCM_GRPC_EXPLORER"] = "true"
    _prepare(args)
    if conf().TRUSTED_PROXIES:
        # granian gives X_Forwarded_For the name of X-Forwarded-For.
        print(
            "SCM_GRPC_TRUSTED_PROXIES is set: the proxy must drop headers with underscores (docs/reference/servers.md)."
        )
    if conf().EXPLORER:
        print(f"The API explorer: http://{host}:{port}/{conf().PREFIX.strip('/')}/")
    sys.stdout.flush()
    command = server_command(host, port, workers=args.workers, threads=args.threads, grace=args.grace, announces=True)
    os.execv(sys.executable, command)  # noqa: S606  (our own command line)


def _serve_native(args: argparse.Namespace) -> int:
    _end_at_once_while_starting()
    split_bind(args.bind)
    _prepare(args)
    try:
        from sentry_scm_grpc.server.native import serve_native
    except ModuleNotFoundError as error:
        from sentry_scm_grpc.checks import how_to_install

        command = how_to_install("grpcio-health-checking", "grpcio-reflection")
        raise UsageError(f"{error.name} is not installed: {command}") from None

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
        raise UsageError(str(error)) from None
    return 0


def _demo(args: argparse.Namespace) -> int:
    from sentry_scm_grpc.hosts.embedded.demo import run_demo

    return run_demo(args.repo, args.bind, args.data, once=args.once, grace=args.grace)


def _init(args: argparse.Namespace) -> int:
    set_up(args.data, make=True)
    from sentry_scm_grpc.hosts.embedded import seed

    if not seed.print_key(seed.ensure_demo_organization()):
        print(f"{args.data} is a data directory already. Nothing was changed.")
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from django.core.management import CommandError, call_command

    os.environ["SCM_GRPC_RPCS"] = args.rpcs
    set_up(args.data)
    try:
        call_command("scm_grpc", "doctor")
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _prepare(args: argparse.Namespace) -> None:
    """Makes the database if there is none, and adds the repositories. Prints organization and key the first time."""
    roots = [root_of(path) for path in args.repo]
    # A typo must not make a data directory.
    integrations.refuse_unknown(args.integration)
    os.environ["SCM_GRPC_RPCS"] = args.rpcs
    set_up(args.data, make=True)
    refuse_bad_settings()
    from sentry_scm_grpc.hosts.embedded import seed

    # Before what may fail: the key is shown only once.
    seed.print_key(seed.ensure_demo_organization())
    integrations.serve(args.integration)
    for root in roots:
        allow_root(args.data, root)
        repository = seed.add_repository(seed.demo_integration(), Path(root))
        print(f"Repository {repository.id}: {repository.name}")
