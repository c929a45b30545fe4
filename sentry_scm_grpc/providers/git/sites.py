"""The addresses of a repository's files and commits at web sites, with one constant for each kind of site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit

#: The kinds of refs, for sites whose addresses depend on them.
BRANCH, TAG, COMMIT = "branch", "tag", "commit"

# Ref and path behind a directory of pages. Only the repository can say where the ref ends.
_REST = r"/(?P<rest>.+)"


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or tag by its short name, or a SHA."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Site:
    """A kind of web site. ``file`` and ``commit`` follow the repository's address. ``marks`` are prefixes of refs."""

    file: str
    commit: str
    #: The part for a line, behind the address of a file.
    line: str = "#L{line}"
    #: The prefix of a ref, by kind.
    marks: Mapping[str, str] = field(default_factory=dict)
    #: What follows the repository's address: the group ``rest`` or ``path``, and ``kind`` or ``ref`` if given.
    pages: tuple[str, ...] = ()
    #: The fields of the query for the ref and the path.
    ref_fields: tuple[str, ...] = ()
    path_field: str = ""
    #: Whether a repository's address keeps its ".git".
    keeps_git: bool = False

    def file_url(self, web: str, path: bytes, ref: Ref, line: int) -> str:
        at = quote(self.marks.get(ref.kind, "") + ref.name, safe="" if self.ref_fields else "/")
        address = web + self.file.format(ref=at, path=quote(path))
        return address + (self.line.format(line=line, next=line + 1) if line else "")

    def commit_url(self, web: str, sha: str) -> str:
        return web + self.commit.format(sha=sha)

    def line_of(self, parts: SplitResult, query: Mapping[str, str]) -> int:
        """The first line that an address names. 0 if it names none."""
        if self.path_field and "line" in query:
            text, mark = query["line"], ""
        else:
            text, mark = parts.fragment, self.line.partition("#")[2].partition("{")[0]
        found = re.fullmatch(rf"{mark}([0-9]{{1,9}})(?:C[0-9]+)?(?:[-:,](?:{mark})?[0-9]+(?:C[0-9]+)?)*", text)
        return int(found[1]) if found else 0

    def marked(self, text: str) -> Ref | None:
        """The ref that a text with a prefix names. None without a prefix."""
        for kind, mark in self.marks.items():
            if mark and text.startswith(mark) and len(text) > len(mark):
                return Ref(kind, text[len(mark) :])
        return None


_GITHUB_PAGES = rf"/(?:blob|blame|raw|edit|tree){_REST}"
_GITLAB_PAGES = rf"/(?:-/)?(?:blob|blame|raw|edit|tree){_REST}"
_GITEA_PAGES = rf"/(?:src|raw|blame|media|_edit)/(?P<kind>branch|tag|commit){_REST}"

GITHUB = Site("/blob/{ref}/{path}", "/commit/{sha}", pages=(_GITHUB_PAGES,))
GITLAB = Site("/-/blob/{ref}/{path}", "/-/commit/{sha}", pages=(_GITLAB_PAGES,))
GITEA = Site(
    "/src/{ref}/{path}",
    "/commit/{sha}",
    marks={BRANCH: "branch/", TAG: "tag/", COMMIT: "commit/"},
    # The second form is that of Gogs and old versions of Gitea.
    pages=(_GITEA_PAGES, rf"/(?:src|raw|blame|media|_edit){_REST}"),
)
BITBUCKET = Site("/src/{ref}/{path}", "/commits/{sha}", "#lines-{line}", pages=(rf"/(?:src|raw|annotate){_REST}",))
BITBUCKET_SERVER = Site(
    "/browse/{path}?at={ref}",
    "/commits/{sha}",
    "#{line}",
    marks={BRANCH: "refs/heads/", TAG: "refs/tags/"},
    pages=(r"/(?:browse|raw)/(?P<path>.+)",),
    ref_fields=("at",),
)
AZURE = Site(
    "?path=/{path}&version={ref}",
    "/commit/{sha}",
    "&line={line}&lineEnd={next}&lineStartColumn=1&lineEndColumn=1",
    marks={BRANCH: "GB", TAG: "GT", COMMIT: "GC"},
    ref_fields=("version",),
    path_field="path",
    keeps_git=True,
)
SOURCEHUT = Site(
    "/tree/{ref}/item/{path}",
    "/commit/{sha}",
    pages=(r"/tree/(?P<ref>.+?)/item/(?P<path>.+)", rf"/(?:tree|blob|blame){_REST}"),
    keeps_git=True,
)
CGIT = Site(
    "/tree/{path}?h={ref}",
    "/commit/?id={sha}",
    "#n{line}",
    pages=(r"/(?:tree|plain|blame)/(?P<path>.+)",),
    ref_fields=("id", "h"),
    keeps_git=True,
)
GITWEB = Site(
    ";a=blob;f={path};hb={ref}",
    ";a=commit;h={sha}",
    "#l{line}",
    ref_fields=("hb",),
    path_field="f",
    keeps_git=True,
)
GITILES = Site("/+/{ref}/{path}", "/+/{sha}", "#{line}", pages=(rf"/\+(?:blame|show)?{_REST}",), keeps_git=True)
#: An unknown site. Most accept GitHub's addresses, and no other form can be mistaken for them.
UNKNOWN = Site("/blob/{ref}/{path}", "/commit/{sha}", pages=(_GITEA_PAGES, _GITLAB_PAGES))

_BY_HOST = {
    "github.com": GITHUB,
    "gitlab.com": GITLAB,
    "salsa.debian.org": GITLAB,
    "invent.kde.org": GITLAB,
    "framagit.org": GITLAB,
    "bitbucket.org": BITBUCKET,
    "codeberg.org": GITEA,
    "notabug.org": GITEA,
    "dev.azure.com": AZURE,
    "git.sr.ht": SOURCEHUT,
    "git.kernel.org": CGIT,
    "git.zx2c4.com": CGIT,
}
# By a part of the host's name.
_BY_LABEL = {
    "github": GITHUB,
    "gitlab": GITLAB,
    "bitbucket": BITBUCKET,
    "gitea": GITEA,
    "forgejo": GITEA,
    "codeberg": GITEA,
    "gogs": GITEA,
    "cgit": CGIT,
    "googlesource": GITILES,
}
_SERVER_PATH = re.compile(r"/(?:projects|users)/[^/]+/repos/[^/]+\Z", re.IGNORECASE)


@lru_cache(1024)
def site_of(url: str) -> Site:
    """The kind of site that a repository's web address is on."""
    parts = split(url)
    host = parts.hostname or ""
    if found := _BY_HOST.get(host):
        return found
    if host.endswith(".visualstudio.com") or "/_git/" in parts.path:
        return AZURE
    if _SERVER_PATH.search(parts.path.rstrip("/")):
        return BITBUCKET_SERVER
    if re.search(r"(?:^|[;&])p=", parts.query):
        return GITWEB
    if "/cgit/" in parts.path:
        return CGIT
    return next((site for label, site in _BY_LABEL.items() if label in host.split(".")), UNKNOWN)


def split(url: str) -> SplitResult:
    """The parts of a url. They are empty if it is invalid."""
    try:
        parts = urlsplit(url)
        # Read here, because an invalid value raises only when it is read.
        _ = parts.hostname, parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def fields_of(query: str) -> dict[str, str]:
    """The fields of a query, the first of each name. Bytes that are not UTF-8 appear as ``\\xNN``."""
    found: dict[str, str] = {}
    for piece in re.split("[&;]", query):
        name, _, value = piece.partition("=")
        found.setdefault(unquote(name), decoded(value.replace("+", " ")))
    return found


def decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "backslashreplace")
