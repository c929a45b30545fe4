"""The Python clients that are tried, each behind the same small interface."""

from __future__ import annotations

import base64
from typing import Any

import grpc
import sonora.client
from connectrpc.client import ConnectClientSync, ResponseMetadata
from connectrpc.compat import google_protobuf_codecs
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from google.protobuf.any_pb2 import Any as PackedDetail
from google.protobuf.message import Message

from tests.clients.python_scenarios import Answer, Metadata, decoded, details_in, details_of


class GrpcioClient:
    """grpcio itself, and what has its interface."""

    def __init__(self, channel: Any, api_key: str) -> None:
        self._channel = channel
        self._api_key = api_key

    def __call__(
        self,
        method: str,
        request: Message,
        kind: type[Message],
        *,
        streams: bool = False,
        timeout: float | None = None,
        metadata: Metadata | None = None,
    ) -> Answer:
        make = self._channel.unary_stream if streams else self._channel.unary_unary
        stub = make(f"/{method}", type(request).SerializeToString, kind.FromString)
        sent = list(({"x-api-key": self._api_key} | dict(metadata or {})).items())
        messages: list[Any] = []
        try:
            if streams:
                call = stub(request, timeout=timeout, metadata=sent)
                messages.extend(call)
            else:
                message, call = stub.with_call(request, timeout=timeout, metadata=sent)
                messages.append(message)
        except grpc.RpcError as error:
            return self._failed(error, messages)
        initial, trailing = decoded(call.initial_metadata()), decoded(_pairs(call.trailing_metadata()))
        return Answer(grpc.StatusCode.OK, "", messages, initial, trailing)

    def _failed(self, error: Any, messages: list[Any]) -> Answer:
        # sonora's error has none.
        trailing = decoded(_pairs(getattr(error, "trailing_metadata", dict)()))
        return Answer(error.code(), error.details() or "", messages, {}, trailing, details_in(trailing))


def sonora_client(url: str, api_key: str) -> GrpcioClient:
    return GrpcioClient(sonora.client.insecure_web_channel(f"{url}/"), api_key)


def _pairs(metadata: Any) -> Any:
    return metadata.items() if hasattr(metadata, "items") else metadata or ()


class ConnectrpcClient:
    def __init__(self, url: str, api_key: str, protocol: ProtocolType, codec: str = "proto", **options: Any) -> None:
        chosen = next(found for found in google_protobuf_codecs() if found.name() == codec)
        self._client = ConnectClientSync(url, protocol=protocol, codec=chosen, **options)
        self._api_key = api_key

    def __call__(
        self,
        method: str,
        request: Message,
        kind: type[Message],
        *,
        streams: bool = False,
        timeout: float | None = None,
        metadata: Metadata | None = None,
    ) -> Answer:
        service, _, name = method.partition("/")
        stream_type = StreamType.SERVER_STREAM if streams else StreamType.UNARY
        info: MethodInfo[Any, Any] = MethodInfo(
            name=name,
            service_name=service,
            input=type(request),
            output=kind,
            idempotency_level=IdempotencyLevel.UNKNOWN,
            stream_type=stream_type,
        )
        sent = {"x-api-key": self._api_key} | {
            key: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for key, value in (metadata or {}).items()
        }
        arguments: dict[str, Any] = {"request": request, "method": info, "headers": sent}
        arguments["timeout_ms"] = None if timeout is None else int(timeout * 1000)
        messages: list[Any] = []
        with ResponseMetadata() as received:
            try:
                if streams:
                    messages.extend(self._client.execute_server_stream(**arguments))
                else:
                    messages.append(self._client.execute_unary(**arguments))
            except ConnectError as error:
                code = grpc.StatusCode[error.code.name.replace("CANCELED", "CANCELLED")]
                details = [
                    PackedDetail(type_url=f"/{item.type_name}", value=item.message_bytes) for item in error.details
                ]
                return Answer(code, error.message, messages, details=details_of(details))
        initial, trailing = decoded(received.headers.items()), decoded(received.trailers.items())
        return Answer(grpc.StatusCode.OK, "", messages, initial, trailing)
