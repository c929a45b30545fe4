"""Commits: those that webhooks and releases stored, where there are any; otherwise the provider's own.

Stored rows know neither refs nor paths nor parents: a request that asks by these goes to the provider.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.db.models import Q

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.hosts.sentry import compat, messages
from sentry_scm_grpc.rpc.call import Call, needed
from sentry_scm_grpc.v1 import scm_pb2 as pb

FILE_CHANGES = 1000
STREAM_BATCH = 500
_HEX = frozenset("0123456789abcdef")


class CommitOperations:
    def get_commit(self, call: Call, request: pb.GetCommitRequest) -> pb.Commit:
        row = _stored_commit(call.repository, request.commit_sha)
        if row is None:
            answer: pb.Commit = needed(call, "get_commit")(call, request)
            return answer
        commit = messages.commit(row)
        changes = list(_changes(row)[: FILE_CHANGES + 1])
        commit.file_changes.extend(map(messages.file_change, changes[:FILE_CHANGES]))
        commit.file_changes_truncated = len(changes) > FILE_CHANGES
        return commit

    def list_commits(self, call: Call, request: pb.ListCommitsRequest) -> pb.ListCommitsResponse:
        # A list goes on where it began, though commits were stored meanwhile.
        from_rows = _is_of_rows(call.cursor) if call.cursor else _answered_from_rows(call.repository, request)
        if not from_rows:
            answer: pb.ListCommitsResponse = needed(call, "list_commits")(call, request)
            return answer
        rows = _commits(call.repository, request)
        if call.cursor:
            rows = rows.filter(_after(*call.cursor))
        found = messages.CommitRow.page(rows[: call.page_size + 1])
        page, more = found[: call.page_size], len(found) > call.page_size
        return pb.ListCommitsResponse(
            commits=map(messages.commit, page),
            next_page_token=call.next_page_token(_cursor(page[-1]) if more else None),
        )

    def stream_commits(self, call: Call, request: pb.StreamCommitsRequest) -> Iterator[pb.Commit]:
        if not _answered_from_rows(call.repository, request):
            answer: Iterator[pb.Commit] = needed(call, "stream_commits")(call, request)
            return answer
        return _stream(call.repository, request)

    def list_file_changes(self, call: Call, request: pb.ListFileChangesRequest) -> pb.ListFileChangesResponse:
        begun_at_provider = call.cursor is not None and not isinstance(call.cursor, str)
        row = None if begun_at_provider else _stored_commit(call.repository, request.commit_sha)
        if row is None:
            answer: pb.ListFileChangesResponse = needed(call, "list_file_changes")(call, request)
            return answer
        changes = _changes(row)
        if call.cursor:
            changes = changes.filter(filename__gt=call.cursor)
        found = list(changes[: call.page_size + 1])
        page, more = found[: call.page_size], len(found) > call.page_size
        return pb.ListFileChangesResponse(
            file_changes=map(messages.file_change, page),
            next_page_token=call.next_page_token(page[-1].filename if more else None),
        )


def _answered_from_rows(repository: Any, request: Any) -> bool:
    if request.ref or request.path:
        return False
    return bool(compat.model("Commit").objects.filter(repository_id=repository.id).exists())


def _stored_commit(repository: Any, sha: str) -> Any:
    """The stored commit that a SHA or a prefix names; None where there is none, or a ref is named."""
    sha = sha.lower()
    if not _HEX.issuperset(sha) or len(sha) < 4:
        return None
    rows = compat.model("Commit").objects.filter(repository_id=repository.id).select_related("author")
    exact = rows.filter(key=sha).first()
    if exact is not None or len(sha) >= 40:
        return exact
    found = list(rows.filter(key__startswith=sha)[:2])
    if len(found) > 1:
        raise InvalidArgument.of(
            ("commit_sha", "is the start of several commits' SHAs; give more digits"), reason="AMBIGUOUS_SHA"
        )
    return found[0] if found else None


def _commits(repository: Any, request: Any) -> Any:
    """The stored commits that a request asks for, newest first."""
    rows = compat.model("Commit").objects.filter(repository_id=repository.id).select_related("author")
    if request.author:
        rows = rows.filter(Q(author__name__icontains=request.author) | Q(author__email__icontains=request.author))
    if request.HasField("since"):
        rows = rows.filter(date_added__gte=_moment(request.since))
    if request.HasField("until"):
        rows = rows.filter(date_added__lte=_moment(request.until))
    return rows.order_by("-date_added", "-id")


def _moment(stamp: Any) -> Any:
    return stamp.ToDatetime(tzinfo=UTC)


def _cursor(row: Any) -> list[Any]:
    return [row.date_added.isoformat(), row.id]


def _is_of_rows(cursor: Any) -> bool:
    """Whether a cursor is one of these; a provider's has another length."""
    return isinstance(cursor, list) and len(cursor) == 2


def _after(moment: str, id: int) -> Q:
    """The rows behind this place in the order, newest first."""
    # The first condition is implied; by it the database starts at the right place of its index.
    return Q(date_added__lte=moment) & (Q(date_added__lt=moment) | Q(date_added=moment, id__lt=id))


def _stream(repository: Any, request: pb.StreamCommitsRequest) -> Iterator[pb.Commit]:
    """In batches by key: a server-side cursor would hold a transaction open while a slow client reads."""
    rows = _commits(repository, request)
    batch = messages.CommitRow.page(rows[:STREAM_BATCH])
    while batch:
        yield from map(messages.commit, batch)
        last = _cursor(batch[-1])
        more = len(batch) == STREAM_BATCH
        batch = messages.CommitRow.page(rows.filter(_after(*last))[:STREAM_BATCH]) if more else []


def _changes(commit: Any) -> Any:
    return compat.model("CommitFileChange").objects.filter(commit_id=commit.id).order_by("filename")
