"""Where repositories are: only below the configured roots, after symbolic links are resolved."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from os.path import isdir, isfile, join, realpath
from pathlib import Path

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.providers.git import links

# How many levels below a root are searched for repositories.
MAX_DEPTH = 8
# How many names are sorted at a time.
_SORTED_AT_ONCE = 10_000
# How many characters of one of git's files are read.
_READ = 65536


@dataclass(frozen=True)
class Place:
    """A repository on disk: its name for people, its directory, and the directories of git's data.

    The two data directories differ for a linked work tree. It has its own HEAD and shares everything else.
    """

    name: str
    path: Path
    git_dir: str
    common_dir: str


def locate(identifier: str, roots: Sequence[Path]) -> Place:
    """The repository at an absolute path, or a path relative to one of the roots. Raises NotFound.

    The error is the same for a path that does not exist and one outside the roots, so that nobody can probe the disk.
    """
    for root in roots:
        try:
            path = Path(realpath(root / identifier, strict=True))
        except (OSError, ValueError):
            continue
        if (place := _place(path, roots)) is not None:
            return place
    raise NotFound(
        "There is no git repository at this path below the directories that the server serves. Check the path; the"
        " operator adds directories with the setting GIT_ROOTS.",
        reason="REPOSITORY_NOT_SERVED",
    )


def find(roots: Sequence[Path], check: Callable[[], None]) -> Iterator[Place]:
    """The repositories below the roots, root by root, by path. ``check`` is called at every directory and may raise.

    Links to directories are not followed. Names that are not UTF-8 are left out, because no request could name them.
    """
    seen = set()
    for root in roots:
        for path in _directories(root, MAX_DEPTH, check):
            place = _place(path, roots)
            if place is not None and place.path not in seen:
                seen.add(place.path)
                yield place


def _directories(top: Path, depth: int, check: Callable[[], None]) -> Iterator[Path]:
    """Directories that look like repositories. Their contents are not searched."""
    check()
    if _git_dir(str(top)) is not None:
        yield top
        return
    if not depth:
        return
    try:
        with os.scandir(top) as entries:
            names = (entry.name for entry in entries if entry.is_dir(follow_symlinks=False) and _is_text(entry.name))
            # Sorted in pieces, because sorting blocks the interpreter.
            pieces = []
            while piece := sorted(islice(names, _SORTED_AT_ONCE)):
                check()
                pieces.append(piece)
    except OSError:
        return
    for name in merge(*pieces):
        yield from _directories(top / name, depth - 1, check)


def _is_text(name: str) -> bool:
    # Python represents bytes that are not UTF-8 as lone surrogates.
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _place(path: Path, roots: Sequence[Path]) -> Place | None:
    root = next((root for root in roots if path.is_relative_to(root)), None)
    git_dir = None if root is None else _git_dir(str(path))
    if root is None or git_dir is None or not _stays_below(git_dir, [str(root) for root in roots]):
        return None
    relative = path.relative_to(root)
    name = relative.as_posix() if relative.parts else path.name
    return Place(name.removesuffix("/.git").removesuffix(".git") or name, path, git_dir, realpath(_common_dir(git_dir)))


# From here on paths are strings. This runs for every call, and pathlib takes longer than the disk.


def _git_dir(path: str) -> str | None:
    """The data directory of a work tree or bare repository: itself, .git, or the target of a .git file."""
    dot_git = join(path, ".git")
    try:
        if isfile(dot_git):
            text = _read(dot_git)
            if not text.startswith("gitdir:"):
                return None
            dot_git = join(path, text.removeprefix("gitdir:").strip())
        for candidate in (dot_git, path):
            if isfile(join(candidate, "HEAD")) and isdir(join(_common_dir(candidate), "objects")):
                return realpath(candidate)
    except (OSError, ValueError):
        pass
    return None


def _common_dir(git_dir: str) -> str:
    """The directory of the objects. In the directory of a linked work tree, a file names it."""
    pointer = join(git_dir, "commondir")
    return join(git_dir, _read(pointer).strip()) if isfile(pointer) else git_dir


def _stays_below(git_dir: str, roots: Sequence[str]) -> bool:
    """Whether everything that git would read is below the roots, including borrowed and linked objects."""
    common = realpath(_common_dir(git_dir))
    checked = {git_dir, common, realpath(join(common, "refs"))}
    own = realpath(join(common, "objects"))
    waiting = [own]
    try:
        for directory in {git_dir, common}:
            checked.update(links.of_files(directory))
        while waiting:
            objects = realpath(waiting.pop())
            if objects not in checked:
                checked |= {objects, *links.of_objects(objects)}
                waiting += _borrowed(objects, own=objects == own)
    except (PermissionError, ValueError):
        return False
    starts = tuple(join(root, "") for root in roots)
    return all(join(path, "").startswith(starts) for path in checked)


def _borrowed(objects: str, own: bool) -> Iterator[str]:
    """The directories from which git or libgit2 borrows objects. Raises ValueError if they cannot be determined."""
    file = join(objects, "info", "alternates")
    if not isfile(file):
        return
    text = _read(file)
    if len(text) == _READ:
        raise ValueError("There may be more")
    # A carriage return ends a line in libgit2, but not in git.
    for line in {*text.split("\n"), *re.split(r"[\r\n]", text)}:
        if not line or line.startswith("#"):
            continue
        if line.startswith('"'):
            raise ValueError("git reads C's escapes here, libgit2 a name")
        yield join(objects, line)
        # libgit2 resolves these from the working directory.
        if not (own and line.startswith(".")) and isdir(line):
            yield line


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read(_READ)
