"""Web urls of a repository: made from its remote, and read back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from sentry_scm_grpc.v1 import scm_pb2 as pb

# "user@host:path", as git-clone(1) takes it; one letter is a drive of Windows.
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:@]{2,}):(?!//)(?P<path>[^:]+)\Z")


@dataclass(frozen=True, slots=True)
class Site:
    """How a kind of web site spells the address of a file, a commit and a line."""

    file: str
    commit: str
    line: str


_GITHUB = Site("/blob/", "/commit/", "L")
_SITES = {
    "gitlab": Site("/-/blob/", "/-/commit/", "L"),
    "bitbucket": Site("/src/", "/commits/", "lines-"),
    "gitea": Site("/src/", "/commit/", "L"),
    "codeberg": Site("/src/", "/commit/", "L"),
}
_FILE = Site("/", "", "L")


def web_address(remote: str) -> str:
    """The web address of a remote: without credentials and ".git"; empty for one that is on no host."""
    if found := _SCP.match(remote):
        host, path = found["host"], found["path"]
    else:
        parts = _split(remote)
        if parts.scheme in ("http", "https"):
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{_trim(parts.path)}"
        if parts.scheme not in ("ssh", "git", "git+ssh") or not parts.hostname:
            return ""
        host, path = parts.hostname, parts.path
    return f"https://{host}/{_trim(path).strip('/')}"


def _trim(path: str) -> str:
    return path.rstrip("/").removesuffix(".git")


def commit_url(url: str, sha: str) -> str:
    """Empty where the repository has no web address."""
    return f"{_trim(url)}{_site(url).commit}{sha}" if _is_web(url) else ""


def source_url(url: str, path: bytes, ref: str, line: int, local_path: str) -> str:
    """The page of a file; for a repository without a web address a file url, with the ref as its query."""
    fragment = f"#{_site(url).line}{line}" if line else ""
    if _is_web(url):
        return f"{_trim(url)}{_site(url).file}{quote(ref)}/{quote(path)}{fragment}"
    return f"file://{quote(local_path)}/{quote(path)}?ref={quote(ref)}{fragment}"


def parse(url: str, source: str, local_path: str, has_ref: Callable[[str], bool]) -> pb.ResolvedSourceUrl | None:
    """What an address of ``source_url`` stands for; None where it is not of this repository.

    Where a ref has slashes, the longest start of the rest that is a ref of the repository is taken for it.
    """
    parts = _split(source)
    line = _line(parts.fragment, _site(url).line)
    if parts.scheme == "file":
        base, path = quote(local_path) + "/", parts.path
        if _is_web(url) or not path.startswith(base):
            return None
        ref = re.search(r"(?:^|&)ref=([^&]*)", parts.query)
        return pb.ResolvedSourceUrl(
            ref=unquote(ref[1]) if ref else "",
            path=unquote(path.removeprefix(base), errors="backslashreplace"),
            line_number=line,
        )
    own = _split(_trim(url))
    base = own.path + _site(url).file
    if not _is_web(url) or parts.netloc.lower() != own.netloc.lower() or not parts.path.startswith(base):
        return None
    segments = unquote(parts.path.removeprefix(base), errors="backslashreplace").split("/")
    for length in range(len(segments) - 1, 0, -1):
        ref_name = "/".join(segments[:length])
        if length == 1 or has_ref(ref_name):
            return pb.ResolvedSourceUrl(ref=ref_name, path="/".join(segments[length:]), line_number=line)
    return None


def _line(fragment: str, prefix: str) -> int:
    found = re.match(rf"{prefix}(\d{{1,9}})", fragment)
    return int(found[1]) if found else 0


def _split(url: str) -> SplitResult:
    """The parts of a url; empty ones where it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _site(url: str) -> Site:
    if not _is_web(url):
        return _FILE
    host = _split(url).hostname or ""
    return next((site for name, site in _SITES.items() if name in host.split(".")), _GITHUB)
