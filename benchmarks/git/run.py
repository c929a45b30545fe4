"""git's answers, ours, and ours over the wire, side by side: python -m benchmarks.git.run [--rounds N]

For each question three ways take turns: the bare git command, the adapter's operation in this process, and the whole
way of a call, from the client to a granian server with its API key, rows and back. The table shows the mean over a
question's requests, for each the best of all turns: what it costs while nothing else keeps the machine busy. A ratio is
ours divided by git's, so below 1 is faster. Memory is what the server's resident set rises above its idle size while it
answers a stream.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.git import history

# What the project promises: question -> the highest ratio.
LIMITS = {"GetCommit": 1.2, "GetCommitContext": 1.3, "SearchCode": 1.3, "StreamCommits": 2.0, "StreamDiff": 2.0}
LIMITS |= {"StreamBlame": 1.2, "StreamArchive": 2.0, "FindFiles": 1.2}
MEMORY_LIMIT_MB = 60


@dataclass
class Question:
    """One RPC, the git commands that answer the same, and the requests, one for each command."""

    rpc: str
    title: str
    commands: list[list[str]]
    requests: list[Any]
    #: The best time of each way ("git", "operation", "client") for each request.
    best: dict[tuple[str, int], float] = field(default_factory=dict)

    def mean(self, way: str) -> float:
        return statistics.mean(seconds for (name, _), seconds in self.best.items() if name == way)


class Memory(NamedTuple):
    """Megabytes of the server while it answers a stream."""

    rpc: str
    idle: float
    peak: float

    @property
    def rise(self) -> float:
        return self.peak - self.idle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="how often each question is asked (default: 15)")
    parser.add_argument("--commits", type=int, default=history.COMMITS, help="how many the repository has")
    args = parser.parse_args()
    path = history.repository(args.commits)
    with tempfile.TemporaryDirectory(prefix="scm-grpc-benchmark-") as data, _served(Path(data), path) as site:
        questions = _questions(path, site.repository_id)
        for question in questions:
            _measure(question, site, rounds=5 if question.rpc == "StreamCommits" else args.rounds)
        memory = [
            _stream_memory(question, site)
            for question in questions
            if question.rpc.startswith("Stream") or question.rpc == "FindFiles"
        ]
        _print_table(questions, memory, args.commits)
    print(json.dumps(_ratios(questions, memory)))


def _questions(path: Path, repository_id: int) -> list[Question]:
    from sentry_scm_grpc.v1 import files_pb2, refs_pb2
    from sentry_scm_grpc.v1 import scm_pb2 as pb

    git = ["git", "-C", str(path)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    shas = subprocess.run([*git, "rev-list", "HEAD"], check=True, capture_output=True, text=True).stdout.split()
    commits = shas[100::2000]
    base = shas[min(2000, len(shas) - 1)]
    lines = [(history.file_name(number), 5 + number % 100) for number in (0, 3, 11, 19, 50, 700, 1234, 1999)]
    grep = [*git, "grep", "-n", "--column", "-F", "-I"]

    def search(query: str, case: bool) -> pb.SearchCodeRequest:
        return pb.SearchCodeRequest(repository_id=repository_id, query=query, case_sensitive=case, page_size=1000)

    return [
        Question(
            "GetCommit",
            "a commit with its files / git show --raw",
            [[*git, "show", "--raw", sha] for sha in commits],
            [pb.GetCommitRequest(repository_id=repository_id, commit_sha=sha) for sha in commits],
        ),
        Question(
            "GetCommitContext",
            "who changed a line / git blame -L n,n",
            [[*git, "blame", "-L", f"{line},{line}", head, "--", file] for file, line in lines],
            [
                pb.GetCommitContextRequest(
                    repository_id=repository_id, commit_sha=head, filepath=file, line_number=line
                )
                for file, line in lines
            ],
        ),
        Question(
            "SearchCode",
            "a rare word, either case / git grep -i",
            [[*grep, "-i", "-e", history.RARE, head]],
            [search(history.RARE, False)],
        ),
        Question(
            "SearchCode",
            "a rare word / git grep",
            [[*grep, "-e", history.RARE, head]],
            [search(history.RARE, True)],
        ),
        Question(
            "SearchCode",
            "a common word, first 1000 / git grep, all",
            [[*grep, "-e", history.COMMON, head]],
            [search(history.COMMON, True)],
        ),
        Question(
            "StreamDiff",
            "what 2,000 commits changed / git diff",
            [[*git, "diff", "--full-index", base, head]],
            [refs_pb2.StreamDiffRequest(repository_id=repository_id, base=base, head=head)],
        ),
        Question(
            "FindFiles",
            "files by a glob / git ls-tree -r",
            [[*git, "ls-tree", "-r", head]],
            [files_pb2.FindFilesRequest(repository_id=repository_id, ref=head, globs=["*1.py"], page_size=1000)],
        ),
        Question(
            "StreamBlame",
            "whole files / git blame --porcelain",
            [[*git, "blame", "--porcelain", head, "--", file] for file in dict(lines[:4])],
            [
                files_pb2.StreamBlameRequest(repository_id=repository_id, ref=head, path=file)
                for file in dict(lines[:4])
            ],
        ),
        Question(
            "StreamArchive",
            "the whole tree / git archive",
            [[*git, "archive", "--format=tar.gz", head]],
            [files_pb2.StreamArchiveRequest(repository_id=repository_id, ref=head)],
        ),
        Question(
            "StreamCommits",
            "the whole history / git log --raw",
            [[*git, "log", "--raw"]],
            [pb.StreamCommitsRequest(repository_id=repository_id)],
        ),
    ]


def _measure(question: Question, site: Site, rounds: int) -> None:
    for turn in range(rounds + 1):
        for number, (command, request) in enumerate(zip(question.commands, question.requests, strict=True)):
            ways: dict[str, Callable[[], None]] = {
                "git": partial(_run, command),
                "operation": site.operation(question.rpc, request),
                "client": partial(site.call, question.rpc, request),
            }
            for way, ask in ways.items():
                start = time.perf_counter()
                ask()
                seconds = time.perf_counter() - start
                # The first turn warms the caches of the machine, for git as for us.
                if turn:
                    question.best[way, number] = min(seconds, question.best.get((way, number), seconds))


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.PIPE)


class Site:
    """The embedded host: in this process for operations, as a server for the client."""

    def __init__(self, url: str, key: str, organization_id: int, repository_id: int, pid: int) -> None:
        from sentry_scm_grpc.client import ScmClient
        from sentry_scm_grpc.hosts import current_host

        self.client = ScmClient(url, api_key=key)
        self.host = current_host()
        self.organization_id = organization_id
        self.repository_id = repository_id
        self.pid = pid

    def operation(self, rpc_name: str, request: Any) -> Callable[[], None]:
        """The adapter's operation, ready to run: the rows that the request names are found."""
        from sentry_scm_grpc.dispatch.admission import resolve
        from sentry_scm_grpc.dispatch.dispatcher import operation
        from sentry_scm_grpc.rpc.call import Call
        from sentry_scm_grpc.rpc.policy import RPCS
        from sentry_scm_grpc.rpc.principal import Principal
        from sentry_scm_grpc.server.context import WebContext
        from sentry_scm_grpc.server.metadata import Metadata

        rpc = RPCS[rpc_name]
        principal = Principal("benchmark", self.organization_id, rpc.scopes)
        call = Call(rpc, request, principal, self.host, WebContext({}, rpc.path, Metadata(()), None))
        call.page_size = getattr(request, "page_size", 0)
        resolve(call)
        found = operation(call)

        def run() -> None:
            answer = found(call, request)
            if rpc.streams:
                for _ in answer:
                    pass

        return run

    def call(self, rpc_name: str, request: Any) -> None:
        """A call over gRPC-Web; of a list, one page."""
        from sentry_scm_grpc.rpc.policy import RPCS

        rpc = RPCS[rpc_name]
        answer = getattr(self.client, rpc.operation)(request)
        if rpc.streams:
            for _ in answer:
                pass


@contextlib.contextmanager
def _served(data: Path, path: Path) -> Iterator[Site]:
    os.environ["SCM_GRPC_RPCS"] = "*"
    from sentry_scm_grpc.hosts.embedded.data import allow_root, set_up
    from sentry_scm_grpc.hosts.embedded.serving import server_command

    allow_root(data, path)
    set_up(data, make=True)
    from sentry_scm_grpc.hosts.embedded import seed

    key = seed.ensure_demo_organization()
    repository = seed.add_repository(seed.demo_integration(), path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(server_command("127.0.0.1", port), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield Site(f"http://127.0.0.1:{port}", key, repository.organization_id, repository.id, _worker(server.pid))
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                sys.exit("the server did not start within 30 seconds")
            time.sleep(0.1)


def _worker(pid: int) -> int:
    """The process that answers: granian's main process starts one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[-1]) if children else pid


def _stream_memory(question: Question, site: Site) -> Memory:
    """Of the server's resident set: idle, and at most while it answers a stream that is not its first."""
    status = Path(f"/proc/{site.pid}/status")
    # 5 sets the peak back to the present size (proc(5)).
    Path(f"/proc/{site.pid}/clear_refs").write_text("5")
    idle = _kilobytes(status, "VmRSS")
    site.call(question.rpc, question.requests[0])
    return Memory(question.rpc, idle / 1024, _kilobytes(status, "VmHWM") / 1024)


def _kilobytes(status: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", status.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def _print_table(questions: list[Question], memory: list[Memory], commits: int) -> None:
    print(f"\n{commits} commits, {history.FILES} files at the start; milliseconds\n")
    head = ("RPC", "question", "git", "operation", "ratio", "client", "ratio", "limit")
    rows = [head]
    for q in questions:
        git, operation, client = (q.mean(way) for way in ("git", "operation", "client"))
        times = (f"{git * 1e3:.1f}", f"{operation * 1e3:.1f}", f"{operation / git:.2f}")
        rows.append((q.rpc, q.title, *times, f"{client * 1e3:.1f}", f"{client / git:.2f}", f"{LIMITS[q.rpc]:.1f}"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    print(f"\nThe server's memory while it streams; the limit of a rise is {MEMORY_LIMIT_MB} MB")
    for used in memory:
        print(f"{used.rpc:16}idle {used.idle:.1f} MB, peak {used.peak:.1f} MB, rise {used.rise:.1f} MB")


def _ratios(questions: list[Question], memory: list[Memory]) -> dict[str, float]:
    """The highest ratio of each RPC, for the operation and for the client."""
    ratios: dict[str, float] = {}
    for q in questions:
        for way in ("operation", "client"):
            name = f"{q.rpc}_{way}"
            ratios[name] = max(ratios.get(name, 0), round(q.mean(way) / q.mean("git"), 3))
    return ratios | {f"{used.rpc}_rise_mb": round(used.rise, 1) for used in memory}


if __name__ == "__main__":
    main()
