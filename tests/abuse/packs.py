"""Bare repositories with their objects in one pack, written by hand: git would take minutes, or would refuse."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

TREE, FILE = b"40000", b"100644"
PEOPLE = b"author A <a@example.com> 1704067200 +0000\ncommitter A <a@example.com> 1704067200 +0000\n"

_TYPES = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_OFS_DELTA = 6


class Bare:
    """A repository that is being written; ``close`` makes it whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in ("objects/pack", "refs/heads"):
            (path / name).mkdir(parents=True)
        (path / "HEAD").write_text("ref: refs/heads/main\n")
        (path / "config").write_text("[core]\n\trepositoryFormatVersion = 0\n\tbare = true\n")
        self.refs: dict[str, str] = {}
        self._places: dict[str, tuple[int, int]] = {}  # SHA -> position and CRC-32 in the pack.
        self._pack = (path / "objects" / "pack" / "pack-1.pack").open("wb")
        # The number of objects is written at the end.
        self._pack.write(bytes(12))

    # ---- objects

    def add(self, kind: str, *pieces: bytes) -> str:
        return self.add_large(kind, sum(map(len, pieces)), pieces)

    def add_large(self, kind: str, size: int, pieces: Iterable[bytes]) -> str:
        """An object of ``size`` bytes, packed piece by piece."""
        digest, packer = hashlib.sha1(f"{kind} {size}\0".encode(), usedforsecurity=False), zlib.compressobj(1)
        packed = [_head(_TYPES[kind], size)]
        for piece in pieces:
            digest.update(piece)
            packed.append(packer.compress(piece))
        return self._store(digest.hexdigest(), b"".join([*packed, packer.flush()]))

    def add_deltas(self, base: bytes, steps: int) -> str:
        """A file that is ``base`` and a line more, at the end of a chain of so many deltas, each a copy of all."""
        position = self._places[self.add("blob", base)][0]
        copy = b"\xf0" + struct.pack("<I", len(base))[:3]
        final = base + b"x\n"
        sha = hashlib.sha1(b"blob %d\0" % len(final) + final, usedforsecurity=False).hexdigest()
        for step in range(steps):
            is_last = step == steps - 1
            data = _varint(len(base)) + _varint(len(final if is_last else base)) + copy + b"\x02x\n" * is_last
            back = _offset(self._pack.tell() - position)
            position = self._pack.tell()
            # Nobody asks for the steps between by name.
            name = (
                sha if is_last else hashlib.sha1(b"%d steps from %s" % (step, base), usedforsecurity=False).hexdigest()
            )
            self._store(name, _head(_OFS_DELTA, len(data)) + back + zlib.compress(data, 1))
        return sha

    def tree(self, entries: Iterable[tuple[bytes, bytes, str]]) -> str:
        """A directory of (mode, name, SHA), in the order given."""
        return self.add("tree", *(b"%s %s\0%s" % (mode, name, bytes.fromhex(sha)) for mode, name, sha in entries))

    def files(self, contents: dict[str, bytes]) -> str:
        """A directory with these files."""
        return self.tree((FILE, name.encode(), self.add("blob", data)) for name, data in sorted(contents.items()))

    def commit(self, tree: str, *parents: str, message: bytes = b"Bomb\n", head: bytes = PEOPLE) -> str:
        above = "".join(f"parent {parent}\n" for parent in parents)
        return self.add("commit", f"tree {tree}\n{above}".encode(), head, b"\n", message)

    def _store(self, sha: str, packed: bytes) -> str:
        if sha not in self._places:
            self._places[sha] = self._pack.tell(), zlib.crc32(packed)
            self._pack.write(packed)
        return sha

    # ---- the end

    def close(self) -> None:
        self._pack.seek(0)
        self._pack.write(b"PACK" + struct.pack(">II", 2, len(self._places)))
        self._pack.close()
        digest = hashlib.sha1(usedforsecurity=False)
        with open(self._pack.name, "rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        with open(self._pack.name, "ab") as file:
            file.write(digest.digest())
        index = self._index(digest.digest())
        Path(self._pack.name).with_suffix(".idx").write_bytes(
            index + hashlib.sha1(index, usedforsecurity=False).digest()
        )
        (self.path / "packed-refs").write_text(
            "# pack-refs with: peeled fully-peeled sorted \n"
            + "".join(f"{sha} {name}\n" for name, sha in sorted(self.refs.items()))
        )

    def _index(self, checksum: bytes) -> bytes:
        """gitformat-pack(5), version 2."""
        ordered = sorted((bytes.fromhex(sha), *place) for sha, place in self._places.items())
        counts = [0] * 256
        for name, _, _ in ordered:
            counts[name[0]] += 1
        totals = [sum(counts[: first + 1]) for first in range(256)]
        many = f">{len(ordered)}I"
        return b"".join(
            [
                *(b"\xfftOc", struct.pack(">I", 2), struct.pack(">256I", *totals)),
                *(name for name, _, _ in ordered),
                struct.pack(many, *(crc for _, _, crc in ordered)),
                struct.pack(many, *(position for _, position, _ in ordered)),
                checksum,
            ]
        )


def _head(type: int, size: int) -> bytes:
    first, size = type << 4 | size & 15, size >> 4
    return bytes([first | 0x80 * bool(size)]) + (_varint(size) if size else b"")


def _varint(number: int) -> bytes:
    found = []
    while True:
        found.append(number & 0x7F | 0x80 * (number > 0x7F))
        number >>= 7
        if not number:
            return bytes(found)


def _offset(distance: int) -> bytes:
    found = [distance & 0x7F]
    while distance := distance >> 7:
        distance -= 1
        found.append(0x80 | distance & 0x7F)
    return bytes(reversed(found))
