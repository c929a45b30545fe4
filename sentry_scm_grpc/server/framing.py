"""Messages in HTTP bodies: one byte of flags, four bytes of length, the message. The trailers are the last frame of an
answer.

Source: PROTOCOL-HTTP2.md (length-prefixed messages) and PROTOCOL-WEB.md (trailers frame, base64) of grpc/grpc.
"""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from io import BytesIO
from itertools import islice
from struct import Struct
from time import monotonic
from typing import Any

import grpc

from sentry_scm_grpc.server.failure import RpcFailure, broken, too_large

COMPRESSED = 0x01
TRAILERS = 0x80

_HEADER = Struct(">BI")
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_BASE64_SEGMENT = re.compile(rb"([A-Za-z0-9+/]+)(={0,2})")

# The rest of a refused body is read and dropped within these limits. Otherwise a client that is still sending when the
# connection closes would not see the error. The limits are enough for a message of 64 MiB, also as base64.
DRAIN_BYTES = 64 * 1024 * 1024 * 4 // 3 + 65536
DRAIN_SECONDS = 60.0

# Returns at most so many bytes; fewer only at the end.
Read = Callable[[int], bytes]


class _UwsgiChunks:
    """A chunked body under uWSGI. Its ``wsgi.input`` is empty then, so the body is read with uWSGI's own module."""

    def __init__(self) -> None:
        self._read_chunk: Callable[[], bytes] = import_module("uwsgi").chunked_read
        self._data = b""

    def read(self, size: int) -> bytes:
        if not self._data:
            self._data = self._read_chunk()
        data, self._data = self._data[:size], self._data[size:]
        return data


class RequestBody:
    """The body of a request as the WSGI server passes it on, without chunks.

    ``length`` is in bytes, or None if the body ends when the stream ends. If a server neither gives a length nor says
    that its stream ends (``wsgi.input_terminated``), the body is taken as empty: reading could wait for ever.
    ``deadline`` is that of the call, by the monotonic clock.
    """

    __slots__ = ("_left", "_stream", "deadline", "length")

    def __init__(self, environ: dict[str, Any]) -> None:
        self._stream = environ["wsgi.input"]
        declared = environ.get("CONTENT_LENGTH")
        if declared and declared.isascii() and declared.isdigit():
            # More digits than any length has; int() itself refuses thousands of digits.
            self.length: int | None = int(declared) if len(declared) < 19 else 10**18
        elif environ.get("wsgi.input_terminated"):
            self.length = None
        elif "uwsgi.version" in environ and environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            self._stream, self.length = _UwsgiChunks(), None
        else:
            self.length = 0
        self._left = self.length
        self.deadline: float | None = None

    def read(self, size: int) -> bytes:
        """Reads so many bytes; fewer only if the body ends."""
        if self._left is not None:
            size = min(size, self._left)
        if size == 0:
            return b""
        try:
            data: bytes = self._stream.read(size)
            if len(data) < size and data:
                data = self._read_on(data, size)
        except OSError:
            # The client disconnected, or its chunks are broken.
            self._left = 0
            raise broken("The body could not be read to its end.") from None
        if self._left is not None:
            self._left -= len(data)
        return data

    def _read_on(self, data: bytes, size: int) -> bytes:
        parts = [data]
        missing = size - len(data)
        while missing and (more := self._stream.read(missing)):
            parts.append(more)
            missing -= len(more)
        return b"".join(parts)

    def drain(self) -> None:
        """Reads and drops the rest in small pieces, so that the client gets to read the answer.

        It stops after DRAIN_BYTES and, between two pieces, after DRAIN_SECONDS or at the call's deadline. A longer body
        is not read. The server then closes the connection.
        """
        limit = DRAIN_BYTES
        if self._left is not None and self._left > limit:
            return
        ends = monotonic() + DRAIN_SECONDS
        if self.deadline is not None:
            ends = min(ends, self.deadline)
        try:
            while limit > 0 and (data := self.read(min(limit, 65536))) and monotonic() < ends:
                limit -= len(data)
        except RpcFailure:
            # The client went away.
            return


class ThenDrained(Iterator[bytes]):
    """The pieces of an answer, then the rest of the request: for handlers that may end before a client has sent
    everything.

    The answer is first, because such a client may wait for it before it ends its request.
    """

    def __init__(self, pieces: Iterable[bytes], body: RequestBody) -> None:
        self._pieces = iter(pieces)
        self._body = body

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except StopIteration:
            self._body.drain()
            raise

    def close(self) -> None:
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


def decode_base64(text: bytes) -> bytes:
    """Decodes base64 with padding anywhere, as senders make it that encode in pieces, or without padding at the end."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        pass
    parts = []
    position = 0
    while position < len(text):
        segment = _BASE64_SEGMENT.match(text, position)
        if segment is None:
            raise broken("The body is not base64, which its content type says it is.")
        position = segment.end()
        digits, padding = segment.groups()
        missing = -len(digits) % 4
        if missing == 3 or (len(padding) != missing and position < len(text)):
            raise broken("The body is not base64, which its content type says it is.")
        parts.append(binascii.a2b_base64(digits + b"=" * missing))
    return b"".join(parts)


def decoding_base64(read: Read) -> Read:
    """Reads base64 no further than necessary, so that each message is available as soon as it has arrived."""
    decoded = b""

    def read_decoded(size: int) -> bytes:
        nonlocal decoded
        while len(decoded) < size:
            text = read((size - len(decoded) + 2) // 3 * 4)
            if not text:
                break
            decoded += decode_base64(text)
        data, decoded = decoded[:size], decoded[size:]
        return data

    return read_decoded


def read_messages(read: Read, encoding: str, limit: int) -> Iterator[bytes]:
    """Yields the messages of a body. ``limit`` is in bytes and applies before and after decompression. Raises
    RpcFailure."""
    while header := read(5):
        if len(header) < 5:
            raise broken(f"The body ends after {len(header)} of the 5 bytes that stand before a message.")
        flags, length = _HEADER.unpack(header)
        if flags & TRAILERS:
            raise broken("A request has no trailers frame.")
        if flags & ~COMPRESSED:
            raise broken(f"The frame has the unknown flags {flags:#04x}.")
        if length > limit:
            raise too_large(length, limit)
        message = read(length)
        if len(message) < length:
            raise broken(f"The body ends after {len(message)} of the {length} bytes of a message.")
        yield decompress(message, encoding, limit) if flags & COMPRESSED else message


def read_one_message(body: RequestBody, text: bool, encoding: str, limit: int) -> bytes:
    """The message of a call that sends exactly one. Raises RpcFailure."""
    length = body.length
    if length is None:
        read = decoding_base64(body.read) if text else body.read
    else:
        size = (length * 3 // 4 if text else length) - 5
        # Base64 may have padding in each piece. The length of the frame shows what is really too large.
        if size > limit + (limit // 64 + 64 if text else 0):
            raise too_large(size, limit)
        data = body.read(length)
        if text:
            data = decode_base64(data)
        if data[:1] == b"\0" and int.from_bytes(data[1:5], "big") == len(data) - 5 <= limit:
            return data[5:]
        read = BytesIO(data).read
    found = list(islice(read_messages(read, encoding, limit), 2))
    if len(found) != 1:
        count = "no message" if not found else "more than one message"
        raise RpcFailure(grpc.StatusCode.UNIMPLEMENTED, f"The method takes one message; the body has {count}.")
    return found[0]


def decompress(message: bytes, encoding: str, limit: int) -> bytes:
    """Decompresses a message whose frame says that it is compressed. Raises RpcFailure."""
    if encoding != "gzip":
        raise broken("A message is marked as compressed, but the header grpc-encoding names no compression.")
    if not message:
        return message
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        inflated = inflater.decompress(message, limit + 1)
    except zlib.error:
        raise broken("A message is marked as compressed, but is not gzip.") from None
    if len(inflated) > limit:
        raise too_large(len(inflated), limit)
    if not inflater.eof or inflater.unused_data:
        raise broken("A message is marked as compressed, but is not one whole gzip stream.")
    return inflated


def compress(message: bytes) -> bytes:
    """Gzip at the fastest level: a higher one costs the server more time than it saves on the network."""
    deflater = zlib.compressobj(1, wbits=_GZIP_WINDOW)
    return deflater.compress(message) + deflater.flush()


def frame(flags: int, payload: bytes) -> bytes:
    return _HEADER.pack(flags, len(payload)) + payload


def as_text(data: bytes) -> bytes:
    return b64encode(data)
