"""Turns exceptions of Sentry, and of the vendors behind it, into status errors.

``installation.raise_error`` of Sentry hides the vendor's answer in a new exception. The first ApiError in the chain of
causes decides. Messages never contain text of a vendor's answer: it may be a page, and may contain a token.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from sentry_scm_grpc import errors
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.compat.symbols import symbol
from sentry_scm_grpc.providers.vendor.statuses import error_of_status, unreachable

log = logging.getLogger(__name__)

# How many seconds to wait if the vendor does not say.
RETRY_AFTER = 60.0


def map_error(error: Exception) -> ScmError | None:
    """The status error. None for an exception that is a bug."""
    chain = list(_chain(error))
    if any(_is(cause, "RestrictedIPAddress") for cause in chain):
        return errors.FailedPrecondition(
            "Sentry does not call the provider, because its address is in SENTRY_DISALLOWED_IPS. The operator can"
            " allow it; docs/how-to/sentry.md says how.",
            reason="VENDOR_ADDRESS_BLOCKED",
        )
    for cause in chain:
        if _is(cause, "ApiError"):
            return _of_api_error(cause)
    for cause in chain:
        if _is_of_silos(cause):
            return _unreachable_silo(cause)
        for name, make in _BY_NAME.items():
            if _is(cause, name):
                return make(cause)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


_PLACES = {
    "ApiError": "sentry.shared_integrations.exceptions:ApiError",
    "UnsupportedResponseType": "sentry.shared_integrations.exceptions:UnsupportedResponseType",
    "IntegrationFormError": "sentry.shared_integrations.exceptions:IntegrationFormError",
    "IntegrationConfigurationError": "sentry.shared_integrations.exceptions:IntegrationConfigurationError",
    "IntegrationResourceNotFoundError": "sentry.shared_integrations.exceptions:IntegrationResourceNotFoundError",
    "IntegrationProviderError": "sentry.shared_integrations.exceptions:IntegrationProviderError",
    "IntegrationError": "sentry.shared_integrations.exceptions:IntegrationError",
    "IntegrationFeatureNotImplementedError": "sentry.integrations.base:IntegrationFeatureNotImplementedError",
    "InvalidIdentity": "sentry.exceptions:InvalidIdentity",
    "IdentityNotValid": "sentry.auth.exceptions:IdentityNotValid",
    "AvailabilityError": "sentry.silo.base:SiloLimit.AvailabilityError",
    "UnableToAcquireLock": "sentry.utils.locking:UnableToAcquireLock",
    "RequestException": "requests.exceptions:RequestException",
    "HTTPError": "urllib3.exceptions:HTTPError",
    "NotImplementedError": "builtins:NotImplementedError",
    "RestrictedIPAddress": "sentry.exceptions:RestrictedIPAddress",
}
# Older Sentrys lack the newer ones, and do not raise them.
_CLASSES = {
    name: symbol(f"exception {name}", place, without="such failures are reported as INTERNAL", optional=True)
    for name, place in _PLACES.items()
}


# Exceptions of calls between the silos of a divided Sentry. Each version has some of them, and their module moved.
_SILO_MODULES = (
    "sentry.hybridcloud.rpc",
    "sentry.services.hybrid_cloud.rpc",
    "sentry.types.region",
    "sentry.types.cell",
)
_SILO_ERRORS = {
    "RpcRemoteException",
    "RpcResponseException",
    "RpcDisabledException",
    "RpcServiceSetupException",
    "RpcAuthenticationSetupException",
    "RpcSendException",
    "RpcServiceUnimplementedException",
    "RegionResolutionError",
    "CellResolutionError",
}


def _is_of_silos(error: BaseException) -> bool:
    bases = type(error).__mro__
    return any(base.__name__ in _SILO_ERRORS and base.__module__.startswith(_SILO_MODULES) for base in bases)


def _is(error: BaseException, name: str) -> bool:
    """Whether an exception is of a class. If this Sentry lacks the class, it is not."""
    if name in ("Integration.DoesNotExist", "Identity.DoesNotExist"):
        return isinstance(error, compat.model(name.partition(".")[0]).DoesNotExist)
    known = _CLASSES[name].find()
    return known is not None and isinstance(error, known)


def _of_api_error(error: Any) -> ScmError:
    """By the vendor's HTTP status, which is the ``code`` of Sentry's exception."""
    if _is(error, "UnsupportedResponseType"):
        return _bad_answer(error)
    code = error.code
    if code == 429 or (code == 403 and _is_rate_limit(error)):
        return errors.ResourceExhausted(
            "The provider's rate limit is used up. Wait, then repeat the call.",
            reason="VENDOR_RATE_LIMITED",
            retry_after=RETRY_AFTER,
        )
    if code is None:
        # GitHub's GraphQL answers 200 with errors. Sentry turns them into an ApiError without a code.
        if "not exist" in (error.text or "") or "Could not resolve" in (error.text or ""):
            return errors.NotFound("The provider has no such ref or file.", reason="VENDOR_NOT_FOUND")
        return _bad_answer(error)
    if 400 <= code < 500 or code == 504:
        return error_of_status(code)
    # If no answer came, Sentry uses its own codes: 503, or the number of the system's error.
    return unreachable(error)


def _is_rate_limit(error: Any) -> bool:
    answer = error.json
    message = str(answer.get("message", "")) if isinstance(answer, dict) else ""
    return "rate limit" in message.lower()


def _bad_answer(error: Any) -> ScmError:
    return errors.Unavailable(
        "The provider's answer is not one of its API. Check the integration's address, or repeat the call later.",
        reason="BAD_VENDOR_RESPONSE",
    )


def _form_error(error: Any) -> ScmError:
    field_errors = error.field_errors or {}
    # The texts may come from the vendor. The names of the fields come from Sentry.
    violations = [(str(name)[:64], "is not accepted by the provider") for name in field_errors]
    return errors.InvalidArgument(
        "The provider does not accept these values. Check which values it allows.",
        reason="VENDOR_INVALID",
        violations=violations,
    )


def _integration_error(error: Any) -> ScmError:
    if str(error) == "Identity not found.":
        return error_of_status(401)
    return errors.FailedPrecondition(
        "Sentry's integration cannot do this in its present state. Check its settings in Sentry.",
        reason="INTEGRATION_ERROR",
    )


def _no_integration(error: Any) -> ScmError:
    return errors.NotFound("The integration is not installed any more.", reason="INTEGRATION_NOT_FOUND")


def _unsupported(error: Any) -> ScmError:
    return errors.Unimplemented("The provider cannot do this. GetCapabilities lists what it can.")


def _other_silo(error: Any) -> ScmError:
    return errors.Unimplemented("This part of a divided Sentry does not serve the RPC.", reason="SILO_UNSUPPORTED")


def _unreachable_silo(error: BaseException) -> ScmError:
    # Names of a service and a method of Sentry, and its own description of the error.
    log.error("Another silo of this Sentry cannot be reached: %s: %s", type(error).__name__, error)
    return errors.Unavailable(
        "Another part of this divided Sentry cannot be reached. Repeat the call later; its operator finds the reason in"
        " the log.",
        reason="SILO_UNREACHABLE",
    )


def _locked(error: Any) -> ScmError:
    return errors.Aborted("Another call is doing the same at the moment. Repeat this one in a moment.")


# In this order: each class before its base classes.
_BY_NAME = {
    "IntegrationFormError": _form_error,
    "IntegrationConfigurationError": _integration_error,
    "IntegrationResourceNotFoundError": lambda error: error_of_status(404),
    "InvalidIdentity": lambda error: error_of_status(401),
    "IdentityNotValid": lambda error: error_of_status(401),
    "Identity.DoesNotExist": lambda error: error_of_status(401),
    "Integration.DoesNotExist": _no_integration,
    "IntegrationFeatureNotImplementedError": _unsupported,
    "IntegrationProviderError": lambda error: unreachable(),
    "IntegrationError": _integration_error,
    "AvailabilityError": _other_silo,
    "UnableToAcquireLock": _locked,
    # Token renewals, and other requests that do not use Sentry's client.
    "RequestException": lambda error: _bad_answer(error) if isinstance(error, ValueError) else unreachable(error),
    "HTTPError": unreachable,
    "NotImplementedError": _unsupported,
}
