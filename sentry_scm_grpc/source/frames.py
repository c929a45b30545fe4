"""Paths in stack traces: how runtimes write them, which ones belong to libraries, and how a code mapping maps them.

A backslash always means a slash. A mapping's root and a path are compared name by name, so the root "src/web" does not
match "src/webserver/x". On Windows, roots are compared without regard to case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+)://([^/]*/)?")
# "C:/", also after the "//?/" of long paths; "//server/" if it was written with backslashes.
_DRIVE = re.compile(r"(?://\?/)?([A-Za-z]):/")
_SHARE = re.compile(r"//([^/]+)/")
# Browsers add this to a file's name: "app.js?v=1".
_QUERY = re.compile(r"(\.\w+)\?[\w=&%.+:~\-]*\Z")


@dataclass(frozen=True, slots=True)
class Frame:
    """A path as names. ``anchor`` is its beginning, such as "/", "C:/" or "app:///", or empty."""

    anchor: str
    names: tuple[str, ...]
    #: The position of each name in the text.
    starts: tuple[int, ...]
    windows: bool

    @classmethod
    def of(cls, text: str) -> Frame:
        slashed = text.replace("\\", "/")
        anchor, start, is_url = _anchor(text, slashed)
        end = len(slashed)
        if is_url:
            end = min((at for at in (slashed.find("?", start), slashed.find("#", start)) if at >= 0), default=end)
        names: list[str] = []
        starts: list[int] = []
        for name in slashed[start:end].split("/"):
            if name == ".." and (anchor or (names and names[-1] != "..")):
                del names[-1:], starts[-1:]
            elif name not in ("", "."):
                names.append(_decoded(name) if is_url else name)
                starts.append(start)
            start += len(name) + 1
        if names and not is_url:
            names[-1] = _QUERY.sub(r"\1", names[-1])
        windows = "\\" in text or anchor.startswith("//") or bool(_DRIVE.match(anchor))
        return cls(anchor, tuple(names), tuple(starts), windows)

    @property
    def path(self) -> str:
        return self.anchor + "/".join(self.names)


def _anchor(text: str, slashed: str) -> tuple[str, int, bool]:
    """The beginning of a path, the position after it, and whether it is a url."""
    if found := _SCHEME.match(slashed):
        if found[1].lower() != "file":
            return found[0], found.end(), True
        authority = found[2] or ""
        if drive := _DRIVE.match(slashed, found.end()):
            return f"{drive[1].upper()}:/", drive.end(), True
        return (f"//{authority}" if authority.strip("/") else "/"), found.end(), True
    if drive := _DRIVE.match(slashed):
        return f"{drive[1].upper()}:/", drive.end(), False
    if text.startswith("\\\\") and (share := _SHARE.match(slashed)):
        return share[0], share.end(), False
    for anchor in ("/", "~/"):
        if slashed.startswith(anchor):
            return anchor, len(anchor), False
    return "", 0, False


def _decoded(name: str) -> str:
    try:
        plain = unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name
    return name if "/" in plain or "\0" in plain else plain


def key(name: str, windows: bool = False) -> str:
    """The same value for names with the same meaning: macOS separates letters from their accents, and Windows ignores
    case."""
    if not name.isascii():
        name = unicodedata.normalize("NFC", name)
    return name.lower() if windows else name


def root_key(root: str) -> str:
    """The same value for roots that differ only in slashes, and on Windows only in case."""
    return key(root.replace("\\", "/"), Frame.of(root).windows)


def mapped(path: str, stack_root: str, source_root: str) -> str | None:
    """The path in the repository by a code mapping. None if the mapping does not match.

    Sentry compares characters instead of names, and joins without a slash. The results differ only for roots that end
    within a name.
    """
    frame, root = Frame.of(path), Frame.of(stack_root)
    windows = frame.windows or root.windows
    count = len(root.names)

    def same(names: Sequence[str]) -> list[str]:
        return [key(name, windows) for name in names]

    if same([frame.anchor]) != same([root.anchor]) or same(frame.names[:count]) != same(root.names):
        return None
    source = [name for name in source_root.replace("\\", "/").split("/") if name not in ("", ".")]
    return "/".join([*source, *frame.names[count:]])


def spellings(path: str) -> Iterator[str]:
    """A path, and the other forms in which a repository may write its accented letters."""
    forms = [] if path.isascii() else [unicodedata.normalize(form, path) for form in ("NFC", "NFD")]
    yield from dict.fromkeys([path, *forms])


# ---- libraries ----------------------------------------------------------------------------------------------------

#: Beginnings of paths that no repository has: code of runtimes, browsers and bundlers.
_NEVER = re.compile(
    r"<[^/]*>|\[native code\]|native\Z|\((?:webpack|native|index|<)"
    r"|node:|electron/js2c/|internal/(?:[\w.\-]+/)*[\w.\-]+\.js\Z"
    r"|(?:webpack:///)?webpack/(?:bootstrap|runtime)\b"
    r"|data:|blob:|dart:|ext:|wasm:|about:|(?:chrome|moz|safari|safari-web|ms-browser)-extension:"
    r"|/?rustc/[0-9a-f]{9,40}/|/_/src/(?:libraries|coreclr|mono|native|installer)/"
    r"|(?:java|javax|jdk|sun|kotlin|kotlinx|scala|groovy|clojure|dalvik|android|androidx|system|microsoft)"
    r"\.\w+\.[\w.$]+\Z"
    r"|https?://[^?#]*\.min\.m?js\b",
    re.IGNORECASE,
)

#: Directories of libraries: names in a row, each a regular expression for a whole name.
_LIBRARIES = (
    # JavaScript
    "node_modules",
    "bower_components",
    "jspm_packages",
    r"\.pnpm",
    r"\.yarn",
    # Python
    "site-packages",
    "dist-packages",
    r"lib(?:64)?/python[23](?:\.\d+)?",
    r"python[23]\d+/lib",
    "__pypackages__",
    # Go, PHP, Ruby
    "vendor",
    "pkg/mod",
    "usr/local/go/src",
    r"usr/lib/go(?:-[\d.]+)?/src",
    "program files/go/src",
    "hostedtoolcache/go/[^/]+/[^/]+/src",
    "libexec/src",
    r"gems/[^/]+-\d[\w.]*",
    "lib/ruby",
    # Rust
    r"\.cargo/(?:registry|git)",
    # The JVM and .NET
    r"\.(?:m2|gradle|nuget)",
    # Apple
    "pods",
    "carthage",
)
#: The same at the start of a path, for packages of the JVM and assemblies of .NET.
_PACKAGES = (
    "java/(?:applet|awt|beans|io|lang|math|net|nio|rmi|security|sql|text|time|util)",
    "javax|jdk|sun|kotlin|kotlinx|scala|groovy|clojure|dalvik|androidx",
    "android/(?:app|content|os|view|widget)",
    r"(?:system|microsoft)\.[^/]+",
)
_PATTERNS = [
    re.compile(rf"{start}({names})/", re.IGNORECASE)
    for start, several in ((r"(?:\A|/)", _LIBRARIES), (r"\A", _PACKAGES))
    for names in several
]


def library_names(text: str, frame: Frame) -> int | None:
    """How many names, counted from the end, a library's path must share with a file of a repository that vendors the
    library.

    0 for a path outside libraries. None for a path that no repository has.
    """
    if _NEVER.match(text.replace("\\", "/")):
        return None
    joined = "/".join(frame.names)
    found = [match.start(1) for pattern in _PATTERNS if (match := pattern.search(joined))]
    if not found:
        return 0
    # The outermost one: a library may contain others.
    return joined.count("/", min(found)) + 1
