"""Web addresses of a repository: built from its remote, and parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from urllib.parse import quote, unquote

from sentry_scm_grpc.providers.git.sites import (
    BITBUCKET,
    BRANCH,
    COMMIT,
    GITWEB,
    TAG,
    UNKNOWN,
    Ref,
    decoded,
    fields_of,
    site_of,
    split,
)
from sentry_scm_grpc.source.web_urls import host_of
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: How many of the names in an address form the longest ref of these kinds. 0 if no ref starts with them.
LongestRef = Callable[[Sequence[str], Sequence[str]], int]

# "user@host:path", as in git-clone(1). A single letter is a drive of Windows.
_SCP = re.compile(r"(?:[^@/:\[\]]+@)?(?P<host>\[[^\]@/]+\]|[^/:@\[\]]{2,}):(?!//)(?P<path>[^:]+)\Z")
# Hosts and ports at which sites accept SSH for networks that block port 22.
_SSH_HOSTS = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
# https://learn.microsoft.com/en-us/azure/devops/repos/git/use-ssh-keys-to-authenticate
_AZURE_SSH = re.compile(r"/?v3/(?P<organization>[^/]+)/(?P<project>[^/]+)/(?P<name>[^/]+)/?\Z")
_AZURE_SSH_HOSTS = ("ssh.dev.azure.com", "vs-ssh.visualstudio.com")
# Bitbucket Server's clone urls: https://confluence.atlassian.com/bitbucketserver/clone-a-repository-790632786.html
_SERVER_HTTP = re.compile(r"(?P<context>(?:/[^/]+)*)/scm/(?P<project>[^/]+)/(?P<name>[^/]+)\Z")
_SERVER_SSH = re.compile(r"/?(?P<context>)(?P<project>[^/]+)/(?P<name>[^/]+)\Z")
_SERVER_SSH_PORT = 7999
# Sites whose repositories have no pages, or have them elsewhere.
_NO_PAGES = re.compile(r"git-codecommit\..*|source\.developers\.google\.com")
# A path that starts with one of these is on a server's disk.
_SERVER_DIRECTORIES = ("/srv/", "/home/", "/var/", "/opt/", "/usr/", "/mnt/")


def web_address(remote: str) -> str:
    """The web address of a remote, without credentials. Empty if it has none, or an unknown one."""
    if found := _SCP.match(remote):
        return _ssh_address(found["host"].strip("[]").lower(), None, found["path"])
    parts = split(remote)
    if parts.scheme in ("http", "https"):
        return _http_address(remote)
    if parts.scheme in ("ssh", "git", "git+ssh", "ssh+git") and parts.hostname:
        return _ssh_address(parts.hostname, parts.port, parts.path)
    return ""


def _http_address(remote: str) -> str:
    web = _base(remote)
    parts = split(web)
    if not web or _NO_PAGES.fullmatch(parts.hostname or ""):
        return ""
    server = _SERVER_HTTP.match(parts.path) if site_of(web) in (UNKNOWN, BITBUCKET) else None
    return f"{parts.scheme}://{parts.netloc}{_server_path(server)}" if server else web


def _ssh_address(host: str, port: int | None, path: str) -> str:
    """Only for hosts whose pages are known, and for full host names, which probably have pages."""
    host = _SSH_HOSTS.get(host, host)
    if host in _AZURE_SSH_HOSTS:
        azure = _AZURE_SSH.match(path)
        if azure is None:
            return ""
        organization, project, name = (_requoted(part) for part in azure.groups())
        return f"https://dev.azure.com/{organization}/{project}/_git/{name}"
    if not _is_name(host) or "@" in path or _NO_PAGES.fullmatch(host):
        return ""
    site = site_of(f"https://{host}/")
    names = (path if site.keeps_git else _trim(path)).strip("/")
    if port == _SERVER_SSH_PORT or (site is BITBUCKET and host != "bitbucket.org"):
        server = _SERVER_SSH.match(names)
        return f"https://{host}{_server_path(server)}" if server else ""
    if site is UNKNOWN and ("." not in host or names.startswith("~") or path.startswith(_SERVER_DIRECTORIES)):
        return ""
    return f"https://{host}/{_requoted(names)}"


def _server_path(found: re.Match[str]) -> str:
    project, name = found["project"], found["name"].removesuffix(".git")
    owner = f"users/{project[1:]}" if project.startswith("~") else f"projects/{project}"
    return f"{found['context']}/{owner}/repos/{name}"


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def _requoted(path: str) -> str:
    return quote(path, safe="/~%")


def _trim(path: str) -> str:
    return path.rstrip("/").removesuffix(".git")


def _base(url: str) -> str:
    """The start of the addresses of files and commits. Empty if the repository's url is not a web address."""
    parts = split(url)
    # An "@" behind the host may end a password that is not quoted.
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.path + parts.query + parts.fragment:
        return ""
    site, host = site_of(url), parts.netloc.rpartition("@")[2]
    if site is GITWEB:
        return f"{parts.scheme}://{host}{parts.path}?p={quote(fields_of(parts.query)['p'])}"
    return f"{parts.scheme}://{host}{parts.path.rstrip('/') if site.keeps_git else _trim(parts.path)}"


def commit_url(url: str, sha: str) -> str:
    """Empty if the repository has no web address."""
    base = _base(url)
    return site_of(url).commit_url(base, sha) if base else ""


def source_url(url: str, path: bytes, ref: Ref, line: int, local_path: str) -> str:
    """The page of a file. For a repository without a web address, a file url with the ref in its query."""
    if base := _base(url):
        return site_of(url).file_url(base, path, ref, line)
    fragment = f"#L{line}" if line else ""
    return f"file://{quote(local_path)}/{quote(path)}?ref={quote(ref.name)}{fragment}"


def parse(url: str, source: str, local_path: str, longest_ref: LongestRef) -> pb.ResolvedSourceUrl | None:
    """The file that an address names. None if it is not in this repository. The ref is empty if the address has none.

    A ref may contain slashes. The longest prefix that is a ref of the repository is taken for the ref.
    """
    base = _base(url)
    if not base:
        return _parse_file(source, local_path)
    site, own, parts = site_of(url), split(base), split(source)
    pages = _below(own.path, parts.path)
    query = fields_of(parts.query)
    if pages is None or host_of(own) != host_of(parts):
        return None
    if own.query and query.get("p") != fields_of(own.query).get("p"):
        return None
    ref: Ref | None = None
    if site.path_field:
        path = query.get(site.path_field, "").removeprefix("/")
        if pages.strip("/"):
            return None
    else:
        found = next(filter(None, (re.match(page, pages) for page in site.pages)), None)
        if found is None:
            return None
        groups = found.groupdict()
        if rest := groups.get("rest"):
            ref, path = _divide(rest, groups.get("kind"), longest_ref)
        else:
            path = decoded(groups["path"])
            ref = Ref("", decoded(groups["ref"])) if groups.get("ref") else None
    named = next((query[name] for name in site.ref_fields if query.get(name)), "")
    if named:
        ref = site.marked(named) or _unqualified(named)
    path = path.strip("/")
    if not path:
        return None
    return pb.ResolvedSourceUrl(ref=ref.name if ref else "", path=path, line_number=site.line_of(parts, query))


def _parse_file(source: str, local_path: str) -> pb.ResolvedSourceUrl | None:
    parts, base = split(source), quote(local_path) + "/"
    if parts.scheme != "file" or not parts.path.startswith(base):
        return None
    line = re.fullmatch(r"L([0-9]{1,9})", parts.fragment)
    return pb.ResolvedSourceUrl(
        ref=fields_of(parts.query).get("ref", ""),
        path=decoded(parts.path.removeprefix(base)),
        line_number=int(line[1]) if line else 0,
    )


def _below(base: str, path: str) -> str | None:
    """The part of a path behind a base, without regard to quoting and case. None if it is not below the base."""
    names, own = path.split("/"), base.split("/")
    if [unquote(name).casefold() for name in names[: len(own)]] != [unquote(name).casefold() for name in own]:
        return None
    return "".join(f"/{name}" for name in names[len(own) :])


def _divide(rest: str, kind: str | None, longest_ref: LongestRef) -> tuple[Ref, str]:
    """The ref and the path behind a directory of pages."""
    first, _, behind = rest.partition("/")
    if "%2f" in first.lower():
        return Ref(kind or "", decoded(first)), decoded(behind)
    names = decoded(rest).split("/")
    if kind is None and names[0] == "refs" and names[1:2] in (["heads"], ["tags"]):
        kind = BRANCH if names[1] == "heads" else TAG
        names = names[2:]
    # At least one name belongs to the path.
    found = 1 if kind == COMMIT or len(names) < 3 else longest_ref(names[:-1], [kind] if kind else [BRANCH, TAG])
    length = max(found, 1)
    return Ref(kind or "", "/".join(names[:length])), "/".join(names[length:])


def _unqualified(ref: str) -> Ref:
    return Ref("", re.sub(r"\Arefs/(?:heads|tags)/", "", ref))
