"""The authenticator of services: the caller signs each call with a shared secret.

docs/how-to/authentication.md describes it.
"""

from __future__ import annotations

import hmac
import secrets
import time

from django.core.exceptions import ImproperlyConfigured

from sentry_scm_grpc.auth import nonces
from sentry_scm_grpc.auth.authenticators import BadCredentials, IncomingCall, Metadata
from sentry_scm_grpc.auth.clock import Clock
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.conf.signing_keys import SigningKey
from sentry_scm_grpc.rpc import signature
from sentry_scm_grpc.rpc.host import current_host
from sentry_scm_grpc.rpc.principal import Principal
from sentry_scm_grpc.rpc.signature import HEADER, WINDOW_SECONDS, Signature

# Used for an unknown key id, so that it takes as long as a known one. Nobody knows this secret.
_NO_SECRETS = (secrets.token_bytes(32),)
# How many existing organizations are remembered. If more are in use at once, all are forgotten.
MAX_REMEMBERED = 10_000


class HmacAuthenticator:
    """Raises ImproperlyConfigured if the cache cannot keep nonces."""

    sends = "a signature of the call in the header 'x-signature'"

    def __init__(self) -> None:
        if problem := nonces.cache_problem():
            raise ImproperlyConfigured(problem)
        self._organizations: dict[int, float] = {}
        self._clock = Clock()

    def presented(self, metadata: Metadata) -> str | None:
        value = metadata.get(HEADER)
        if value is None:
            return None
        given = signature.read(value)
        return "hmac:" if given is None else f"hmac:{given.key_id}"

    def authenticate(self, call: IncomingCall) -> Principal:
        given = signature.read(call.metadata[HEADER])
        if given is None:
            raise BadCredentials(
                "The metadata 'x-signature' must have this form: v1;key=ID;time=SECONDS;nonce=16-64 CHARACTERS;"
                "organization=ID;hmac=64 HEX DIGITS.",
                reason="SIGNATURE_MALFORMED",
                why="x-signature has the wrong form",
            )
        if call.message is None:
            raise BadCredentials(
                "A call that streams requests cannot be signed. Use another credential.",
                reason="SIGNATURE_UNSUPPORTED",
                why="the call streams requests, or its bytes are not known",
            )
        # At every signature, so that no jump is missed.
        self._clock.look()
        key = conf().HMAC_KEYS.get(given.key_id)
        good = _is_good(given, key, call)
        if key is None or not good:
            raise _refusal(f"key {given.key_id!r} is unknown" if key is None else "the signature is wrong")
        self._check_more(given, key)
        organization_id = given.organization_id if self._exists(given.organization_id) else None
        return Principal(f"hmac:{given.key_id}", organization_id, key.scopes)

    def _check_more(self, given: Signature, key: SigningKey) -> None:
        """The checks of a correct signature."""
        ahead = given.time - int(time.time())
        if abs(ahead) > WINDOW_SECONDS:
            # The only reason that the caller is told: a caller who knows the secret could not find it out.
            raise BadCredentials(
                f"The time in the signature is {abs(ahead)} seconds {'ahead of' if ahead > 0 else 'behind'} the"
                f" service's clock, and may be {WINDOW_SECONDS}. Set the clock, and sign each call when it is made.",
                reason="SIGNATURE_OUTSIDE_WINDOW",
                metadata={"seconds_ahead": str(ahead), "window_seconds": str(WINDOW_SECONDS)},
                why=f"its time is {ahead} seconds ahead",
            )
        if self._clock.has_been(given.time, WINDOW_SECONDS):
            # Its nonce may not be stored any more.
            raise _refusal("the clock was set, and its time is one that the clock has shown before")
        if key.expired():
            raise _refusal("the key has expired")
        if not key.opens(given.organization_id):
            raise _refusal(f"the key is not for organization {given.organization_id}")
        # Last, because only a caller with the secret may use up a nonce.
        if not nonces.use(given.key_id, given.nonce):
            raise _refusal("the nonce was used before")

    def _exists(self, organization_id: int) -> bool:
        """Whether the site has the organization. The answer is kept for CREDENTIAL_CACHE_SECONDS."""
        now = time.monotonic()
        if self._organizations.get(organization_id, 0.0) > now:
            return True
        if not current_host().has_organization(organization_id):
            return False
        if len(self._organizations) >= MAX_REMEMBERED:
            self._organizations.clear()
        self._organizations[organization_id] = now + conf().CREDENTIAL_CACHE_SECONDS
        return True


def _is_good(given: Signature, key: SigningKey | None, call: IncomingCall) -> bool:
    string = signature.string_to_sign(given.head, call.method, call.encoding, call.message or b"")
    # Every secret is tried, so that the time does not reveal which one was right.
    matches = [
        hmac.compare_digest(signature.sign(secret, string), given.hmac)
        for secret in (_NO_SECRETS if key is None else key.secrets)
    ]
    return any(matches)


def _refusal(why: str) -> BadCredentials:
    """The same error for every reason, so that callers do not learn which keys exist or whether a secret is right."""
    return BadCredentials(
        "The signature is not valid. Check the key id, the secret, the string that is signed, the organization,"
        " that the key has not expired, and that each call has a new nonce. The service's log has the reason.",
        reason="SIGNATURE_INVALID",
        why=why,
    )
