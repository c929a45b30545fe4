"""Keeps credentials out of the reports that Sentry's SDK makes about calls, with every version of the SDK.

The SDK knows few secret headers and reports the variables of every frame. Its integrations add the HTTP request after
all other event processors. So the finished event is cleaned just before the transport gets it. Events that have nothing
to do with a call are not changed.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import cache, wraps
from typing import Any
from urllib.parse import quote

from sentry_scm_grpc.rpc.budget import beyond, current_or_none
from sentry_scm_grpc.rpc.policy import SERVICES
from sentry_scm_grpc.rpc.signature import HEADER as SIGNATURE
from sentry_scm_grpc.telemetry.calls import current_call

log = logging.getLogger("sentry_scm_grpc.telemetry")

FILTERED = "[Filtered]"
#: How long a report may take, in seconds, beyond the call that it is about.
REPORT_SECONDS = 2.0
_reporting: ContextVar[bool] = ContextVar("scm_grpc_reporting", default=False)
_API_KEY = "x-api-key"
_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", _API_KEY, SIGNATURE})
_NAME = re.compile(r"authorization|cookie|api[-_]?key|signature|token|secret|passw|credential|private[-_]?key", re.I)
#: A shorter text could be part of ordinary words.
_SHORTEST = 8
#: Patterns of credentials, of callers and of the vendors that a call asks.
_FORMS = (
    (re.compile(r"\b(bearer|basic)(?:\s|%20|\+)+[\w.~+/=-]{8,}", re.I), rf"\1 {FILTERED}"),
    (
        re.compile(r"\b(?:gh[oprsu]_|github_pat_|gl(?:pat|dt|oas|rt)-|sntry[a-z]_|scm_[0-9a-f]{12}_|eyJ)[\w.-]{8,}"),
        FILTERED,
    ),
    (
        re.compile(
            r"(token|api[-_]?key|secret|password|signature|hmac|jwt)([\"']?\s*[=:]\s*[\"']?)(?!\[Filtered)[^\s&\"',;]+",
            re.I,
        ),
        rf"\1\2{FILTERED}",
    ),
    (re.compile(r"//[^/@\s]+@"), f"//{FILTERED}@"),
)


@cache
def guard() -> None:
    """From now on, cleans every event of the SDK, initialized or not."""
    import sentry_sdk
    from sentry_sdk.scope import add_global_event_processor

    client: Any = sentry_sdk.Client
    prepare = getattr(client, "_prepare_event", None)
    if prepare is None:
        # An unknown version of the SDK: no report is better than one with a credential.
        log.error("This version of sentry-sdk is unknown: errors of calls are not reported to Sentry.")
        add_global_event_processor(_dropped)
        return

    @wraps(prepare)
    def cleaned(*args: Any, **options: Any) -> Any:
        event = prepare(*args, **options)
        try:
            return None if event is None else clean(event)
        except Exception as error:
            # Its message may quote the data that could not be cleaned.
            log.error("A report to Sentry could not be cleaned and was dropped: %s", type(error).__name__)
            return None

    client._prepare_event = cleaned
    client.capture_event = _with_time_of_its_own(client.capture_event)


def _with_time_of_its_own(capture: Callable[..., Any]) -> Callable[..., Any]:
    """Lets a report of a call read what it needs, such as a Sentry's options, though the call's time is over.

    Otherwise the read would fail, be reported in turn, and so on. So a failure while reporting is not reported.
    """

    @wraps(capture)
    def captured(*args: Any, **options: Any) -> Any:
        if current_or_none() is None:
            return capture(*args, **options)
        if _reporting.get():
            return None
        token = _reporting.set(True)
        try:
            with beyond(REPORT_SECONDS):
                return capture(*args, **options)
        finally:
            _reporting.reset(token)

    return captured


def _dropped(event: Any, hint: Any) -> Any:
    return None if _is_ours(event) else event


def clean(event: dict[str, Any]) -> dict[str, Any]:
    """The event without credentials. The SDK has it as plain JSON just before it is sent."""
    if not _is_ours(event):
        return event
    request = event.get("request")
    call = current_call()
    metadata = () if call is None else call.context.invocation_metadata()
    secrets = sorted({*_secrets(metadata), *_secrets(_headers(request).items())}, key=len, reverse=True)
    if isinstance(request, dict):
        # The caller's data is in the body, or in the query of Connect's GET. Nobody needs it to find a bug.
        for name in ("cookies", "data", "query_string"):
            request.pop(name, None)
        for name in request.get("headers") or {}:
            if name.lower() in _HEADERS:
                request["headers"][name] = FILTERED
    # The SDK's notes about what it cut contain no values.
    notes = {name: event.pop(name) for name in ("_meta",) if name in event}
    return {**_cleaned(event, secrets), **notes}


def _is_ours(event: dict[str, Any]) -> bool:
    """Whether an event may contain data of a call."""
    if current_call() is not None:
        return True
    headers = _headers(event.get("request"))
    if headers.keys() & {_API_KEY, SIGNATURE}:
        return True
    if headers.get("content-type", "").startswith(("application/grpc", "application/connect")):
        return True
    url = str((event.get("request") or {}).get("url"))
    if any(f"/{name}/" in url for name in SERVICES):
        return True
    return any(str(frame.get("module")).startswith("sentry_scm_grpc.") for frame in _frames(event))


def _headers(request: Any) -> dict[str, str]:
    headers = request.get("headers") if isinstance(request, dict) else None
    return {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}


def _frames(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("exception", "threads"):
        found = event.get(part)
        values = found.get("values") if isinstance(found, dict) else None
        for value in values if isinstance(values, list) else ():
            yield from (value.get("stacktrace") or {}).get("frames") or ()


def _secrets(headers: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """The credentials in headers, in every form in which a text may quote them."""
    for name, value in headers:
        if name.lower() in _HEADERS:
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for secret in _parts(name.lower(), text):
                if len(secret) >= _SHORTEST and FILTERED not in secret:
                    yield from {secret, quote(secret, safe=""), repr(secret)[1:-1], json.dumps(secret)[1:-1]}


def _parts(name: str, text: str) -> Iterator[str]:
    yield text
    if name.endswith("cookie"):
        yield from (part.partition("=")[2].strip() for part in text.split(";"))
    elif name == SIGNATURE:
        yield text.rpartition("=")[2]
    elif name == _API_KEY:
        # Sentry's own authenticator gets it as the user of HTTP Basic.
        yield base64.b64encode(f"{text}:".encode()).decode()
    else:
        scheme, _, rest = text.partition(" ")
        yield rest.strip()
        if scheme.lower() == "basic":
            try:
                pair = base64.b64decode(rest).decode()
            except ValueError:
                return
            yield from (pair, *pair.split(":", 1))


def _cleaned(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        return _cleaned_text(value, secrets)
    if isinstance(value, list):
        return [_cleaned(part, secrets) for part in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, part in value.items():
        if name == "vars" and "lineno" in value:
            continue
        # Sentry's own tags name the row of a credential by its id.
        named = _NAME.search(name) is not None and isinstance(part, str | list | dict)
        found[name] = FILTERED if named and part else _cleaned(part, secrets)
    return found


def _cleaned_text(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, FILTERED)
        if text.endswith("..."):
            text = _without_cut(text, secret)
    for form, replacement in _FORMS:
        text = form.sub(replacement, text)
    return text


def _without_cut(text: str, secret: str) -> str:
    """A text that the SDK cut, without the beginning of a secret at its end."""
    kept = text[:-3]
    for length in range(min(len(secret), len(kept)), _SHORTEST - 1, -1):
        if kept.endswith(secret[:length]):
            return f"{kept[:-length]}{FILTERED}..."
    return text
