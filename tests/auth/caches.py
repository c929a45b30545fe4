"""A cache as some are when their server is gone and they were told to ignore it."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import BaseCache


class ForgetfulCache(BaseCache):
    """Adds nothing, finds nothing, complains about nothing."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: Any, value: Any, timeout: Any = None, version: Any = None) -> bool:
        return False

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return default

    def set(self, key: Any, value: Any, timeout: Any = None, version: Any = None) -> None:
        pass
