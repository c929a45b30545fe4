"""The context of a call over HTTP/2. It is grpcio's own, but the call ends as on the other transports."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc

from sentry_scm_grpc.rpc.request_ids import request_id_of
from sentry_scm_grpc.server.ending import EndingContext, OutgoingMetadata
from sentry_scm_grpc.server.metadata import InvalidMetadata, sendable

log = logging.getLogger("sentry_scm_grpc.server")


class NativeContext(EndingContext):
    """Keeps the status until ``settle``. ``inner`` is grpcio's context."""

    def __init__(self, inner: grpc.ServicerContext, method: str) -> None:
        super().__init__()
        self._inner: Any = inner
        self.method = method

    def __getattr__(self, name: str) -> Any:
        # Members of grpcio's contexts that are not documented, and attributes that the transport has set.
        return getattr(self.__dict__["_inner"], name)

    @property
    def request_id(self) -> str:
        return request_id_of(self._inner)

    def invocation_metadata(self) -> Any:
        return self._inner.invocation_metadata()

    def peer(self) -> str:
        return str(self._inner.peer())

    def peer_identities(self) -> Sequence[bytes] | None:
        found: Sequence[bytes] | None = self._inner.peer_identities()
        return found

    def peer_identity_key(self) -> str | None:
        found: str | None = self._inner.peer_identity_key()
        return found

    def auth_context(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._inner.auth_context()
        return found

    def time_remaining(self) -> float:
        return float(self._inner.time_remaining())

    def expired(self) -> bool:
        return self.time_remaining() <= 0

    def is_active(self) -> bool:
        return self._active and bool(self._inner.is_active())

    def add_callback(self, callback: Callable[[], None]) -> bool:
        return bool(self._inner.add_callback(callback))

    def cancel(self) -> None:
        super().cancel()
        self._inner.cancel()

    def set_compression(self, compression: grpc.Compression) -> None:
        self._inner.set_compression(compression)

    def disable_next_message_compression(self) -> None:
        self._inner.disable_next_message_compression()

    def send_initial_metadata(self, initial_metadata: OutgoingMetadata) -> None:
        try:
            lines = sendable(initial_metadata)
        except InvalidMetadata as error:
            log.error("%s sent initial metadata that cannot be sent: %s", self.method, error)
            self.invalid()
        else:
            self._inner.send_initial_metadata(tuple(lines))

    def settle(self) -> None:
        """Passes the status to grpcio. If it is not OK, raises the exception that grpcio knows as an abort."""
        code, details, trailing = self.status()
        try:
            lines = sendable(trailing)
        except InvalidMetadata as error:
            log.error("%s set trailing metadata that cannot be sent: %s", self.method, error)
            self.invalid()
            code, details, trailing = self.status()
            lines = sendable(trailing)
        self._inner.set_trailing_metadata(tuple(lines))
        if code is not grpc.StatusCode.OK:
            self._inner.abort(code, details)
