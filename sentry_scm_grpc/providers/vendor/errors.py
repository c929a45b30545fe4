"""The way to a vendor's API: Sentry's authenticated client, and around it the caller's deadline, the vendor's rate
limit, a cache and a bound of size. Whatever goes wrong comes out as an error of ``sentry_scm_grpc.errors``.

An adapter calls ``self.http.get("/repos/x/y", params={...})`` and gets JSON. Paths are put together with ``quoted`` and
``quoted_path``.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.db import connections

from sentry_scm_grpc.errors import (
    FailedPrecondition,
    InvalidArgument,
    ResourceExhausted,
    ScmError,
    Unavailable,
)
from sentry_scm_grpc.providers.vendor import large_json
from sentry_scm_grpc.providers.vendor.absence import Lack, absent, lack_by_status
from sentry_scm_grpc.providers.vendor.cache import ReadCache
from sentry_scm_grpc.providers.vendor.installation import Client, Connection
from sentry_scm_grpc.providers.vendor.quota import Quota, is_refusal, read_window, wait_of
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.providers.vendor.received import Headers, Received, is_cut
from sentry_scm_grpc.providers.vendor.sign_in import is_sign_in
from sentry_scm_grpc.providers.vendor.statuses import error_of_status, moved, unreachable
from sentry_scm_grpc.rpc import budget
from sentry_scm_grpc.rpc.deadline import cut_off, within
from sentry_scm_grpc.telemetry.observers import quota_seen, vendor_call
from sentry_scm_grpc.v1 import scm_pb2 as pb

T = TypeVar("T")

#: The longest a single call of a vendor may take, in seconds, whatever the caller's deadline.
CALL_SECONDS = 30.0
#: The largest JSON answer, in bytes. GitHub's largest tree has 7 MB.
MAX_JSON_BYTES = 32 * 1024 * 1024
#: How many calls of a batch are under way at once.
AT_ONCE = 8

_CHUNK = 64 * 1024
_PORTS = {"http": 80, "https": 443}
_NEXT = re.compile(r'<([^>]*)>[^,]*;\s*rel="?next"?')


@dataclass(frozen=True)
class Answer:
    """What a vendor answered: JSON, and the headers, whose names have no case."""

    data: Any
    headers: Mapping[str, str]

    @property
    def next_url(self) -> str | None:
        """The address of the next page by the header Link (RFC 8288); None on the last."""
        found = _NEXT.search(self.headers.get("Link") or "")
        return found[1] if found else None


class Http:
    """The calls of one RPC on one integration.

    ``bucket`` names the rate limit by which a vendor counts a path. ``client`` is made at the first call. ``lack_of``
    says what a refusal means is not there, by its status and its JSON; None where its status says all.
    """

    def __init__(
        self,
        connection: Connection,
        client: Callable[[], Client],
        bucket: Callable[[str], str],
        lack_of: Callable[[int, Any], Lack | None] | None = None,
    ) -> None:
        self._connection = connection
        self._client = client
        self._bucket = bucket
        self._lack_of = lack_of or lack_by_status
        self._cache = ReadCache(connection.integration.id)

    # ---- what adapters use

    def get(self, path: str, params: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """The JSON of a GET. Options as for ``fetch``."""
        return self.fetch(path, params, **options).data

    def fetch(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        immutable: bool = False,
        **options: Any,
    ) -> Answer:
        """The JSON and the headers of a GET.

        ``immutable`` says that the answer can never change, as that about a full SHA. Further options are those of the
        vendor's client in Sentry. Raises Absent, NotFound (VENDOR_NOT_FOUND) for a lost repository, PermissionDenied
        (VENDOR_FORBIDDEN), FailedPrecondition (INTEGRATION_UNAUTHORIZED), ResourceExhausted, DeadlineExceeded,
        Unavailable.
        """
        found = self._read(path, params, headers, immutable, "json", MAX_JSON_BYTES, options)
        return Answer(_decoded(found.body), found.headers)

    def get_bytes(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        immutable: bool = False,
    ) -> bytes:
        """The bytes of a GET, whatever they are. Raises FailedPrecondition (FILE_TOO_LARGE), and what ``fetch``
        raises.
        """
        return self._read(path, params, headers, immutable, "bytes", max_bytes, {}).body

    def head(self, path: str, params: Mapping[str, Any] | None = None, *, immutable: bool = False) -> Mapping[str, str]:
        """The headers of a HEAD, whose names have no case. Raises what ``fetch`` raises."""
        # What length it announces is that of the answer to a GET.
        return self._read(path, params, None, immutable, "head", sys.maxsize, {}).headers

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        """The JSON of a POST; an empty dict for an empty answer. Raises what ``fetch`` raises."""
        return self._write("post", path, data, options)

    def put(self, path: str, data: Any = None, **options: Any) -> Any:
        return self._write("put", path, data, options)

    def patch(self, path: str, data: Any = None, **options: Any) -> Any:
        return self._write("patch", path, data, options)

    def gather(self, calls: Sequence[Callable[[], T]], at_once: int = AT_ONCE) -> list[T]:
        """Runs calls side by side, and returns what they return in the order given. Raises the first error.

        The first runs alone: it renews an expired token of the integration once, instead of all doing so.
        """
        if not calls:
            return []
        first = calls[0]()
        if len(calls) == 1:
            return [first]
        if any(connection.in_atomic_block for connection in connections.all()):
            # Other threads do not see the rows of a transaction that is still open here.
            return [first, *(call() for call in calls[1:])]
        with ThreadPoolExecutor(min(at_once, len(calls) - 1), thread_name_prefix="scm-vendor") as pool:
            running: list[Future[T]] = [pool.submit(copy_context().run, _in_thread, call) for call in calls[1:]]
            try:
                return [first, *(future.result() for future in running)]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    # ---- the calls themselves

    def _read(
        self,
        path: str,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        immutable: bool,
        form: str,
        max_bytes: int,
        options: Mapping[str, Any],
    ) -> Received:
        """A GET or HEAD, or what the cache has of it."""
        # Reads that the cache answers have no end either, where pages lead back.
        self._seconds_left()
        key = self._cache.key(path, params, headers, form)
        kept = self._cache.get(key)
        known = None if kept is None else Received(200, Headers(kept.headers), kept.body)
        if known is not None and len(known.body) > max_bytes:
            raise too_large(len(known.body), max_bytes)
        if known is not None and immutable:
            return known
        sent = dict(headers or {})
        if kept is not None and kept.etag:
            sent["If-None-Match"] = kept.etag
        if sent:
            options = {**options, "headers": sent}
        exchange = Exchange(self._quota(path), self._seconds_left, max_bytes, known)
        method = "head" if form == "head" else "get"
        found = self._call(method, path, exchange, {"params": params, **options})
        if found is not known:
            self._cache.put(key, found.headers, found.body, immutable)
        return found

    def _write(self, method: str, path: str, data: Any, options: Mapping[str, Any]) -> Any:
        exchange = Exchange(self._quota(path), self._seconds_left, MAX_JSON_BYTES)
        found = self._call(method, path, exchange, {"data": data, **options})
        return _decoded(found.body) if found.body else {}

    def _call(self, method: str, path: str, exchange: Exchange, options: Mapping[str, Any]) -> Received:
        seconds = min(self._seconds_left(), CALL_SECONDS)
        exchange.quota.check()
        ends = time.monotonic() + seconds
        try:
            # What a client does on the way, such as renewing a token, has no more time.
            with observed(self._connection.integration, method, exchange), within(lambda: ends - time.monotonic()):
                getattr(self._client(), method)(path, auth=exchange, timeout=seconds, **options)
        except ScmError:
            raise
        except Exception as error:
            mapped = self._mapped(error, exchange)
            if mapped is None:
                raise
            raise mapped from error
        if exchange.received is None:
            raise bad_answer()
        if exchange.received.status >= 400:
            raise self._refusal(exchange.received)
        return exchange.received

    def _mapped(self, error: Exception, exchange: Exchange) -> ScmError | None:
        left = self._connection.seconds_left()
        if left is not None and left <= 0:
            return deadline_exceeded()
        if exchange.received is not None and exchange.received.status >= 400:
            return self._refusal(exchange.received)
        if isinstance(error, (ValueError, NotImplementedError)):  # No JSON, or none that is an object or a list.
            return bad_answer()
        if isinstance(error, OSError):  # What requests raises, where Sentry's client lets it through.
            return unreachable(error)
        return self._connection.map_error(error)

    def _refusal(self, received: Received) -> ScmError:
        try:
            told = large_json.loads(received.body)
        except ValueError:
            told = None
        lack = self._lack_of(received.status, told)
        return error_of_status(received.status) if lack is None else absent(lack)

    def _seconds_left(self) -> float:
        """Seconds that the next call may take. Raises DeadlineExceeded."""
        left = self._connection.seconds_left()
        if left is None:
            return CALL_SECONDS
        if left <= 0:
            raise deadline_exceeded()
        return left

    def _quota(self, path: str) -> Quota:
        return Quota(self._connection.integration.id, self._bucket(path), self._connection.caller)


@dataclass
class Exchange:
    """Watches one call on the wire: reads the body within bounds, and takes in what the vendor says of its limits.

    It is handed to requests as ``auth``, which may add hooks to a request
    (https://requests.readthedocs.io/en/latest/user/advanced/#custom-authentication): the one parameter that every
    version of Sentry's client passes on, and that lets us see an answer before it is read into memory, errors included.
    """

    quota: Quota
    seconds_left: Callable[[], float]
    max_bytes: int
    kept: Received | None = None
    received: Received | None = field(default=None, init=False)
    # For who watches: the address, the status as it came, and what is left of the rate limit as a part of 1.
    url: str = field(default="", init=False)
    status: int = field(default=0, init=False)
    quota_left: float | None = field(default=None, init=False)

    def __call__(self, request: Any) -> Any:
        self.url = request.url
        request.register_hook("response", self._take)
        return request

    def _take(self, response: Any, **_: Any) -> None:
        headers = Headers(response.headers)
        if 300 <= response.status_code < 400 and response.status_code != 304:
            self._check_redirect(response)
            # What follows it would read the whole body of this answer first.
            self._bounded(response, headers)
            return
        self.status = response.status_code
        if (window := read_window(headers)) is not None and window.limit:
            self.quota_left = window.remaining / window.limit
        body = self._bounded(response, headers)
        refused = is_refusal(response.status_code, headers, body)
        self.quota.note(headers, refused=refused)
        if refused:
            raise ResourceExhausted(
                "The provider's rate limit is used up. Wait, then repeat the call.",
                reason="VENDOR_RATE_LIMITED",
                retry_after=wait_of(headers),
            )
        if response.status_code == 503 and "Retry-After" in headers:
            raise Unavailable("The provider is busy. Wait, then repeat the call.", retry_after=wait_of(headers))
        if response.status_code == 304 and self.kept is not None:
            self.received = self.kept
            response.status_code = 200
        else:
            self.received = Received(response.status_code, headers, body)
        if response.status_code == 203 and "text/html" in headers.get("Content-Type", ""):
            # Azure DevOps answers a credential that it does not know with the page for signing in.
            raise error_of_status(401)
        if response.status_code < 300:
            # The body is ours now, of whatever kind it is; Sentry's client gets one that it has no trouble with.
            response._content = b"{}"
            response.headers["Content-Type"] = "application/json"

    def _bounded(self, response: Any, headers: Headers) -> bytes:
        limit = self.max_bytes if response.status_code < 400 else MAX_JSON_BYTES
        announced = headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) > limit:
            response.close()
            raise too_large(int(announced), limit)
        body = bytearray()
        with cut_off(response, self.seconds_left()):
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > limit:
                    response.close()
                    raise too_large(0, limit)
                self.seconds_left()
        self.seconds_left()
        if is_cut(response, headers, len(body)):
            raise unreachable()
        response._content = bytes(body)
        return bytes(body)

    def _check_redirect(self, response: Any) -> None:
        """Lets requests follow a GET to the same site alone: a vendor that moves a repository does that."""
        target = urlsplit(urljoin(response.url, response.headers.get("Location", "")))
        moves = not _is_same_site(urlsplit(response.url), target)
        if is_sign_in(target.hostname or "", target.path, elsewhere=moves):
            raise error_of_status(401)
        if moves:
            raise bad_answer()
        if response.request.method != "GET":
            raise moved() if response.status_code in (301, 307, 308) else bad_answer()


@contextmanager
def observed(integration: pb.Integration, method: str, exchange: Exchange) -> Iterator[None]:
    """Around one call of a vendor: traces and metrics learn of it, and of the rate limit that the answer tells."""
    provider = integration.provider_key
    with vendor_call(provider, method.upper()) as call:
        try:
            yield
        finally:
            call.server = urlsplit(exchange.url).hostname or ""
            call.status = exchange.status
            if exchange.quota_left is not None:
                quota_seen(provider, exchange.quota.bucket, exchange.quota_left)


def quoted(text: str) -> str:
    """One segment of a path, "/" quoted too. Raises InvalidArgument for one that would walk to another path."""
    if text in ("", ".", ".."):
        raise InvalidArgument(f"{text!r} cannot be part of a path at the provider.")
    return quote(text, safe="")


def quoted_path(text: str) -> str:
    """A path whose "/" stay. Raises InvalidArgument."""
    return "/".join(quoted(part) for part in text.split("/"))


def deadline_exceeded() -> ScmError:
    """The error of a call whose time passed while the provider was asked."""
    return budget.current().too_late()


def too_large(size: int, limit: int) -> FailedPrecondition:
    """``size`` in bytes; 0 where the vendor did not say before we stopped reading."""
    said = f"has {size} bytes" if size else "is larger than that"
    return FailedPrecondition(
        f"At most {limit} bytes are read, and it {said}.",
        reason="FILE_TOO_LARGE",
        metadata={"size_bytes": str(size)} if size else {},
    )


def not_a_file(path: str) -> FailedPrecondition:
    return FailedPrecondition(f"{path!r} is no file, but a directory or a submodule.", reason="NOT_A_FILE")


def _is_same_site(asked: SplitResult, target: SplitResult) -> bool:
    """Whether an address is of the same site, or of the same with TLS, to which it redirects who comes without."""
    known, found = ((site.scheme, site.port or _PORTS.get(site.scheme)) for site in (asked, target))
    return asked.hostname == target.hostname and (found == known or (known, found) == (("http", 80), ("https", 443)))


def _decoded(body: bytes) -> Any:
    try:
        found = large_json.loads(body)
    except large_json.TooManyValues:
        raise too_large(len(body), MAX_JSON_BYTES) from None
    except ValueError:
        raise bad_answer() from None
    if not isinstance(found, (dict, list)):
        raise bad_answer()
    return found


def _in_thread(call: Callable[[], T]) -> T:
    try:
        return call()
    finally:
        # Django closes connections at the end of a request, in the request's own thread only.
        connections.close_all()
