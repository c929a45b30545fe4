"""The blame of a whole file, or of a range of its lines, as hunks, by git blame --porcelain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.git.blame import File, count_lines, too_short, unquote
from sentry_scm_grpc.providers.git.commits import read_person, read_text
from sentry_scm_grpc.providers.git.process import bounded_lines
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.git.text import decode
from sentry_scm_grpc.rpc.budget import too_large
from sentry_scm_grpc.source.blame import MAX_SUMMARY, summary_of
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The file that lists commits to ignore, by convention.
IGNORE_REVS_FILE = ".git-blame-ignore-revs"
#: The most commits that blame may name. What is known of each is kept until the end.
MAX_COMMITS = 100_000
_MAX_LINE = 2**31 - 1
# "SHA line-in-that-commit line-now lines-in-the-hunk". The other lines of a hunk have no count.
_HUNK = re.compile(rb"([0-9a-f]{40,64}) (\d+) (\d+) (\d+)\Z")
_FULL_SHA = re.compile(rb"[0-9a-fA-F]{40}\Z")


def hunks(
    repository: GitRepository, commit: Commit, request: files_pb2.StreamBlameRequest
) -> Iterator[files_pb2.BlameHunk]:
    """Raises NotFound, FailedPrecondition (NOT_A_FILE, IGNORE_REVS_INVALID), InvalidArgument (LINE_OUT_OF_RANGE)."""
    path, entry = repository.file(commit, request.path)
    if request.start_line > 1:
        file = File(commit.sha, path, count_lines(repository, entry))
        if request.start_line > file.lines:
            raise too_short(file, request.start_line, "start_line")
    elif not repository.size(entry):
        return
    options = ["--porcelain", "--root", "--no-textconv"]
    if request.start_line > 1 or request.end_line:
        options.append(f"-L{max(request.start_line, 1)},{request.end_line or _MAX_LINE}")
    ignored = set(_ignored(repository, commit, request))
    if ignored:
        options.append("--ignore-revs-file=/dev/stdin")
    git = repository.git
    with TemporaryFile() as asked:
        asked.writelines(b"%s\n" % sha.encode() for sha in sorted(ignored))
        asked.seek(0)
        with git.start("blame", *options, commit.sha, "--", path, input=asked) as process:
            yield from _Reader(repository).read(process.output)
            process.finish()


class _Reader:
    """Reads the porcelain format of git-blame(1): for each hunk a header, facts, and the lines after a tab.

    git writes the facts of a commit once, or with each hunk if the commit has lines of several files.
    """

    def __init__(self, repository: GitRepository) -> None:
        self._repository = repository
        # The hunk of each commit without its place, in bytes: they take less memory than messages.
        self._known: dict[bytes, bytes] = {}

    def read(self, output: IO[bytes]) -> Iterator[files_pb2.BlameHunk]:
        header: re.Match[bytes] | None = None
        path, previous = b"", b""
        for line in bounded_lines(output, self._repository.git.budget):
            if line.startswith(b"\t"):
                if header is not None:
                    yield self._hunk(header, path, previous)
                    header, path, previous = None, b"", b""
            elif header is None:
                header = _HUNK.match(line)
            elif line.startswith(b"filename "):
                path = unquote(line.removeprefix(b"filename "))
            elif line.startswith(b"previous "):
                previous = line.removeprefix(b"previous ")

    def _hunk(self, header: re.Match[bytes], path: bytes, previous: bytes) -> files_pb2.BlameHunk:
        sha, original, start, count = header.groups()
        if path:
            if sha not in self._known and len(self._known) >= MAX_COMMITS:
                raise too_large("commits of one blame", MAX_COMMITS, "commits of one blame")
            known = self._known.get(sha)
            hunk = self._described(sha.decode()) if known is None else files_pb2.BlameHunk.FromString(known)
            hunk.original_path = decode(path)
            before, _, name = previous.partition(b" ")
            hunk.previous_commit_sha, hunk.previous_path = before.decode(), decode(unquote(name))
            self._known[sha] = hunk.SerializeToString()
        else:
            hunk = files_pb2.BlameHunk.FromString(self._known[sha])
        hunk.start_line, hunk.line_count, hunk.original_start_line = int(start), int(count), int(original)
        return hunk

    def _described(self, sha: str) -> files_pb2.BlameHunk:
        # The names in the commit itself, as GetCommit has them. git blame would apply a mail map.
        found = self._repository.commit(sha)
        hunk = files_pb2.BlameHunk(boundary=sha in self._repository.shallow)
        commit = hunk.commit
        commit.sha = sha
        head, _, message = found.raw.partition(b"\n\n")
        facts = {name: value for name, _, value in (line.partition(b" ") for line in reversed(head.split(b"\n")))}
        encoding = facts.get(b"encoding", b"").decode("ascii", "replace")
        if b"author" in facts:
            _set(commit.authored_at, read_person(commit.author, facts[b"author"], encoding))
        if b"committer" in facts:
            _set(commit.committed_at, read_person(pb.CommitAuthor(), facts[b"committer"], encoding))
        title = message.lstrip(b"\r\n").partition(b"\n")[0]
        commit.summary = summary_of(read_text(title[: 4 * MAX_SUMMARY], encoding))
        return hunk


def _set(stamp: Timestamp, seconds: int | None) -> None:
    if seconds is not None:
        stamp.seconds = seconds
        stamp.SetInParent()


def _ignored(repository: GitRepository, commit: Commit, request: files_pb2.StreamBlameRequest) -> Iterator[str]:
    """The full SHAs of the commits to ignore."""
    for index, sha in enumerate(request.ignore_revs):
        yield repository.commit(sha, f"ignore_revs[{index}]").sha
    if not (request.use_ignore_revs_file and repository.has_regular_file(commit, IGNORE_REVS_FILE)):
        return
    _, entry = repository.file(commit, IGNORE_REVS_FILE)
    for number, line in enumerate(repository.objects.blob(entry.id).split(b"\n"), start=1):
        repository.git.budget.check()
        text = line.partition(b"#")[0].strip()
        if not text:
            continue
        if not _FULL_SHA.match(text):
            raise FailedPrecondition(
                f"Line {number} of {IGNORE_REVS_FILE} is not the full SHA of a commit. Correct the file, or do not ask"
                " for use_ignore_revs_file.",
                reason="IGNORE_REVS_INVALID",
                metadata={"line": str(number)},
            )
        sha = text.decode().lower()
        # As git does, pass over objects that do not exist here or are not commits.
        known = repository.peeled(sha) if repository.objects.has(sha) else None
        if known is not None:
            repository.git.budget.keep()
            yield known.sha
