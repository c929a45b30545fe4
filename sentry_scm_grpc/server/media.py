"""Media types: which bodies are gRPC-Web, binary or text, and in which form a caller wants the answer.

Source: PROTOCOL-WEB.md of grpc/grpc. Media types are compared without case and parameters. Types that a form of another
site can send without a preflight, such as text/plain, are never accepted.
"""

from __future__ import annotations

from functools import lru_cache

BINARY = "application/grpc-web+proto"
TEXT = "application/grpc-web-text+proto"
ACCEPTED = (
    "application/grpc-web, application/grpc-web+proto, application/grpc-web-text, application/grpc-web-text+proto"
)

_FORMS = {"application/grpc-web": BINARY, BINARY: BINARY, "application/grpc-web-text": TEXT, TEXT: TEXT}


@lru_cache(maxsize=128)
def grpc_web_form(content_type: str) -> str | None:
    """BINARY or TEXT for a Content-Type of gRPC-Web with protobuf messages. None for any other."""
    return _FORMS.get(content_type.partition(";")[0].strip().lower())


@lru_cache(maxsize=128)
def is_grpc_web(content_type: str) -> bool:
    """Whether this is gRPC-Web, even with a codec that is not supported."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("application/grpc-web")


@lru_cache(maxsize=256)
def answer_form(request_form: str, accept: str) -> str:
    """The Content-Type of the answer: the first supported one in Accept, otherwise that of the request."""
    for item in accept.split(","):
        form = grpc_web_form(item)
        if form is not None and "q=0" not in item.replace(" ", "").lower().split(";"):
            return form
    return request_form
