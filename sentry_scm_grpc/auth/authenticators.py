"""The interface of authenticators, which turn a call's credential into a principal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from sentry_scm_grpc.errors import Unauthenticated
from sentry_scm_grpc.rpc.principal import Principal

Metadata = Mapping[str, str | bytes]


class IncomingCall(NamedTuple):
    """What an authenticator sees of a call. Its repr contains no credential."""

    #: The RPC's path, such as "/package.Service/Rpc", without the site's prefix.
    method: str
    #: Keys are lower case. Several values of one key are joined by commas, as in HTTP.
    metadata: Metadata
    #: The caller's address; see auth/source.py.
    source: str
    #: The request as it was sent, before compression and framing. None if the caller streams requests.
    message: bytes | None
    #: How ``message`` is encoded: "proto" or "json".
    encoding: str

    def __repr__(self) -> str:
        return f"IncomingCall(method={self.method!r}, source={self.source!r}, encoding={self.encoding!r})"


class Authenticator(Protocol):
    """Recognizes one kind of credential.

    It may have an attribute ``sends``: what a caller sends, such as "an API key in the header 'x-api-key'". A caller
    without credentials is told.
    """

    def presented(self, metadata: Metadata) -> str | None:
        """A name for the credential that a call presents, such as "api-key:1f2e". None if it has no credential of this
        kind.

        The name appears in the log and failures are counted by it, so it must not be the credential itself.
        """
        ...

    def authenticate(self, call: IncomingCall) -> Principal:
        """The principal of the credential that ``presented`` named. Raises Unauthenticated, or BadCredentials if the
        log should say more than the caller may know."""
        ...


class BadCredentials(Unauthenticated):
    """A credential that was refused. ``why`` is only for the log."""

    def __init__(self, message: str, *, why: str, **details: Any) -> None:
        super().__init__(message, **details)
        self.why = why


def two_credentials() -> Unauthenticated:
    """The error for a call with credentials of two kinds: the service does not choose one of them."""
    return Unauthenticated("The call has credentials of two kinds. Send only one.", reason="TWO_CREDENTIALS")
