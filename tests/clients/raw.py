"""gRPC-Web calls by hand, so that what no client sends is sent too, and answers are compared whatever their form."""

from __future__ import annotations

import base64
import gzip
import http.client
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from google.rpc import status_pb2

BINARY = "application/grpc-web+proto"
TEXT = "application/grpc-web-text+proto"


def frame(message: bytes, flags: int = 0) -> bytes:
    return struct.pack(">BI", flags, len(message)) + message


@dataclass(frozen=True)
class Request:
    """What goes over the wire."""

    path: str
    body: bytes
    content_type: str = BINARY
    headers: Mapping[str, str] = field(default_factory=dict)
    verb: str = "POST"


@dataclass
class Reply:
    """What came, made comparable: it does not show whether trailers came in headers or in a frame.

    ``initial`` and ``trailing`` hold the metadata whose keys begin with "x-echo".
    """

    http: int
    content_type: str = ""
    status: int | None = None
    message: str = ""
    messages: list[bytes] = field(default_factory=list)
    initial: dict[str, str] = field(default_factory=dict)
    trailing: dict[str, str] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """One line for people; everything that comparing looks at but the messages' bytes."""
        if self.status is None:
            return f"HTTP {self.http}"
        parts = [f"grpc-status {self.status}{' as text' if 'text' in self.content_type else ''}"]
        parts += [repr(self.message)] if self.message else []
        parts += [f"{len(self.messages)} messages"] if self.messages else []
        return ", ".join(parts)


def send(url: str, request: Request, api_key: str) -> Reply:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    headers = {"Content-Type": request.content_type, "x-api-key": api_key, "x-grpc-web": "1", **request.headers}
    try:
        connection.request(request.verb, parts.path + request.path, request.body, headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    content_type = response.headers.get("content-type", "")
    received = {key.lower(): value for key, value in response.headers.items()}
    if not content_type.startswith("application/grpc-web"):
        return Reply(response.status)
    return _read(response.status, content_type, received, body)


def _read(http_status: int, content_type: str, headers: dict[str, str], body: bytes) -> Reply:
    if content_type.startswith("application/grpc-web-text"):
        body = _decode_base64(body)
    reply = Reply(http_status, content_type)
    trailers = headers
    while body:
        flags, size = struct.unpack(">BI", body[:5])
        payload, body = body[5 : 5 + size], body[5 + size :]
        if flags & 0x80:
            lines = [line.partition(":") for line in payload.decode().split("\r\n") if line]
            trailers = {key.strip().lower(): value.strip() for key, _, value in lines}
        else:
            reply.messages.append(gzip.decompress(payload) if flags & 1 else payload)
    reply.status = int(trailers["grpc-status"]) if "grpc-status" in trailers else None
    # Every failure has a request id of its own; Envoy sends one along, a UUID.
    reply.message = re.sub(
        "[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", "ID", unquote(trailers.get("grpc-message", ""))
    )
    # In an answer without messages, Envoy's trailers are headers: then trailing metadata is among the initial.
    reply.initial = _echoes(headers, "x-echo-initial")
    reply.trailing = _echoes(trailers, "x-echo-trailing")
    raw = trailers.get("grpc-status-details-bin", "")
    reply.details = [item.type_url for item in status_pb2.Status.FromString(_unpadded(raw)).details]
    return reply


def _echoes(metadata: Mapping[str, str], prefix: str) -> dict[str, Any]:
    return {key: value.rstrip("=") for key, value in metadata.items() if key.startswith(prefix)}


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _decode_base64(text: bytes) -> bytes:
    """Pieces that are padded each are joined."""
    return b"".join(base64.b64decode(text[start : start + 4]) for start in range(0, len(text), 4))
