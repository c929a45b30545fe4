"""Repositories built to exhaust time or memory: small on disk, very large to read."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable

from tests.providers.git.work_tree import WorkTree

TREE, FILE = b"40000", b"100644"
PEOPLE = b"author A <a@example.com> 1704067200 +0000\ncommitter A <a@example.com> 1704067200 +0000\n"


def write_object(tree: WorkTree, kind: str, pieces: Iterable[bytes]) -> str:
    """A loose object, written piece by piece; returns its SHA."""
    pieces = list(pieces)
    head = f"{kind} {sum(map(len, pieces))}\0".encode()
    digest, packer, packed = hashlib.sha1(head, usedforsecurity=False), zlib.compressobj(1), []
    packed.append(packer.compress(head))
    for piece in pieces:
        digest.update(piece)
        packed.append(packer.compress(piece))
    packed.append(packer.flush())
    sha = digest.hexdigest()
    path = tree.path / ".git" / "objects" / sha[:2] / sha[2:]
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(b"".join(packed))
    return sha


def directory(tree: WorkTree, entries: Iterable[tuple[bytes, bytes, str]]) -> str:
    """A tree object of (mode, name, SHA), in the order given."""
    return write_object(tree, "tree", [b"%s %s\0%s" % (mode, name, bytes.fromhex(sha)) for mode, name, sha in entries])


def commit(tree: WorkTree, directory: str, message: Iterable[bytes] = (b"Bomb\n",), head: bytes = PEOPLE) -> str:
    """A commit, which becomes the branch main."""
    sha = write_object(tree, "commit", [b"tree %s\n" % directory.encode(), head, b"\n", *message])
    (tree.path / ".git" / "refs" / "heads" / "main").write_text(f"{sha}\n")
    return sha


def tree_bomb(tree: WorkTree, width: int = 10, depth: int = 10, content: bytes = b"needle\n") -> str:
    """A directory with ``width`` entries, each the same directory, and so on: width ** depth paths."""
    mode, below = FILE, write_object(tree, "blob", [content])
    for _ in range(depth):
        below = directory(tree, [(mode, b"%04d" % number, below) for number in range(width)])
        mode = TREE
    return below


def zeros(count: int, letter: bytes = b"a", line: int = 0) -> Iterable[bytes]:
    """So many bytes of one letter, in pieces, with a line's end after each ``line`` of them."""
    piece = (letter * (line - 1) + b"\n") * (1024 * 1024 // line) if line else letter * 1024 * 1024
    for _ in range(count // len(piece)):
        yield piece
