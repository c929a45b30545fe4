"""The interface of those who watch calls."""

from __future__ import annotations

from collections.abc import Callable

from sentry_scm_grpc.telemetry.calls import ObservedCall, VendorCall


class Observer:
    """Watches every call, each method where it has something to do."""

    def began(self, call: ObservedCall) -> None:
        """A call has come."""

    def entered(self, call: ObservedCall) -> Callable[[], None] | None:
        """This thread works on the call until what is returned is called. A stream is worked on once per message."""
        return None

    def sent(self, call: ObservedCall, message: object) -> None:
        """A message is about to be sent: the answer, or one of a stream."""

    def ended(self, call: ObservedCall) -> None:
        """The call is over: a stream with its last message, or when its client left."""

    def vendor_began(self, call: VendorCall) -> None:
        """A vendor is about to be asked."""

    def vendor_ended(self, call: VendorCall) -> None:
        """The vendor has answered, or has not."""

    def quota_seen(self, provider: str, bucket: str, left: float) -> None:
        """A vendor has said how much of a rate limit of an integration is left, as a part of 1."""
