"""The examples of docs/how-to/client.md run, in their order, against the embedded host, and print what it says."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.embedded import serving
from tests.docs.blocks import as_in_the_app

PAGE = Path(__file__).parents[2] / "docs/how-to/client.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```)?", PAGE.read_text(), re.MULTILINE | re.DOTALL)
URL_OF_THE_PAGE = "http://127.0.0.1:8800"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three commits."""
    path = tmp_path / "rocket"
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-C", str(path)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    (path / "src").mkdir()
    for file, text, message in [
        ("README.md", "# Rocket\n", "Lift off"),
        ("src/engine.py", "def thrust():\n    return 1\n", "Add the engine"),
        ("src/engine.py", "def thrust():\n    return 2\n", "Aim higher"),
    ]:
        (path / file).write_text(text)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", message], check=True)
    return path


@pytest.fixture
def site(repository: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URL and API key of an embedded host that serves the repository."""
    with serving(repository, tmp_path / "data") as environ:
        yield environ["SCM_GRPC_URL"], environ["SCM_GRPC_API_KEY"]


def test_the_examples_print_what_the_page_says(
    site: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, key = site
    monkeypatch.setenv("SCM_GRPC_API_KEY", key)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    assert len(EXAMPLES) > 8
    for number, (code, expected) in enumerate(EXAMPLES):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(
                compile(
                    as_in_the_app(code).replace(URL_OF_THE_PAGE, url),
                    f"docs/how-to/client.md, example {number}",
                    "exec",
                ),
                names,
            )
        assert printed.getvalue() == expected, code
