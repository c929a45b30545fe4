"""Runs the git command, with only our own configuration, until the caller's deadline at the latest.

git sees only the objects of a repository. It runs in an empty repository of our own that borrows the objects of the
real one. So the configuration, attributes, hooks, replaced objects and remotes of the real repository cannot start a
program or change a result. Neither can the configuration of the user and the system.

No value of a request is ever read as an option: refs are passed as full SHAs, paths behind ``--``, patterns behind
``-e``. git's standard error goes to the log, never to the caller.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache
from io import BufferedReader
from tempfile import TemporaryFile, gettempdir, mkdtemp
from typing import IO, cast

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import FailedPrecondition, ResourceExhausted, ScmError, Unavailable
from sentry_scm_grpc.providers.git.bounds import (
    AT_WORK,
    MAX_FILE_BYTES,
    MAX_GRAPH_BYTES,
    SHARED_MEMORY,
    Lifeline,
    bound,
)
from sentry_scm_grpc.rpc.budget import Budget, too_large

log = logging.getLogger(__name__)

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
    # Case folds beyond ASCII.
    "LC_ALL": "C.UTF-8",
}
# How much of git's standard error is read.
_COMPLAINT_BYTES = 16 * 1024
# git's messages when it runs out of memory.
_NO_MEMORY = re.compile(rb"(?i)out of memory|cannot allocate memory|attempting to allocate")
#: How much of a line of git's output is kept. It may be a line of a file.
MAX_LINE_BYTES = 64 * 1024
# How much of git's output is read at a time.
_PIECE = 1024 * 1024
_SHA = re.compile(rb"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")
# The settings of a partial clone in its configuration (git-clone(1)), and how much of that file is read.
_PARTIAL = re.compile(rb"(?im)^\s*(?:promisor|partialclone)\b")
_CONFIGURATION_BYTES = 1024 * 1024
# By default git keeps 96 MiB of objects that others are made of. Less is no slower, and leaves memory for more calls.
_CONFIGURATION = """\
[core]
\trepositoryFormatVersion = 0
\tbare = true
\tquotePath = false
\tdeltaBaseCacheLimit = 16m
"""


def _empty_repository() -> str:
    """The empty repository, which the processes of this user share. If it has been removed, it is created again.

    It is in the directory for temporary files, to which other users can write. It is used only if it belongs to this
    user alone.
    """
    path = os.path.join(gettempdir(), f"scm-grpc-git-{os.getuid()}-3")
    if not _is_ours_alone(path):
        path = _directory_of_process(os.getpid())
    for name, text in (("config", _CONFIGURATION), ("HEAD", "ref: refs/heads/main\n")):
        file = os.path.join(path, name)
        if not os.path.exists(file):
            made = f"{file}.{os.getpid()}.{threading.get_ident()}"
            with open(made, "w") as opened:
                opened.write(text)
            os.replace(made, file)
    for name in ("refs", "objects"):
        os.makedirs(os.path.join(path, name), exist_ok=True)
    return path


def _is_ours_alone(path: str) -> bool:
    with suppress(FileExistsError):
        os.mkdir(path, mode=0o700)
    found = os.lstat(path)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


@cache
def _directory_of_process(pid: int) -> str:
    return mkdtemp(prefix="scm-grpc-git-")


class Process:
    """A running git. ``output`` is its standard output.

    ``explain`` turns git's standard error into an error.
    """

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        errors: IO[bytes],
        explain: Callable[[bytes], ScmError],
        budget: Budget,
    ) -> None:
        self._popen = popen
        self._errors = errors
        self._explain = explain
        self._budget = budget
        self.timed_out = False
        self.out_of_memory = False
        # Popen buffers its pipes.
        self.output = cast(BufferedReader, popen.stdout)

    def finish(self, *good: int) -> int:
        """Waits for the end and returns the exit code, which must be 0 or one of ``good``.

        Raises DeadlineExceeded, ResourceExhausted (CALL_TOO_LARGE), Unavailable, FailedPrecondition (CONTENT_NOT_HERE).
        """
        code = self._popen.wait()
        if self.timed_out:
            raise self._budget.too_late()
        if self.out_of_memory:
            raise _too_much_memory()
        if code == -signal.SIGXCPU:
            raise too_much_work()
        if code and code not in good:
            raise self._failure(f"ended with code {code}")
        return code

    def check_errors(self) -> None:
        """Raises as ``finish`` does if git has written errors so far. Some commands skip what they cannot read."""
        if os.fstat(self._errors.fileno()).st_size:
            raise self._failure("complained")

    def complaint(self) -> bytes:
        """What git has written to its standard error so far, and that it failed if it wrote nothing."""
        # git may still run and write at the position of this file, so the position must not change.
        return os.pread(self._errors.fileno(), _COMPLAINT_BYTES, 0) or b"failed"

    def _failure(self, what: str) -> ScmError:
        text = self.complaint()
        log.warning("%s %s: %s", self._popen.args, what, text[:2000].decode("utf-8", "backslashreplace"))
        return self._explain(text)

    def time_out(self) -> None:
        self.timed_out = True
        self._popen.kill()

    def run_out_of_memory(self) -> None:
        self.out_of_memory = True
        self._popen.kill()

    def kill(self) -> None:
        if self._popen.poll() is None:
            self._popen.kill()


@dataclass(frozen=True)
class Git:
    """The git command for one repository and one call."""

    #: The data directory with the objects. For a linked work tree, that of the main work tree.
    common_dir: str
    budget: Budget = field(default_factory=Budget.unlimited)
    #: A directory of objects that has a commit graph and nothing else (``graphs``). Empty if there is none.
    graph: str = ""

    def run(self, *arguments: str | bytes, good: Sequence[int] = ()) -> tuple[int, bytes]:
        """The exit code and the output of a git command. Raises as ``Process.finish`` does."""
        pieces = []
        with self.start(*arguments) as process:
            while piece := process.output.read(_PIECE):
                self.budget.read(len(piece))
                pieces.append(piece)
            return process.finish(*good), b"".join(pieces)

    def update_ref(self, identity: tuple[str, str], *arguments: str) -> bytes:
        """Runs git update-ref on the refs of the real repository, without its hooks. ``identity`` is the name and the
        e-mail address for the reflog. Returns what git said if it failed, and otherwise nothing."""
        name, email = identity
        environment = {
            "GIT_DIR": self.common_dir,
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": email,
            # A partial clone would fetch an object that it lacks, by a program that its configuration names.
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "",
        }
        command = ("-c", f"core.hooksPath={os.devnull}", "update-ref", *arguments)
        with self.start(*command, own=environment) as process:
            return process.complaint() if process.finish(1, 128) else b""

    @contextmanager
    def start(
        self,
        *arguments: str | bytes,
        input: IO[bytes] | int = subprocess.DEVNULL,
        magic: bool = False,
        background: bool = False,
        own: Mapping[str, str] | None = None,
    ) -> Iterator[Process]:
        """Starts a git command. It ends with this context, at the call's deadline, when the client goes away, or with
        this process. Its memory and processor time have limits.

        ``magic`` says whether ":(" at the start of a path has a special meaning. In the ``background``, git works for
        no call: it takes the place of none, and may write a commit graph. ``own`` is an environment with which git
        runs in the real repository, and may write its refs.
        """
        self.budget.check()
        place = nullcontext() if background else AT_WORK.place(self.budget)
        with place, TemporaryFile() as errors, closing(Lifeline()) as lifeline:
            popen = self._popen(arguments, input, errors, lifeline, magic, own)
            process = Process(popen, errors, self._explain, self.budget)
            try:
                may_write = background or own is not None
                bound(popen, self.budget.seconds_left(), MAX_GRAPH_BYTES if may_write else MAX_FILE_BYTES)
                with (
                    self.budget.ending(process.time_out),
                    SHARED_MEMORY.ending(popen.pid, process.run_out_of_memory, background=background),
                ):
                    yield process
            finally:
                process.kill()
                process.output.close()
                popen.wait()

    def _explain(self, complaint: bytes) -> ScmError:
        """The reason why git failed. If it names an object that the repository lacks, that is the reason."""
        if _NO_MEMORY.search(complaint):
            return _too_much_memory()
        named = dict.fromkeys(_SHA.findall(complaint))
        if not named:
            return unreadable()
        with TemporaryFile() as asked:
            asked.write(b"".join(b"%s\n" % sha for sha in named))
            asked.seek(0)
            with self.start("cat-file", "--batch-check=%(objectname)", input=asked) as process:
                lines = process.output.read().splitlines()
        missing = [line.split()[0].decode() for line in lines if line.endswith(b" missing")]
        return self.missing(missing[0]) if missing else unreadable()

    def missing(self, sha: str) -> ScmError:
        """The error for a missing object. A partial clone may lack it; any other repository is damaged."""
        if not self._is_partial():
            log.warning("%s lacks the object %s", self.common_dir, sha)
            return unreadable()
        return FailedPrecondition(
            f"The server has a partial clone of the repository, without the object {sha}. Ask its operator to fetch"
            " the missing objects, or to serve a full clone.",
            reason="CONTENT_NOT_HERE",
            metadata={"object": sha},
        )

    def _is_partial(self) -> bool:
        try:
            with os.scandir(os.path.join(self.common_dir, "objects", "pack")) as entries:
                if any(entry.name.endswith(".promisor") for entry in entries):
                    return True
            with open(os.path.join(self.common_dir, "config"), "rb") as file:
                return _PARTIAL.search(file.read(_CONFIGURATION_BYTES)) is not None
        except OSError:
            return False

    def _popen(
        self,
        arguments: Sequence[str | bytes],
        input: IO[bytes] | int,
        errors: IO[bytes],
        lifeline: Lifeline,
        magic: bool,
        own: Mapping[str, str] | None,
    ) -> subprocess.Popen[bytes]:
        empty = _empty_repository()
        objects = os.path.join(self.common_dir, "objects")
        where = {
            "GIT_DIR": empty,
            "GIT_OBJECT_DIRECTORY": objects,
            "GIT_SHALLOW_FILE": os.path.join(self.common_dir, "shallow"),
            # All characters of a path are literal.
            "GIT_LITERAL_PATHSPECS": "0" if magic else "1",
            "PATH": os.environ.get("PATH", os.defpath),
        }
        if self.graph:
            # git uses the first graph that it finds. It goes on without a borrowed directory that has been deleted.
            where["GIT_OBJECT_DIRECTORY"] = os.path.join(empty, "objects")
            where["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = f"{self.graph}:{objects}"
        if own is not None:
            where = {"PATH": where["PATH"], **own}
        if memory := conf().MAX_PROCESS_BYTES:
            # The largest allocation, such as for a file. git obeys it from its start, before its limits are set.
            where["GIT_ALLOC_LIMIT"] = str(memory // 2)
        try:
            popen = subprocess.Popen(  # noqa: S603  (no shell; see the top of this module)
                ["git", "--no-pager", *arguments],  # noqa: S607
                stdin=input,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=empty,
                env=_ENVIRONMENT | where,
                pass_fds=[lifeline.inherited],
            )
        except FileNotFoundError:
            raise FailedPrecondition(
                "The server has no git command. Ask its operator to install git.",
                reason="GIT_MISSING",
            ) from None
        lifeline.tie(popen.pid)
        return popen


def bounded_lines(output: IO[bytes], budget: Budget) -> Iterator[bytes]:
    """The lines of git's output without line ends, each cut at MAX_LINE_BYTES."""
    while line := output.readline(MAX_LINE_BYTES):
        rest = line
        while rest and not rest.endswith(b"\n"):
            budget.check()
            rest = output.readline(MAX_LINE_BYTES)
        budget.check()
        yield line.removesuffix(b"\n")


def _too_much_memory() -> ResourceExhausted:
    return too_large("MAX_PROCESS_BYTES", conf().MAX_PROCESS_BYTES, "bytes of memory for git")


def too_much_work() -> ResourceExhausted:
    return ResourceExhausted(
        "git has used more processor time than the call allows. Ask for less.",
        reason="CALL_TOO_LARGE",
        metadata={"limit": "processor"},
    )


def unreadable() -> Unavailable:
    return Unavailable("git could not read the repository. Ask the server's operator: its log has the reason.")
