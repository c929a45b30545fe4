"""The interface of authenticators: from the metadata of a call to a principal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sentry_scm_grpc.auth.principal import Principal


class Authenticator(Protocol):
    """Recognizes one kind of credential."""

    def authenticate(self, metadata: Mapping[str, str | bytes]) -> Principal | None:
        """The principal; None where the metadata holds no credential of this kind.

        Keys are lower case. Raises Unauthenticated for a credential of this kind that is bad, expired or inactive: no
        other authenticator is asked then.
        """
        ...
