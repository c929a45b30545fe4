"""Addresses of files as GitHub and GitLab have them: "WEB/blob/REF/PATH#L7"."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from sentry_scm_grpc.v1 import scm_pb2 as pb

# Where GitHub has the bytes of files: its own host, and that of a GitHub Enterprise with hosts of its own for them.
_RAW_HOSTS = re.compile(r"raw\.(?:githubusercontent\.com|(?P<enterprise>.+))")
# What the pages render, unless asked not to; then a line can be linked to.
_RENDERED = (".md", ".markdown", ".rst", ".adoc", ".ipynb")
_LINE = re.compile(r"L(\d{1,9})(?!\d)")
_NAMESPACES = (["refs", "heads"], ["refs", "tags"])


def address_of(pages: str, ref: str, path: str, line: int) -> str:
    """The address of a file; ``pages`` is that of the repository's files, line 0 is none."""
    plain = "?plain=1" if line and path.lower().endswith(_RENDERED) else ""
    return f"{pages}/blob/{quote(ref)}/{quote(path)}{plain}" + (f"#L{line}" if line else "")


def parsed(url: str, web: str, repository: pb.Repository | None) -> pb.ResolvedSourceUrl | None:
    """What an address stands for; None where it is no file's of the repository, whose own address is ``web``.

    Of a ref with a "/" only the default branch is known: in an address it looks like part of the path.
    """
    found, start = urlsplit(page_of(url)), urlsplit(f"{web}/")
    if not _is_below(found, start):
        found = urlsplit(url)
    if not _is_below(found, start):
        return None
    # Older addresses of GitLab, and those that Sentry makes, have no "-".
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
    """The address of a file's page at GitHub for that of its bytes; any other as it is.

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
    """Whether two addresses are of one host, whatever user they name."""
    return _host_of(found) == _host_of(known)


def _host_of(address: SplitResult) -> str:
    return re.sub(r":(?:80|443)\Z", "", address.netloc.rpartition("@")[2].lower())
