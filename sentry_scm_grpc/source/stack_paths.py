"""Code mappings from stack traces: which (stack root, source root) of which repository explains the paths of frames.

A path and a file match if they end in the same names; the longer the common end, the better. If several files explain a
path equally well, none is chosen, unless a mapping that another path needs explains it too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.source.frames import Frame, key, library_names, root_key
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The roots of a code mapping contain neither white space nor quotes (the contract's FORMAT_ROOT).
_IMPOSSIBLE = re.compile(r"[\s'\"]")
_DIRECTORY = re.compile(r"(?:\A|[\\/])\.{0,2}\Z")


@dataclass(frozen=True, slots=True)
class Derived:
    """A mapping of one repository, and the stack-trace paths that it explains, in the given order.

    ``stack_root`` is the start of those paths exactly as they are written, backslashes included. ``source_root``
    replaces it.
    """

    repository_id: int
    stack_root: str
    source_root: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    repository_id: int
    stack_root: str
    source_root: str
    #: How many names path and file have in common, counted from the end.
    common: int

    @property
    def roots(self) -> tuple[int, str, str]:
        return self.repository_id, self.stack_root, self.source_root


def derive(
    stack_paths: Sequence[str],
    files: Mapping[int, Iterable[str]],
    skip: Callable[[int, Exception], None] | None = None,
) -> tuple[list[Derived], list[str]]:
    """The mappings that explain the paths, best first, and the paths that nothing explains.

    ``files`` yields the paths of each repository's files by repository id. They are read once; only files with the name
    of a path are kept. If the files of a repository cannot be read completely, ``skip`` gets its id and the error. If
    it does not raise, the repository counts as one without files. Each stack root has only one source root, as in a
    project's code mappings. Raises DeadlineExceeded, ResourceExhausted.
    """
    paths = list(dict.fromkeys(stack_paths))
    searched = [_Searched.of(path) for path in paths]
    by_name = _files_by_name({path.last for path in searched if path}, files, skip or _no_skip)
    # If roots differ only in slashes, the first one is used.
    written: dict[str, str] = {}

    def candidates(path: _Searched) -> Iterator[_Candidate]:
        return _candidates(path, by_name, written)

    chosen: dict[str, tuple[int, str, str]] = {}
    for path in filter(None, searched):
        best = _best(candidates(path))
        if len(best) == 1:
            chosen[path.text] = best.pop()
    explained = _group(paths, chosen)
    for path in filter(None, searched):
        if explained and path.text not in chosen:
            fitting = {found.roots for found in candidates(path) if found.roots in explained}
            if len(fitting) == 1:
                chosen[path.text] = fitting.pop()
    derived = _one_per_stack_root(_group(paths, chosen))
    done = {path for mapping in derived for path in mapping.paths}
    return derived, [path for path in paths if path not in done]


def place_of(mapping: Derived | pb.CodeMapping) -> tuple[int, str, str]:
    """The same value for mappings of one project that have the same meaning."""
    return mapping.repository_id, root_key(mapping.stack_root), mapping.source_root


def root_spellings(root: str) -> set[str]:
    """A stack root as it is written, and with each kind of slash."""
    return {root, root.replace("\\", "/"), root.replace("/", "\\")}


@dataclass(frozen=True, slots=True)
class _Searched:
    """A path of a stack trace, with its names in the form that is compared."""

    text: str
    frame: Frame
    names: tuple[str, ...]
    #: How many names, counted from the end, a file must at least share with it.
    least: int

    @classmethod
    def of(cls, text: str) -> _Searched | None:
        """None for a path that no repository can have."""
        frame = Frame.of(text)
        least = library_names(text, frame)
        if least is None or not frame.names or _DIRECTORY.search(text):
            return None
        return cls(text, frame, tuple(map(key, frame.names)), least)

    @property
    def last(self) -> str:
        return self.names[-1]


def _no_skip(repository_id: int, error: Exception) -> None:
    raise error


def _files_by_name(
    names: set[str], files: Mapping[int, Iterable[str]], skip: Callable[[int, Exception], None]
) -> dict[str, list[tuple[int, str]]]:
    """The files with the name of a path, each with its repository."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    budget = current()
    for repository_id, repository_files in files.items():
        of_repository: list[tuple[str, str]] = []
        try:
            for file in repository_files:
                budget.check()
                name = key(file.rpartition("/")[2])
                if name and name in names:
                    budget.keep()
                    of_repository.append((name, file))
        except Exception as error:
            skip(repository_id, error)
            continue
        for name, file in of_repository:
            found[name].append((repository_id, file))
    return found


def _candidates(
    path: _Searched, by_name: Mapping[str, Sequence[tuple[int, str]]], written: dict[str, str]
) -> Iterator[_Candidate]:
    """They are made one at a time: a thousand paths and ten thousand files of one name would not fit in memory."""
    budget = current()
    for repository_id, file in by_name.get(path.last, ()):
        budget.check()
        candidate = _candidate(repository_id, path, file.split("/"), written)
        if candidate is not None:
            yield candidate


def _candidate(repository_id: int, path: _Searched, file: list[str], written: dict[str, str]) -> _Candidate | None:
    names = path.names
    common = 0
    while common < min(len(names), len(file)) and names[-1 - common] == key(file[-1 - common]):
        common += 1
    # One name is too little, unless the path or the file has only one.
    if common < path.least or (common == 1 and len(file) > 1 and len(names) > 1):
        return None
    kept = common
    if common == len(names) > 1 and not path.frame.starts[0]:
        # An empty stack root would match every path of the project, so keep the first directory in both roots.
        kept -= 1
    stack_root = path.text[: path.frame.starts[-kept]]
    source_root = "".join(f"{name}/" for name in file[: len(file) - kept])
    if _IMPOSSIBLE.search(stack_root + source_root):
        return None
    return _Candidate(repository_id, written.setdefault(root_key(stack_root), stack_root), source_root, common)


def _best(candidates: Iterable[_Candidate]) -> set[tuple[int, str, str]]:
    """The roots of those candidates that have the most in common with their path."""
    longest = 0
    best: set[tuple[int, str, str]] = set()
    for candidate in candidates:
        if candidate.common > longest:
            longest, best = candidate.common, set()
        if candidate.common == longest:
            best.add(candidate.roots)
    return best


def _group(paths: Sequence[str], chosen: Mapping[str, tuple[int, str, str]]) -> dict[tuple[int, str, str], list[str]]:
    groups: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for path in paths:
        if path in chosen:
            groups[chosen[path]].append(path)
    return groups


def _one_per_stack_root(groups: Mapping[tuple[int, str, str], list[str]]) -> list[Derived]:
    """For each stack root, the mapping that explains the most paths. None if two explain the same number."""
    rivals: dict[str, list[Derived]] = defaultdict(list)
    for roots, paths in groups.items():
        rivals[roots[1]].append(Derived(*roots, tuple(paths)))
    derived = []
    for contenders in rivals.values():
        contenders.sort(key=lambda mapping: -len(mapping.paths))
        if len(contenders) == 1 or len(contenders[0].paths) > len(contenders[1].paths):
            derived.append(contenders[0])
    return sorted(derived, key=lambda mapping: (-len(mapping.paths), mapping.repository_id, mapping.stack_root))
