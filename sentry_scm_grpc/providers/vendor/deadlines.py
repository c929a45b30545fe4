"""Holds HTTP calls of requests to the deadline of the call that is being answered: ours and Sentry's.

What Sentry's installations do by themselves, as renewing a token or making an issue or a webhook, may take 30 seconds a
call and cannot be told otherwise: no version hands a timeout down. All of it goes through ``requests``, so that is
where the time left is put in. A timeout is that of each single read: where an answer's head or body comes byte by byte,
the connection is shut down at the deadline. Newer Sentrys' sessions retry: all attempts, and the waiting between them,
share the time. Outside our calls nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, wraps
from typing import Any

from sentry_scm_grpc.rpc.deadline import cut_off, seconds_left, shut_down_after


@cache
def hold() -> None:
    """Wraps, once, how urllib3 makes an attempt, waits for the next, and reads an answer."""
    from urllib3.connection import HTTPConnection  # type: ignore[import-untyped, unused-ignore]
    from urllib3.connectionpool import HTTPConnectionPool  # type: ignore[import-untyped, unused-ignore]
    from urllib3.response import HTTPResponse  # type: ignore[import-untyped, unused-ignore]
    from urllib3.util import Retry, Timeout  # type: ignore[import-untyped, unused-ignore]

    getresponse = HTTPConnection.getresponse
    urlopen, sleep, drain_conn = HTTPConnectionPool.urlopen, Retry.sleep, HTTPResponse.drain_conn

    @wraps(urlopen)
    def attempted(self: Any, *args: Any, **options: Any) -> Any:
        """Each attempt of a session that retries comes here, with the timeout of the first."""
        left = seconds_left()
        if left is not None:
            if left <= 0:
                raise TimeoutError("The deadline passed.")
            given = options.get("timeout")
            if isinstance(given, Timeout):
                connect, read = given.connect_timeout, given.read_timeout
                options["timeout"] = Timeout(total=left, connect=connect, read=read)
            if isinstance(options.get("retries"), Retry):
                # The caller is told how long to wait, in place of a thread that sleeps.
                options["retries"] = options["retries"].new(respect_retry_after_header=False)
        return urlopen(self, *args, **options)

    @wraps(sleep)
    def slept(self: Any, response: Any = None) -> None:
        left = seconds_left()
        if left is not None and self.get_backoff_time() >= left:
            raise TimeoutError("The deadline passes before the next attempt.")
        sleep(self, response)

    @wraps(drain_conn)
    def drained(self: Any) -> None:
        left = seconds_left()
        if left is None:
            drain_conn(self)
        else:
            with shut_down_after(self, left):
                drain_conn(self)

    @wraps(getresponse)
    def head_in_time(self: Any, *args: Any, **options: Any) -> Any:
        left = seconds_left()
        if left is None:
            return getresponse(self, *args, **options)
        try:
            with shut_down_after(self.sock, left):
                answer = getresponse(self, *args, **options)
        finally:
            if not seconds_left():
                # The head may be cut, or missing: where a connection ends, it ends too, and nothing tells.
                self.close()
                raise TimeoutError("The deadline passed.")
        return answer

    HTTPConnectionPool.urlopen = attempted
    Retry.sleep = slept
    HTTPResponse.drain_conn = drained
    HTTPConnection.getresponse = head_in_time


def shortened(request: Any, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options with which a request may be sent. Raises a timeout of requests if the deadline has passed."""
    left = seconds_left()
    if left is None:
        return options
    if left <= 0:
        import requests

        raise requests.Timeout("The deadline passed.", request=request)
    if not options.get("stream"):
        request.register_hook("response", _read_in_time)
    return {**options, "timeout": _shorter(options.get("timeout"), left)}


def _read_in_time(response: Any, **_: Any) -> None:
    """Reads the body, as requests does after this hook where nobody asked for a stream."""
    with cut_off(response, seconds_left() or 0.0):
        response.content  # noqa: B018


def _shorter(timeout: Any, left: float) -> Any:
    """A timeout of requests, which may be one number or that for connecting and that for reading, none longer."""
    if isinstance(timeout, tuple):
        return tuple(_shorter(part, left) for part in timeout)
    return min(timeout, left) if isinstance(timeout, int | float) else left
