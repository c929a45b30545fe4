"""examples/signing: every program makes the headers of the vectors, and the call of the page is let in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Served

EXAMPLES = Path(__file__).parents[2] / "examples/signing"
VECTORS = json.loads((EXAMPLES / "vectors.json").read_text())["good"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    built = tmp_path_factory.mktemp("go") / "sign"
    subprocess.run(["go", "build", "-o", str(built), str(EXAMPLES / "sign.go")], check=True)
    return {
        "shell": [str(EXAMPLES / "sign.sh")],
        "python": [sys.executable, str(EXAMPLES / "sign.py")],
        "javascript": ["node", str(EXAMPLES / "sign.mjs")],
        "go": [str(built)],
    }


def run(program: Sequence[str], vector: Any, **environment: str) -> str:
    given = {"SCM_KEY": vector["key"], "SCM_SECRET": vector["secret"], "SCM_ORGANIZATION": str(vector["organization"])}
    made = subprocess.run(
        [*program, vector["path"], vector["encoding"]],
        input=b64decode(vector["message_base64"]),
        env={**os.environ, **given, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    return made.stdout.decode().removesuffix("\n")


@pytest.mark.parametrize("language", ["shell", "python", "javascript", "go"])
class TestPrograms:
    def test_they_make_the_headers_of_the_vectors(self, programs: dict[str, list[str]], language: str) -> None:
        made = [
            run(programs[language], vector, SCM_TIME=str(vector["time"]), SCM_NONCE=vector["nonce"])
            for vector in VECTORS
        ]
        assert made == [vector["header"] for vector in VECTORS]

    def test_every_call_has_a_nonce_of_its_own(self, programs: dict[str, list[str]], language: str) -> None:
        made = [run(programs[language], VECTORS[0]) for _ in range(2)]
        nonces = {re.fullmatch(r"v1;key=.+;time=\d{10};nonce=([0-9a-f]{32});.+", header)[1] for header in made}  # type: ignore[index]
        assert len(nonces) == 2


def test_the_call_of_the_page_is_let_in(served: Served) -> None:
    (script,) = re.findall(r"```bash\n(.*?)```", (EXAMPLES / "README.md").read_text(), re.DOTALL)
    script = script.replace("127.0.0.1:8800", f"127.0.0.1:{served.ports['gunicorn']}")
    # The organization and the key of the page.
    assert served.site.organization_id == 1
    assert served.signing["keyId"] == "reports"
    made = subprocess.run(
        ["bash", "-euc", script],
        cwd=EXAMPLES,
        env={**os.environ, "SCM_SECRET": served.signing["secret"]},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert [repository["name"] for repository in json.loads(made.stdout)["repositories"]] == ["greeter"]
