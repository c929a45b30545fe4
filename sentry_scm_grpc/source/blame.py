"""What is the same of a file's blame whatever the provider."""

from __future__ import annotations

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.v1 import files_pb2

#: The most characters of a commit's summary.
MAX_SUMMARY = 1024


def check_lines(request: files_pb2.StreamBlameRequest) -> None:
    """Raises InvalidArgument."""
    if 0 < request.end_line < max(request.start_line, 1):
        raise InvalidArgument.of(("end_line", f"is {request.end_line}, which is before start_line"))


def summary_of(message: str) -> str:
    """The first line of a commit's message that is not empty."""
    return message.lstrip("\r\n").partition("\n")[0].rstrip("\r")[:MAX_SUMMARY]
