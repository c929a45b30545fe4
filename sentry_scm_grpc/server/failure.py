"""The exception with which the transport itself refuses a call."""

from __future__ import annotations

import grpc


class RpcFailure(Exception):
    """A call that ends with this status. ``headers`` go into the HTTP response."""

    def __init__(self, code: grpc.StatusCode, details: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(details)
        self.code = code
        self.details = details
        self.headers = headers


def broken(details: str) -> RpcFailure:
    """The error for a request that breaks the protocol: INTERNAL, as in gRPC's own servers."""
    return RpcFailure(grpc.StatusCode.INTERNAL, details)


def too_large(size: int, limit: int) -> RpcFailure:
    # The first words are those of gRPC's own servers.
    said = f"Received message larger than max ({size} vs. {limit})"
    return RpcFailure(
        grpc.StatusCode.RESOURCE_EXHAUSTED, f"{said}. Send less in a call, or have MAX_MESSAGE_BYTES raised."
    )
