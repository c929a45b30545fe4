"""Equal reads that are under way at the same time ask the vendor once: the first asks, the others wait for its answer.

Only the vendor's answer is shared, which may be a refusal. If the first fails for another reason, such as its own
deadline, one of the others asks anew. Each call waits no longer than its own deadline.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

T = TypeVar("T")

# How often a waiting call checks that its client is still there, in seconds.
_LOOK_SECONDS = 0.5
# How many failed flights a call follows. After them it asks for itself.
_MAX_FOLLOWED = 3


@dataclass(eq=False)
class _Flight(Generic[T]):
    """One question to a vendor. ``answer`` is None until it has landed, and after a failure."""

    landed: Event = field(default_factory=Event)
    answer: T | None = None


class Flights(Generic[T]):
    """The questions that are under way in this process. It keeps no answer: those who wait for it hold it."""

    def __init__(self) -> None:
        self._forget_all()

    def _forget_all(self) -> None:
        self._lock = Lock()
        self._under_way: dict[tuple[Hashable, Hashable], _Flight[T]] = {}

    def share(self, owner: Hashable, key: Hashable, ask: Callable[[], T], seconds_left: Callable[[], float]) -> T:
        """What ``ask`` returns, here or for an equal ``key`` of the same ``owner`` in another thread.

        ``seconds_left`` raises an error when the time of this call is over. An error of ``ask`` is not shared.
        """
        for _ in range(_MAX_FOLLOWED):
            with self._lock:
                flight = self._under_way.get((owner, key))
                if flight is None:
                    mine = self._under_way[owner, key] = _Flight()
                    break
            while not flight.landed.wait(min(seconds_left(), _LOOK_SECONDS)):
                pass
            if flight.answer is not None:
                return flight.answer
        else:
            return ask()
        try:
            mine.answer = ask()
            return mine.answer
        finally:
            with self._lock:
                if self._under_way.get((owner, key)) is mine:
                    del self._under_way[owner, key]
            mine.landed.set()

    def close_to_newcomers(self, owner: Hashable) -> None:
        """After a write of this owner: whoever reads from now on gets an answer that knows of it."""
        with self._lock:
            for place in [place for place in self._under_way if place[0] == owner]:
                del self._under_way[place]

    def __len__(self) -> int:
        return len(self._under_way)

    def survive_forks(self) -> None:
        """Has a child process begin without the flights of its parent, whose threads it does not have."""
        os.register_at_fork(after_in_child=self._forget_all)
