"""An installation without a Sentry: a vendor's address and a credential of the site's own, on ``requests``.

It satisfies the Protocols of ``installation``, so an adapter does not know whether a Sentry is behind it. Each vendor's
package has a module ``standalone`` with what differs: the address of the API, the headers, how an issue is created, and
what the vendor tells of a credential.
"""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, ClassVar
from urllib.parse import urlsplit

from sentry_scm_grpc.errors import FailedPrecondition, ScmError
from sentry_scm_grpc.providers.vendor import sending
from sentry_scm_grpc.providers.vendor.credentials import USER_TOKEN, Access, Permission, Standing
from sentry_scm_grpc.providers.vendor.http import CALL_SECONDS, Http
from sentry_scm_grpc.providers.vendor.installation import Connection, IntegrationModel
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.v1 import scm_pb2 as pb


@dataclass
class Client:
    """Calls one vendor with one credential. ``base`` is what paths are relative to.

    Its addresses are the operator's alone: an absolute path is called only at ``base``'s site or one of ``sites``. So
    no answer of a vendor can lead the credential to another site.
    """

    base: str
    #: The header Authorization. With ``fresh``, not one that the vendor has just refused. None if there is no other.
    authorization: Callable[[bool], str | None] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    preview: Mapping[str, str] = field(default_factory=dict)
    sites: tuple[str, ...] = ()
    ca_bundle: str = ""
    #: Whether ``authorization`` may have another credential, by the status with which one was refused.
    may_renew: Callable[[int], bool] = lambda status: status == 401

    @property
    def base_url(self) -> str:
        return self.base

    def get(self, path: str, **options: Any) -> Any:
        return self._send("GET", path, **options)

    def head(self, path: str, **options: Any) -> Any:
        return self._send("HEAD", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self._send("POST", path, **options)

    def put(self, path: str, **options: Any) -> Any:
        return self._send("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Any:
        return self._send("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self._send("DELETE", path, **options)

    def _send(
        self,
        method: str,
        path: str,
        *,
        data: Any = None,
        json: bool = True,
        headers: Mapping[str, str] | None = None,
        api_preview: bool = False,
        timeout: float = CALL_SECONDS,
        **options: Any,
    ) -> Any:
        url = self._address(path)
        sent = {**self.headers, **(self.preview if api_preview else {}), **(headers or {})}
        if isinstance(data, list) and "Content-Type" not in (headers or {}):  # https://www.rfc-editor.org/rfc/rfc6902
            sent["Content-Type"] = "application/json-patch+json"
        # With an "auth", requests does not look for a password in ~/.netrc.
        options = {
            "auth": _unchanged,
            **options,
            "json" if json else "data": data,
            "timeout": timeout,
            "verify": self.ca_bundle or True,
        }
        # A session serves one call, as in Sentry's client. The module ``connections`` keeps the connections of reads.
        # A write gets a new one: it cannot be repeated if an old one turns out to be dead.
        with new_session() as session:
            response = session.request(
                method, url, headers=self._authorized(sent, self.authorization(False)), **options
            )
            if self.may_renew(response.status_code) and (renewed := self.authorization(True)) is not None:
                response = session.request(method, url, headers=self._authorized(sent, renewed), **options)
        return response

    def _address(self, path: str) -> str:
        if path.startswith("/"):
            return f"{self.base}{path}"
        if _site_of(path) not in {_site_of(self.base), *map(_site_of, self.sites)}:
            raise bad_answer()
        return path

    def _authorized(self, headers: Mapping[str, str], authorization: str | None) -> dict[str, str]:
        return {**headers, **({"Authorization": authorization} if authorization else {})}


class Standalone(ABC):
    """A vendor's installation with a credential of the site's own."""

    #: The kinds of credentials, and the environment variables that people use for them: that of the secret, and that
    #: of the user name or app id, if there is one.
    variables: ClassVar[Mapping[str, tuple[str, str]]]
    #: The address of the vendor's own site. Empty if each company has its own.
    default_address: ClassVar[str] = ""
    #: What an account is called at the vendor. Empty if there is none to be named.
    account_word: ClassVar[str]
    #: Whether an account must be named.
    account_needed: ClassVar[bool] = True
    #: The name of the rate limit for what is done here.
    bucket: ClassVar[str] = "all"
    #: The vendor's permissions of which one is enough, if the vendor tells which ones a credential has. An empty tuple
    #: means that every credential has it.
    permissions: ClassVar[Mapping[Permission, tuple[str, ...]]] = {}

    def __init__(self, access: Access) -> None:
        self.access = access
        self.model: IntegrationModel = Model(access.integration_id, access.name, {**self.metadata(), **access.facts})
        self._connection: Connection | None = None

    def connect(self, connection: Callable[[Standalone], Connection]) -> Connection:
        """The connection of a call through this installation."""
        self._connection = connection(self)
        return self._connection

    # ---- what adapters use

    def get_client(self, **_: Any) -> Client:
        return Client(
            self.api,
            self.authorization,
            {"User-Agent": "sentry-scm-grpc", **self.headers()},
            self.preview(),
            self.sites(),
            self.access.ca_bundle,
            self.may_renew,
        )

    def get_repositories(self, query: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Nothing: the adapters ask the vendor themselves."""
        return ()

    def create_issue(self, data: dict[str, Any]) -> Mapping[str, Any]:
        raise FailedPrecondition("The provider has no issue tracker.", reason="ISSUES_UNSUPPORTED")

    def make_external_key(self, data: Mapping[str, Any]) -> str:
        return str(data["key"])

    def get_issue_url(self, key: str) -> str:
        return ""

    # ---- what a vendor's subclass says

    @property
    @abstractmethod
    def api(self) -> str:
        """The address of the API, without a slash at the end."""

    @abstractmethod
    def metadata(self) -> dict[str, Any]:
        """What the adapter reads of the integration, without asking the vendor."""

    @abstractmethod
    def examine(self) -> Standing:
        """Asks the vendor about the credential and the account. Raises the errors of ``Http.fetch``, or NotFound for an
        account that the credential cannot see."""

    @classmethod
    def identifier_of(cls, repository: pb.Repository) -> str:
        """The identifier of a repository, from its row."""
        return repository.config.get("name", "") or repository.name

    def find_identifier(self, name: str) -> str:
        """The identifier of the repository that people call so. Raises NotFound."""
        account = self.access.account
        return f"{account}/{name}" if account and "/" not in name else name

    def covers(self, path: str) -> bool:
        """Whether a repository belongs to the account, by its path. The token may see others too."""
        account = self.account_path
        return not account or f"{path}/".casefold().startswith(f"{account}/".casefold())

    @property
    def account_path(self) -> str:
        """What the paths of the account's repositories begin with. Empty if there is no account."""
        return self.access.account

    def headers(self) -> dict[str, str]:
        return {"Accept": "application/json"}

    def preview(self) -> dict[str, str]:
        """Headers of a call with ``api_preview``."""
        return {}

    def sites(self) -> tuple[str, ...]:
        """Addresses of the vendor besides ``api`` that adapters call."""
        return ()

    def authorization(self, fresh: bool) -> str | None:
        """The header Authorization. A token cannot be renewed, so there is nothing fresh."""
        if fresh:
            return None
        credential = self.access.credential
        if credential.kind == USER_TOKEN:
            return basic(credential.user, credential.secret)
        return f"Bearer {credential.secret}"

    def may_renew(self, status: int) -> bool:
        """Whether a vendor that refuses a credential with this status might accept a fresh one."""
        return status == 401

    # ---- for subclasses

    @property
    def http(self) -> Http:
        return self.http_as(self.get_client)

    def http_as(self, client: Callable[[], Client]) -> Http:
        assert self._connection is not None, "connect() comes first"
        return Http(self._connection, client, lambda path: self.bucket)

    @property
    def host(self) -> str:
        """The host of the vendor's web pages, with its port if it has one."""
        return urlsplit(self.access.address).netloc

    @property
    def web(self) -> str:
        """The address of the vendor's web pages, without a slash at the end."""
        return self.access.address.rstrip("/")


def oauth_scopes(headers: Mapping[str, str]) -> tuple[str, ...] | None:
    """The scopes of a token, from the header X-OAuth-Scopes. None if the vendor does not tell."""
    told = headers.get("X-OAuth-Scopes")
    return None if told is None else tuple(part.strip() for part in told.split(",") if part.strip())


@dataclass
class Model:
    id: int
    name: str
    metadata: Mapping[str, Any]


def basic(user: str, password: str) -> str:
    """https://www.rfc-editor.org/rfc/rfc7617"""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def new_session() -> Any:
    """Keeps no cookies. Raises FailedPrecondition (EXTRA_MISSING)."""
    made = _session_class()()
    sending.hold()
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return made


@cache
def _session_class() -> Any:
    try:
        import requests
    except ModuleNotFoundError as error:
        raise FailedPrecondition(
            f"{error.name} is not installed. The operator installs the extra 'vendors' (docs/how-to/standalone.md).",
            reason="EXTRA_MISSING",
        ) from None

    class Session(requests.Session):
        def rebuild_auth(self, prepared_request: Any, response: Any) -> None:
            """Keeps the credential on the way to the same site, and takes none from ~/.netrc, as requests would."""
            if self.should_strip_auth(response.request.url, prepared_request.url):
                prepared_request.headers.pop("Authorization", None)

    return Session


def map_error(error: Exception) -> ScmError | None:
    """Nothing but errors of the connection is expected, which ``Http`` knows by itself."""
    return None


def _site_of(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _unchanged(request: Any) -> Any:
    return request
