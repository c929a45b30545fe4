"""What is known of a call while it runs and when it is over, and of the calls of vendors within it.

The observe interceptor makes one of these for each call; whoever learns something on the way notes it here.
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
    """One call. ``method`` is its path, ``rpc`` None where it is none of the contract; ``code`` and ``seconds`` are
    there when it has ended."""

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
        #: Set by authentication and by the dispatcher, as far as the call came.
        self.principal: Principal | None = None
        self._organization_id = 0
        #: The stable name of what went wrong, as the caller sees it; empty for success and for the transport's errors.
        self.reason = ""
        #: The exception that nobody expected, where there was one.
        self.bug: Exception | None = None
        #: The answer, or the last message of a stream.
        self.response: Any = None
        self.code = grpc.StatusCode.UNKNOWN
        self.seconds = 0.0
        #: What observers keep for themselves until the end.
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
        """0 where it is not known."""
        return self._organization_id or (self.principal and self.principal.organization_id) or 0

    @organization_id.setter
    def organization_id(self, id: int) -> None:
        self._organization_id = id

    @property
    def targets(self) -> dict[str, int]:
        """The rows that the request names, by the field that names them; which these are, the contract says."""
        if self.rpc is None or not isinstance(self.request, Message):
            return {}
        ids = ((field.path, field.id_in(self.request)) for field in self.rpc.resource_fields)
        return {path: id for path, id in ids if id}

    @property
    def request_bytes(self) -> int | None:
        """The request as it came, without compression; None where the transport did not keep it."""
        found = received(self.context)
        return None if found is None else len(found.data)


class VendorCall:
    """One HTTP exchange with a vendor. ``status`` is 0 where no answer came; ``error`` then names what came instead."""

    __slots__ = ("error", "kept", "method", "provider", "seconds", "server", "started", "status")

    def __init__(self, provider: str, method: str) -> None:
        self.provider = provider
        self.method = method
        #: The host that was asked, without scheme, path and query.
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
