"""Reads one response of a vendor: within limits, and noting what it says about the vendor's rate limit."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from sentry_scm_grpc.errors import ResourceExhausted, Unavailable
from sentry_scm_grpc.providers.vendor import connections, sending
from sentry_scm_grpc.providers.vendor.errors import too_large
from sentry_scm_grpc.providers.vendor.quota import Quota, is_refusal, read_window, wait_of
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.providers.vendor.received import Headers, Received, is_cut
from sentry_scm_grpc.providers.vendor.sign_in import is_refused_sign_in, is_sign_in
from sentry_scm_grpc.providers.vendor.statuses import error_of_status, moved, unreachable
from sentry_scm_grpc.rpc.deadline import cut_off

#: The largest JSON response, in bytes. GitHub's largest tree has 7 MB.
MAX_JSON_BYTES = 32 * 1024 * 1024

_CHUNK = 64 * 1024
_PORTS = {"http": 80, "https": 443}


@dataclass
class ResponseReader:
    """Reads the response of one call within limits, and notes the vendor's rate limit.

    It is passed to requests as ``auth``, which may add hooks to a request
    (https://requests.readthedocs.io/en/latest/user/advanced/#custom-authentication). Every version of Sentry's client
    passes this parameter on. The hook sees each response, errors included, before its body is read into memory.
    """

    quota: Quota
    seconds_left: Callable[[], float]
    max_bytes: int
    kept: Received | None = None
    #: Who may use the connection again. None for a write, which gets a connection of its own.
    owner: Hashable = None
    #: Headers that the client must not change.
    headers: Mapping[str, str] = field(default_factory=dict)
    received: Received | None = field(default=None, init=False)
    #: Whether the vendor has answered in full, even if the answer is refused here.
    answered: bool = field(default=False, init=False)
    # For telemetry: the address, the status as received, and the part of the rate limit that is left, from 0 to 1.
    url: str = field(default="", init=False)
    status: int = field(default=0, init=False)
    quota_left: float | None = field(default=None, init=False)

    def __call__(self, request: Any) -> Any:
        self.url = request.url
        self.answered = False
        sending.hold()
        sending.insist(request, self.headers)
        connections.mark(request, self.owner)
        request.register_hook("response", self._take)
        return request

    def _take(self, response: Any, **_: Any) -> None:
        headers = Headers(response.headers)
        if 300 <= response.status_code < 400 and response.status_code != 304:
            self._check_redirect(response)
            # To follow the redirect, requests first reads the whole body of this response.
            self._bounded(response, headers)
            self.answered = False
            return
        self.status = response.status_code
        if (window := read_window(headers)) is not None and window.limit:
            self.quota_left = window.remaining / window.limit
        body = self._bounded(response, headers)
        self.answered = True
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
        if is_refused_sign_in(headers.get("X-Seraph-LoginReason", "")):
            raise error_of_status(401)
        if response.status_code == 203 and "text/html" in headers.get("Content-Type", ""):
            # Azure DevOps answers an unknown credential with its page for signing in.
            raise error_of_status(401)
        if response.status_code < 300:
            # The body is kept here. Sentry's client gets a body that it can always decode.
            response._content = b"{}"
            response.headers["Content-Type"] = "application/json"

    def _bounded(self, response: Any, headers: Headers) -> bytes:
        limit = self.max_bytes if response.status_code < 400 else MAX_JSON_BYTES
        announced = headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) > limit:
            response.close()
            self.answered = True
            raise too_large(int(announced), limit)
        body = bytearray()
        with cut_off(response, self.seconds_left()):
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > limit:
                    response.close()
                    self.answered = True
                    raise too_large(0, limit)
                self.seconds_left()
        self.seconds_left()
        if is_cut(response, headers, len(body)):
            raise unreachable()
        response._content = bytes(body)
        return bytes(body)

    def _check_redirect(self, response: Any) -> None:
        """Lets requests follow only a GET, and only to the same site, as for a repository that has moved."""
        self.answered = True
        target = urlsplit(urljoin(response.url, response.headers.get("Location", "")))
        moves = not _is_same_site(urlsplit(response.url), target)
        if is_sign_in(target.hostname or "", target.path, elsewhere=moves):
            raise error_of_status(401)
        if moves:
            raise bad_answer()
        if response.request.method != "GET":
            raise moved() if response.status_code in (301, 307, 308) else bad_answer()


def _is_same_site(asked: SplitResult, target: SplitResult) -> bool:
    """Whether two addresses belong to the same site. A redirect from HTTP to HTTPS stays on the site."""
    known, found = ((site.scheme, site.port or _PORTS.get(site.scheme)) for site in (asked, target))
    return asked.hostname == target.hostname and (found == known or (known, found) == (("http", 80), ("https", 443)))
