"""Frames of a stack trace: the texts under which a code mapping may know a frame's file, and the places where it then
is. Each platform writes the file of a frame in its own way; docs/explanation/stack-traces.md has a table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.rpc.validation import path_problem
from sentry_scm_grpc.source.frames import Frame, key, library_names, mapped, spellings
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: Why a frame has no place.
NO_PATH, RUNTIME_CODE, LIBRARY, NO_CODE_MAPPING = "NO_PATH", "RUNTIME_CODE", "LIBRARY", "NO_CODE_MAPPING"

_JVM, _PYTHON, _GO = "jvm", "python", "go"
_PLATFORMS = {"java": _JVM, "kotlin": _JVM, "scala": _JVM, "groovy": _JVM, "android": _JVM}
_EXTENSIONS = {"java": _JVM, "kt": _JVM, "scala": _JVM, "groovy": _JVM, "py": _PYTHON, "go": _GO}
# Such as "github.com/acme/shop@v1.2.3/cart.go".
_GO_VERSION = re.compile(r"@v\d[\w.+\-]*(?=/)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file may be: the mapping that was applied, and the path in its repository."""

    mapping: pb.CodeMapping
    path: str


class Mappings:
    """The code mappings of a project, by their stack roots. Look-ups do not depend on their number."""

    def __init__(self, mappings: Iterable[pb.CodeMapping]) -> None:
        self._exact: dict[tuple[str, ...], list[tuple[pb.CodeMapping, int]]] = defaultdict(list)
        # Where the root or the frame is of Windows, case does not count.
        self._lower: dict[tuple[str, ...], list[tuple[pb.CodeMapping, int]]] = defaultdict(list)
        budget = current()
        for mapping in mappings:
            budget.check()
            root = Frame.of(mapping.stack_root)
            entry = mapping, len(root.names)
            self._lower[_keys(root, True)].append(entry)
            if not root.windows:
                self._exact[_keys(root, False)].append(entry)

    def of(self, frame: Frame) -> Iterator[tuple[pb.CodeMapping, int]]:
        """The mappings whose root may be the start of a path, each with the number of names in its root."""
        for known, windows in ((self._exact, False), (self._lower, True)):
            names = _keys(frame, windows)
            for length in range(len(names), 0, -1):
                current().check()
                yield from known.get(names[:length], ())


def _keys(frame: Frame, windows: bool) -> tuple[str, ...]:
    return tuple(key(name, windows) for name in (frame.anchor, *frame.names))


def places(frame: lookup.StackFrame, platform: str, mappings: Mappings) -> tuple[list[Place], str]:
    """The places of a frame's file, the one with the longest stack root first; and the reason if there is none."""
    texts = list(dict.fromkeys(written(frame, platform)))
    found: dict[tuple[int, str], tuple[int, Place]] = {}
    # Whether some text is of a library, may be of a repository, and is of neither runtime nor library.
    library = usable = own = False
    budget = current()
    for text in texts:
        budget.check()
        parts = Frame.of(text)
        least = library_names(text, parts)
        if least is None:
            continue
        usable, own = True, own or not least or frame.in_app
        for mapping, root in mappings.of(parts):
            budget.check()
            path = mapped(text, mapping.stack_root, mapping.source_root)
            if not path or path_problem(path) or text.endswith(("/", "\\")):
                continue
            if least and not frame.in_app and len(parts.names) - root >= least:
                library = True
                continue
            for spelling in spellings(path):
                budget.check()
                found.setdefault((mapping.id, spelling), (root + bool(parts.anchor), Place(mapping, spelling)))
    if found:
        return [place for _, place in sorted(found.values(), key=lambda pair: -pair[0])], ""
    if not texts:
        return [], NO_PATH
    if not usable:
        return [], RUNTIME_CODE
    return [], LIBRARY if library or not own else NO_CODE_MAPPING


def written(frame: lookup.StackFrame, platform: str) -> Iterator[str]:
    """The texts that name the file of a frame, the likeliest first."""
    kind = _PLATFORMS.get(platform.lower(), platform.lower()) or _kind_of(frame.path or frame.abs_path)
    given = [text for text in (frame.path, frame.abs_path) if text]
    if kind == _JVM and frame.module:
        yield from _jvm_paths(frame.module, given)
        # A name alone says too little beside the class.
        given = [text for text in given if "/" in text or "\\" in text]
    for text in given:
        yield text
    if frame.module and kind == _GO and given:
        yield f"{frame.module}/{_last(given[0])}"
    if frame.module and kind == _PYTHON and not given:
        module = frame.module.replace(".", "/")
        yield from (f"{module}.py", f"{module}/__init__.py")
    for text in given:
        yield from _other_forms(text, text == frame.path)


def _kind_of(path: str) -> str:
    return _EXTENSIONS.get(path.rpartition(".")[2].lower(), "")


def _jvm_paths(module: str, given: Sequence[str]) -> Iterator[str]:
    """The file of a class: its package as directories. An inner class is in the file of its outer one.

    ``module`` is the class, perhaps with its loader or Java module in front, as in "app//com.acme.Cart$Item".
    """
    package, dot, name = module.partition("$")[0].rpartition("/")[2].rpartition(".")
    directory = f"{package.replace('.', '/')}/" if dot else ""
    files = [_last(text) for text in given if _kind_of(text) == _JVM]
    if not files and name:
        # A file of Kotlin has a class of its own for what stands outside of classes.
        files = [f"{name[:-2]}.kt"] if name.endswith("Kt") and name != "Kt" else [f"{name}.java", f"{name}.kt"]
    yield from (directory + file for file in files)


def _other_forms(text: str, shortened: bool) -> Iterator[str]:
    """``shortened`` for a path from which an SDK has removed the start."""
    frame = Frame.of(text)
    names = "/".join(frame.names)
    if "://" in frame.anchor:
        # A mapping may be for a file of any host, or for the path within a bundle.
        yield from (f"~/{names}", names)
    elif frame.anchor == "~/" or (frame.anchor == "/" and shortened):
        yield names
    if frame.anchor == "/" and frame.names[:1] == ("_",):  # A reproducible build of .NET.
        yield "/".join(frame.names[1:])
    if frame.names[:1] == ("..",):
        yield "/".join(name for name in frame.names if name != "..")
    if plain := _GO_VERSION.sub("", text.replace("\\", "/")):
        yield plain


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
