"""Client code in other languages: the files of templates/LANGUAGE and the contract, and generate.sh run on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sentry_scm_grpc import v1

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = tuple(sorted(path.parent.name for path in TEMPLATES.glob("*/README.md")))
SCRIPT = "generate.sh"
#: Names the language of a directory that was made here.
MARK = ".language"


def generate(language: str, out: Path) -> bool:
    """Fills ``out`` with what is needed to generate a client, and generates it. Returns whether that worked: if not,
    generate.sh has said on standard error what is missing.

    Raises FileExistsError where something else is in ``out``, such as the client of another language.
    """
    if out.exists() and any(out.iterdir()):
        made_for = (out / MARK).read_text().strip() if (out / MARK).exists() else ""
        if not made_for:
            raise FileExistsError(f"{out} holds other files. Name a new directory, or one that this command has made.")
        if made_for != language:
            raise FileExistsError(f"{out} holds the client for {made_for}. Name another directory for {language}.")
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text(f"{language}\n")
    shutil.copy(TEMPLATES / SCRIPT, out / SCRIPT)
    shutil.copytree(TEMPLATES / language, out, dirs_exist_ok=True)
    # A wheel does not keep the mode.
    (out / SCRIPT).chmod(0o755)
    protos = out / "protos/sentry_scm_grpc/v1"
    protos.mkdir(parents=True, exist_ok=True)
    for proto in Path(v1.__path__[0]).glob("*.proto"):
        shutil.copyfile(proto.resolve(), protos / proto.name)
    environment = {"PYTHON": sys.executable, **os.environ}
    return subprocess.run(["bash", out / SCRIPT], env=environment, check=False).returncode == 0  # noqa: S603, S607
