"""Commits: the stored row describes a commit, and the provider tells which commits exist.

Webhooks and releases store the rows. Since October 2025 a Sentry deletes them after some months. So a list of rows may
lack commits. It is only returned if the provider cannot list them, and the answer says so. Rows have no refs, paths or
parents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, Unimplemented
from sentry_scm_grpc.hosts.listed import Listed
from sentry_scm_grpc.hosts.sentry import messages, rows
from sentry_scm_grpc.rpc.call import Call, needed
from sentry_scm_grpc.v1 import scm_pb2 as pb

FILE_CHANGES = 1000
STREAM_BATCH = 500
#: Reasons of ``incomplete``: the contract describes them.
FROM_ROWS, NOT_STORED = "COMMITS_FROM_ROWS", "FILE_CHANGES_NOT_STORED"
_HEX = frozenset("0123456789abcdef")

LISTED = Listed(rows.COMMITS, pb.ListCommitsResponse, lambda row, answer: messages.commit(row, answer.commits.add))


class CommitOperations:
    def get_commit(self, call: Call, request: pb.GetCommitRequest) -> pb.Commit:
        row = _stored_commit(call, request.commit_sha, "get_commit")
        if row is None:
            answer: pb.Commit = needed(call, "get_commit")(call, request)
            return answer
        commit = messages.commit(row)
        changes = rows.FILE_CHANGES(FILE_CHANGES + 1, commit_id=row.id)
        commit.file_changes.extend(map(messages.file_change, changes[:FILE_CHANGES]))
        # Some webhooks store a commit without its changes.
        commit.file_changes_truncated = len(changes) > FILE_CHANGES or not changes
        return commit

    def list_commits(self, call: Call, request: pb.ListCommitsRequest) -> pb.ListCommitsResponse:
        # All pages of a list come from the same source.
        ask = None if _is_of_rows(call.cursor) else _lister(call, "list_commits", request)
        if ask is not None:
            answer: pb.ListCommitsResponse = ask(call, request)
            return answer
        found = LISTED.answer(call, _cursor, **_asked(call.repository, request), **_behind(call.cursor))
        found.incomplete, found.incomplete_reason = True, FROM_ROWS
        return found

    def stream_commits(self, call: Call, request: pb.StreamCommitsRequest) -> Iterator[pb.Commit]:
        ask = _lister(call, "stream_commits", request)
        if ask is not None:
            answer: Iterator[pb.Commit] = ask(call, request)
            return answer
        if not request.allow_incomplete:
            raise FailedPrecondition(
                "The provider cannot list the commits, and the stored ones may not be all. Set allow_incomplete to have"
                " those, or call ListCommits.",
                reason=FROM_ROWS,
            )
        return _stream(call.repository, request)

    def list_file_changes(self, call: Call, request: pb.ListFileChangesRequest) -> pb.ListFileChangesResponse:
        begun_at_provider = call.cursor is not None and not isinstance(call.cursor, str)
        row = None if begun_at_provider else _stored_commit(call, request.commit_sha, "list_file_changes")
        after = {"after": call.cursor} if call.cursor else {}
        found = [] if row is None else rows.FILE_CHANGES(call.page_size + 1, commit_id=row.id, **after)
        if not found and not isinstance(call.cursor, str):
            # Some webhooks store a commit without its changes.
            ask = needed(call, "list_file_changes") if row is None else _possible(call, "list_file_changes")
            if ask is not None:
                answer: pb.ListFileChangesResponse = ask(call, request)
                return answer
            return pb.ListFileChangesResponse(incomplete=True, incomplete_reason=NOT_STORED)
        page, more = found[: call.page_size], len(found) > call.page_size
        return pb.ListFileChangesResponse(
            file_changes=map(messages.file_change, page),
            next_page_token=call.next_page_token(page[-1].filename if more else None),
        )


def _lister(call: Call, name: str, request: Any) -> Callable[..., Any] | None:
    """The provider's operation. None if it has none or cannot be asked, and stored commits are returned instead."""
    ask = _possible(call, name)
    if ask is None and (call.cursor or request.ref or request.path or not _any_stored(call.repository)):
        return needed(call, name)  # Raises why not.
    return ask


def _possible(call: Call, name: str) -> Callable[..., Any] | None:
    try:
        return needed(call, name)
    except (FailedPrecondition, Unimplemented):
        return None


def _any_stored(repository: Any) -> bool:
    return rows.COMMIT_IDS.first(repository_id=repository.id) is not None


def _stored_commit(call: Call, sha: str, operation: str) -> rows.CommitRow | None:
    """The stored commit with this SHA. None if there is none, or if the text is a ref.

    A prefix of a SHA may also match commits that are not stored. So the provider looks it up, if it can.
    """
    sha = sha.lower()
    if not _HEX.issuperset(sha) or len(sha) < 4:
        return None
    exact = rows.COMMIT.first(repository_id=call.repository.id, key=sha)
    if exact is not None or len(sha) >= 40 or _possible(call, operation) is not None:
        return exact
    # The database could not use its index with a compiled statement.
    found = rows.COMMIT.uncompiled(2, repository_id=call.repository.id, key__startswith=sha)
    if len(found) > 1:
        raise InvalidArgument.of(
            ("commit_sha", "is a prefix of the SHAs of several commits; give more digits"), reason="AMBIGUOUS_SHA"
        )
    return found[0] if found else None


def _asked(repository: Any, request: Any) -> dict[str, Any]:
    """The stored commits for a request."""
    by: dict[str, Any] = {"repository_id": repository.id}
    if request.author:
        by["author"] = request.author
    for name in ("since", "until"):
        if request.HasField(name):
            by[name] = _moment(getattr(request, name))
    return by


def _moment(stamp: Any) -> Any:
    return stamp.ToDatetime(tzinfo=UTC)


def _cursor(row: Any) -> list[Any]:
    return [row.date_added.isoformat(), row.id]


def _is_of_rows(cursor: Any) -> bool:
    """Whether a cursor is for stored commits. A provider's has another length."""
    return isinstance(cursor, list) and len(cursor) == 2


def _behind(cursor: Any) -> dict[str, Any]:
    """The stored commits after a place in their order."""
    return {"before": cursor[0], "before_id": cursor[1]} if cursor else {}


def _stream(repository: Any, request: pb.StreamCommitsRequest) -> Iterator[pb.Commit]:
    """In batches by key: a server-side cursor would keep a transaction open while a slow client reads."""
    by = _asked(repository, request)
    batch = rows.COMMITS(STREAM_BATCH, **by)
    while batch:
        yield from map(messages.commit, batch)
        more = len(batch) == STREAM_BATCH
        batch = rows.COMMITS(STREAM_BATCH, **by, **_behind(_cursor(batch[-1]))) if more else []
