"""Prints how easily each page reads: Flesch's reading ease, higher is easier. 50 is an aim; nothing fails here.

Usage: readability.py PAGE...
Headings, tables and blocks of code are left out. A name in backticks counts as one word.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import textstat

AIM = 50


def prose_of(page: str) -> str:
    text = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"(?<=\n\n)(?: {4}[^ \n-][^\n]*\n)+", "", text)  # Indented code.
    text = re.sub(r"^ *\|.*$|^#.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"`[^`]+`", "name", text)
    text = re.sub(r"https?://\S+", "address", text)
    text = re.sub(r"^ *(?:[-*]|\d+\.) +", "\n\n", text, flags=re.MULTILINE)
    text = text.replace("**", "")
    # An item of a list is a sentence, whatever stands at its end.
    paragraphs = [" ".join(p.split()) for p in re.split(r"\n\s*\n", text) if p.strip()]
    return "\n".join(p if p.endswith((".", "?", "!")) else p.rstrip(":;,") + "." for p in paragraphs)


def main(pages: list[str]) -> None:
    below = 0
    for page in pages:
        prose = prose_of(Path(page).read_text())
        ease = textstat.flesch_reading_ease(prose)
        words = textstat.lexicon_count(prose) / max(1, textstat.sentence_count(prose))
        below += ease < AIM
        print(f"{ease:6.1f}  {words:5.1f} words a sentence  {page}{'' if ease >= AIM else f'   below {AIM}'}")
    print(f"{len(pages) - below} of {len(pages)} pages reach {AIM}.")


if __name__ == "__main__":
    main(sys.argv[1:])
