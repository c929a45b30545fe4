"""The base of every vendor's adapter: the way to the vendor's API.

Each capability is a class in a module of this package: ``repositories``, ``commits``, ``blame``, ``files``, ``urls``,
``code_owners``, ``tree``, ``search``, ``issues``. A vendor's adapter inherits those that its vendor has, and defines
their abstract methods. These methods ask the vendor through ``self.http``. Everything else (deadlines, limits, caching,
filters, page tokens) is handled here. For all of them:

- If a thing does not exist, let the Absent pass that ``self.http`` raises for a 404. The base then finds out whether
  the repository, the ref or the path is missing. If the adapter knows which one it is, it raises an error of
  ``errors``.
- An empty ``ref`` means the default branch.
- A ``position`` is None for the first page, and then ``Page.next`` of the page before: any JSON value.
- ``Page.incomplete`` has a reason if the vendor leaves out items.
- Read an answer about a full SHA (``is_full_sha``) with ``immutable=True``.
- The capability names in ``permissions`` what each of its operations needs of a credential.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack, lack_by_status
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.http import Http
from sentry_scm_grpc.providers.vendor.installation import Client, Connection, Installation
from sentry_scm_grpc.providers.vendor.standalone import Standalone


class Vendor(ProviderAdapter):
    """An adapter that works on an installation of Sentry."""

    #: How the vendor is reached with a credential of the site's own. None if it cannot be.
    standalone: ClassVar[type[Standalone] | None] = None

    #: What the operations need that this class serves, or that a subclass may add.
    permissions: ClassVar[Mapping[str, Permission]] = {}

    installation: Connection

    @classmethod
    def permission_for(cls, operation: str) -> Permission | None:
        """What an operation needs, from the nearest class that says so. None if no class does."""
        told = (vars(kind).get("permissions", {}) for kind in cls.__mro__)
        return next((permissions[operation] for permissions in told if operation in permissions), None)

    @classmethod
    def try_installation(cls, installation: Installation) -> None:
        """Asks the vendor for something, for the operator of a Sentry. Raises whatever the installation raises."""
        installation.get_repositories()

    @property
    def live(self) -> Installation:
        return self.installation.installation

    @cached_property
    def client(self) -> Client:
        return self.live.get_client()

    @cached_property
    def http(self) -> Http:
        """The vendor's API."""
        return Http(self.installation, lambda: self.client, self.rate_limit_of, self.lack_of)

    def rate_limit_of(self, path: str) -> str:
        """The name of the rate limit that applies to a path, if the vendor has several."""
        return "all"

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """What is missing, by the status and the JSON of an error response. None if nothing is missing.

        An adapter may instead raise the error that the response means.
        """
        return lack_by_status(status, told)

    def check_account(self, path: str) -> None:
        """Raises Absent for a repository of an account that is not the installation's.

        The installations of a Sentry see no others, but a token may. A value that is not a path names no account.
        """
        if "/" in path and isinstance(self.live, Standalone) and not self.live.covers(path):
            raise Absent()


def has_form(form: re.Pattern[str], text: str) -> bool:
    """Whether a text that becomes part of a path is valid, and has no segment "." or ".."."""
    return form.match(text) is not None and not {".", ".."} & set(text.replace("#", "/").split("/"))
