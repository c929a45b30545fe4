"""Who last changed a line."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sentry_scm_grpc.errors import DeadlineExceeded, InvalidArgument, ScmError
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import path_not_found
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

T = TypeVar("T")


@dataclass(frozen=True)
class BlamedFile:
    """Lines of a file at a ref. They are in ascending order, and count from 1."""

    ref: str
    path: str
    lines: tuple[int, ...]


#: Who last changed each line. A line beyond the end of the file is missing.
Blame = Mapping[int, pb.CommitContext]
#: The same. A line may have an error instead.
LineBlame = Mapping[int, pb.CommitContext | ScmError]


class Blames(Commits):
    """GetCommitContext, BatchGetCommitContext."""

    permissions = {"get_commit_context": Permission.READ_CODE, "batch_get_commit_context": Permission.READ_CODE}

    @abstractmethod
    def blame(self, file: BlamedFile) -> LineBlame:
        """The blame of the requested lines. Lines beyond the end of the file are missing.

        The adapter sets blame_commit_id, blame_author, message and committed_at, and whatever the vendor says about
        commit_id, code_snippet and blame_filename.
        """

    def blame_all(self, files: Sequence[BlamedFile]) -> Sequence[LineBlame | ScmError]:
        """The blame of each file, or the error; several files at a time.

        Override it if one call of the vendor can blame many files.
        """
        return self.http.gather([partial(tried, partial(self.blame, file)) for file in files])

    def get_commit_context(self, call: Call, request: pb.GetCommitContextRequest) -> pb.CommitContext:
        answer = self._contexts([request])[0]
        if isinstance(answer, ScmError):
            raise answer
        return answer

    def batch_get_commit_context(
        self, call: Call, request: pb.BatchGetCommitContextRequest
    ) -> pb.BatchGetCommitContextResponse:
        response = pb.BatchGetCommitContextResponse()
        for answer in self._contexts(request.lines):
            if isinstance(answer, ScmError):
                response.results.add().error.CopyFrom(
                    pb.LineError(code=answer.code.value[0], reason=answer.reason, message=answer.message)
                )
            else:
                response.results.add().context.CopyFrom(answer)
        return response

    def _contexts(
        self, asked: Sequence[pb.SourceLine] | Sequence[pb.GetCommitContextRequest]
    ) -> list[pb.CommitContext | ScmError]:
        wanted: dict[tuple[str, str], set[int]] = {}
        for line in asked:
            wanted.setdefault((line.commit_sha, line.filepath), set()).add(line.line_number)
        files = [BlamedFile(ref, path, tuple(sorted(lines))) for (ref, path), lines in wanted.items()]
        blamed = {
            place: self._explained(blame, *place) for place, blame in zip(wanted, self.blame_all(files), strict=True)
        }
        return [self._context(line, blamed[line.commit_sha, line.filepath]) for line in asked]

    def _explained(self, blame: LineBlame | ScmError, ref: str, path: str) -> LineBlame | ScmError:
        if not isinstance(blame, Absent):
            return blame
        refusal = tried(lambda: self.confirm(blame, ref))
        return refusal if isinstance(refusal, ScmError) else path_not_found(path, ref)

    def _context(
        self, line: pb.SourceLine | pb.GetCommitContextRequest, blame: LineBlame | ScmError
    ) -> pb.CommitContext | ScmError:
        if isinstance(blame, ScmError):
            return blame
        found = blame.get(line.line_number)
        if found is None:
            return InvalidArgument.of(
                ("line_number", f"is {line.line_number}, which is beyond the end of the file"),
                reason="LINE_OUT_OF_RANGE",
            )
        if isinstance(found, ScmError):
            return found
        context = pb.CommitContext(
            repository_id=self.repository_id,
            commit_id=line.commit_sha,
            filename=line.filepath,
            line_number=line.line_number,
        )
        context.MergeFrom(found)
        context.code_snippet = context.code_snippet[:1024]
        return context


def tried(call: Callable[[], T]) -> T | ScmError:
    """What a call returns, or the ScmError that it raises. DeadlineExceeded is raised."""
    try:
        return call()
    except DeadlineExceeded:
        raise
    except ScmError as error:
        return error
