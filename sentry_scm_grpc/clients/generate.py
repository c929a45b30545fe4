"""Generates a client for another language.

It copies templates/LANGUAGE and the contract into a directory, and runs generate.sh there. This module needs the
standard library only, so that scripts/generate_client.sh can run it in a clone.
"""

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
#: The file that names the language of a generated client, in the client's directory.
MARK = ".language"


def generate(language: str, out: Path) -> bool:
    """Fills the directory ``out`` and generates the client there. Returns whether generate.sh succeeded. If it failed,
    it has printed on standard error what is missing.

    Raises FileExistsError if ``out`` holds other files, or the client for another language.
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


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] not in LANGUAGES:
        print(f"usage: LANGUAGE DIR, with one of these languages: {', '.join(LANGUAGES)}", file=sys.stderr)
        return 2
    try:
        return 0 if generate(sys.argv[1], Path(sys.argv[2])) else 1
    except FileExistsError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
