"""The names below refs/heads/ or refs/tags/, in the order of their bytes, from any name on. A page costs the same at
every place of the list.

git keeps refs in single files ("loose") and in one sorted file, packed-refs (gitrepository-layout(5)). A loose ref
wins. libgit2 would read all of packed-refs, and git cannot see it here.
"""

from __future__ import annotations

import heapq
import os
import re
from collections.abc import Iterator
from os.path import join
from typing import IO

from sentry_scm_grpc.providers.git.links import MAX_REF
from sentry_scm_grpc.rpc.budget import Budget

_HEADER = b"# pack-refs with:"
_RECORD = re.compile(rb"[0-9a-f]{40} (refs/.+)\n")


def names(common_dir: str, namespace: bytes, prefix: bytes, after: bytes, budget: Budget) -> Iterator[bytes]:
    """Full names that begin with ``namespace`` + ``prefix`` and come behind ``after``, which may be empty."""
    begin = namespace + prefix
    loose = _loose(os.fsencode(common_dir), namespace, begin, after, budget)
    packed = _packed(join(common_dir, "packed-refs"), begin, after, budget)
    last = b""
    for name in heapq.merge(loose, packed):
        if name != last:
            yield name
        last = name


def _loose(common_dir: bytes, namespace: bytes, begin: bytes, after: bytes, budget: Budget) -> Iterator[bytes]:
    """``namespace`` ends with "/". Links to directories are not followed."""
    # A stack, because directories can be deeper than Python's call stack.
    stack = [_entries(common_dir, namespace, budget)]
    while stack:
        budget.check()
        path = next(stack[-1], None)
        if path is None:
            stack.pop()
        elif path.endswith(b"/"):
            # The names below it begin with its path, so all of them may be in front of what is asked for.
            if (path.startswith(begin) or begin.startswith(path)) and (path > after or after.startswith(path)):
                stack.append(_entries(common_dir, path, budget))
        elif path.startswith(begin) and path > after and not path.endswith(b".lock"):
            yield path


def _entries(common_dir: bytes, directory: bytes, budget: Budget) -> Iterator[bytes]:
    """The paths of a directory's entries, sorted. Those of directories end with "/"."""
    found = []
    try:
        with os.scandir(join(common_dir, directory)) as entries:
            for entry in entries:
                budget.check()
                budget.read(len(entry.name))
                found.append(entry.name + b"/" if entry.is_dir(follow_symlinks=False) else entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from (directory + name for name in sorted(found))


def _packed(path: str, begin: bytes, after: bytes, budget: Budget) -> Iterator[bytes]:
    if not os.path.isfile(path):
        return
    with open(path, "rb") as file:
        header = file.readline(MAX_REF)
        is_sorted = header.startswith(_HEADER) and b" sorted " in header
        if not is_sorted:
            # Written by an old git, or by another program.
            file.seek(0)
            found = []
            for name in _records(file, budget):
                if name.startswith(begin) and name > after:
                    budget.read(len(name))
                    found.append(name)
            yield from sorted(found)
            return
        _seek(file, max(begin, after), budget)
        for name in _records(file, budget):
            if name.startswith(begin):
                if name > after:
                    yield name
            elif name > begin:
                return


def _records(file: IO[bytes], budget: Budget) -> Iterator[bytes]:
    while line := file.readline(MAX_REF):
        budget.check()
        if found := _RECORD.match(line):
            yield found[1]


def _seek(file: IO[bytes], wanted: bytes, budget: Budget) -> None:
    """Moves to a line before the first name that is not smaller than ``wanted``, and near to it."""
    low, high = 0, os.fstat(file.fileno()).st_size
    while high - low > MAX_REF:
        budget.check()
        middle = (low + high) // 2
        file.seek(middle)
        file.readline(MAX_REF)
        name = next(_records(file, budget), None)
        if name is None or name >= wanted:
            high = middle
        else:
            low = middle
    file.seek(low)
    if low:
        file.readline(MAX_REF)
