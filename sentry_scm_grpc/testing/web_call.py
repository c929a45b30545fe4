"""One gRPC-Web call through Django's test client. The frames are written by hand, so that tests see what a client
sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import grpc
from django.test import Client
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from sentry_scm_grpc.rpc.policy import RPCS

STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}


@dataclass
class CallResult:
    """The result: ``status``, the messages, and the details of an error."""

    status: grpc.StatusCode
    text: str
    messages: list[Any]
    trailers: dict[str, str] = field(default_factory=dict)

    @property
    def message(self) -> Any:
        """The message of a unary call that succeeded."""
        assert self.status is grpc.StatusCode.OK, f"{self.status.name} {self.reason}: {self.text}"
        (message,) = self.messages
        return message

    def _detail(self, kind: type[Message]) -> Any:
        import base64

        raw = self.trailers.get("grpc-status-details-bin", "")
        status = status_pb2.Status.FromString(base64.b64decode(raw + "=" * (-len(raw) % 4)))
        detail = kind()
        for packed in status.details:
            if packed.Unpack(detail):
                break
        return detail

    @property
    def reason(self) -> str:
        return str(self._detail(error_details_pb2.ErrorInfo).reason)

    @property
    def metadata(self) -> dict[str, str]:
        return dict(self._detail(error_details_pb2.ErrorInfo).metadata)

    @property
    def violations(self) -> dict[str, str]:
        """Field path -> what is wrong with the field."""
        return {v.field: v.description for v in self._detail(error_details_pb2.BadRequest).field_violations}

    @property
    def retry_after(self) -> float:
        """In seconds; 0 if the answer does not tell."""
        return float(self._detail(error_details_pb2.RetryInfo).retry_delay.ToNanoseconds()) / 1e9

    @property
    def request_id(self) -> str:
        return str(self._detail(error_details_pb2.RequestInfo).request_id)


def web_call(
    rpc_name: str, request: Message, metadata: Mapping[str, str] | None = None, prefix: str = "/grpc"
) -> CallResult:
    """Makes a call to this process's Django site, through its middleware."""
    rpc = RPCS[rpc_name]
    body = request.SerializeToString()
    headers: dict[str, Any] = {
        f"HTTP_{key.upper().replace('-', '_')}": value for key, value in (metadata or {}).items()
    }
    response: Any = Client(raise_request_exception=False).post(
        prefix + rpc.path,
        b"\0" + len(body).to_bytes(4, "big") + body,
        content_type="application/grpc-web+proto",
        **headers,
    )
    assert response.status_code == 200, response.status_code
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return parse_answer(content, rpc.response_class)


def parse_answer(content: bytes, message_class: type[Message]) -> CallResult:
    """Reads the frames of a gRPC-Web body (PROTOCOL-WEB)."""
    messages: list[Any] = []
    trailers: dict[str, str] = {}
    while content:
        flag, size = content[0], int.from_bytes(content[1:5], "big")
        payload, content = content[5 : 5 + size], content[5 + size :]
        if flag & 0x80:
            lines = [line.partition(":") for line in payload.decode().split("\r\n") if line]
            trailers = {key.strip().lower(): value.strip() for key, _, value in lines}
        else:
            messages.append(message_class.FromString(payload))
    status = STATUS_CODES[int(trailers["grpc-status"])]
    return CallResult(status, unquote(trailers.get("grpc-message", "")), messages, trailers)
