"""The servicers. Their methods are made from the service descriptors, and all calls take the same way.

One function does these steps for each call, in this order: validate the fields; fill in the organization; resolve every
row that the request names, which proves that the caller may use them; check the scope; answer a repeated request id;
read the page token; run one operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import grpc
from google.protobuf.message import Message

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.dispatch import idempotency
from sentry_scm_grpc.dispatch.admission import admit, fill_in_organization
from sentry_scm_grpc.errors import Unauthenticated, Unimplemented
from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.rpc import paging
from sentry_scm_grpc.rpc.budget import spending
from sentry_scm_grpc.rpc.call import Call, needed
from sentry_scm_grpc.rpc.policy import RPCS, SERVICES, Rpc
from sentry_scm_grpc.rpc.principal import current_principal
from sentry_scm_grpc.rpc.validation import validate


def answer(rpc: Rpc, request: Message, context: grpc.ServicerContext) -> Any:
    """Answers one call: a message, or an iterator of messages for a streaming RPC. Raises ScmError."""
    principal = current_principal()
    if principal is None:
        raise Unauthenticated("No credentials were checked for this call.")
    validate(request)
    call = Call(rpc, request, principal, current_host(), context)
    with spending(call.budget):
        answered = _answer(call, request)
    return call.budget.messages(answered) if rpc.streams else answered


def _answer(call: Call, request: Message) -> Any:
    rpc = call.rpc
    fill_in_organization(call)
    if getattr(request, "request_id", ""):
        return idempotency.once(call, lambda: operation(call)(call, request))
    admit(call)
    if rpc.pages:
        call.page_size = min(request.page_size or conf().PAGE_SIZE, conf().MAX_PAGE_SIZE)  # type: ignore[attr-defined]
        call.cursor = paging.read(rpc, call.organization_id, request)
    return operation(call)(call, request)


def operation(call: Call) -> Callable[[Call, Any], Any]:
    """Returns what serves the RPC: a method of the host or of the adapter."""
    host = call.host
    name = call.rpc.operation
    found: Callable[[Call, Any], Any] | None = getattr(host, name, None)
    if found is not None:
        return found
    if reason := host.unsupported(call.rpc.name):
        raise Unimplemented(reason, reason="HOST_UNSUPPORTED")
    if not call.rpc.by_provider:
        raise Unimplemented(f"The host {host.key!r} does not serve {call.rpc.name}.", reason="HOST_UNSUPPORTED")
    return needed(call, name)


def servicers() -> Iterator[tuple[Any, Callable[[Any, Any], None]]]:
    """A servicer for each service of the contract, and the generated function that registers it on a server."""
    for name, file in SERVICES.items():
        generated: Any = import_module(f"{file.__name__}_grpc")
        short = name.rpartition(".")[2]
        methods = {rpc.name: _make_method(rpc) for rpc in RPCS.values() if rpc.service == name}
        servicer = type(f"{short}Servicer", (getattr(generated, f"{short}Servicer"),), methods)
        yield servicer(), getattr(generated, f"add_{short}Servicer_to_server")


def _make_method(rpc: Rpc) -> Callable[..., Any]:
    def method(self: Any, request: Message, context: grpc.ServicerContext) -> Any:
        return answer(rpc, request, context)

    def streaming_method(self: Any, request: Message, context: grpc.ServicerContext) -> Iterator[Message]:
        # Run the checks now, in the caller's thread, and not when the first message is read.
        messages: Iterator[Message] = answer(rpc, request, context)
        return messages

    made = streaming_method if rpc.streams else method
    made.__name__ = rpc.name
    made.__doc__ = f"Answers {rpc.path}; described in the contract."
    return made
