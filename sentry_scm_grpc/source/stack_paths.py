"""Code mappings from stack traces: which (stack root, source root) of which repository explains the frames' paths.

A path and a file belong together where they end in the same names; the longer the common end, the better. A path that
several files explain equally well is explained by none, unless a mapping that another path needs explains it too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sentry_scm_grpc.errors import DeadlineExceeded
from sentry_scm_grpc.rpc.deadline import seconds_left

_SEPARATOR = re.compile(r"[\\/]")
# A code mapping's roots hold neither white space nor quotes (the contract's FORMAT_ROOT).
_IMPOSSIBLE = re.compile(r"[\s'\"]")


@dataclass(frozen=True, slots=True)
class Derived:
    """A mapping of one repository, and the stack-trace paths that it explains, in the order given.

    ``stack_root`` is the start of those paths exactly as they are written, backslashes included; ``source_root`` takes
    its place.
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
    #: How many names, from the end, path and file have in common.
    common: int

    @property
    def roots(self) -> tuple[int, str, str]:
        return self.repository_id, self.stack_root, self.source_root


def derive(stack_paths: Sequence[str], files: Mapping[int, Iterable[str]]) -> tuple[list[Derived], list[str]]:
    """The mappings that explain the paths, best first, and the paths that nothing explains.

    ``files`` gives the paths of each repository's files by repository id; they are read once, and of them those are
    kept that are called as a path is. A stack root stands for one source root only, as in a project's code mappings.
    Raises DeadlineExceeded.
    """
    paths = list(dict.fromkeys(stack_paths))
    by_name = _files_by_name(paths, files)
    chosen: dict[str, tuple[int, str, str]] = {}
    for path in paths:
        best = _best(_candidates(path, by_name))
        if len(best) == 1:
            chosen[path] = best.pop()
    explained = _group(paths, chosen)
    for path in paths:
        if explained and path not in chosen:
            fitting = {found.roots for found in _candidates(path, by_name) if found.roots in explained}
            if len(fitting) == 1:
                chosen[path] = fitting.pop()
    derived = _one_per_stack_root(_group(paths, chosen))
    done = {path for mapping in derived for path in mapping.paths}
    return derived, [path for path in paths if path not in done]


def _files_by_name(paths: Sequence[str], files: Mapping[int, Iterable[str]]) -> dict[str, list[tuple[int, str]]]:
    """The files that are called as a path is, each with its repository."""
    names = {_SEPARATOR.split(path)[-1] for path in paths}
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for repository_id, repository_files in files.items():
        for file in repository_files:
            name = file.rpartition("/")[2]
            if name and name in names:
                found[name].append((repository_id, file))
    return found


def _candidates(path: str, by_name: Mapping[str, Sequence[tuple[int, str]]]) -> Iterator[_Candidate]:
    """Made when they are looked at: a thousand paths and ten thousand files of one name have more than memory holds."""
    if seconds_left() == 0:
        raise DeadlineExceeded("The deadline passed among the paths. Ask for fewer, or give the call more time.")
    names = _SEPARATOR.split(path)
    for repository_id, file in by_name.get(names[-1], ()):
        candidate = _candidate(repository_id, path, names, file.split("/"))
        if candidate is not None:
            yield candidate


def _candidate(repository_id: int, path: str, names: list[str], file: list[str]) -> _Candidate | None:
    common = 0
    while common < min(len(names), len(file)) and names[-1 - common] == file[-1 - common]:
        common += 1
    # One name alone is too little, unless that is all there is of the path or of the file.
    if common == 1 and len(file) > 1 and len(names) > 1:
        return None
    kept = common
    if common == len(names) > 1:
        # An empty stack root would fit every path of the project: keep the first directory in both roots.
        kept -= 1
    # Separators are one character each, whichever they are.
    stack_root = path[: len(path) - len("/".join(names[-kept:]))]
    source_root = "".join(f"{name}/" for name in file[: len(file) - kept])
    if _IMPOSSIBLE.search(stack_root + source_root):
        return None
    return _Candidate(repository_id, stack_root, source_root, common)


def _best(candidates: Iterable[_Candidate]) -> set[tuple[int, str, str]]:
    """The roots of those that have the most in common with their path."""
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
    """Of mappings with the same stack root, the one that explains the most; where two explain as many, none."""
    rivals: dict[str, list[Derived]] = defaultdict(list)
    for roots, paths in groups.items():
        rivals[roots[1]].append(Derived(*roots, tuple(paths)))
    derived = []
    for contenders in rivals.values():
        contenders.sort(key=lambda mapping: -len(mapping.paths))
        if len(contenders) == 1 or len(contenders[0].paths) > len(contenders[1].paths):
            derived.append(contenders[0])
    return sorted(derived, key=lambda mapping: (-len(mapping.paths), mapping.repository_id, mapping.stack_root))
