"""Addresses of files at GitHub and GitLab: "WEB/blob/REF/PATH#L7"."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from sentry_scm_grpc.v1 import scm_pb2 as pb

# Hosts for the bytes of files: GitHub's, and that of a GitHub Enterprise with subdomain isolation.
_RAW_HOSTS = re.compile(r"raw\.(?:githubusercontent\.com|(?P<enterprise>.+))")
# Files that the pages render by default. A line can be linked only in the plain form.
_RENDERED = (".md", ".markdown", ".rst", ".adoc", ".ipynb")
_LINE = re.compile(r"L(\d{1,9})(?!\d)")
_NAMESPACES = (["refs", "heads"], ["refs", "tags"])


def address_of(pages: str, ref: str, path: str, line: int) -> str:
    """The address of a file. ``pages`` is the address of the repository's files. Line 0 means no line."""
    plain = "?plain=1" if line and path.lower().endswith(_RENDERED) else ""
    return f"{pages}/blob/{quote(ref)}/{quote(path)}{plain}" + (f"#L{line}" if line else "")


def parsed(url: str, web: str, repository: pb.Repository | None) -> pb.ResolvedSourceUrl | None:
    """The file that an address names. None if it is not a file of the repository, whose address is ``web``.

    A "/" in a ref looks like part of the path, so the only recognized ref with a "/" is the default branch.
    """
    found, start = urlsplit(page_of(url)), urlsplit(f"{web}/")
    if not _is_below(found, start):
        found = urlsplit(url)
    if not _is_below(found, start):
        return None
    # Older addresses of GitLab, and those of Sentry, have no "-".
    kind, *parts = (unquote(part) for part in found.path[len(start.path) :].removeprefix("-/").split("/"))
    if parts[:2] in _NAMESPACES:
        del parts[:2]
    repository = repository or pb.Repository()
    branch = repository.default_branch.split("/")
    length = len(branch) if parts[: len(branch)] == branch else 1
    ref, path = "/".join(parts[:length]), "/".join(filter(None, parts[length:]))
    if kind not in ("blob", "blame", "raw", "edit") or not ref or not path:
        return None
    line = _LINE.match(found.fragment)
    return pb.ResolvedSourceUrl(
        repository_id=repository.id, ref=ref, path=path, line_number=int(line[1]) if line else 0
    )


def page_of(url: str) -> str:
    """For the address of a file's bytes at GitHub, the address of its page. Any other address is unchanged.

    https://docs.github.com/en/enterprise-server/admin/configuring-settings/hardening-security-for-your-enterprise/enabling-subdomain-isolation
    """
    parts = urlsplit(url)
    names = parts.path.split("/")
    if host := _RAW_HOSTS.fullmatch(parts.netloc.lower()):
        site = host["enterprise"] or "github.com"
    elif names[1:2] == ["raw"]:
        site = parts.netloc
        del names[1]
    else:
        return url
    return urlunsplit(parts._replace(netloc=site, path="/".join([*names[:3], "raw", *names[3:]])))


def _is_below(found: SplitResult, start: SplitResult) -> bool:
    return same_host(found, start) and found.path.lower().startswith(start.path.lower())


def same_host(found: SplitResult, known: SplitResult) -> bool:
    """Whether two addresses have the same host. User names are ignored."""
    return _host_of(found) == _host_of(known)


def _host_of(address: SplitResult) -> str:
    return re.sub(r":(?:80|443)\Z", "", address.netloc.rpartition("@")[2].lower())
