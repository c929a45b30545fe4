"""What a host gives to the git adapter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

#: Why a write is refused while the setting GIT_WRITES is off.
WRITES_OFF = "This site does not write to git repositories on disk. Its operator allows it with the setting GIT_WRITES."


class GitInstallation(Protocol):
    @property
    def roots(self) -> tuple[Path, ...]:
        """Absolute paths without symbolic links. A repository outside of them is refused."""

    @property
    def graphs(self) -> Path | None:
        """The directory of commit graphs, which this process may write to. None if the host keeps none."""

    def known_repositories(self, paths: Iterable[str]) -> Mapping[str, int]:
        """The ids of the integration's repositories by absolute path, in one query."""
