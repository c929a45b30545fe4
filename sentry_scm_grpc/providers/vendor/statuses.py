"""What an HTTP status of a vendor means to our caller. No text of the vendor's gets into a message."""

from __future__ import annotations

from collections.abc import Callable

from sentry_scm_grpc import errors
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.providers.vendor.reading import bad_answer

_UNAUTHORIZED = (
    "The provider does not accept the integration's own credentials any more. Reinstall or reauthorize the integration."
)
_FORBIDDEN = "The provider forbids this to the integration. Give the integration access to it at the provider."
_INVALID = "The provider does not accept these values. Check them against what it allows."
_GONE = "The provider has deleted this, or has it switched off, as a repository without an issue tracker has."

_BY_STATUS: dict[int, Callable[[], ScmError]] = {
    400: lambda: errors.InvalidArgument(_INVALID, reason="VENDOR_INVALID"),
    401: lambda: errors.FailedPrecondition(_UNAUTHORIZED, reason="INTEGRATION_UNAUTHORIZED"),
    402: lambda: errors.PermissionDenied(_FORBIDDEN, reason="VENDOR_FORBIDDEN"),
    403: lambda: errors.PermissionDenied(_FORBIDDEN, reason="VENDOR_FORBIDDEN"),
    404: lambda: errors.NotFound(
        "The provider has no such thing, or hides it from the integration.", reason="VENDOR_NOT_FOUND"
    ),
    409: lambda: errors.Aborted(
        "Something at the provider changed meanwhile. Repeat the call.", reason="VENDOR_CONFLICT"
    ),
    410: lambda: errors.FailedPrecondition(_GONE, reason="VENDOR_DISABLED"),
    # Too much of a query or of an address.
    413: lambda: errors.InvalidArgument(_INVALID, reason="VENDOR_INVALID"),
    414: lambda: errors.InvalidArgument(_INVALID, reason="VENDOR_INVALID"),
    422: lambda: errors.InvalidArgument(_INVALID, reason="VENDOR_INVALID"),
    423: lambda: errors.PermissionDenied(_FORBIDDEN, reason="VENDOR_FORBIDDEN"),
    451: lambda: errors.PermissionDenied(_FORBIDDEN, reason="VENDOR_FORBIDDEN"),
    408: lambda: timed_out(),
    504: lambda: timed_out(),
    # Cloudflare, which stands before gitlab.com, waited in vain.
    522: lambda: timed_out(),
    524: lambda: timed_out(),
    # Bitbucket Cloud: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/
    555: lambda: timed_out(),
}

# By name, because requests and urllib3 come with the site: the bases of what they raise for a timeout.
_TIMEOUTS = {("requests.exceptions", "Timeout"), ("urllib3.exceptions", "TimeoutError")}


def error_of_status(status: int) -> ScmError:
    """The status error for a status of 400 and above; 429 is the rate limit's (``providers.quota``).

    A status from 400 to 499 that is not listed says that our request is wrong: to repeat it does not help.
    """
    make = _BY_STATUS.get(status)
    if make is not None:
        return make()
    return unreachable() if status >= 500 else bad_answer()


def timed_out() -> ScmError:
    return errors.Unavailable("The provider did not answer in time. Repeat the call later.", reason="PROVIDER_TIMEOUT")


def unreachable(error: BaseException | None = None) -> ScmError:
    """For a vendor that gave no answer; ``error`` is what came instead, where it says more."""
    if error is not None and is_timeout(error):
        return timed_out()
    return errors.Unavailable("The provider cannot be reached, or fails. Repeat the call later.")


def is_timeout(error: BaseException) -> bool:
    """Whether an exception is a timeout of a connection, or wraps one.

    A session that retries gives up with ``ConnectionError(MaxRetryError(reason=ReadTimeoutError))``; proxies and TLS
    have further wrappings.
    """
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        names = {(base.__module__, base.__name__) for base in type(found).__mro__}
        # urllib3 1 derives a connection that was refused from one that took too long.
        if isinstance(found, TimeoutError) or (names & _TIMEOUTS and type(found).__name__ != "NewConnectionError"):
            return True
        inner = (found.__cause__ or found.__context__, getattr(found, "reason", None), *found.args)
        waiting += [value for value in inner if isinstance(value, BaseException)]
    return False


def moved() -> ScmError:
    """For a write, which is not carried to another address."""
    return errors.FailedPrecondition(
        "The provider has this at another place now. Name it by that: SyncRepository reads where a repository is, and"
        " LinkExternalIssue where an issue is.",
        reason="VENDOR_MOVED",
    )
