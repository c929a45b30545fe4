"""A vendor's response as received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Headers(dict[str, str]):
    """Headers with case-insensitive names."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__({name.lower(): text for name, text in headers.items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@dataclass(frozen=True)
class Received:
    status: int
    headers: Headers
    body: bytes


def is_cut(response: Any, headers: Headers, received: int) -> bool:
    """Whether the connection ended before the body. Older versions of urllib3 do not report this."""
    announced = headers.get("Content-Length", "")
    has_body = response.request.method != "HEAD" and response.status_code not in (204, 304)
    return has_body and announced.isdigit() and "Content-Encoding" not in headers and received < int(announced)
