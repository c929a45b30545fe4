"""Holds Sentry's own HTTP calls to the deadline of the call that is being answered.

What Sentry's installations do by themselves, as renewing a token or making an issue or a webhook, may take 30 seconds a
call and cannot be told otherwise: no version hands a timeout down. All of it goes through ``requests``, so that is
where the time left is put in. Outside our calls nothing changes.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import Any

from sentry_scm_grpc.service.deadline import cut_off, seconds_left


@cache
def hold() -> None:
    """Wraps ``requests.Session.send``, once."""
    import requests

    send = requests.Session.send

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

    requests.Session.send = held  # type: ignore[method-assign]


def _read_in_time(response: Any, **_: Any) -> None:
    """Reads the body, as requests does after this hook where nobody asked for a stream."""
    with cut_off(response, seconds_left() or 0.0):
        response.content  # noqa: B018


def _shorter(timeout: Any, left: float) -> Any:
    """A timeout of requests, which may be one number or that for connecting and that for reading, none longer."""
    if isinstance(timeout, tuple):
        return tuple(_shorter(part, left) for part in timeout)
    return min(timeout, left) if isinstance(timeout, int | float) else left
