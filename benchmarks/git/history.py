"""Generates the repository that the benchmark asks, of 24,000 commits and 5,000 files at the end; kept in /tmp."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

COMMITS = 24_000
# At the start.
FILES = 2_000
LINES = 150
HOT_FILES = 20
# In one line of one file in ten; "word7" is in nearly every file.
RARE = "quicksilver"
COMMON = "word7"


def repository(commits: int = COMMITS) -> Path:
    """The path of the bare repository, made where it is not there yet (about a minute)."""
    # A change of the generated history changes the name, so an old cache is never used.
    path = Path(f"/tmp/sentry-scm-grpc-benchmark-{commits}-2.git")
    if not path.exists():
        making = path.with_name(f"{path.name}.{os.getpid()}")
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", making], check=True)
        with subprocess.Popen(
            ["git", "-C", making, "fast-import", "--quiet", "--depth=50"], stdin=subprocess.PIPE
        ) as importer:
            assert importer.stdin is not None
            for piece in _history(random.Random(1), commits):
                importer.stdin.write(piece)
        assert importer.returncode == 0
        subprocess.run(["git", "-C", making, "gc", "-q"], check=True)
        try:
            making.rename(path)
        except OSError:
            shutil.rmtree(making)
    return path


def file_name(number: int) -> str:
    return f"src/package{number % 50}/module{number}.py"


def _history(chance: random.Random, commits: int) -> Iterator[bytes]:
    """The stream for git-fast-import(1): 2,000 files at once, then changes of a few lines, a merge now and then."""
    files = [[_line(chance) for _ in range(LINES)] for _ in range(FILES)]
    for number in range(0, FILES, 10):
        files[number][chance.randrange(LINES)] = f"    {RARE} = {number}"
    yield _commit(0, "Start", {number: files[number] for number in range(FILES)})
    for number in range(1, commits):
        changed: dict[int, list[str]] = {}
        if number % 8 == 0:
            # A new file beside the changes: what makes git look for renames and copies.
            files.append([_line(chance) for _ in range(LINES)])
            changed[len(files) - 1] = files[-1]
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            # Some files change all the time, most hardly ever.
            file = chance.randrange(HOT_FILES) if chance.random() < 0.3 else chance.randrange(FILES)
            for _ in range(chance.randrange(1, 4)):
                files[file][chance.randrange(LINES)] = _line(chance)
            changed[file] = files[file]
        merged = number - 2 if number % 20 == 0 else None
        yield _commit(number, f"Change number {number}\n\nBecause of {chance.random()}.\n", changed, merged)


def _line(chance: random.Random) -> str:
    return f"    value_{chance.randrange(10**6)} = word{chance.randrange(200)}(word{chance.randrange(10**5)})"


def _commit(number: int, message: str, changed: dict[int, list[str]], merged: int | None = None) -> bytes:
    person = f"Author {number % 40} <author{number % 40}@example.com> {1_500_000_000 + number * 600} +0000"
    data = message.encode()
    head = f"commit refs/heads/main\nmark :{number + 1}\nauthor {person}\ncommitter {person}\ndata {len(data)}\n"
    pieces = [head.encode(), data, b"\n"]
    if merged is not None:
        pieces.append(f"merge :{merged + 1}\n".encode())
    for file, lines in changed.items():
        text = ("\n".join(lines) + "\n").encode()
        pieces.append(f"M 100644 inline {file_name(file)}\ndata {len(text)}\n".encode() + text + b"\n")
    return b"".join(pieces)
