"""The files of a batch, which together have one size limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sentry_scm_grpc.errors import FailedPrecondition, ResourceExhausted, ScmError
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class Batch:
    """Takes the files of a request in their order. ``limit`` and ``left`` are in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = self.left = limit
        self._found: dict[str, files_pb2.FileResult] = {}

    @property
    def files(self) -> Iterator[pb.FileContent]:
        return (result.file for result in self._found.values() if result.HasField("file"))

    def add(self, path: str, file: pb.FileContent) -> None:
        """Adds a file, or leaves it out if there is no room for it."""
        if self.reserve(path, len(file.content)):
            self.put(path, file)

    def reserve(self, path: str, size: int) -> bool:
        """Whether there is room for a file. If there is not, the file is left out."""
        if size > self.left:
            self._leave_out(path, size)
            return False
        self.left -= size
        return True

    def put(self, path: str, file: pb.FileContent) -> None:
        """Adds a file whose room is reserved."""
        file.path, file.size_bytes = path, len(file.content)
        self._found[path] = files_pb2.FileResult(path=path, file=file)

    def has_room(self, path: str) -> bool:
        """Whether there is any room left. If there is not, the file is left out."""
        if not self.left:
            self._leave_out(path, None)
        return bool(self.left)

    def refuse(self, path: str, error: ScmError, room: int = 0) -> None:
        """Notes why a file is missing. One that was larger than ``room``, with which it was read, is left out."""
        size = error.metadata.get("size_bytes", "")
        if error.reason == "FILE_TOO_LARGE":
            self._leave_out(path, int(size) if size.isdecimal() else None, room)
            return
        made = files_pb2.FileError(code=error.code.value[0], reason=error.reason, message=error.message)
        self._found[path] = files_pb2.FileResult(path=path, error=made)

    def _leave_out(self, path: str, size: int | None, room: int = 0) -> None:
        """The error of a file that is too large: for the batch, or for what is left of it."""
        error: ScmError
        if room == self.limit if size is None else size > self.limit:
            error = FailedPrecondition(
                f"{path!r} is larger than the limit of {self.limit} bytes for all files. StreamFile returns files of"
                " any size.",
                reason="FILE_TOO_LARGE",
            )
        else:
            error = ResourceExhausted(
                f"The files before {path!r} leave no room for it. Ask for it in another call.", reason="BATCH_FULL"
            )
        made = files_pb2.FileError(
            code=error.code.value[0], reason=error.reason, message=error.message, size_bytes=size
        )
        self._found[path] = files_pb2.FileResult(path=path, error=made)

    def response(self, paths: Iterable[str]) -> files_pb2.BatchGetFilesResponse:
        return files_pb2.BatchGetFilesResponse(results=[self._found[path] for path in paths])
