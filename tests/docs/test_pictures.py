"""The pictures are what scripts/generate-pictures draws from the order of floors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]


def test_the_pictures_are_fresh_and_well_formed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/generate-pictures", tmp_path], check=True)
    for name in ("architecture.svg", "call.svg"):
        assert (tmp_path / name).read_text() == (ROOT / "docs/assets" / name).read_text(), (
            "run scripts/generate-pictures"
        )
        ElementTree.parse(tmp_path / name)
