"""The live objects of integrations: real HTTP to the address in an integration's metadata."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import requests

from sentry.exceptions import RestrictedIPAddress
from sentry.net.socket import is_ipaddress_allowed
from sentry.shared_integrations.exceptions import ApiError, ApiHostError

#: What a vendor's client puts between its address and a path.
_API = {"gitlab": "/api/v4"}


class Client:
    def __init__(self, model: Any) -> None:
        self._base = model.metadata["base_url"] + _API.get(model.provider, "")

    def _request(self, method: str, path: str, data: Any = None, **options: Any) -> Any:
        host = urlsplit(self._base).hostname or ""
        if not is_ipaddress_allowed(host):
            try:
                raise RestrictedIPAddress(f"({host}) matches the URL blacklist")
            except RestrictedIPAddress as error:
                raise ApiHostError("Unable to reach host", 503) from error
        answer = requests.request(method, self._base + path, json=data, **options)
        if answer.status_code >= 400:
            raise ApiError(answer.text, answer.status_code)
        return answer.json()

    def get(self, path: str, **options: Any) -> Any:
        return self._request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self._request("POST", path, **options)


@dataclass
class Installation:
    model: Any
    organization_id: int

    def get_client(self) -> Client:
        return Client(self.model)

    def get_repositories(self) -> Any:
        return self.get_client().get("/projects")


def Provider(key: str) -> Any:
    return SimpleNamespace(key=key, get_installation=Installation)
