"""What ``scm download`` does: a file or standard output, with progress on a terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

from sentry_scm_grpc.client import AsyncScmClient, ScmClient
from sentry_scm_grpc.client.described import unknown
from sentry_scm_grpc.client.downloads import Downloaded, Progress, download_name, downloads
from sentry_scm_grpc.client.requests import find_rpc, request_from_json

# The second is often a regular file, which is not to be replaced.
STDOUT = ("-", "/dev/stdout")


def download(name: str, request: Mapping[str, Any], output: str, options: dict[str, Any]) -> int:
    """Downloads what the RPC ``name`` returns; returns the exit code. ``options`` are those of a client.

    Raises ScmError, OSError, and ValueError for a request or an output that cannot be right.
    """
    rpc = find_rpc(name)
    if name not in downloads():
        raise unknown("download", name, downloads())
    message = request_from_json(rpc, request)
    # A stream has no deadline unless it is given one.
    timeout = options.pop("timeout", None)
    method = download_name(rpc)
    if output in STDOUT:
        if sys.stdout.isatty():
            raise ValueError("The bytes are not for a terminal. Give a file with -o, or send them on with a pipe.")
        # Nothing lies about afterwards, so Ctrl-C may end the process at once.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with ScmClient(**options) as client:
            getattr(client, method)(sys.stdout.buffer, message, timeout=timeout)
        return 0
    with _progress() as progress:
        done = asyncio.run(_download(method, message, output, options, timeout, progress))
    print(os.path.relpath(done.path or output))
    return 0


async def _download(
    method: str, message: Any, output: str, options: dict[str, Any], timeout: float | None, progress: Progress | None
) -> Downloaded:
    """A cancelled task removes what it has written. asyncio cancels it at Ctrl-C, and this function at SIGTERM."""
    task = asyncio.current_task()
    assert task is not None
    # Windows has no handlers of signals here.
    with suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with AsyncScmClient(**options) as client:
        try:
            done: Downloaded = await getattr(client, method)(output, message, progress=progress, timeout=timeout)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
    return done


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Shows on standard error how far a download is, if that is a terminal and rich is installed."""
    if not sys.stderr.isatty() or find_spec("rich") is None:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeElapsedColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("download", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
