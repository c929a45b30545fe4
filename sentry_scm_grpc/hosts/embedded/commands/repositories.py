"""``repos``: add, list, refresh and remove repositories."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sentry_scm_grpc.client.output import add_output, check_output, print_rows
from sentry_scm_grpc.command_line import UsageError, add_group
from sentry_scm_grpc.hosts.embedded.commands import integrations
from sentry_scm_grpc.hosts.embedded.commands.options import add_data_command
from sentry_scm_grpc.hosts.embedded.data import allow_root, forget_root, root_of, set_up


def add_commands(commands: Any) -> None:
    repos = add_group(commands, "repos", "Add, list, refresh and remove repositories.")
    add = add_data_command(repos, "add", _add, "Add a repository. A running server serves it at once.")
    add.add_argument(
        "path", nargs="*", help="the directory of a git repository; with --integration a name, as acme/web"
    )
    add.add_argument("--integration", type=int, metavar="ID", help="add repositories of this integration with a vendor")
    add.add_argument("--all", action="store_true", help="add all repositories of the integration")
    add_output(add_data_command(repos, "list", _list, "List repositories."), "table")
    remove = add_data_command(repos, "remove", _remove, "Stop serving a repository. Its files stay where they are.")
    remove.add_argument("id", type=int, nargs="+", help="the id of the repository, from 'repos list'")
    sync = add_data_command(repos, "sync", _sync, "Read the names, URLs and default branches of repositories again.")
    sync.add_argument("id", type=int, nargs="*", help="the id of the repository, from 'repos list'; default: all")


def _add(args: argparse.Namespace) -> int:
    if bool(args.path) == args.all:
        raise UsageError("name repositories, or give --all with --integration.")
    if args.integration is not None:
        set_up(args.data)
        integrations.add_repositories(args.integration, args.path)
        return 0
    if args.all:
        raise UsageError("--all is for the repositories of an --integration.")
    roots = [root_of(Path(path)) for path in args.path]
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import seed

    for root in roots:
        allow_root(args.data, root)
        repository = seed.add_repository(seed.demo_integration(), Path(root))
        print(f"{repository.id}  {repository.name}")
    return 0


def _remove(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import seed

    for repository in seed.repositories(args.id):
        print(f"{repository.id}  {repository.name}  removed")
        forget_root(args.data, seed.remove_repository(repository))
    return 0


def _list(args: argparse.Namespace) -> int:
    check_output(args.output)
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded.models import Repository

    print_rows(
        args.output,
        [
            {
                "id": str(repository.id),
                "name": repository.name,
                "branch": repository.default_branch,
                "path": repository.config.get("path", "") if repository.provider_key == "git" else repository.url,
            }
            for repository in Repository.objects.order_by("id")
        ],
    )
    return 0


def _sync(args: argparse.Namespace) -> int:
    set_up(args.data)
    from sentry_scm_grpc.hosts.embedded import seed

    for repository, changes in seed.sync_repositories(args.id):
        told = ", ".join(f"{change.field}: {change.old_value!r} -> {change.new_value!r}" for change in changes)
        print(f"{repository.id}  {repository.name}  {told or 'unchanged'}")
    return 0
