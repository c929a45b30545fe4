"""The inputs from which fuzzing starts, and those that it once found: what must hold for any bytes holds for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, seeds


@pytest.mark.parametrize("name", TARGETS)
def test_seeds(name: str) -> None:
    for data in seeds()[name]:
        TARGETS[name](data)
        # Cut short and prolonged.
        for end in range(len(data)):
            TARGETS[name](data[:end])
        TARGETS[name](data + data)


@pytest.mark.parametrize("name", TARGETS)
def test_what_once_failed(name: str) -> None:
    for crash in sorted((Path(__file__).parent / "crashes" / name).glob("*")):
        TARGETS[name](crash.read_bytes())
