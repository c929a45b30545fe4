"""Keeps responses of vendors in the Django cache. An immutable response is used without asking again. Any other is
revalidated by its ETag.

The key contains the integration and the organization, so an installation never gets a response that another one has
read. Organizations may share an integration of Sentry, and then have credentials of their own.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.rpc.limits import spare

#: The largest compressed body that is kept, in bytes. Memcached accepts values of 1 MiB.
MAX_KEPT_BYTES = 900 * 1024
# The headers that adapters read, such as those for paging.
_HEADERS = (
    "Content-Type",
    "ETag",
    "Link",
    "X-Next-Page",
    "X-Total",
    "X-MS-ContinuationToken",
    "X-Gitlab-Blob-Id",
    "X-Gitlab-Commit-Id",
    "X-Gitlab-Size",
    "X-Gitlab-Last-Commit-Id",
    "X-Gitlab-Execute-Filemode",
)


@dataclass(frozen=True)
class Kept:
    """A response with status 200."""

    etag: str
    headers: Mapping[str, str]
    compressed: bytes

    @property
    def body(self) -> bytes:
        return zlib.decompress(self.compressed)


class ReadCache:
    def __init__(self, integration_id: int, organization_id: int) -> None:
        self._owner = f"{integration_id}:{organization_id}"
        self._seconds = conf().VENDOR_CACHE_SECONDS

    def key(self, path: str, params: Any, headers: Mapping[str, str] | None, form: str) -> str:
        """The key of a read. ``form`` distinguishes bytes, JSON, headers and queries."""
        asked = json.dumps([path, params, sorted((headers or {}).items()), form], sort_keys=True, default=str)
        digest = hashlib.sha256(asked.encode()).hexdigest()
        return f"sentry_scm_grpc:read:{self._owner}:{digest}"

    def get(self, key: str) -> Kept | None:
        found: Kept | None = spare(lambda: caches[conf().CACHE].get(key), None) if self._seconds else None
        return found

    def put(self, key: str, headers: Mapping[str, str], body: bytes, immutable: bool) -> None:
        """Keeps a response, if it can be used again and is not too large."""
        etag = headers.get("ETag", "")
        forbidden = "no-store" in headers.get("Cache-Control", "").lower()
        if not self._seconds or not (immutable or (etag and not forbidden)):
            return
        compressed = zlib.compress(body, 1)
        if len(compressed) <= MAX_KEPT_BYTES:
            kept = Kept(etag, {name: headers[name] for name in _HEADERS if name in headers}, compressed)
            spare(lambda: caches[conf().CACHE].set(key, kept, self._seconds), None)
