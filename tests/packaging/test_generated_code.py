"""The generated code is what the contract and the pinned tools make: regenerating changes nothing.

Installs the pinned tools on first use, hence `make test-packaging` rather than `make test`.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_regenerating_changes_nothing(tmp_path: Path) -> None:
    done = subprocess.run([ROOT / "scripts/generate-protos", tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = {path.name: path.read_text() for path in (tmp_path / "sentry_scm_grpc/v1").iterdir()}
    kept = {path.name: path.read_text() for path in (ROOT / "sentry_scm_grpc/v1").glob("*_pb2*")}
    assert made == kept, "run `make protos`"


def test_the_contract_as_data_is_fresh(tmp_path: Path) -> None:
    done = subprocess.run([ROOT / "scripts/generate-contract", tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in ("contract.json", "contract.binpb", "openapi.json"):
        assert (tmp_path / name).read_bytes() == (ROOT / "sentry_scm_grpc/contract" / name).read_bytes(), "make protos"
