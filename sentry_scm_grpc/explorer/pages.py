"""What the explorer answers to GET: the page ``<prefix>/``, where ``<prefix>`` leads, its files, and which RPCs are on.

``<prefix>/openapi.json`` describes those RPCs to other programs. Files have the hash of all of them in their path, so
that browsers may keep them for ever.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sentry_scm_grpc import contract
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.explorer.openapi import document
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.server.exchange import COMPRESS_FROM, WsgiResponse

STATIC = Path(__file__).with_name("static")
TYPES = {
    ".binpb": "application/octet-stream",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
# Nothing but the site's own files and calls; no frame, no form, no inline script or style.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class File(NamedTuple):
    """A file as it is sent."""

    type: str
    plain: bytes
    compressed: bytes


def answer(environ: Mapping[str, Any]) -> WsgiResponse | None:
    """The answer to a GET of something of the explorer's; None for everything else, and where it is off."""
    prefix = conf().PREFIX.strip("/")
    path = environ.get("PATH_INFO", "")
    if not (conf().EXPLORER and prefix and environ["REQUEST_METHOD"] == "GET" and path.startswith(f"/{prefix}")):
        return None
    if path == f"/{prefix}":
        # Relative, as all links of the page.
        location = ("Location", f"{prefix.rpartition('/')[2]}/")
        return WsgiResponse(302, "Found", [location, ("Content-Length", "0"), ("Cache-Control", ASK_AGAIN)], [])
    if not path.startswith(f"/{prefix}/"):
        return None
    name = path.removeprefix(f"/{prefix}/")
    if name == "":
        return _send(environ, _page(), ASK_AGAIN)
    if name == "explorer/site.json":
        return _send(environ, _file("site.json", _site()), ASK_AGAIN)
    if name == "openapi.json":
        return _send(environ, _openapi(tuple(_on()), f"{environ.get('SCRIPT_NAME', '')}/{prefix}"), ASK_AGAIN)
    directory, _, name = name.rpartition("/")
    if directory != f"explorer/{_version()}" or name not in _files():
        return None
    return _send(environ, _files()[name], FOR_EVER)


def _site() -> bytes:
    """Which RPCs are on, in the contract's order. Names only."""
    return json.dumps({"prefix": "/" + conf().PREFIX.strip("/"), "rpcs": _on()}).encode()


def _on() -> list[str]:
    return [rpc.name for rpc in RPCS.values() if conf().enabled(rpc.setting_names)]


@lru_cache(maxsize=4)
def _openapi(rpcs: tuple[str, ...], server: str) -> File:
    return _file("openapi.json", json.dumps(document(rpcs, server), ensure_ascii=False).encode())


@cache
def _files() -> Mapping[str, File]:
    paths = [path for path in STATIC.iterdir() if path.suffix in TYPES and path.name != "index.html"]
    return {
        path.name: _file(path.name, path.read_bytes())
        for path in (*paths, contract.JSON, contract.ANSWERS, contract.DESCRIPTOR_SET)
    }


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name, file in sorted(_files().items()):
        digest.update(name.encode() + b"\0" + file.plain)
    return digest.hexdigest()[:16]


@cache
def _page() -> File:
    """Its links are relative, so that it works behind a proxy that cuts a path off."""
    text = (STATIC / "index.html").read_text().replace("{files}", f"explorer/{_version()}")
    return _file("index.html", text.encode())


def _file(name: str, content: bytes) -> File:
    compressed = gzip.compress(content, mtime=0) if len(content) >= COMPRESS_FROM else b""
    return File(TYPES[Path(name).suffix], content, compressed)


def _send(environ: Mapping[str, Any], file: File, cache_control: str) -> WsgiResponse:
    packed = bool(file.compressed) and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    body = file.compressed if packed else file.plain
    headers = [
        ("Content-Type", file.type),
        ("Content-Length", str(len(body))),
        ("Cache-Control", cache_control),
        ("Vary", "Accept-Encoding"),
        *HEADERS,
    ]
    if packed:
        headers.append(("Content-Encoding", "gzip"))
    return WsgiResponse(200, "OK", headers, [body])
