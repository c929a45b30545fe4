"""Page tokens (AIP-158): opaque, signed, and bound to the RPC, the organization and the filter.

A token holds a cursor, which is any JSON value that the operation understands, and a digest of the call for which it
was made. It is signed with Django's SECRET_KEY, so that callers cannot make tokens. A token of another call is refused.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core import signing
from google.protobuf.message import Message

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument
from sentry_scm_grpc.rpc.policy import Rpc

_SALT = "sentry_scm_grpc.page"


def sign(rpc: Rpc, organization_id: int, request: Message, cursor: Any) -> str:
    return signing.dumps([_binding(rpc, organization_id, request), cursor], salt=_SALT, compress=True)


def read(rpc: Rpc, organization_id: int, request: Message) -> Any:
    """The cursor in the request's page_token; None for the first page. Raises InvalidArgument."""
    token: str = request.page_token  # type: ignore[attr-defined]
    if not token:
        return None
    try:
        binding, cursor = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise _refused("is not one that this service made; leave it empty to start at the first page") from None
    if binding != _binding(rpc, organization_id, request):
        raise _refused(
            "was made for another call; repeat RPC, organization and filter, or leave it empty to start again"
        )
    return cursor


def page_gone() -> FailedPrecondition:
    """The error for a token of a list at a commit that the repository no longer has."""
    return FailedPrecondition(
        "The list was read at a commit that is gone, as happens after a forced push. Start again at the first page.",
        reason="PAGE_GONE",
    )


def _refused(text: str) -> InvalidArgument:
    return InvalidArgument.of(("page_token", text), reason="PAGE_TOKEN_INVALID")


def _binding(rpc: Rpc, organization_id: int, request: Message) -> str:
    bound = type(request)()
    bound.CopyFrom(request)
    bound.ClearField("page_token")
    bound.ClearField("page_size")
    filter_bytes = bound.SerializeToString(deterministic=True)
    text = b"%s\0%d\0%s" % (rpc.name.encode(), organization_id, filter_bytes)
    return hashlib.sha256(text).hexdigest()[:32]
