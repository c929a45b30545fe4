"""What lies between two commits: common ancestors, counts and commits. git finds them, because its process can end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sentry_scm_grpc.errors import FailedPrecondition, NotFound, ScmError
from sentry_scm_grpc.providers.git.commits import read_found
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


def merge_base(repository: GitRepository, shas: Sequence[str]) -> str:
    """A best common ancestor of all (git-merge-base(1)). Empty if there is none."""
    code, output = repository.git.run("merge-base", "--octopus", *shas, good=[1])
    return "" if code else output.split(b"\n", 1)[0].decode()


def counts(repository: GitRepository, base: str, head: str) -> tuple[int, int]:
    """How many commits ``head`` has and ``base`` lacks, and the other way round."""
    _, output = repository.git.run("rev-list", "--count", "--left-right", f"{base}...{head}", "--")
    behind, ahead = map(int, output.split())
    return ahead, behind


def between(
    repository: GitRepository, repository_id: int, base: str, head: str, start: int, count: int
) -> Iterator[pb.Commit]:
    """The commits that ``head`` has and ``base`` lacks, in git's order."""
    limits = (f"--skip={start}", f"--max-count={count}")
    return read_found(repository, repository_id, "rev-list", *limits, head, f"^{base}", "--")


def is_cut_off(repository: GitRepository, *shas: str) -> bool:
    """Whether a shallow clone cuts off one of the histories."""
    if not repository.shallow:
        return False
    _, roots = repository.git.run("rev-list", "--max-parents=0", *shas, "--")
    return not repository.shallow.isdisjoint(roots.decode().split())


def start_of(
    repository: GitRepository, base: Commit | None, head: Commit, start: refs_pb2.ComparisonStart.ValueType
) -> Commit | None:
    """The commit at which a comparison of files begins. None means the empty tree.

    Without a base it is the first parent. Raises ``no_merge_base``.
    """
    if base is None:
        return repository.first_parent(head)
    if start == refs_pb2.COMPARISON_START_BASE:
        return base
    sha = merge_base(repository, [base.sha, head.sha])
    if not sha:
        raise no_merge_base(repository, base.sha, head.sha)
    return repository.commit_of_page(sha)


def no_merge_base(repository: GitRepository, *shas: str) -> ScmError:
    if is_cut_off(repository, *shas):
        return FailedPrecondition(
            "The server has a shallow clone, which lacks the older commits. A common ancestor may be among them. Ask"
            " its operator to fetch the whole history, or compare from `base` itself, with COMPARISON_START_BASE.",
            reason="SHALLOW_CLONE",
        )
    return NotFound(
        "The commits have no common ancestor. Compare from `base` itself, with COMPARISON_START_BASE.",
        reason="NO_MERGE_BASE",
    )
