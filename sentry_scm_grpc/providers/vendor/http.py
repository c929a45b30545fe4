"""The way to a vendor's API: Sentry's authenticated client, and around it the caller's deadline, the vendor's rate
limit, a cache and a limit on size. Every failure becomes an error of ``sentry_scm_grpc.errors``.

An adapter calls ``self.http.get("/repos/x/y", params={...})`` and gets JSON. ``quoted`` and ``quoted_path`` make paths.
"""

from __future__ import annotations

import copy
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from django.db import connections

from sentry_scm_grpc.errors import InvalidArgument, ScmError
from sentry_scm_grpc.providers.vendor import large_json
from sentry_scm_grpc.providers.vendor.absence import Lack, absent, lack_by_status
from sentry_scm_grpc.providers.vendor.cache import ReadCache
from sentry_scm_grpc.providers.vendor.downloads import Download, DownloadReader
from sentry_scm_grpc.providers.vendor.errors import too_large
from sentry_scm_grpc.providers.vendor.flights import Flights
from sentry_scm_grpc.providers.vendor.installation import Client, Connection
from sentry_scm_grpc.providers.vendor.quota import SHARE_USED, Quota
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.providers.vendor.received import Headers, Received
from sentry_scm_grpc.providers.vendor.response_reader import MAX_JSON_BYTES, ResponseReader
from sentry_scm_grpc.providers.vendor.statuses import PROVIDER_TIMEOUT, error_of_status, unreachable
from sentry_scm_grpc.rpc import budget
from sentry_scm_grpc.rpc.deadline import within
from sentry_scm_grpc.telemetry.observers import quota_seen, vendor_call
from sentry_scm_grpc.v1 import scm_pb2 as pb

T = TypeVar("T")

#: The longest time for one call of a vendor, in seconds, whatever the caller's deadline.
CALL_SECONDS = 30.0
#: How many calls of a batch run at the same time.
AT_ONCE = 8
_NEXT = re.compile(r'<([^>]*)>[^,]*;\s*rel="?next"?')

#: A response, or the error that it means.
Answer = Received | ScmError
#: The reads of this process that are under way.
_FLIGHTS: Flights[Answer] = Flights()
_FLIGHTS.survive_forks()


@dataclass(frozen=True)
class VendorResponse:
    """The JSON and the headers of a vendor's response. The names of headers are case-insensitive."""

    data: Any
    headers: Mapping[str, str]

    @property
    def next_url(self) -> str | None:
        """The address of the next page, from the header Link (RFC 8288). None on the last page."""
        found = _NEXT.search(self.headers.get("Link") or "")
        return found[1] if found else None


class Http:
    """The calls of one RPC on one integration.

    ``bucket`` returns the name of the rate limit for a path. ``client`` is called at the first call. ``lack_of`` says
    what is missing, by the status and the JSON of an error response. By default, the status alone decides.
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
        # Several organizations may have the same integration, each with its own credentials.
        self._owner = connection.integration.id, connection.integration.organization_id
        self._cache = ReadCache(*self._owner)

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
    ) -> VendorResponse:
        """The JSON and the headers of a GET.

        ``immutable`` says that the response can never change, such as one about a full SHA. Other options go to the
        vendor's client in Sentry. Raises Absent, NotFound (VENDOR_NOT_FOUND) for a lost repository, PermissionDenied
        (VENDOR_FORBIDDEN), FailedPrecondition (INTEGRATION_UNAUTHORIZED), ResourceExhausted, DeadlineExceeded,
        Unavailable.
        """
        found = self._read(path, params, headers, immutable, "json", MAX_JSON_BYTES, options)
        return VendorResponse(_decoded(found.body), found.headers)

    def ask(self, path: str, params: Mapping[str, Any] | None = None, **options: Any) -> VendorResponse:
        """As ``fetch``, but never from the cache: for what must be true now, such as what a credential may do."""
        reader = ResponseReader(self._quota(path), self._seconds_left, MAX_JSON_BYTES)
        found = self._call("get", path, reader, {"params": params, **options})
        return VendorResponse(_decoded(found.body), found.headers)

    def get_bytes(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        immutable: bool = False,
    ) -> bytes:
        """The bytes of a GET. Raises FailedPrecondition (FILE_TOO_LARGE), and the errors of ``fetch``."""
        return self._read(path, params, headers, immutable, "bytes", max_bytes, {}).body

    def download(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        hosts: frozenset[str] = frozenset(),
        what: str = "archive",
        may_be_page: bool = False,
    ) -> Download:
        """A GET whose body is read piece by piece. ``hosts`` are other hosts of the vendor to which it may redirect.
        ``what`` it is for error messages. ``may_be_page`` says whether HTML is a good response.

        It is never cached. Raises the errors of ``fetch``.
        """
        # A compressed archive is not to be compressed again, and the size of a file would not be known.
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        reader = DownloadReader(
            self._quota(path), self._seconds_left, MAX_JSON_BYTES, headers=sent, hosts=hosts, may_be_page=may_be_page
        )
        # A copy: Sentry's client for Azure DevOps writes its own headers into it.
        found = self._call("get", path, reader, {"params": params, "headers": dict(sent)})
        if reader.response is None:
            raise bad_answer()
        return Download(reader.response, found.headers, what)

    def head(self, path: str, params: Mapping[str, Any] | None = None, *, immutable: bool = False) -> Mapping[str, str]:
        """The headers of a HEAD. Its Content-Length is that of the response to a GET, so it has no limit."""
        return self._read(path, params, None, immutable, "head", sys.maxsize, {}).headers

    def query(self, path: str, data: Any, **options: Any) -> Any:
        """The JSON of a POST that only reads, such as a search. Raises the errors of ``fetch``."""

        def ask() -> Answer:
            reader = ResponseReader(self._quota(path), self._seconds_left, MAX_JSON_BYTES, owner=self._owner)
            return self._answer("post", path, reader, {"data": data, **options})

        return _decoded(self._shared(self._cache.key(path, data, None, "query"), options, ask).body)

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        """The JSON of a POST that writes, or an empty dict for an empty response. Raises the errors of ``fetch``."""
        return self._write("post", path, data, options)

    def send(self, method: str, path: str, data: Any = None, **options: Any) -> VendorResponse:
        """The JSON and the headers of a request that writes. Raises the errors of ``fetch``."""
        found = self._sent(method, path, data, options)
        return VendorResponse(_decoded(found.body) if found.body else {}, found.headers)

    def delete(self, path: str, data: Any = None, **options: Any) -> Any:
        return self._write("delete", path, data, options)

    def put(self, path: str, data: Any = None, **options: Any) -> Any:
        return self._write("put", path, data, options)

    def patch(self, path: str, data: Any = None, **options: Any) -> Any:
        return self._write("patch", path, data, options)

    def gather(self, calls: Sequence[Callable[[], T]], at_once: int = AT_ONCE) -> list[T]:
        """Runs calls in parallel, and returns their results in the given order. Raises the first error.

        The first call runs alone: if the integration's token has expired, it renews it once for all.
        """
        if not calls:
            return []
        first = calls[0]()
        if len(calls) == 1:
            return [first]
        if _in_transaction():
            # Other threads do not see the rows of this thread's open transaction.
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
        """A GET or HEAD, or its response from the cache."""
        # Check the deadline here too: pages that lead back could be read from the cache without end.
        self._seconds_left()
        key = self._cache.key(path, params, headers, form)

        def ask() -> Answer:
            kept = self._cache.get(key)
            known = None if kept is None else Received(200, Headers(kept.headers), kept.body)
            if known is not None and len(known.body) > max_bytes:
                raise too_large(len(known.body), max_bytes)
            if known is not None and immutable:
                return known
            sent = dict(headers or {})
            if kept is not None and kept.etag:
                sent["If-None-Match"] = kept.etag
            reader = ResponseReader(self._quota(path), self._seconds_left, max_bytes, known, self._owner)
            method = "head" if form == "head" else "get"
            given = {"params": params, **options, **({"headers": sent} if sent else {})}
            found = self._answer(method, path, reader, given)
            if isinstance(found, Received) and found is not known:
                self._cache.put(key, found.headers, found.body, immutable)
            return found

        return self._shared(key, {**options, "immutable": immutable, "max_bytes": max_bytes}, ask)

    def _shared(self, key: str, options: Mapping[str, Any], ask: Callable[[], Answer]) -> Received:
        """What ``ask`` finds, or what an equal read that is under way finds.

        The callers of an organization share answers. Each was admitted to what it asks for, and the vendor is always
        asked with the organization's credentials.
        """
        if _in_transaction():
            # Not from others: they may wait for a row that this transaction has locked.
            found = ask()
        else:
            told = json.dumps(options, sort_keys=True, default=str)
            found = _FLIGHTS.share(self._owner, (key, told), ask, self._seconds_left)
        if isinstance(found, ScmError):
            # A copy, because an exception collects the frames of all threads that raise it.
            raise copy.copy(found)
        return found

    def _write(self, method: str, path: str, data: Any, options: Mapping[str, Any]) -> Any:
        found = self._sent(method, path, data, options)
        return _decoded(found.body) if found.body else {}

    def _sent(self, method: str, path: str, data: Any, options: Mapping[str, Any]) -> Received:
        # Sentry's client for Azure DevOps writes headers of its own over those that are given, into the same dict.
        given = dict(options.get("headers") or {})
        reader = ResponseReader(self._quota(path), self._seconds_left, MAX_JSON_BYTES, headers=given)
        sent = {"data": data, **options, **({"headers": {**given}} if given else {})}
        try:
            return self._call(method, path, reader, sent)
        finally:
            _FLIGHTS.close_to_newcomers(self._owner)

    def _answer(self, method: str, path: str, reader: ResponseReader, options: Mapping[str, Any]) -> Answer:
        """As ``_call``, but returns an error that is due to the vendor. Raises one that is due to this call."""
        try:
            return self._call(method, path, reader, options)
        except ScmError as error:
            left = self._connection.seconds_left()
            # A share of the rate limit is the caller's own. A vendor that hangs would keep the others waiting in turn.
            is_shared = error.reason == PROVIDER_TIMEOUT or (reader.answered and error.reason != SHARE_USED)
            if is_shared and (left is None or left > 0):
                return error
            raise

    def _call(self, method: str, path: str, reader: ResponseReader, options: Mapping[str, Any]) -> Received:
        seconds = min(self._seconds_left(), CALL_SECONDS)
        reader.quota.check()
        ends = time.monotonic() + seconds
        try:
            # The limit includes what the client does before the call, such as renewing a token.
            with observed(self._connection.integration, method, reader), within(lambda: ends - time.monotonic()):
                getattr(self._client(), method)(path, auth=reader, timeout=seconds, **options)
        except ScmError:
            raise
        except Exception as error:
            mapped = self._mapped(error, reader)
            if mapped is None:
                raise
            raise mapped from error
        if reader.received is None:
            raise bad_answer()
        if reader.received.status >= 400:
            raise self._refusal(reader.received)
        return reader.received

    def _mapped(self, error: Exception, reader: ResponseReader) -> ScmError | None:
        left = self._connection.seconds_left()
        if left is not None and left <= 0:
            return deadline_exceeded()
        if reader.received is not None and reader.received.status >= 400:
            return self._refusal(reader.received)
        if isinstance(error, (ValueError, NotImplementedError)):  # Not JSON, or neither an object nor a list.
            return bad_answer()
        if isinstance(error, OSError):  # An error of requests that Sentry's client does not wrap.
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
        """How many seconds the next call may take. Raises DeadlineExceeded."""
        left = self._connection.seconds_left()
        if left is None:
            return CALL_SECONDS
        if left <= 0:
            raise deadline_exceeded()
        return left

    def _quota(self, path: str) -> Quota:
        return Quota(self._connection.integration.id, self._bucket(path), self._connection.caller)


@contextmanager
def observed(integration: pb.Integration, method: str, reader: ResponseReader) -> Iterator[None]:
    """Reports one call of a vendor, and the rate limit in its response, to traces and metrics."""
    provider = integration.provider_key
    with vendor_call(provider, method.upper()) as call:
        try:
            yield
        finally:
            call.server = urlsplit(reader.url).hostname or ""
            call.status = reader.status
            if reader.quota_left is not None:
                quota_seen(provider, reader.quota.bucket, reader.quota_left)


def quoted(text: str) -> str:
    """One segment of a path, with "/" quoted. Raises InvalidArgument for "", "." and ".."."""
    if text in ("", ".", ".."):
        raise InvalidArgument(f"{text!r} cannot be part of a path at the provider.")
    return quote(text, safe="")


def quoted_path(text: str) -> str:
    """A path whose "/" are not quoted. Raises InvalidArgument."""
    return "/".join(quoted(part) for part in text.split("/"))


def deadline_exceeded() -> ScmError:
    """The error of a call whose deadline passed while it waited for the provider."""
    return budget.current().too_late()


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


def _in_transaction() -> bool:
    return any(connection.in_atomic_block for connection in connections.all())


def _in_thread(call: Callable[[], T]) -> T:
    try:
        return call()
    finally:
        # At the end of a request, Django closes only the connections of the request's own thread.
        connections.close_all()
