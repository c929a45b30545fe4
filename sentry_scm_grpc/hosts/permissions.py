"""What an integration's credential may not do, from the permissions that the vendor granted it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.rpc.policy import RPCS

#: RPCs that work in part with the permission of another operation: which operation, and what works.
_HALVES = {"SyncIssueStatus": ("get_issue", "from the tracker to the group")}


def lacking(adapter: type[Vendor], granted: Collection[str], who: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """The RPCs that do not work with these permissions, as ``Host.lacks`` returns them.

    ``granted`` has the vendor's own names of permissions. ``who`` begins a sentence, such as "The credential".
    """
    for rpc in RPCS.values():
        if not (wanted := _missing(adapter, rpc.needs, granted)):
            continue
        told = f"{who} had none of the permissions {', '.join(wanted)}."
        operation, half = _HALVES.get(rpc.name, ("", ""))
        if half and not _missing(adapter, operation, granted):
            yield rpc.name, ("", f"It works only {half}. {told}")
        else:
            yield rpc.name, ("SCOPE_MISSING", told)


def _missing(adapter: type[Vendor], operation: str, granted: Collection[str]) -> Sequence[str]:
    """The vendor's permissions of which an operation needs one, if none of them was granted."""
    permission = adapter.permission_for(operation)
    if adapter.standalone is None or permission is None or not adapter.supports(operation):
        return ()
    wanted = adapter.standalone.permissions.get(permission, ())
    return wanted if set(granted).isdisjoint(wanted) else ()
