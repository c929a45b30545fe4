"""Web addresses in a canonical form, so that two spellings of an address become the same text."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

#: RFC 1035, section 2.3.4. Longer ones would take the codec a tenth of a second.
_LONGEST_HOST = 255
_DEFAULT_PORTS = (None, 80, 443)


def host_of(parts: SplitResult) -> tuple[str, int | None]:
    """Host and port as browsers send them: lower case, Punycode, without a final dot and without the default port."""
    name = (parts.hostname or "").rstrip(".")
    if not name.isascii() and len(name) <= _LONGEST_HOST:
        # An invalid host stays as it is, and matches nothing.
        with suppress(UnicodeError):
            name = name.encode("idna").decode()
    return name, None if parts.port in _DEFAULT_PORTS else parts.port


def canonical(url: str) -> str:
    """The address without user, default port and dot segments (RFC 3986, section 6.2.2), with its host as in
    ``host_of``."""
    try:
        parts = urlsplit(url)
        name, port = host_of(parts)
    except ValueError:
        return url
    host = f"[{name}]" if ":" in name else name
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit(parts._replace(netloc=netloc, path=_without_dots(parts.path)))


def leads_out(path: str) -> bool:
    """Whether no file of a repository can have this path."""
    return "\0" in path or ".." in path.split("/")


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for name in path.split("/"):
        plain = unquote(name) if "%" in name else name
        if plain == "..":
            # The first is the empty text before the first slash.
            del kept[max(1, len(kept) - 1) :]
        elif plain != ".":
            kept.append(name)
    return "/".join(kept)
