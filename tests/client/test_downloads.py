"""Downloads by both clients: a file is there when it is whole, and nothing of it before or after a failure."""

from __future__ import annotations

import hashlib
import io
import os
import pty
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.client import AsyncScmClient, ScmClient, ScmError
from sentry_scm_grpc.client.downloads import download_name, downloads
from sentry_scm_grpc.client.errors import DataLoss
from sentry_scm_grpc.errors import Unavailable
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import files_pb2
from tests.client.site import Scm

ROOT = Path(__file__).parents[2]
PIECES = [b"one\n", b"", b"two\n" * 10_000, b"end"]
CONTENT = b"".join(PIECES)


def archive(*pieces: bytes, **info: Any) -> Callable[[Any, Any], Iterator[files_pb2.ArchivePiece]]:
    """An answer of StreamArchive; a piece that is None breaks it off."""

    def answer(request: Any, context: Any) -> Iterator[files_pb2.ArchivePiece]:
        yield files_pb2.ArchivePiece(info=files_pb2.ArchiveInfo(**{"filename": "rocket.tar.gz", **info}))
        for piece in pieces:
            if piece == b"broken":
                context.abort_with_status(Unavailable("gone", reason="ARCHIVE_CUT").to_rpc_status(request_id="r"))
            yield files_pb2.ArchivePiece(data=piece)

    return answer


@pytest.mark.parametrize("kind", [ScmClient, AsyncScmClient])
def test_each_stream_of_bytes_has_a_download(kind: type) -> None:
    assert {"StreamArchive", "StreamFile"} <= set(downloads())
    assert not {"StreamDiff", "StreamTree"} & set(downloads())
    made = {name for name in dir(kind) if name.startswith("download_")}
    assert made == {download_name(RPCS[name]) for name in downloads()}


def test_a_file_has_the_bytes_and_tells_of_them(client: ScmClient, scm: Scm, tmp_path: Path) -> None:
    scm.answers["StreamArchive"] = archive(*PIECES, size_bytes=len(CONTENT), commit_sha="a" * 40)
    seen: list[tuple[int, int | None]] = []
    done = client.download_archive(
        tmp_path / "a.tgz", repository_id=1, progress=lambda size, total: seen.append((size, total))
    )
    assert (tmp_path / "a.tgz").read_bytes() == CONTENT
    assert (done.path, done.size_bytes, done.info.commit_sha) == (tmp_path / "a.tgz", len(CONTENT), "a" * 40)
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert os.listdir(tmp_path) == ["a.tgz"]
    assert scm.seen[-1].request.repository_id == 1


def test_in_a_directory_it_has_the_servers_name(client: ScmClient, scm: Scm, tmp_path: Path) -> None:
    scm.answers["StreamArchive"] = archive(*PIECES)
    assert client.download_archive(tmp_path, repository_id=1).path == tmp_path / "rocket.tar.gz"


@pytest.mark.parametrize("name", ["", "..", "../out", "/etc/out", "a\\b", "a\0b", "C:a"])
def test_the_servers_name_leads_to_no_other_directory(client: ScmClient, scm: Scm, tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    scm.answers["StreamArchive"] = archive(*PIECES, filename=name)
    with pytest.raises(ValueError, match="gave no name"):
        client.download_archive(inside, repository_id=1)
    assert (os.listdir(tmp_path), os.listdir(inside)) == (["inside"], [])


def test_an_open_file_takes_the_bytes(client: ScmClient, scm: Scm) -> None:
    scm.answers["StreamArchive"] = archive(*PIECES)
    file = io.BytesIO()
    assert client.download_archive(file, repository_id=1).path is None
    assert file.getvalue() == CONTENT


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (archive(b"half", b"broken"), "ARCHIVE_CUT"),
        (archive(b"half", size_bytes=5), "BROKEN_DOWNLOAD"),
        (archive(b"more", size_bytes=3), "BROKEN_DOWNLOAD"),
        (lambda request, context: iter(()), "BROKEN_DOWNLOAD"),
    ],
    ids=["broken off", "too few", "too many", "nothing"],
)
def test_what_is_not_whole_leaves_the_file_that_was_there(
    client: ScmClient, scm: Scm, tmp_path: Path, answer: Any, reason: str
) -> None:
    scm.answers["StreamArchive"] = answer
    target = tmp_path / "a.tgz"
    target.write_text("before")
    with pytest.raises(ScmError) as raised:
        client.download_archive(target, repository_id=1)
    assert raised.value.reason == reason
    assert (os.listdir(tmp_path), target.read_text()) == (["a.tgz"], "before")
    assert len(scm.seen) == 1, "a stream that has begun is not mixed with a second one"


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_file_has_the_sha_that_the_server_told(client: ScmClient, scm: Scm, tmp_path: Path, name: str) -> None:
    sha = hashlib.new(name, b"blob %d\0%s" % (len(CONTENT), CONTENT)).hexdigest()

    def answer(request: Any, context: Any) -> Iterator[files_pb2.FilePiece]:
        told = sha if request.path == "src/a.txt" else sha[::-1]
        yield files_pb2.FilePiece(file=files_pb2.FileDescription(sha=told, size_bytes=len(CONTENT)))
        yield from (files_pb2.FilePiece(content=piece) for piece in PIECES)

    scm.answers["StreamFile"] = answer
    done = client.download_file(tmp_path, repository_id=1, path="src/a.txt")
    assert (done.path, done.info.sha) == (tmp_path / "a.txt", sha)
    with pytest.raises(DataLoss, match="SHA"):
        client.download_file(tmp_path, repository_id=1, path="src/b.txt")
    assert os.listdir(tmp_path) == ["a.txt"]


def test_an_attempt_that_fails_before_the_first_piece_is_repeated(client: ScmClient, scm: Scm, tmp_path: Path) -> None:
    scm.failures = [Unavailable("not yet")]
    scm.answers["StreamArchive"] = archive(*PIECES)
    client.download_archive(tmp_path / "a.tgz", repository_id=1)
    assert (len(scm.seen), (tmp_path / "a.tgz").read_bytes()) == (2, CONTENT)


def test_an_interruption_leaves_nothing(client: ScmClient, scm: Scm, tmp_path: Path) -> None:
    scm.answers["StreamArchive"] = archive(*PIECES)

    def interrupt(size: int, total: int | None) -> None:
        if size:
            assert os.listdir(tmp_path), "there is a part"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.download_archive(tmp_path / "a.tgz", repository_id=1, progress=interrupt)
    assert os.listdir(tmp_path) == []


def test_a_link_is_followed_and_the_mode_is_kept(client: ScmClient, scm: Scm, tmp_path: Path) -> None:
    scm.answers["StreamArchive"] = archive(*PIECES)
    (tmp_path / "real").write_text("before")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    client.download_archive(tmp_path / "link", repository_id=1)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == CONTENT
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640


def test_a_directory_that_is_missing_is_told_before_the_call(client: ScmClient, scm: Scm, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no directory"):
        client.download_archive(tmp_path / "none/a.tgz", repository_id=1)
    assert scm.seen == []


def test_a_slash_at_the_end_asks_for_a_directory(client: ScmClient, scm: Scm, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no directory"):
        client.download_archive(f"{tmp_path}/new/", repository_id=1)
    assert (scm.seen, os.listdir(tmp_path)) == ([], [])


def test_a_pipe_of_a_shell_takes_the_bytes(client: ScmClient, scm: Scm) -> None:
    # bash names the pipe of ">(tar tz)" like this.
    scm.answers["StreamArchive"] = archive(b"few")
    reading, writing = os.pipe()
    client.download_archive(f"/dev/fd/{writing}", repository_id=1)
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == b"few"


COMMAND = [sys.executable, "-m", "sentry_scm_grpc.client.command", "download", "StreamArchive", '{"repository_id": 1}']


def run(scm: Scm, *arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, "--url", scm.url, *arguments], capture_output=True, timeout=60, **options)


def test_the_command_writes_a_file_or_standard_output(scm: Scm, tmp_path: Path) -> None:
    scm.answers["StreamArchive"] = archive(*PIECES)
    done = run(scm, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout, done.stderr) == (0, b"rocket.tar.gz\n", b"")
    assert (tmp_path / "rocket.tar.gz").read_bytes() == CONTENT
    piped = run(scm, "-o", "-", cwd=ROOT)
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, CONTENT, b"")
    with (tmp_path / "log").open("wb") as log:
        log.write(b"before\n")
        log.flush()
        command = [*COMMAND, "--url", scm.url, "-o", "/dev/stdout"]
        assert subprocess.run(command, cwd=ROOT, stdout=log, timeout=60).returncode == 0
    assert (tmp_path / "log").read_bytes() == b"before\n" + CONTENT
    (tmp_path / "log").unlink()
    assert scm.seen[-1].time_remaining > 86_400, "a download has no deadline unless it is given one"
    full = run(scm, "-o", "/dev/full", cwd=ROOT)
    assert (full.returncode, full.stdout) == (1, b"")
    assert b"No space left" in full.stderr
    scm.answers["StreamArchive"] = archive(b"half", b"broken")
    broken = run(scm, "-o", str(tmp_path / "broken"), cwd=ROOT)
    assert (broken.returncode, broken.stderr) == (114, b"UNAVAILABLE ARCHIVE_CUT: gone\n")
    assert os.listdir(tmp_path) == ["rocket.tar.gz"]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_at_once_and_leaves_nothing(scm: Scm, tmp_path: Path, sent: signal.Signals) -> None:
    wait = threading.Event()

    def stall(request: Any, context: Any) -> Iterator[files_pb2.ArchivePiece]:
        yield from archive(b"half")(request, context)
        wait.wait(60)

    scm.answers["StreamArchive"] = stall
    command = [*COMMAND, "--url", scm.url, "-o", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while not os.listdir(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(sent)
        said = process.communicate(timeout=30)[1]
    finally:
        wait.set()
        process.kill()
    assert (process.returncode, said, os.listdir(tmp_path)) == (130, b"", [])


def test_the_command_shows_how_far_it_is_on_a_terminal(scm: Scm, tmp_path: Path) -> None:
    scm.answers["StreamArchive"] = archive(*PIECES, size_bytes=len(CONTENT))
    ours, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    try:
        command = [*COMMAND, "--url", scm.url, "-o", str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, stderr=terminal, stdout=subprocess.PIPE, timeout=60, env=environment)
        refused = subprocess.run([*command[:-1], "-"], cwd=ROOT, stdout=terminal, stderr=subprocess.PIPE, timeout=60)
    finally:
        os.close(terminal)
    assert done.returncode == 0
    assert f"{len(CONTENT) / 1024:.1f}/{len(CONTENT) / 1024:.1f} KiB" in os.read(ours, 65536).decode()
    os.close(ours)
    assert refused.returncode == 2
    assert b"not for a terminal" in refused.stderr
