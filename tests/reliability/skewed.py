"""The scenario site in a process whose wall clock is as many seconds ahead as the file TEST_CLOCK says.
What measures how long something takes goes on, as where a clock is set.
"""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path
from typing import Any

_clock = Path(os.environ["TEST_CLOCK"])
_time, _datetime = time.time, datetime.datetime


def skewed_time() -> float:
    return _time() + int(_clock.read_text())


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, _datetime)


class Skewed(_datetime, metaclass=_AnyDatetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return _datetime.fromtimestamp(skewed_time(), tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now(datetime.UTC).replace(tzinfo=None)


time.time = skewed_time
datetime.datetime = Skewed  # type: ignore[misc]

# After the clock, which these take the functions of.
from tests.scenarios.wsgi import through_middleware as application  # noqa: E402, F401
