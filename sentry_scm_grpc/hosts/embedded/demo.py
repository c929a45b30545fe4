"""The demo: a real server on a real repository, and real gRPC-Web calls whose answers it prints."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from sentry_scm_grpc.command_line import UsageError
from sentry_scm_grpc.hosts.embedded.data import allow_root, refuse_bad_settings, root_of, set_up
from sentry_scm_grpc.hosts.embedded.serving import is_free, server_command, split_bind
from sentry_scm_grpc.v1 import scm_pb2 as pb

FILES = ("README.md", "README", "README.rst", "setup.cfg", "pyproject.toml", "package.json", "Makefile")
START_SECONDS = 30
# The RPCs that the tour calls.
NEEDED = (
    *("ListRepositories", "ListCommits", "StreamTree", "GetCommitContext", "SearchCode"),
    *("ListIntegrations", "CreateExternalIssue", "LinkExternalIssue"),
)


def run_demo(repository: Path, bind: str, data: Path, *, once: bool, grace: int) -> int:
    from sentry_scm_grpc.client.errors import ScmError

    top = _top_of(repository)
    host, port = split_bind(bind)
    port = port if is_free(host, port) else _free_port(host)
    url = f"http://{host}:{port}"
    data = data.absolute()
    root = root_of(top)
    for name, value in (("RPCS", "*"), ("EXPLORER", "true"), ("LOG_LEVEL", "WARNING")):
        os.environ.setdefault(f"SCM_GRPC_{name}", value)
    set_up(data, make=True)
    allow_root(data, root)
    refuse_bad_settings()
    _refuse_what_the_tour_cannot_do()
    organization_id, key = _seed(top)

    print(_bold(f"\nA gRPC-Web server on {url}, answering from {top}\n"))
    # Stop the server as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    command = server_command(host, port, grace=grace, parent=os.getpid())
    server = subprocess.Popen(command)  # noqa: S603  (our own command line)
    try:
        _wait_for(host, port, server)
        _Tour(url, key, organization_id).run()
        if once:
            _print_how_to_serve(data, url, key)
            return 0
        _print_next_steps(url, key)
        print(_bold("The server keeps running. Stop it with Ctrl-C."), flush=True)
        return server.wait()
    except ScmError as error:
        raise UsageError(f"a call failed: {error}") from None
    finally:
        server.terminate()
        server.wait(timeout=grace + 5)


def _refuse_what_the_tour_cannot_do() -> None:
    """The environment has priority over the demo's own settings. Raises UsageError if the demo cannot run with it."""
    from sentry_scm_grpc.conf import conf
    from sentry_scm_grpc.rpc.policy import RPCS

    if off := [name for name in NEEDED if not conf().enabled(RPCS[name].setting_names)]:
        raise UsageError(f"SCM_GRPC_RPCS turns off {', '.join(off)}, which the demo calls. Unset it, or use 'serve'.")
    if "api_key" not in conf().AUTHENTICATORS:
        raise UsageError("SCM_GRPC_AUTHENTICATORS has no 'api_key', with which the demo calls. Add it, or unset it.")


def _seed(top: Path) -> tuple[int, str]:
    from sentry_scm_grpc.hosts.embedded import seed
    from sentry_scm_grpc.rpc.policy import RPCS

    seed.ensure_demo_organization()
    seed.add_repository(seed.demo_integration(), top)
    demo = seed.organization(seed.DEMO)
    # A key is shown only once, so every run creates a new one. It is valid for a day.
    scopes = sorted(set().union(*(rpc.scopes for rpc in RPCS.values())))
    return demo.id, seed.create_key(demo, "demo run", scopes, days=1)


class _Tour:
    """The calls, in the order of a story: what exists, what happened, who wrote this line, where is that word."""

    def __init__(self, url: str, key: str, organization_id: int) -> None:
        from sentry_scm_grpc.client import ScmClient

        self.client = ScmClient(url, api_key=key)
        self.organization_id = organization_id

    def run(self) -> None:
        with self.client:
            repository = self.repositories()
            if commits := self.commits(repository):
                self.blame(repository)
                self.search(repository, commits)
            self.issue()

    def repositories(self) -> pb.Repository:
        self.title("ListRepositories", "which repositories does the organization have?")
        found = self.client.list_repositories(organization_id=self.organization_id).repositories
        rows = [(r.id, r.name, r.default_branch, r.config["path"]) for r in found]
        self.table(("id", "name", "branch", "path"), rows)
        return found[-1]

    def commits(self, repository: pb.Repository) -> Sequence[pb.Commit]:
        self.title("ListCommits", f"what happened last in {repository.name}?")
        found = self.client.list_commits(repository_id=repository.id, page_size=5).commits
        rows = [
            (c.key[:10], f"{c.date_added.ToDatetime():%Y-%m-%d}", c.author.name, c.message.partition("\n")[0])
            for c in found
        ]
        self.table(("commit", "date", "author", "message"), rows)
        return found

    def blame(self, repository: pb.Repository) -> None:
        entries = list(self.client.stream_tree(repository_id=repository.id))
        paths = [entry.path for entry in entries if entry.size_bytes]
        path = next((name for name in FILES if name in paths), paths[0] if paths else "")
        if not path:
            return
        self.title("GetCommitContext", f"who wrote the first line of {path}?")
        blame = self.client.get_commit_context(
            repository_id=repository.id, commit_sha="HEAD", filepath=path, line_number=1
        )
        print(f"   {blame.code_snippet[:100]}")
        print(
            f"   {_bold(blame.blame_author.name)} on {blame.committed_at.ToDatetime():%Y-%m-%d}"
            f" in {blame.blame_commit_id[:10]}: {blame.message.partition(chr(10))[0]}\n"
        )

    def search(self, repository: pb.Repository, commits: Sequence[pb.Commit]) -> None:
        """Searches for the longest word of the latest commit messages that is in the code too."""
        words = {word for commit in commits for word in re.findall(r"\w+", commit.message.partition("\n")[0])}
        for query in [*sorted(words, key=lambda word: (-len(word), word)), "a"]:
            found = self.client.search_code(repository_id=repository.id, query=query, page_size=5).matches
            if found:
                break
        self.title("SearchCode", f"where does the code say {query!r}?")
        self.table(("file", "line", "text"), [(m.path, m.line_number, m.line.strip()) for m in found])

    def issue(self) -> None:
        integration = self.client.list_integrations(organization_id=self.organization_id).integrations[0]
        self.title("CreateExternalIssue", "file an issue in the tracker")
        issue = self.client.create_external_issue(
            organization_id=self.organization_id,
            integration_id=integration.id,
            title="Division by zero in the checkout",
            description="Seen in production.",
        )
        self.table(("id", "key", "title"), [(issue.id, issue.key, issue.title)])
        self.title("LinkExternalIssue", "tie it to a group, so that both close together")
        from sentry_scm_grpc.hosts.embedded.models import Group

        group = Group.objects.filter(project__organization_id=self.organization_id).order_by("id")[0]
        linked = self.client.link_external_issue(group_id=group.id, external_issue_id=issue.id)
        self.table(("group", "linked to"), [(group.title, f"{linked.key} {linked.title}")])

    def title(self, rpc: str, question: str) -> None:
        print(f"{_bold(rpc)}  {question}")

    def table(self, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
        cells = [head, *([str(value)[:72] for value in row] for row in rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
        for number, row in enumerate(cells):
            line = "   " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            print(_dim(line) if number == 0 else line)
        print(flush=True)


def _print_how_to_serve(data: Path, url: str, key: str) -> None:
    """The demo's server stops now, so the first command starts another."""
    command = shlex.quote(str(Path(sys.argv[0])))
    print(_bold("The demo has ended, and its server stops. Start a server on the same data with"))
    print(f"   {command} serve --data {shlex.quote(str(data))} --bind {url.removeprefix('http://')}")
    print("and call it from another terminal:")
    print(f"   export SCM_GRPC_API_KEY={key} SCM_GRPC_URL={url}")
    print(f"   {command} call ListRepositories", flush=True)


def _print_next_steps(url: str, key: str) -> None:
    command = shlex.quote(str(Path(sys.argv[0])))
    print(_bold("Go on with"))
    print(f"   export SCM_GRPC_API_KEY={key} SCM_GRPC_URL={url}")
    print(f"   {command} call ListRepositories -o table")
    request = shlex.quote('{"integration_id": 1}')
    print(f"   {command} call GetCapabilities {request}")
    print(f"   {command} describe GetCapabilities\n")
    from sentry_scm_grpc.conf import conf

    if conf().EXPLORER:
        page = f"{url}/{conf().PREFIX.strip('/')}/"
        print(_bold(f"Try it in a browser: {page}") + "  (it asks for the key above)\n", flush=True)


def _top_of(repository: Path) -> Path:
    """The repository that a directory is in."""
    import pygit2

    found = pygit2.discover_repository(str(repository.expanduser().absolute()))
    if found is None:
        raise UsageError(f"{repository.absolute()} is not in a git repository. Name one with --repo.")
    opened = pygit2.Repository(found)
    return Path(opened.workdir or opened.path)


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _wait_for(host: str, port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise UsageError(f"the server ended at once, with code {server.returncode}.")
        try:
            socket.create_connection((host, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise UsageError(f"the server did not start within {START_SECONDS} seconds.")


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def _dim(text: str) -> str:
    return f"\033[2m{text}\033[0m" if sys.stdout.isatty() else text
