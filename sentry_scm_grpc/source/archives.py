"""What is the same of archives whatever the provider: their names, and whether their bytes are whole."""

from __future__ import annotations

import re
import zlib

from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.source.paths import normal
from sentry_scm_grpc.v1 import files_pb2

#: The most bytes in one message.
PIECE_BYTES = 64 * 1024
_EXTENSIONS = {files_pb2.ARCHIVE_FORMAT_TAR_GZ: "tar.gz", files_pb2.ARCHIVE_FORMAT_ZIP: "zip"}
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]+")
# The end of a zip archive has at least this many bytes, and a comment of at most 65,535 behind them.
_ZIP_END, _ZIP_END_BYTES = b"PK\x05\x06", 22
_ZIP_STARTS = (b"PK\x03\x04", _ZIP_END)


def stem(name: str, sha: str) -> str:
    """The name of an archive without its extension. ``name`` is that of the repository."""
    last = name.rstrip("/").rpartition("/")[2].removesuffix(".git")
    return f"{_UNUSUAL.sub('-', last).strip('.-') or 'archive'}-{sha[:12]}"


def info(name: str, sha: str, format: files_pb2.ArchiveFormat.ValueType) -> files_pb2.ArchiveInfo:
    format = format or files_pb2.ARCHIVE_FORMAT_TAR_GZ
    return files_pb2.ArchiveInfo(format=format, commit_sha=sha, filename=f"{stem(name, sha)}.{_EXTENSIONS[format]}")


def prefix_of(request: files_pb2.StreamArchiveRequest, own: str) -> str:
    """The directory in which everything is, without a slash at the end. Empty for none. ``own`` is the provider's."""
    if not request.HasField("prefix"):
        return own
    return normal(request.prefix)


class Gzip:
    """Reads along the bytes of a tar.gz. They are whole if gzip's own checksum is there and right."""

    def __init__(self) -> None:
        self._decompressor = zlib.decompressobj(wbits=31)
        self.started = False

    def add(self, piece: bytes) -> bool:
        """False if the bytes are not gzip."""
        self.started = True
        try:
            while piece:
                current().check()
                if self._decompressor.eof:
                    # What follows is another member, or padding with zeros.
                    if not piece.strip(b"\0"):
                        return True
                    self._decompressor = zlib.decompressobj(wbits=31)
                # In parts, because a few bytes may stand for many.
                self._decompressor.decompress(piece, PIECE_BYTES)
                while self._decompressor.unconsumed_tail:
                    current().check()
                    self._decompressor.decompress(self._decompressor.unconsumed_tail, PIECE_BYTES)
                piece = self._decompressor.unused_data
        except zlib.error:
            return False
        return True

    @property
    def is_whole(self) -> bool:
        return self._decompressor.eof


class Zip:
    """Reads along the bytes of a zip archive. They are whole if the record at the end is there."""

    def __init__(self) -> None:
        self._start = b""
        self._end = b""

    def add(self, piece: bytes) -> bool:
        """False if the bytes are not a zip archive."""
        if len(self._start) < 4:
            self._start = (self._start + piece)[:4]
        self._end = (self._end + piece)[-(_ZIP_END_BYTES + 65535) :]
        return len(self._start) < 4 or self._start in _ZIP_STARTS

    @property
    def is_whole(self) -> bool:
        at = self._end.rfind(_ZIP_END)
        if at < 0 or len(self._end) - at < _ZIP_END_BYTES:
            return False
        comment = int.from_bytes(self._end[at + 20 : at + 22], "little")
        return len(self._end) - at - _ZIP_END_BYTES == comment
