"""Real repositories for tests, made by the git command."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from tests.once import kept_directory

T = TypeVar("T")
#: A commit starts one process less.
NO_MAINTENANCE = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "maintenance.auto", "GIT_CONFIG_VALUE_0": "false"}

_ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **NO_MAINTENANCE,
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Grace Hopper",
    "GIT_COMMITTER_EMAIL": "grace@example.com",
}


#: The work trees that with_commits() made, by the function that filled them, with its answer.
_made: dict[Callable[[WorkTree], Any], tuple[WorkTree, Any]] = {}


class WorkTree:
    """A repository with a work tree. Commits are a minute apart, from 2024-01-01 00:00:00 UTC on."""

    start = 1704067200

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        self.now = self.start
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main", "--template=", *options)

    def with_commits(self, make: Callable[[WorkTree], T]) -> T:
        """What ``make(self)`` would do and return. It runs once in each process; after that its work tree is copied."""
        if make not in _made:
            tree = WorkTree(kept_directory() / "tree")
            _made[make] = tree, make(tree)
        tree, answer = _made[make]
        shutil.rmtree(self.path)
        shutil.copytree(tree.path, self.path, symlinks=True)
        self.now = tree.now
        return deepcopy(answer)

    def git(self, *arguments: str | bytes, input: bytes | None = None, **environment: str) -> str:
        """Runs git in the work tree; its output without white space at the ends."""
        date = {"GIT_AUTHOR_DATE": f"{self.now} +0000", "GIT_COMMITTER_DATE": f"{self.now} +0000"}
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, env=_ENVIRONMENT | date | environment, input=input, capture_output=True
        )
        assert done.returncode == 0, (arguments, done.stderr.decode(errors="replace"))
        return done.stdout.decode(errors="replace").strip()

    def write(self, files: Mapping[Any, str | bytes]) -> None:
        for name, content in files.items():
            path = os.fsencode(self.path) + b"/" + os.fsencode(name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str, files: Mapping[Any, str | bytes] | None = None, **environment: str) -> str:
        """Writes the files, commits everything in the work tree, returns the SHA."""
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, **environment)
        self.now += 60
        return self.sha()

    def import_commits(self, *trees: Mapping[str, bytes]) -> None:
        """A new history of main, with these files by path. One process makes it, and leaves the work tree as it is."""
        person = b"<a@example.com> %d +0000\n" % self.now
        stream: list[bytes] = []
        for number, files in enumerate(trees):
            message = b"Number %d\n" % number
            head = b"commit refs/heads/main\ncommitter %sdata %d\n" % (person, len(message))
            stream += [head, message, b"deleteall\n"]
            for path, content in files.items():
                stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
        self.git("fast-import", "--quiet", "--force", input=b"".join(stream))

    def sha(self, ref: str = "HEAD") -> str:
        return self.git("rev-parse", ref)
