"""Directories that tests start from: made once in each process, and copied for each test."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path


def copy_of(make: Callable[..., None], *arguments: str, to: Path) -> Path:
    """``to``, filled with what ``make(directory, *arguments)`` puts into an empty directory."""
    return Path(shutil.copytree(_made(make, *arguments), to, symlinks=True))


@cache
def _made(make: Callable[..., None], *arguments: str) -> Path:
    directory = kept_directory()
    make(directory, *arguments)
    return directory


def kept_directory() -> Path:
    """A directory that this process has until it ends."""
    directory = Path(tempfile.mkdtemp(prefix="scm-grpc-tests-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory
