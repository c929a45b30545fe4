"""The blame of a whole file, or of a range of its lines, as hunks."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from sentry_scm_grpc.errors import InvalidArgument, Unimplemented
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.blame import Blames
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import path_not_found
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.blame import check_lines
from sentry_scm_grpc.v1 import files_pb2

#: Beyond the end of every file.
LAST_LINE = 2**31 - 1


@dataclass(frozen=True)
class LineRange:
    """Lines of a file at a ref, from 1, both ends included. The file may end earlier."""

    path: str
    ref: str
    start: int
    end: int

    def clipped(self, hunk: files_pb2.BlameHunk) -> files_pb2.BlameHunk | None:
        """The part of a hunk that is in the range. None if there is none."""
        before = max(self.start - hunk.start_line, 0)
        count = min(hunk.start_line + hunk.line_count - 1, self.end) - hunk.start_line - before + 1
        if count <= 0:
            return None
        if hunk.HasField("original_start_line"):
            hunk.original_start_line += before
        hunk.start_line, hunk.line_count = hunk.start_line + before, count
        return hunk


class Hunks(Blames):
    """StreamBlame."""

    permissions = {"stream_blame": Permission.READ_CODE}

    @abstractmethod
    def fetch_hunks(self, lines: LineRange) -> Iterator[files_pb2.BlameHunk]:
        """The hunks of a file in the order of its lines. They are clipped to the range here."""

    def stream_blame(self, call: Call, request: files_pb2.StreamBlameRequest) -> Iterator[files_pb2.BlameHunk]:
        check_lines(request)
        if request.ignore_revs or request.use_ignore_revs_file:
            raise Unimplemented(
                f"{self.name} cannot ignore commits in a blame through its API. Leave ignore_revs and"
                " use_ignore_revs_file unset.",
                metadata={"provider": self.key, "rpc": call.rpc.name},
            )
        asked = LineRange(request.path, request.ref, max(request.start_line, 1), request.end_line or LAST_LINE)
        empty = True
        try:
            for hunk in self.fetch_hunks(asked):
                call.budget.check()
                if (found := asked.clipped(hunk)) is not None:
                    empty = False
                    yield found
        except Absent as absence:
            self.confirm(absence, request.ref)
            raise path_not_found(request.path, request.ref) from None
        if empty and asked.start > 1:
            raise InvalidArgument.of(
                ("start_line", f"is {asked.start}, which is beyond the end of the file"), reason="LINE_OUT_OF_RANGE"
            )
