"""The command ``scm``: calls a site from a shell, and describes the contract.

``sentry-scm-grpc`` has the same commands.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn

from sentry_scm_grpc.client.described import contract, describe
from sentry_scm_grpc.client.output import add_output, check_output, print_answer
from sentry_scm_grpc.client.text import harmless
from sentry_scm_grpc.command_line import UsageError, add_command, add_group, add_version, completion, run

if TYPE_CHECKING:
    from sentry_scm_grpc.client import HmacSigner, ScmClient, ScmError

# ``call`` exits with 0, or with 100 plus the gRPC status: a script can tell NOT_FOUND (105) from a wrong command line.
EXIT_STATUS = 100
# ``download`` exits with this if the file cannot be written.
EXIT_WRITING = 1

URL = "http://127.0.0.1:8800"
TIMEOUT = 30.0
CHARACTERS = 60_000
# How many pull requests are listed.
LISTED = 30


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The command ``scm``, which is installed with the client."""
    run(make_parser(), argv)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scm",
        description="Call a site that serves sentry-scm-grpc.",
        epilog="The environment may give the site and the credential: SCM_GRPC_URL and SCM_GRPC_API_KEY.",
    )
    add_version(parser)
    add_commands(parser.add_subparsers(metavar="COMMAND", required=True), parser)
    return parser


def add_commands(commands: Any, parser: argparse.ArgumentParser) -> None:
    """Adds call, download, pr, checks, mcp, describe and completion to the subcommands of a parser."""
    call = add_command(
        commands,
        "call",
        _call,
        "Make one call. The request and the answer are JSON; a stream prints a line for each message.",
    )
    call.add_argument(
        "rpc",
        action=completion.Suggest,
        suggestions=_rpc_names,
        help="the name of the RPC, such as ListRepositories",
    )
    call.add_argument(
        "request", nargs="?", default="{}", help="the request as JSON; '-' reads it from standard input; default: {}"
    )
    add_output(call, "json")
    _site(call, f"default: $SCM_GRPC_TIMEOUT, or {TIMEOUT:.0f}")
    fetch = add_command(
        commands,
        "download",
        _download,
        "Write the bytes that a stream returns to a file, which appears under its name when it is whole.",
    )
    fetch.add_argument(
        "rpc", action=completion.Suggest, suggestions=_downloads, help="the name of the RPC, such as StreamArchive"
    )
    fetch.add_argument(
        "request", nargs="?", default="{}", help="the request as JSON; '-' reads it from standard input; default: {}"
    )
    fetch.add_argument(
        "-o",
        "--output",
        default=".",
        metavar="PATH",
        help="the file, or a directory in which the server's name is used; '-' is standard output; default: .",
    )
    _site(fetch, "default: $SCM_GRPC_TIMEOUT, or none")
    _add_readers(commands)
    tools = add_command(
        commands,
        "mcp",
        _mcp,
        "Serve the RPCs that are on as tools of the Model Context Protocol, over standard input and output.",
    )
    _site(tools, f"default: $SCM_GRPC_TIMEOUT, or {TIMEOUT:.0f}")
    tools.add_argument("--writes", action="store_true", help="also offer the RPCs that change something")
    tools.add_argument(
        "--max-characters",
        type=_characters,
        default=CHARACTERS,
        metavar="N",
        help=f"the most characters of an answer; what is cut says so; default: {CHARACTERS}",
    )
    told = "Describe an RPC or a message. Without a name, list the RPCs."
    add_command(commands, "describe", _describe, told).add_argument(
        "name",
        nargs="?",
        action=completion.Suggest,
        suggestions=_rpc_names,
        help="the name of an RPC, a message or an enum",
    )
    shell = add_command(commands, "completion", _completion, "Print the script that completes this command in a shell.")
    shell.add_argument("shell", choices=tuple(completion.SCRIPTS))
    shell.set_defaults(prog=parser.prog)


def _add_readers(commands: Any) -> None:
    """Adds the commands that print pull requests and checks for people."""
    pull_requests = add_group(commands, "pr", "Print pull requests for people. Programs use 'call'.")
    listed = add_command(
        pull_requests, "list", _pr_list, "List the pull requests of a repository, with how each stands."
    )
    viewed = add_command(
        pull_requests,
        "view",
        _pr_view,
        "Print a pull request: how it stands, its reviews, and the threads on its lines.",
    )
    checked = add_command(
        commands, "checks", _checks, "Print the statuses, check runs and pipelines of a commit for people."
    )
    for command in (listed, viewed, checked):
        command.add_argument("repository", type=int, metavar="REPOSITORY_ID", help="the id of the repository")
        _site(command, f"default: $SCM_GRPC_TIMEOUT, or {TIMEOUT:.0f}")
    listed.add_argument(
        "--state",
        choices=("open", "closed", "merged", "all"),
        default="open",
        help="only those in this state; default: open",
    )
    listed.add_argument("--limit", type=_count, default=LISTED, metavar="N", help=f"at most so many; default: {LISTED}")
    viewed.add_argument("number", type=int, metavar="NUMBER", help="the number of the pull request")
    viewed.add_argument("--comments", action="store_true", help="also print the conversation")
    checked.add_argument("commit", metavar="COMMIT", help="a SHA, a branch or a tag")


def _site(command: argparse.ArgumentParser, timeout: str) -> None:
    """Adds the options that say which site is called, as whom and for how long."""
    command.add_argument("--url", help=f"the URL of the site; default: $SCM_GRPC_URL, or {URL}")
    # A call has one credential. One that is given here makes the command ignore those of the environment.
    command.add_argument("--api-key", metavar="KEY", help="an API key; default: $SCM_GRPC_API_KEY")
    command.add_argument("--token", help="a bearer token; default: $SCM_GRPC_TOKEN")
    command.add_argument(
        "--sign", metavar="KEY:ORGANIZATION", help="sign the call with this key id; the secret is $SCM_GRPC_HMAC_SECRET"
    )
    command.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help=f"the deadline of the call; {timeout}",
    )


def _rpc_names() -> list[str]:
    return [rpc["name"] for rpc in contract()["rpcs"]]


def _downloads() -> list[str]:
    from sentry_scm_grpc.client.downloads import downloads

    return downloads()


def _seconds(text: str) -> float:
    try:
        if 0 < (seconds := float(text)) < 1e6:
            return seconds
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above zero")


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 1000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")


def _characters(text: str) -> int:
    if text.isascii() and text.isdigit() and 1000 <= int(text) <= 10_000_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1000 to 10000000")


def _call(args: argparse.Namespace) -> int:
    from sentry_scm_grpc.client import ScmClient, ScmError

    check_output(args.output)
    request = _request(args.request)
    # The HTTP library waits outside Python, where no KeyboardInterrupt is raised. Let Ctrl-C end the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        with ScmClient(**_options(args)) as client:
            print_answer(args.output, client.streams(args.rpc), client.call(args.rpc, request))
    except ScmError as error:
        return _failed(error)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return 0


def _pr_list(args: argparse.Namespace) -> int:
    from sentry_scm_grpc.client.pull_requests_command import list_pull_requests

    return _print(args, lambda client: list_pull_requests(client, args.repository, args.state, args.limit))


def _pr_view(args: argparse.Namespace) -> int:
    from sentry_scm_grpc.client.pull_requests_command import view_pull_request

    return _print(args, lambda client: view_pull_request(client, args.repository, args.number, args.comments))


def _checks(args: argparse.Namespace) -> int:
    from sentry_scm_grpc.client.pull_requests_command import show_checks

    return _print(args, lambda client: show_checks(client, args.repository, args.commit))


def _print(args: argparse.Namespace, show: Callable[[ScmClient], None]) -> int:
    """Prints what calls of a client return; returns the exit code."""
    from sentry_scm_grpc.client import ScmClient, ScmError

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        with ScmClient(**_options(args)) as client:
            show(client)
    except ScmError as error:
        return _failed(error)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return 0


def _download(args: argparse.Namespace) -> int:
    from sentry_scm_grpc.client import ScmError
    from sentry_scm_grpc.client.download_command import download

    request = _request(args.request)
    try:
        return download(args.rpc, request, args.output, _options(args, timeout=None))
    except ScmError as error:
        return _failed(error)
    except (ValueError, FileNotFoundError) as error:
        raise UsageError(str(error)) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"The bytes cannot be written: {error}", file=sys.stderr)
        return EXIT_WRITING


def _request(text: str) -> dict[str, Any]:
    """The request that was given as JSON. Raises UsageError."""
    if text == "-":
        text = sys.stdin.read()
    try:
        request = json.loads(text)
    except ValueError as error:
        raise UsageError(f"the request is not valid JSON: {error}") from None
    if not isinstance(request, dict):
        raise UsageError(f'the request must be a JSON object, such as {{"repository_id": 1}}, not {text.strip()[:40]}')
    return request


def _failed(error: ScmError) -> int:
    """Says why a call failed; returns the exit code."""
    print(harmless(f"{error.status.name} {error.reason}: {error.message}"), file=sys.stderr)
    if error.reason == "NO_CREDENTIALS":
        print("On this command: set SCM_GRPC_API_KEY, or give --api-key, --token or --sign.", file=sys.stderr)
    return EXIT_STATUS + error.status


def _mcp(args: argparse.Namespace) -> int:
    if find_spec("mcp") is None:
        raise UsageError("this command needs the SDK of the Model Context Protocol. Run: pip install 'mcp>=2.3,<3'")
    from sentry_scm_grpc.client import AsyncScmClient
    from sentry_scm_grpc.client.mcp_server import serve

    try:
        client = AsyncScmClient(**_options(args))
    except ValueError as error:
        raise UsageError(str(error)) from None
    secrets = (args.api_key or "", args.token or "", os.environ.get("SCM_GRPC_HMAC_SECRET", ""))
    serve(client, writes=args.writes, limit=args.max_characters, secrets=secrets)
    return 0


def _options(args: argparse.Namespace, timeout: float | None = TIMEOUT) -> dict[str, Any]:
    """The arguments of a client; ``timeout`` is the one if none is given. Raises ValueError, UsageError."""
    if args.api_key is None and args.token is None and args.sign is None:
        args.api_key, args.token, args.sign = map(
            os.environ.get, ("SCM_GRPC_API_KEY", "SCM_GRPC_TOKEN", "SCM_GRPC_SIGN")
        )
    given = args.timeout
    if given is None and (text := os.environ.get("SCM_GRPC_TIMEOUT")) is not None:
        try:
            given = _seconds(text)
        except argparse.ArgumentTypeError:
            raise UsageError(f"SCM_GRPC_TIMEOUT is {text!r}; it must be a number of seconds above zero.") from None
    return {
        "url": args.url or os.environ.get("SCM_GRPC_URL") or URL,
        "api_key": args.api_key or "",
        "token": args.token or "",
        "signer": _signer(args.sign) if args.sign else None,
        "timeout": given or timeout,
    }


def _signer(text: str) -> HmacSigner:
    """Raises ValueError."""
    from sentry_scm_grpc.client import HmacSigner

    key_id, _, organization = text.rpartition(":")
    if not (organization.isascii() and organization.isdigit()):
        raise ValueError("--sign is KEY:ORGANIZATION, such as reports:1; the secret is in $SCM_GRPC_HMAC_SECRET.")
    return HmacSigner(key_id, os.environ.get("SCM_GRPC_HMAC_SECRET", ""), int(organization))


def _describe(args: argparse.Namespace) -> int:
    if args.name is None:
        for rpc in contract()["rpcs"]:
            print(f"{rpc['name']:<24} {_first_sentence(rpc['comment'])}")
        return 0
    try:
        print(describe(args.name))
    except ValueError as error:
        raise UsageError(str(error)) from None
    return 0


def _first_sentence(comment: str) -> str:
    return " ".join(comment.split()).partition(". ")[0].rstrip(".") + "."


def _completion(args: argparse.Namespace) -> int:
    print(completion.script(args.shell, args.prog))
    return 0


if __name__ == "__main__":
    main()
