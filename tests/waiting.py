"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(holds: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Waits until ``holds()`` is true. Raises AssertionError."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"waited for {seconds} seconds in vain after {what}"
        time.sleep(0.01)
