"""Holds Sentry's own HTTP calls to the deadline of the call that is being answered.

What Sentry's installations do by themselves, as renewing a token or making an issue or a webhook, may take 30 seconds a
call and cannot be told otherwise: no version hands a timeout down. All of it goes through ``requests``, so that is
where the time left is put in. A timeout is that of each single read: where an answer's head or body comes byte by byte,
the connection is shut down at the deadline. Outside our calls nothing changes.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import Any

from sentry_scm_grpc.rpc.deadline import cut_off, seconds_left, shut_down_after


@cache
def hold() -> None:
    """Wraps ``requests.Session.send``, and how urllib3 reads the head of an answer, once."""
    import requests
    from urllib3.connection import HTTPConnection  # type: ignore[import-untyped, unused-ignore]

    send, getresponse = requests.Session.send, HTTPConnection.getresponse

    @wraps(send)
    def held(self: Any, request: Any, **options: Any) -> Any:
        left = seconds_left()
        if left is not None:
            if left <= 0:
                raise requests.Timeout("The deadline passed.", request=request)
            options["timeout"] = _shorter(options.get("timeout"), left)
            if not options.get("stream"):
                request.register_hook("response", _read_in_time)
        return send(self, request, **options)

    @wraps(getresponse)
    def head_in_time(self: Any) -> Any:
        left = seconds_left()
        if left is None:
            return getresponse(self)
        with shut_down_after(self.sock, left):
            answer = getresponse(self)
        if not seconds_left():
            # The head may be cut: where a connection ends, it ends too, and nothing tells.
            self.close()
            raise TimeoutError("The deadline passed.")
        return answer

    requests.Session.send = held  # type: ignore[method-assign]
    HTTPConnection.getresponse = head_in_time


def _read_in_time(response: Any, **_: Any) -> None:
    """Reads the body, as requests does after this hook where nobody asked for a stream."""
    with cut_off(response, seconds_left() or 0.0):
        response.content  # noqa: B018


def _shorter(timeout: Any, left: float) -> Any:
    """A timeout of requests, which may be one number or that for connecting and that for reading, none longer."""
    if isinstance(timeout, tuple):
        return tuple(_shorter(part, left) for part in timeout)
    return min(timeout, left) if isinstance(timeout, int | float) else left
