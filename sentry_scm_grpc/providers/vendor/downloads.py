"""Reads a large response of a vendor piece by piece, in place of keeping it in memory.

The vendor may redirect such a read to another of its own hosts, which the adapter names, and to no other. requests does
not send the credential there: the address itself has what the vendor wants to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from sentry_scm_grpc.errors import ScmError, Unavailable
from sentry_scm_grpc.providers.vendor.received import Headers, Received, is_cut
from sentry_scm_grpc.providers.vendor.response_reader import ResponseReader
from sentry_scm_grpc.providers.vendor.sign_in import is_refused_sign_in
from sentry_scm_grpc.providers.vendor.statuses import is_timeout, timed_out
from sentry_scm_grpc.rpc import budget
from sentry_scm_grpc.rpc.budget import too_large
from sentry_scm_grpc.rpc.deadline import cut_off

#: The most bytes of a download.
MAX_DOWNLOAD_BYTES = 8 * 1024**3
#: The longest time of a download without a deadline.
LONGEST_SECONDS = 3600.0


@dataclass
class DownloadReader(ResponseReader):
    """As ResponseReader, but leaves the body of a good response to be read later.

    ``hosts`` are names of hosts to which the vendor may redirect, besides its own. One that begins with a dot stands
    for all hosts below a domain.
    """

    hosts: frozenset[str] = frozenset()
    #: Whether HTML is a good response. Elsewhere it is a page for signing in.
    may_be_page: bool = False
    response: Any = field(default=None, init=False, repr=False)

    def _take(self, response: Any, **options: Any) -> None:
        headers = Headers(response.headers)
        is_page = "text/html" in headers.get("Content-Type", "") and not self.may_be_page
        if response.status_code != 200 or is_page or is_refused_sign_in(headers.get("X-Seraph-LoginReason", "")):
            super()._take(response, **options)
            return
        self.status = response.status_code
        self.quota.note(headers, refused=False)
        self.received = Received(response.status_code, headers, b"")
        # The client gets a copy with a body that it can always decode. It closes neither.
        self.response = type(response)()
        self.response.__dict__.update(response.__dict__)
        response._content = b"{}"
        response.headers = type(response.headers)({"Content-Type": "application/json"})

    def _check_redirect(self, response: Any) -> None:
        target = urlsplit(urljoin(response.url, response.headers.get("Location", "")))
        scheme = urlsplit(response.url).scheme
        if self._is_known(target.hostname or "") and target.scheme == scheme and response.request.method == "GET":
            self.quota.note(Headers(response.headers), refused=False)
            return
        super()._check_redirect(response)

    def _is_known(self, host: str) -> bool:
        return any(host == known or (known.startswith(".") and host.endswith(known)) for known in self.hosts)


@dataclass
class Download:
    """A response that is being read. ``size`` is in bytes, None if the vendor does not tell."""

    _response: Any
    headers: Headers
    #: What is read, as error messages call it, such as "archive".
    what: str = "archive"

    @property
    def size(self) -> int | None:
        told = self.headers.get("Content-Length", "")
        return int(told) if told.isdigit() and "Content-Encoding" not in self.headers else None

    def pieces(self, piece_bytes: int) -> Iterator[bytes]:
        """The bytes. Raises Unavailable (such as ARCHIVE_CUT) if the connection ends early, and ResourceExhausted."""
        if (self.size or 0) > MAX_DOWNLOAD_BYTES:
            self._response.close()
            raise _too_large(self.what)
        spent, received = budget.current(), 0
        left = spent.seconds_left()
        with closing(self._response), cut_off(self._response, LONGEST_SECONDS if left is None else left):
            try:
                for piece in self._response.iter_content(piece_bytes):
                    spent.check()
                    received += len(piece)
                    if received > MAX_DOWNLOAD_BYTES:
                        raise _too_large(self.what)
                    yield piece
            except OSError as error:  # All errors of requests are.
                spent.check()
                raise timed_out() if is_timeout(error) else cut(self.what) from error
            spent.check()
            if is_cut(self._response, self.headers, received):
                raise cut(self.what)

    def close(self) -> None:
        """Ends the connection if the body has not been read to its end."""
        self._response.close()


def _too_large(what: str) -> ScmError:
    return too_large(f"bytes of the {what}", MAX_DOWNLOAD_BYTES, f"bytes of the {what}")


def cut(what: str = "archive") -> ScmError:
    return Unavailable(
        f"The provider sent only a part of the {what}. What was received is not whole: drop it, and repeat the call.",
        reason=f"{what.upper()}_CUT",
    )
