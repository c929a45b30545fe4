"""Who last changed a line, by git blame. It is faster than libgit2's blame and follows renames."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sentry_scm_grpc.errors import DeadlineExceeded, FailedPrecondition, InvalidArgument, ScmError, Unavailable
from sentry_scm_grpc.providers.git.commits import read_commit
from sentry_scm_grpc.providers.git.objects import Entry
from sentry_scm_grpc.providers.git.process import Git, bounded_lines
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.providers.git.text import decode
from sentry_scm_grpc.v1 import scm_pb2 as pb

# How many files of a batch are blamed at the same time.
_PARALLEL = 2
# Larger files are not read into memory.
_SMALL_BYTES = 64 * 1024
# "SHA line-in-that-commit line-now [lines in group]"
_LINE = re.compile(rb"([0-9a-f]{40,64}) \d+ (\d+)")
_QUOTED = re.compile(rb"\\([0-7]{3}|.)")
_SHORT = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


@dataclass(frozen=True, slots=True)
class File:
    """A file that exists at a commit."""

    sha: str
    path: bytes
    lines: int


@dataclass(frozen=True, slots=True)
class Blamed:
    """What git reports about one line."""

    sha: str
    path: bytes
    text: bytes


def context(repository: GitRepository, repository_id: int, request: pb.GetCommitContextRequest) -> pb.CommitContext:
    """One line. Raises NotFound, FailedPrecondition (NOT_A_FILE), and InvalidArgument if the file is shorter."""
    file = _locate(repository, request.commit_sha, request.filepath)
    if request.line_number > file.lines:
        raise too_short(file, request.line_number)
    blamed = _blame(repository.git, file, [request.line_number])[request.line_number]
    return _describe(repository, repository_id, request, file, blamed)


def contexts(
    repository: GitRepository, repository_id: int, lines: Sequence[pb.SourceLine]
) -> Iterator[pb.CommitContextResult]:
    """Many lines, with one git process for each file. Each line has a result or an error. Raises DeadlineExceeded."""
    located: dict[tuple[str, str], File | ScmError] = {}
    wanted: dict[File, set[int]] = {}
    for line in lines:
        key = line.commit_sha, line.filepath
        if key not in located:
            located[key] = _try_locate(repository, line)
        if isinstance(file := located[key], File):
            wanted.setdefault(file, set()).add(line.line_number)
    answers = _blame_all(repository.git, wanted)
    for line in lines:
        file = located[line.commit_sha, line.filepath]
        blamed = file if isinstance(file, ScmError) else answers[file, line.line_number]
        if isinstance(file, ScmError) or isinstance(blamed, ScmError):
            assert isinstance(blamed, ScmError)
            error = pb.LineError(code=blamed.code.value[0], reason=blamed.reason, message=blamed.message)
            yield pb.CommitContextResult(error=error)
        else:
            yield pb.CommitContextResult(context=_describe(repository, repository_id, line, file, blamed))


def _locate(repository: GitRepository, ref: str, path: str) -> File:
    commit = repository.commit(ref, "commit_sha")
    raw, file = repository.file(commit, path)
    return File(commit.sha, raw, count_lines(repository, file))


def _try_locate(repository: GitRepository, line: pb.SourceLine) -> File | ScmError:
    try:
        return _locate(repository, line.commit_sha, line.filepath)
    except DeadlineExceeded:
        raise
    except ScmError as error:
        return error


def _blame_all(git: Git, wanted: Mapping[File, set[int]]) -> dict[tuple[File, int], Blamed | ScmError]:
    answers: dict[tuple[File, int], Blamed | ScmError] = {}
    jobs = []
    for file, lines in wanted.items():
        answers |= {(file, line): too_short(file, line) for line in lines if line > file.lines}
        if present := sorted(line for line in lines if line <= file.lines):
            jobs.append((file, present))

    def work(job: tuple[File, list[int]]) -> dict[int, Blamed | ScmError]:
        file, lines = job
        try:
            return dict(_blame(git, file, lines))
        except (Unavailable, FailedPrecondition) as error:
            return dict.fromkeys(lines, error)

    with ThreadPoolExecutor(_PARALLEL) as pool:
        for (file, _), found in zip(jobs, pool.map(work, jobs), strict=True):
            answers |= {(file, line): blamed for line, blamed in found.items()}
    return answers


def _blame(git: Git, file: File, lines: Sequence[int]) -> dict[int, Blamed]:
    ranges = [part for line in lines for part in ("-L", f"{line},{line}")]
    with git.start("blame", "--line-porcelain", "--no-textconv", *ranges, file.sha, "--", file.path) as process:
        found = dict(_read(bounded_lines(process.output, git.budget)))
        process.finish()
    return found


def _read(output: Iterator[bytes]) -> Iterator[tuple[int, Blamed]]:
    """Reads the porcelain format of git-blame(1): for each line a header, facts, and the text after a tab."""
    header: re.Match[bytes] | None = None
    path = b""
    for line in output:
        if line.startswith(b"\t") and header is not None:
            text = line[1:].removesuffix(b"\r")
            yield int(header[2]), Blamed(header[1].decode(), path, text)
            header = None
        elif header is None:
            header = _LINE.match(line)
        elif line.startswith(b"filename "):
            path = unquote(line.removeprefix(b"filename "))


def unquote(name: bytes) -> bytes:
    """Reads a file name as git writes it: in quotes with C escapes if it contains unusual characters."""
    if not (len(name) > 1 and name.startswith(b'"') and name.endswith(b'"')):
        return name
    return _QUOTED.sub(
        lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else _SHORT.get(found[1], found[1]), name[1:-1]
    )


def count_lines(repository: GitRepository, file: Entry) -> int:
    """Checks the line against the length of the file. For a line beyond the end, git fails without a clear reason."""
    if repository.size(file) <= _SMALL_BYTES:
        data = repository.objects.blob(file.id)
        return data.count(b"\n") + (data[-1:] not in (b"\n", b""))
    count, last = 0, b""
    with repository.git.start("cat-file", "blob", str(file.id)) as process:
        while piece := process.output.read(_SMALL_BYTES):
            repository.git.budget.check()
            count, last = count + piece.count(b"\n"), piece[-1:]
        process.finish()
    return count + (last != b"\n")


def _describe(
    repository: GitRepository,
    repository_id: int,
    asked: pb.GetCommitContextRequest | pb.SourceLine,
    file: File,
    blamed: Blamed,
) -> pb.CommitContext:
    # The names in the commit itself. git blame would apply the repository's mail map, but GetCommit does not.
    found = repository.commit(blamed.sha)
    commit = read_commit(repository_id, blamed.sha, found.raw, cut=found.cut)
    return pb.CommitContext(
        repository_id=repository_id,
        commit_id=file.sha,
        filename=asked.filepath,
        line_number=asked.line_number,
        blame_commit_id=blamed.sha,
        blame_author=commit.author if commit.HasField("author") else None,
        code_snippet=decode(blamed.text)[:1024],
        message=commit.message,
        committed_at=commit.date_added if commit.HasField("date_added") else None,
        blame_filename=decode(blamed.path),
        truncated=commit.truncated,
    )


def too_short(file: File, line: int, field: str = "line_number") -> InvalidArgument:
    lines = "1 line" if file.lines == 1 else f"{file.lines} lines"
    return InvalidArgument.of(
        (field, f"is {line}, but {decode(file.path)!r} has {lines} at {file.sha[:12]}"),
        reason="LINE_OUT_OF_RANGE",
    )
