"""Checks the files of a repository before git or libgit2 opens them.

Links are resolved, because their targets must be below the roots too. A pipe, a socket or a device is refused, because
reading it may never end.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from os.path import islink, join, realpath

#: The largest configuration file, and the largest file of a ref, in bytes.
MAX_CONFIGURATION = 1024 * 1024
MAX_REF = 4096
# The full names that the name of a ref may stand for, in the order of gitrevisions(7).
_REF_FORMS = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
# The only refs outside of "refs/", such as HEAD and FETCH_HEAD. Other files there, such as the index, are not refs.
_ROOT_REF = re.compile(r"[A-Z_]+\Z")
# Files outside of the objects that git or libgit2 reads.
_FILES = ("HEAD", "config", "config.worktree", "packed-refs", "shallow", "info/grafts")
_INCLUDE = re.compile(rb"\[\s*include", re.IGNORECASE)
_DIRECTORIES = re.compile(r"(?:[0-9a-f]{2}|pack|info)\Z")
# Directories without links, by path: their identity, and the time of their last change, which nobody can set.
_without_links: dict[str, tuple[int, int]] = {}
_MAX_REMEMBERED = 100_000
# A second change within one tick of the file system's clock does not change the time.
_TICK_NANOSECONDS = 1_000_000_000


def of_files(git_dir: str) -> Iterator[str]:
    """The targets of the links among a data directory's files. Raises ValueError if a file must not be opened."""
    for name in _FILES:
        path = join(git_dir, name)
        try:
            found = os.stat(path)
        except FileNotFoundError:
            if islink(path):
                raise ValueError(f"{path} is a link without a target") from None
            continue
        except NotADirectoryError:
            continue
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            raise ValueError(f"{path} is not a file")
        if islink(path):
            yield realpath(path)
        if name.startswith("config") and stat.S_ISREG(found.st_mode):
            _check_configuration(path, found.st_size)


def _check_configuration(path: str, size: int) -> None:
    if size > MAX_CONFIGURATION:
        raise ValueError(f"{path} is too large")
    with open(path, "rb") as file:
        if _INCLUDE.search(file.read(MAX_CONFIGURATION)):
            # libgit2 would read the included files, wherever they are.
            raise ValueError(f"{path} includes other files")


def of_objects(objects: str) -> Iterator[str]:
    """The targets of the links in a directory of objects. Raises ValueError if something must not be opened."""
    for entry in _scan(objects):
        if entry.is_symlink():
            yield realpath(entry.path)
        if _DIRECTORIES.match(entry.name):
            try:
                found = entry.stat()
            except OSError:
                continue
            # This runs 256 times for every call. A function call would take as long as the check itself.
            if _without_links.get(entry.path) != (found.st_ino, found.st_ctime_ns):
                yield from _links_in(entry.path, found)
    graphs = join(objects, "info", "commit-graphs")
    with suppress(OSError):
        yield from _links_in(graphs, os.stat(graphs))


def _links_in(directory: str, state: os.stat_result) -> list[str]:
    found = []
    for entry in _scan(directory):
        if entry.is_symlink():
            found.append(realpath(entry.path))
            mode = _mode(entry.path)
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise ValueError(f"{entry.path} is a link to something that is not a file")
        elif not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
            raise ValueError(f"{entry.path} is not a file")
    if not found and state.st_ctime_ns < time.time_ns() - _TICK_NANOSECONDS:
        if len(_without_links) >= _MAX_REMEMBERED:
            _without_links.clear()
        _without_links[directory] = state.st_ino, state.st_ctime_ns
    return found


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode
    except OSError:
        return 0


def _scan(directory: str) -> list[os.DirEntry[str]]:
    """Raises PermissionError."""
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def full_names(ref: str) -> Iterator[str]:
    """The full names that the name of a ref may stand for, in git's order."""
    outside = ref.startswith("refs/") or _ROOT_REF.match(ref)
    return (form.format(ref) for form in _REF_FORMS[0 if outside else 1 :])


def may_be_ref(name: str, *directories: str) -> bool:
    """Whether the file that libgit2 would open for a ref is a small file of the repository, or does not exist."""
    inside = tuple(join(directory, "") for directory in directories)
    for directory in directories:
        for full_name in full_names(name):
            path = join(directory, full_name)
            try:
                found = os.stat(path)
            except (OSError, ValueError):
                continue
            if stat.S_ISDIR(found.st_mode):
                continue
            if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_REF:
                return False
            if not realpath(path).startswith(inside):
                return False
    return True
