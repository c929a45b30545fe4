"""What is known about a call while it runs and when it has ended, and about the calls of vendors within it.

The observe interceptor makes one object for each call. Other code adds what it learns.
"""

from __future__ import annotations

from contextvars import ContextVar
from time import perf_counter
from typing import Any

import grpc
from google.protobuf.message import Message

from sentry_scm_grpc.rpc.policy import BY_PATH, Rpc
from sentry_scm_grpc.rpc.principal import Principal
from sentry_scm_grpc.rpc.received import received
from sentry_scm_grpc.rpc.request_ids import request_id_of


class ObservedCall:
    """One call. ``method`` is its path. ``rpc`` is None if it is not in the contract. ``code`` and ``seconds`` are set
    when it has ended."""

    __slots__ = (
        "_organization_id",
        "bug",
        "code",
        "context",
        "kept",
        "method",
        "principal",
        "reason",
        "request",
        "response",
        "rpc",
        "seconds",
        "started",
    )

    def __init__(self, method: str, request: Any, context: grpc.ServicerContext) -> None:
        self.method = method
        self.rpc: Rpc | None = BY_PATH.get(method)
        self.request = request
        self.context = context
        #: Set by authentication and by the dispatcher, if the call got that far.
        self.principal: Principal | None = None
        self._organization_id = 0
        #: The stable reason of the error, as the caller sees it. Empty for success, and for errors of the transport.
        self.reason = ""
        #: The unexpected exception, if there was one.
        self.bug: Exception | None = None
        #: The answer, or the last message of a stream.
        self.response: Any = None
        self.code = grpc.StatusCode.UNKNOWN
        self.seconds = 0.0
        #: Data that observers keep until the end.
        self.kept: dict[str, Any] = {}
        self.started = perf_counter()

    @property
    def request_id(self) -> str:
        return request_id_of(self.context)

    @property
    def name(self) -> str:
        """Such as "sentry.integrations.scm.v1.ScmService/GetCommit"."""
        return self.method[1:]

    @property
    def organization_id(self) -> int:
        """0 if it is not known."""
        return self._organization_id or (self.principal and self.principal.organization_id) or 0

    @organization_id.setter
    def organization_id(self, id: int) -> None:
        self._organization_id = id

    @property
    def targets(self) -> dict[str, int]:
        """The rows that the request names, by field. The contract says which fields name rows."""
        if self.rpc is None or not isinstance(self.request, Message):
            return {}
        ids = ((field.path, field.id_in(self.request)) for field in self.rpc.resource_fields)
        return {path: id for path, id in ids if id}

    @property
    def request_bytes(self) -> int | None:
        """The request as it arrived, decompressed. None if the transport did not keep it."""
        found = received(self.context)
        return None if found is None else len(found.data)


class VendorCall:
    """One HTTP exchange with a vendor. ``status`` is 0 if no answer came; ``error`` then names the reason."""

    __slots__ = ("error", "kept", "method", "provider", "seconds", "server", "started", "status")

    def __init__(self, provider: str, method: str) -> None:
        self.provider = provider
        self.method = method
        #: The host, without scheme, path and query.
        self.server = ""
        self.status = 0
        self.error = ""
        self.kept: dict[str, Any] = {}
        self.seconds = 0.0
        self.started = perf_counter()


_current: ContextVar[ObservedCall | None] = ContextVar("sentry_scm_grpc_call", default=None)


def current_call() -> ObservedCall | None:
    """The call that this thread is answering."""
    return _current.get()


def current_request_id() -> str:
    call = _current.get()
    return "" if call is None else call.request_id
