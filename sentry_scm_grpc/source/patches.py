"""Patches in git's form (https://git-scm.com/docs/diff-format): the header of one file, its hunks, and a patch of many
files taken apart.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The most bytes of a file's hunks in one message.
MAX_HUNKS = 1024 * 1024
#: The most lines of two versions together that ``unified`` compares.
MAX_LINES = 20_000
#: The mode of an ordinary file. A header must name one for a new and for a deleted file.
_ORDINARY = "100644"
_START = b"diff --git "
_NO_END = b"\\ No newline at end of file\n"
_QUOTED = re.compile(rb'[\x00-\x1f"\\\x7f]')
_ESCAPES = {b"\n": b"\\n", b"\t": b"\\t", b'"': b'\\"', b"\\": b"\\\\", b"\r": b"\\r"}
_UNQUOTED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def header_of(diff: refs_pb2.FileDiff) -> bytes:
    """The lines before the hunks, from what is known of the change and the modes. They name no objects."""
    change = diff.change
    new, deleted = change.kind == pb.FILE_CHANGE_KIND_ADDED, change.kind == pb.FILE_CHANGE_KIND_DELETED
    path = change.path.encode()
    before = (change.previous_path or change.path).encode()
    old_name, new_name = _quoted(b"a/" + before), _quoted(b"b/" + path)
    lines = [_START + old_name + b" " + new_name]
    if new:
        lines.append(b"new file mode " + (diff.new_mode or _ORDINARY).encode())
    elif deleted:
        lines.append(b"deleted file mode " + (diff.old_mode or _ORDINARY).encode())
    elif diff.old_mode and diff.new_mode and diff.old_mode != diff.new_mode:
        lines += [b"old mode " + diff.old_mode.encode(), b"new mode " + diff.new_mode.encode()]
    if change.previous_path:
        word = b"copy" if change.kind == pb.FILE_CHANGE_KIND_COPIED else b"rename"
        lines += [word + b" from " + _quoted(before), word + b" to " + _quoted(path)]
    if diff.hunks:
        # git ends a name with spaces by a tab.
        lines.append(b"--- " + (b"/dev/null" if new else _ended(old_name)))
        lines.append(b"+++ " + (b"/dev/null" if deleted else _ended(new_name)))
    return b"\n".join(lines) + b"\n"


def counted(hunks: bytes) -> tuple[int, int]:
    """The added and the deleted lines of hunks."""
    lines = hunks.split(b"\n")
    return sum(line.startswith(b"+") for line in lines), sum(line.startswith(b"-") for line in lines)


def bounded(diff: refs_pb2.FileDiff) -> refs_pb2.FileDiff:
    """Cuts hunks that are too long for one message at the end of a line, and says so."""
    if len(diff.hunks) > MAX_HUNKS:
        diff.hunks = diff.hunks[: diff.hunks.rfind(b"\n", 0, MAX_HUNKS) + 1]
        diff.truncated = True
    return diff


def unified(before: bytes, after: bytes) -> bytes | None:
    """The hunks between two texts, with three lines of context. None for more than MAX_LINES."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if b"\r" in before or b"\r" in after:
        # splitlines also ends a line at a lone "\r", which git does not.
        old, new = (re.findall(rb"[^\n]*\n|[^\n]+", text) for text in (before, after))
    if len(old) + len(new) > MAX_LINES:
        return None
    found = difflib.diff_bytes(difflib.unified_diff, old, new, n=3)
    lines = list(found)[2:]
    return b"".join(line if line.endswith(b"\n") else line + b"\n" + _NO_END for line in lines)


def taken_apart(patch: bytes) -> Iterator[refs_pb2.FileDiff]:
    """The files of a patch as git writes it. Only a header has lines that begin with "diff"."""
    found: list[bytes] = []
    for line in patch.splitlines(keepends=True) if b"\r" not in patch else re.findall(rb"[^\n]*\n|[^\n]+", patch):
        if line.startswith(_START) and found:
            yield _file(found)
            found = []
        found.append(line)
    if found:
        yield _file(found)


def _file(lines: list[bytes]) -> refs_pb2.FileDiff:
    is_body = (index for index, line in enumerate(lines) if line.startswith((b"@@", b"Binary files ", b"GIT binary")))
    start = next(is_body, len(lines))
    head, body = lines[:start], lines[start:]
    told = dict(_told(head))
    diff = refs_pb2.FileDiff(header=b"".join(head))
    old, new = told.get(b"--- ", b""), told.get(b"+++ ", b"")
    change = diff.change
    change.kind = pb.FILE_CHANGE_KIND_MODIFIED
    both = _same_names(lines[0])
    path = told.get(b"rename to ") or told.get(b"copy to ") or _without_side(new) or _without_side(old) or both
    change.path = path.decode("utf-8", "backslashreplace")
    for word, kind in ((b"rename", pb.FILE_CHANGE_KIND_RENAMED), (b"copy", pb.FILE_CHANGE_KIND_COPIED)):
        if source := told.get(word + b" from "):
            change.kind, change.previous_path = kind, source.decode("utf-8", "backslashreplace")
    if mode := told.get(b"new file mode "):
        change.kind, diff.new_mode = pb.FILE_CHANGE_KIND_ADDED, mode.decode()
    elif mode := told.get(b"deleted file mode "):
        change.kind, diff.old_mode = pb.FILE_CHANGE_KIND_DELETED, mode.decode()
    elif b"old mode " in told:
        diff.old_mode, diff.new_mode = told[b"old mode "].decode(), told.get(b"new mode ", b"").decode()
    elif b"index " in told and b" " in told[b"index "]:
        diff.old_mode = diff.new_mode = told[b"index "].rpartition(b" ")[2].decode()
    change.binary = bool(body) and not body[0].startswith(b"@@")
    if not change.binary:
        diff.hunks = b"".join(body)
        change.additions, change.deletions = counted(diff.hunks)
    return diff


_WORDS = (
    *(b"--- ", b"+++ ", b"rename from ", b"rename to ", b"copy from ", b"copy to ", b"index "),
    *(b"new file mode ", b"deleted file mode ", b"old mode ", b"new mode "),
)


def _told(head: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for line in head:
        for word in _WORDS:
            if line.startswith(word):
                yield word, _unquoted(line[len(word) :].rstrip(b"\n"))


def _without_side(name: bytes) -> bytes:
    return b"" if name == b"/dev/null" else name[2:]


def _same_names(line: bytes) -> bytes:
    """The path in "diff --git a/path b/path", which a file has that changed no name."""
    names = line.removeprefix(_START).rstrip(b"\n")
    return _unquoted(names[: len(names) // 2])[2:]


def _quoted(name: bytes) -> bytes:
    if not _QUOTED.search(name):
        return name
    return b'"' + _QUOTED.sub(lambda found: _ESCAPES.get(found[0]) or b"\\%03o" % ord(found[0]), name) + b'"'


def _unquoted(name: bytes) -> bytes:
    if not name.startswith(b'"'):
        return name.removesuffix(b"\t")
    inner = name.strip().removeprefix(b'"').removesuffix(b'"')

    def character(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([int(code, 8) & 255]) if len(code) == 3 else _LETTERS.get(code, code)

    return _UNQUOTED.sub(character, inner)


def _ended(name: bytes) -> bytes:
    return name + b"\t" if b" " in name else name
