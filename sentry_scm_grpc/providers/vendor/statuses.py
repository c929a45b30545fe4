"""The error for an HTTP status of a vendor. Messages contain no text of the vendor."""

from __future__ import annotations

from collections.abc import Callable

from sentry_scm_grpc import errors
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.providers.vendor.reading import bad_answer

#: The reason for a vendor that does not answer in time.
PROVIDER_TIMEOUT = "PROVIDER_TIMEOUT"

_UNAUTHORIZED = (
    "The provider no longer accepts the integration's credentials. Reinstall or reauthorize the integration."
)
_FORBIDDEN = "The provider does not allow this to the integration. Give the integration access at the provider."
_INVALID = "The provider does not accept these values. Check which values it allows."
_GONE = "The provider has deleted this or switched it off, for example the issue tracker of a repository."

_BY_STATUS: dict[int, Callable[[], ScmError]] = {
    400: lambda: errors.InvalidArgument(_INVALID, reason="VENDOR_INVALID"),
    401: lambda: errors.FailedPrecondition(_UNAUTHORIZED, reason="INTEGRATION_UNAUTHORIZED"),
    402: lambda: errors.PermissionDenied(_FORBIDDEN, reason="VENDOR_FORBIDDEN"),
    403: lambda: errors.PermissionDenied(_FORBIDDEN, reason="VENDOR_FORBIDDEN"),
    404: lambda: errors.NotFound(
        "The provider has no such thing, or hides it from the integration.", reason="VENDOR_NOT_FOUND"
    ),
    409: lambda: errors.Aborted(
        "Something changed at the provider during the call. Repeat the call.", reason="VENDOR_CONFLICT"
    ),
    410: lambda: errors.FailedPrecondition(_GONE, reason="VENDOR_DISABLED"),
    # The query or the address is too long.
    413: lambda: errors.InvalidArgument(_INVALID, reason="VENDOR_INVALID"),
    414: lambda: errors.InvalidArgument(_INVALID, reason="VENDOR_INVALID"),
    422: lambda: errors.InvalidArgument(_INVALID, reason="VENDOR_INVALID"),
    423: lambda: errors.PermissionDenied(_FORBIDDEN, reason="VENDOR_FORBIDDEN"),
    451: lambda: errors.PermissionDenied(_FORBIDDEN, reason="VENDOR_FORBIDDEN"),
    408: lambda: timed_out(),
    504: lambda: timed_out(),
    # Timeouts of Cloudflare, which is in front of gitlab.com.
    522: lambda: timed_out(),
    524: lambda: timed_out(),
    # Bitbucket Cloud: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/
    555: lambda: timed_out(),
}

# The base classes of timeouts in requests and urllib3, by name: these libraries belong to the site.
_TIMEOUTS = {("requests.exceptions", "Timeout"), ("urllib3.exceptions", "TimeoutError")}


def error_of_status(status: int) -> ScmError:
    """The error for a status of 400 or more. ``quota`` handles 429.

    A status from 400 to 499 that is not listed means that our request is wrong. Repeating it would not help.
    """
    make = _BY_STATUS.get(status)
    if make is not None:
        return make()
    return unreachable() if status >= 500 else bad_answer()


def timed_out() -> ScmError:
    return errors.Unavailable("The provider did not answer in time. Repeat the call later.", reason=PROVIDER_TIMEOUT)


def unreachable(error: BaseException | None = None) -> ScmError:
    """The error for a vendor that did not answer. ``error`` is the exception, if there is one."""
    if error is not None and is_timeout(error):
        return timed_out()
    return errors.Unavailable("The provider cannot be reached, or has failed. Repeat the call later.")


def is_timeout(error: BaseException) -> bool:
    """Whether an exception is a timeout of a connection, or wraps one.

    A session with retries raises ``ConnectionError(MaxRetryError(reason=ReadTimeoutError))``. Proxies and TLS add other
    wrappers.
    """
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        names = {(base.__module__, base.__name__) for base in type(found).__mro__}
        # In urllib3 1 a refused connection is a subclass of a timeout.
        if isinstance(found, TimeoutError) or (names & _TIMEOUTS and type(found).__name__ != "NewConnectionError"):
            return True
        inner = (found.__cause__ or found.__context__, getattr(found, "reason", None), *found.args)
        waiting += [value for value in inner if isinstance(value, BaseException)]
    return False


def moved() -> ScmError:
    """The error for a write that was redirected. Writes do not follow redirects."""
    return errors.FailedPrecondition(
        "This has moved at the provider. Use its new name: SyncRepository reads that of a repository, and"
        " LinkExternalIssue that of an issue.",
        reason="VENDOR_MOVED",
    )
