"""Writes the docstrings, comments and messages of Python and proto files as pages that textlint can read.

Each line of text keeps its line number.

usage: text_of_code.py OUTPUT_DIR FILE...
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from pathlib import Path


def main(out: Path, files: list[Path]) -> None:
    for file in files:
        source = file.read_text()
        lines = text_of_python(source) if file.suffix == ".py" else text_of_proto(source)
        page = out / file.with_name(f"{file.name}.md")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("\n".join(re.sub(r"``([^`]*)``", r"`\1`", line) for line in lines) + "\n")


def text_of_python(source: str) -> list[str]:
    lines = [""] * (source.count("\n") + 2)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        # Shorter texts are names and values.
        if text.count(" ") >= 3:
            for number, line in enumerate(text.split("\n"), node.lineno - 1):
                lines[number] = lines[number] or line.strip()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0] - 1] = token.string.lstrip("#: ")
    return lines


def text_of_proto(source: str) -> list[str]:
    return [line.strip().removeprefix("//") if line.strip().startswith("//") else "" for line in source.split("\n")]


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
