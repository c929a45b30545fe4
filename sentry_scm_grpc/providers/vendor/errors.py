"""Errors about the contents of a repository, for adapters to raise."""

from __future__ import annotations

from sentry_scm_grpc.errors import FailedPrecondition, NotFound


def ref_not_found(ref: str) -> NotFound:
    return NotFound(
        f"The repository has no branch, tag or commit {ref!r}. ListBranches and ListTags list the names."
        if ref
        else "The repository has no commits.",
        reason="REF_NOT_FOUND",
        metadata={"ref": ref},
    )


def no_merge_base() -> NotFound:
    return NotFound("The commits have no common ancestor.", reason="NO_MERGE_BASE")


def path_not_found(path: str, ref: str) -> NotFound:
    where = f"at {ref!r}" if ref else "on the default branch"
    return NotFound(f"There is no {path!r} {where}.", reason="PATH_NOT_FOUND")


def not_a_file(path: str) -> FailedPrecondition:
    return FailedPrecondition(f"{path!r} is not a file, but a directory or a submodule.", reason="NOT_A_FILE")


def not_a_directory(path: str) -> FailedPrecondition:
    return FailedPrecondition(
        f"{path!r} is not a directory, but a file, a symbolic link or a submodule. GetFile returns a file.",
        reason="NOT_A_DIRECTORY",
    )


def too_large(size: int, limit: int) -> FailedPrecondition:
    """``size`` is in bytes, and 0 if it is not known."""
    said = f"has {size} bytes" if size else "is larger than that"
    return FailedPrecondition(
        f"At most {limit} bytes are read, and the content {said}.",
        reason="FILE_TOO_LARGE",
        metadata={"size_bytes": str(size)} if size else {},
    )
