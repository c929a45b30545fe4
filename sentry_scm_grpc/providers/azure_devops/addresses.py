"""Addresses of Azure DevOps. An organization has an old host and a new one. An address may leave out the project if it
has the name of the repository. https://learn.microsoft.com/en-us/azure/devops/extend/develop/work-with-urls
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

_OLD_HOST = re.compile(r"([\w-]+)\.visualstudio\.com")
_OLD_COLLECTION = re.compile(r"\A/DefaultCollection(?=/)", re.IGNORECASE)
# Forms that a clone uses for a part of a repository.
_VARIANT = re.compile(r"/_git/_(full|optimized)/")
_TWICE = re.compile(r"/([^/]+)/_git/\1(?=/|\Z)")


def place_of(address: str) -> tuple[str, str]:
    """The host and the path of a repository's address, in one canonical form."""
    parts = urlsplit(address)
    host, path = _host_of(parts.netloc), unquote(parts.path).rstrip("/")
    if old := _OLD_HOST.fullmatch(host):
        host, path = "dev.azure.com", f"/{old[1]}{_OLD_COLLECTION.sub('', path)}"
    return host, _TWICE.sub(r"/_git/\1", _VARIANT.sub("/_git/", path.lower()))


def same_addresses(url: str) -> Iterator[str]:
    """The other forms of an address. One of them may be the stored form."""
    parts = urlsplit(url)
    host, path = _host_of(parts.netloc), _VARIANT.sub("/_git/", parts.path)
    homes = [f"{parts.scheme}://{host}"]
    if old := _OLD_HOST.fullmatch(host):
        organization, path = old[1], _OLD_COLLECTION.sub("", path)
    else:
        organization, _, rest = path.lstrip("/").partition("/") if host == "dev.azure.com" else ("", "", "")
        path = f"/{rest}" if organization else path
    if organization:
        old_home = f"https://{organization}.visualstudio.com"
        homes = [f"https://dev.azure.com/{organization}", old_home, f"{old_home}/DefaultCollection"]
    for home in homes:
        yield home + path
        yield home + _TWICE.sub(r"/_git/\1", path)
        yield home + re.sub(r"/_git/([^/]+)", r"/\1/_git/\1", path, count=1)


def without_user(address: str) -> str:
    """The address of a page for that of a clone, whose user is the organization. Empty if it is invalid."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _host_of(netloc: str) -> str:
    return re.sub(r":(?:80|443)\Z", "", netloc.rpartition("@")[2].lower())
