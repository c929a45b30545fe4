"""The files of a commit that globs find. Directories are read as they are stored, as most entries are skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pygit2

from sentry_scm_grpc.providers.git.objects import Entry, RawEntry
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.source.gitignore import Globs

_TREES = (b"40000", b"040000")
_SUBMODULE = b"160000"


def files(repository: GitRepository, commit: Commit, globs: Globs, after: bytes = b"") -> Iterator[tuple[bytes, Entry]]:
    """The files that come after ``after``, in the order of their paths in byte order."""
    names = globs.file_names
    # A stack of directories, because a tree can be deeper than Python's call stack. It holds the length of each
    # directory's path, not the path: of 50,000 levels the paths alone take gigabytes.
    here = bytearray()
    stack = [(0, False, _interesting(repository, commit.tree_id, globs, False))]
    while stack:
        length, whole, entries = stack[-1]
        del here[length:]
        mode, name, id = next(entries, (b"", b"", b""))
        if not mode:
            stack.pop()
            continue
        repository.git.budget.check()
        path = bytes(here) + name
        if mode in _TREES:
            directory = path + b"/"
            if directory > after or after.startswith(directory):
                here += name + b"/"
                below = whole or globs.verdict(path, True)
                stack.append((len(here), below, _interesting(repository, pygit2.Oid(raw=id), globs, below)))
        elif path > after and (whole or names is not None or globs.verdict(path, mode == _SUBMODULE)):
            yield path, Entry.of(mode, id)


def _interesting(repository: GitRepository, tree: pygit2.Oid, globs: Globs, whole: bool) -> Iterator[RawEntry]:
    """The entries of a directory, in the order of paths. Those whose names do not fit are left out, if
    names alone decide."""
    small = repository.objects.small_entries(tree)
    found = repository.objects.raw_entries(tree) if small is None else small
    names = globs.file_names
    if names is None or whole:
        interesting: Iterable[RawEntry] = found
    else:
        fits = names.match
        interesting = (
            one
            for one in found
            if fits(one[1]) or one[0] in _TREES or (one[0] == _SUBMODULE and globs.verdict(one[1], True))
        )
    if small is None:
        return iter(interesting)
    # A tool may have written another order.
    return iter(sorted(interesting, key=lambda one: one[1] + b"/" if one[0] in _TREES else one[1]))
