"""Streams of bytes, written to files: what ``download_file`` and ``download_archive`` of both clients share.

The contract says which RPCs have such a method: those whose stream's messages have bytes, a message that describes the
content, and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from sentry_scm_grpc.client.errors import DataLoss
from sentry_scm_grpc.rpc.policy import RPCS, Rpc

#: Where a download goes: a file, a directory (the file is named as the server or the request says), or an open file.
Target = str | os.PathLike[str] | BinaryIO
#: Is told how many bytes were written and how many there will be; None if the server does not say.
Progress = Callable[[int, int | None], None]

# A git blob's id is the hash of a header and the contents: git-scm.com/book/en/v2/Git-Internals-Git-Objects.
_HASHES = {40: "sha1", 64: "sha256"}
_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))


class Downloaded(NamedTuple):
    """A finished download: its file (None for an open file), its bytes, and what the server said of it first."""

    path: Path | None
    size_bytes: int
    info: Any


class Piece(NamedTuple):
    """The fields of a message of such a stream: the bytes, and what the first message says of them all."""

    data: str
    info: str


def piece_of(rpc: Rpc) -> Piece | None:
    """None if the messages of the RPC are not pieces of one content."""
    fields = rpc.method.output_type.fields
    data = [field.name for field in fields if field.type == FieldDescriptor.TYPE_BYTES]
    info = [field.name for field in fields if field.message_type is not None]
    return Piece(data[0], info[0]) if rpc.streams and len(data) == len(info) == 1 and len(fields) == 2 else None


def download_name(rpc: Rpc) -> str:
    """``StreamArchive`` -> ``download_archive``."""
    return f"download_{rpc.operation.removeprefix('stream_')}"


def downloads() -> list[str]:
    """The names of the RPCs that can be written to a file."""
    return [rpc.name for rpc in RPCS.values() if piece_of(rpc)]


class Incoming:
    """A file that appears under its name when it is whole. Until then its bytes are beside it, under another name.

    Leaving the block before ``finish`` removes them. An existing file stays as it is until then. ``take`` and
    ``finish`` raise OSError, and DataLoss if the bytes are not what the server said of them.
    """

    def __init__(self, rpc: Rpc, target: Target, request: Message, progress: Progress | None = None) -> None:
        piece = piece_of(rpc)
        assert piece is not None, f"{rpc.name} returns no content in pieces"
        self._piece = piece
        self._request = request
        self._progress = progress
        self._path: Path | None = None
        self._part: Path | None = None
        self._file: BinaryIO | None = None
        self._owned = True
        self._info: Any = None
        self._begun = False
        self._size = 0
        self._hash: Any = None
        if isinstance(target, str | os.PathLike):
            self._path = _place(os.fspath(target))
        else:
            self._file, self._owned = target, False

    def __enter__(self) -> Incoming:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owned and self._file is not None:
            self._file.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)

    def take(self, message: Any) -> None:
        """Writes what the next message of the stream has."""
        if not self._begun:
            self._begin(message)
        data = getattr(message, self._piece.data)
        if data:
            assert self._file is not None
            self._file.write(data)
            self._size += len(data)
            if self._hash is not None:
                self._hash.update(data)
        if self._progress is not None:
            self._progress(self._size, self._told("size_bytes"))

    def finish(self) -> Downloaded:
        """Checks the content and gives the file its name. To be called when the stream has ended without an error."""
        self._check()
        if self._owned and self._file is not None:
            self._file.close()
        if self._part is not None and self._path is not None:
            if self._path.exists():
                shutil.copymode(self._path, self._part)
            os.replace(self._part, self._path)
            self._part = None
        elif self._file is not None and not self._owned:
            self._file.flush()
        return Downloaded(self._path, self._size, self._info)

    def _begin(self, message: Any) -> None:
        self._begun = True
        if message.HasField(self._piece.info):
            self._info = getattr(message, self._piece.info)
        name, size = _HASHES.get(len(self._told("sha") or "")), self._told("size_bytes")
        if name is not None and size is not None:
            self._hash = hashlib.new(name, f"blob {size}\0".encode(), usedforsecurity=False)
        if self._path is None:
            return
        if self._path.is_dir():
            self._path /= self._file_name()
        if self._path.exists() and not self._path.is_file():
            # Such as a pipe: nothing can take its place.
            self._file = self._path.open("wb")
            return
        part = self._path.with_name(f".{secrets.token_hex(8)}.part")
        self._file = part.open("xb")
        self._part = part

    def _told(self, name: str) -> Any:
        """A field of the first message's info; None if it is not there or not set."""
        field = None if self._info is None else self._info.DESCRIPTOR.fields_by_name.get(name)
        if field is None or (field.has_presence and not self._info.HasField(name)):
            return None
        return getattr(self._info, name)

    def _file_name(self) -> str:
        """The name in a directory: the server's, or the end of the requested path. It names no other directory."""
        name = self._told("filename") or getattr(self._request, "path", "").rpartition("/")[2]
        if name in ("", ".", "..") or re.search(r"[/\\\0:]", name):
            raise ValueError("The server gave no name that a file may have. Say how the file is to be called.")
        return str(name)

    def _check(self) -> None:
        if not self._begun:
            raise DataLoss("The answer ended before it began.", reason="BROKEN_DOWNLOAD")
        size = self._told("size_bytes")
        if size is not None and size != self._size:
            raise DataLoss(f"{self._size} bytes arrived, but the server announced {size}.", reason="BROKEN_DOWNLOAD")
        if self._hash is not None and self._hash.hexdigest() != self._told("sha"):
            raise DataLoss(
                "The bytes that arrived do not have the SHA that the server announced.", reason="BROKEN_DOWNLOAD"
            )


def _place(target: str) -> Path:
    """Where a download goes. A link is followed: the file to which it points is replaced. Raises FileNotFoundError."""
    if os.path.exists(target) and not os.path.isfile(target) and not os.path.isdir(target):
        # Such as the pipe behind /dev/fd/63, which has no other path.
        return Path(target)
    path = Path(os.path.realpath(target))
    missing = path if target.endswith(_SEPARATORS) else path.parent
    if not path.is_dir() and not missing.is_dir():
        raise FileNotFoundError(f"There is no directory {missing}.")
    return path
