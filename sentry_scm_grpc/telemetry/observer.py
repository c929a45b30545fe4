"""The interface of observers of calls."""

from __future__ import annotations

from collections.abc import Callable

from sentry_scm_grpc.telemetry.calls import ObservedCall, VendorCall


class Observer:
    """Observes every call. A subclass overrides the methods that it needs."""

    def began(self, call: ObservedCall) -> None:
        """A call has arrived."""

    def entered(self, call: ObservedCall) -> Callable[[], None] | None:
        """This thread works on the call until the returned function is called. For a stream, this happens once for each
        message."""
        return None

    def sent(self, call: ObservedCall, message: object) -> None:
        """A message is about to be sent: the answer, or one message of a stream."""

    def ended(self, call: ObservedCall) -> None:
        """The call is over. A stream is over after its last message, or when its client disconnects."""

    def vendor_began(self, call: VendorCall) -> None:
        """A request to a vendor is about to be sent."""

    def vendor_ended(self, call: VendorCall) -> None:
        """The vendor has answered, or the request has failed."""

    def quota_seen(self, provider: str, bucket: str, left: float) -> None:
        """A vendor has told how much of a rate limit of an integration is left, from 0 to 1."""
