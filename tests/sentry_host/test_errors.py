"""What goes wrong behind Sentry becomes a status, and no vendor's text comes out with it."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
import requests
from sentry.auth.exceptions import IdentityNotValid
from sentry.exceptions import InvalidIdentity
from sentry.models import Identity, Integration
from sentry.services.hybrid_cloud.rpc import RpcSendException
from sentry.shared_integrations import exceptions
from sentry.silo.base import SiloLimit
from sentry.utils.locking import UnableToAcquireLock
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError, ReadTimeoutError, ResponseError, SSLError

from sentry_scm_grpc.hosts.sentry.errors import map_error

# For an error that is logged, Sentry's SDK reads an option from the database. Where it may not, it has one more error.
pytestmark = pytest.mark.django_db

Code = grpc.StatusCode
SECRET = "<html>ghs_secret</html>"


def wrapped(inner: Exception, outer: Exception) -> Exception:
    """What ``raise outer from inner`` raises."""
    outer.__cause__ = inner
    return outer


def retried(reason: Exception, outer: type[requests.RequestException] = requests.ConnectionError) -> Exception:
    """What requests raises where a session that retries gives up."""
    return outer(MaxRetryError(None, "/", reason))


READ_TIMEOUT = ReadTimeoutError(None, "/", SECRET)
REFUSED = NewConnectionError(None, SECRET)


def silo_error(name: str, module: str) -> Exception:
    """An exception of the calls between silos, which this Sentry has only some of, from where newer ones have it."""
    made: Exception = type(name, (Exception,), {"__module__": module})(f"organization.get: {SECRET}")
    return made


def api_error(code: int | None, text: str = SECRET) -> Exception:
    return exceptions.ApiError(text, code)


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (api_error(400), Code.INVALID_ARGUMENT, "VENDOR_INVALID"),
        (exceptions.ApiUnauthorized(SECRET), Code.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED"),
        (api_error(403), Code.PERMISSION_DENIED, "VENDOR_FORBIDDEN"),
        (api_error(403, '{"message": "API rate limit exceeded"}'), Code.RESOURCE_EXHAUSTED, "VENDOR_RATE_LIMITED"),
        (exceptions.ApiRateLimitedError(SECRET), Code.RESOURCE_EXHAUSTED, "VENDOR_RATE_LIMITED"),
        (api_error(404), Code.NOT_FOUND, "VENDOR_NOT_FOUND"),
        (api_error(409), Code.ABORTED, "VENDOR_CONFLICT"),
        (api_error(410), Code.FAILED_PRECONDITION, "VENDOR_DISABLED"),
        (api_error(422), Code.INVALID_ARGUMENT, "VENDOR_INVALID"),
        (api_error(500), Code.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (exceptions.ApiHostError(SECRET), Code.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (exceptions.ApiConnectionResetError(SECRET), Code.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (exceptions.ApiTimeoutError(SECRET), Code.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (wrapped(retried(READ_TIMEOUT), exceptions.ApiHostError(SECRET)), Code.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (wrapped(retried(REFUSED), exceptions.ApiHostError(SECRET)), Code.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (api_error(503), Code.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (api_error(504), Code.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (wrapped(requests.Timeout(), api_error(404)), Code.NOT_FOUND, "VENDOR_NOT_FOUND"),
        (requests.ReadTimeout(SECRET), Code.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (requests.ConnectTimeout(SECRET), Code.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (requests.ConnectionError(SECRET), Code.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (requests.TooManyRedirects(SECRET), Code.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (requests.exceptions.JSONDecodeError(SECRET, "", 0), Code.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (
            retried(ResponseError("too many 503"), requests.exceptions.RetryError),
            Code.UNAVAILABLE,
            "PROVIDER_UNAVAILABLE",
        ),
        (
            retried(ProxyError(SECRET, TimeoutError()), requests.exceptions.ProxyError),
            Code.UNAVAILABLE,
            "PROVIDER_TIMEOUT",
        ),
        (retried(SSLError(TimeoutError()), requests.exceptions.SSLError), Code.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (requests.ConnectionError(TimeoutError("The deadline passed.")), Code.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (READ_TIMEOUT, Code.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (api_error(None), Code.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (api_error(None, "Branch does not exist in GitHub."), Code.NOT_FOUND, "VENDOR_NOT_FOUND"),
        (exceptions.UnsupportedResponseType("text/html", 200), Code.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (exceptions.IntegrationFormError({"repo": [SECRET]}), Code.INVALID_ARGUMENT, "VENDOR_INVALID"),
        (exceptions.IntegrationProviderError(SECRET), Code.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (exceptions.IntegrationError("Identity not found."), Code.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED"),
        (exceptions.IntegrationError(SECRET), Code.FAILED_PRECONDITION, "INTEGRATION_ERROR"),
        (InvalidIdentity(SECRET), Code.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED"),
        (IdentityNotValid(SECRET), Code.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED"),
        (Identity.DoesNotExist(SECRET), Code.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED"),
        (Integration.DoesNotExist(SECRET), Code.NOT_FOUND, "INTEGRATION_NOT_FOUND"),
        (SiloLimit.AvailabilityError(SECRET), Code.UNIMPLEMENTED, "SILO_UNSUPPORTED"),
        (UnableToAcquireLock(SECRET), Code.ABORTED, "CONCURRENT_WRITE"),
        *(
            (silo_error(name, module), Code.UNAVAILABLE, "SILO_UNREACHABLE")
            for name in ("RpcRemoteException", "RpcDisabledException", "RpcServiceSetupException")
            for module in ("sentry.hybridcloud.rpc.service", "sentry.services.hybrid_cloud.rpc")
        ),
        (RpcSendException(SECRET), Code.UNAVAILABLE, "SILO_UNREACHABLE"),
        (NotImplementedError(), Code.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_family_has_its_status(error: Exception, status: grpc.StatusCode, reason: str) -> None:
    mapped = map_error(error)
    assert mapped is not None
    assert (mapped.code, mapped.reason) == (status, reason)
    assert "secret" not in str(mapped.to_rpc_status()) + mapped.message
    assert (mapped.retry_after is not None) == (status is Code.RESOURCE_EXHAUSTED)


def test_the_vendors_answer_decides_whatever_sentry_wrapped_it_in() -> None:
    def wrapped() -> None:
        try:
            raise api_error(404)
        except exceptions.ApiError:
            raise exceptions.IntegrationError("You must grant Sentry access to acme/rocket")  # noqa: B904

    with pytest.raises(exceptions.IntegrationError) as caught:
        wrapped()
    mapped: Any = map_error(caught.value)
    assert (mapped.code, mapped.reason) == (Code.NOT_FOUND, "VENDOR_NOT_FOUND")


def test_a_bug_is_no_vendors_fault() -> None:
    assert map_error(KeyError("metadata")) is None
