"""The example of a third party's adapter: it is installed as a package, found by its entry point, and passes its own
tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

from tests.packaging.conftest import build, unpack

EXAMPLE = Path(__file__).parents[2] / "examples/provider"


def test_the_example_passes_its_own_tests_once_it_is_installed(builder: Path, tmp_path: Path) -> None:
    source = copytree(
        EXAMPLE, tmp_path / "source", ignore=ignore_patterns("__pycache__", "build", "*.egg-info", ".scm-grpc")
    )
    site = tmp_path / "site"
    (wheel,) = build(builder, tmp_path / "dist", source, "--wheel").iterdir()
    unpack(wheel, site)
    rmtree(source / "scm_grpc_gitea")
    environment = {**os.environ, "PYTHONPATH": str(site), "SCM_GRPC_DATA": str(tmp_path / "data")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "passed" in ran.stdout
