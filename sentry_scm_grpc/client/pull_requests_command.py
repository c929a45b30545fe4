"""The commands ``pr list``, ``pr view`` and ``checks``: pull requests and what is reported on commits, for people.

A program uses ``call``. What a provider does not tell is left out, or said where its absence would mislead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sentry_scm_grpc.client.errors import Unimplemented
from sentry_scm_grpc.client.text import Writer, columns, cut, harmless, pad
from sentry_scm_grpc.v1 import checks_pb2 as checks
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

if TYPE_CHECKING:
    from sentry_scm_grpc.client import ScmClient

#: BatchGetPullRequestStatus takes so many numbers.
_BATCH = 50
_SHA = 10

_Item = TypeVar("_Item")

#: (the kind of a colour, words) by value. A value that is not here is not known.
_Told = dict[int, tuple[str, str]]
_STATES: _Told = {
    pulls.PULL_REQUEST_STATE_OPEN: ("good", "open"),
    pulls.PULL_REQUEST_STATE_CLOSED: ("bad", "closed"),
    pulls.PULL_REQUEST_STATE_MERGED: ("place", "merged"),
}
_CHECKS: _Told = {
    checks.CHECK_STATE_PENDING: ("waits", "○ pending"),
    checks.CHECK_STATE_RUNNING: ("waits", "● running"),
    checks.CHECK_STATE_SUCCESS: ("good", "✓ passed"),
    checks.CHECK_STATE_FAILURE: ("bad", "✗ failed"),
    checks.CHECK_STATE_ERROR: ("bad", "✗ error"),
    checks.CHECK_STATE_CANCELLED: ("soft", "⊘ cancelled"),
    checks.CHECK_STATE_SKIPPED: ("soft", "⊘ skipped"),
    checks.CHECK_STATE_NEUTRAL: ("soft", "– neutral"),
}
_REVIEWS: _Told = {
    pulls.REVIEW_STATE_PENDING: ("waits", "○ pending"),
    pulls.REVIEW_STATE_COMMENTED: ("soft", "– commented"),
    pulls.REVIEW_STATE_APPROVED: ("good", "✓ approved"),
    pulls.REVIEW_STATE_CHANGES_REQUESTED: ("bad", "✗ changes requested"),
    pulls.REVIEW_STATE_DISMISSED: ("soft", "⊘ dismissed"),
}
_MERGES: _Told = {
    pulls.MERGEABILITY_MERGEABLE: ("good", "can be merged"),
    pulls.MERGEABILITY_CONFLICTS: ("bad", "has conflicts"),
    pulls.MERGEABILITY_BLOCKED: ("waits", "blocked by a rule"),
}


def list_pull_requests(client: ScmClient, repository: int, state: str, limit: int) -> None:
    """Prints a line for each pull request, the newest first. Raises ScmError."""
    asked = "" if state == "all" else f"PULL_REQUEST_STATE_{state.upper()}"
    # One more than is shown tells whether there are more.
    listed = client.iter_pull_requests(repository_id=repository, page_size=min(limit + 1, 100), **_set(state=asked))
    found = list(islice(listed, limit + 1))
    shown, writer = found[:limit], Writer()
    if not shown:
        writer.line("There is no such pull request.")
        return
    standing = _standing(client, repository, [one.number for one in shown])
    rows = [_row(one, standing.get(one.number)) for one in shown]
    widths = [max(columns(row[index][1]) for row in rows) for index in range(len(rows[0]))]
    if writer.edge is not None:
        # A long branch gives way, then the title.
        widths[2] = min(widths[2], 24)
        room = writer.edge - sum(widths) + widths[1] - 2 * len(widths)
        widths[1] = min(widths[1], max(20, room))
    for row in rows:
        cells = [(kind, pad(cut(text, width), width)) for (kind, text), width in zip(row, widths, strict=True)]
        writer.line("  ".join(writer.style(*cell) for cell in cells))
    if len(found) > limit:
        writer.line(writer.style("soft", f"There are more. --limit shows more than {limit}."))


def _row(one: pulls.PullRequest, status: pulls.PullRequestStatus | None) -> list[tuple[str, str]]:
    """The cells of a line: number, title, branch, author, state, checks, reviews."""
    told = [("", ""), ("", "")]
    if status is not None and status.HasField("error"):
        told = [("soft", harmless(status.error.reason)), ("", "")]
    elif status is not None:
        told = [_rollup(status), _REVIEWS.get(status.reviews, ("", ""))]
    title, branch = (_one_line(text) for text in (one.title, one.head.branch))
    return [("bold", f"#{one.number}"), ("", title), ("place", branch), ("", _user(one.author)), _state(one), *told]


def view_pull_request(client: ScmClient, repository: int, number: int, comments: bool) -> None:
    """Prints a pull request: what it is, how it stands, its reviews and its threads. Raises ScmError."""
    one = client.get_pull_request(repository_id=repository, number=number)
    writer = Writer()
    _head(writer, one, _standing(client, repository, [number]).get(number))
    if one.body:
        writer.line()
        writer.prose(one.body)
    asked: dict[str, Any] = {"repository_id": repository, "number": number}
    _section(writer, "Reviews", client.iter_reviews(**asked), _show_review)
    if comments:
        _section(writer, "Comments", client.iter_pull_request_comments(**asked), _comment)
    _section(writer, "Threads", client.iter_review_threads(**asked), _thread)


def _head(writer: Writer, one: pulls.PullRequest, status: pulls.PullRequestStatus | None) -> None:
    writer.line(writer.style("bold", f"#{one.number} {_one_line(one.title)}"))
    branches = [
        f"{_one_line(side.repository)}:" * side.is_fork + _one_line(side.branch) for side in (one.head, one.base)
    ]
    head, base = (writer.style("place", branch or "unknown") for branch in branches)
    writer.line(writer.style(*_state(one)), "·", f"{_user(one.author)} proposes to merge {head} into {base}")
    writer.line(harmless(one.web_url))
    writer.line()
    merge = _MERGES.get(one.mergeability, ("soft", "not known"))
    reviewers = [f"{_one_line(found.group) or _user(found.user)}: {_review(found)[1]}" for found in one.reviewers]
    is_open = one.state == pulls.PULL_REQUEST_STATE_OPEN
    ended = one.merged_at if one.HasField("merged_at") else one.closed_at if one.HasField("closed_at") else None
    facts = [
        ("opened", _time(one.created_at) if one.HasField("created_at") else ""),
        ("changed", _time(one.updated_at) if one.HasField("updated_at") else ""),
        ("ended", "" if is_open else _time(ended) if ended else writer.style("soft", "not told by the provider")),
        ("head", _short(one.head.commit_sha)),
        ("merge commit", _short(one.merge_commit_sha)),
        ("merge", f"{writer.style(*merge)} {_one_line(one.mergeability_detail)}" if is_open else ""),
        ("checks", _styled_rollup(writer, status)),
        ("reviews", writer.style(*_REVIEWS.get(status.reviews, ("soft", "none, or not told"))) if status else ""),
        ("labels", ", ".join(map(_one_line, one.labels))),
        ("reviewers", ", ".join(reviewers)),
    ]
    for name, value in facts:
        if value:
            writer.line(f"  {name:<12}", value)


def _show_review(writer: Writer, one: pulls.Review) -> None:
    at = f"at {_short(one.commit_sha)}" if one.commit_sha else ""
    when = _time(one.submitted_at) if one.HasField("submitted_at") else ""
    who = _one_line(one.group) or _user(one.author)
    writer.line(" ", writer.style(*_review(one)), who, writer.style("soft", f"{when} {at}".strip()))
    if one.body:
        writer.prose(one.body, 6)


def _thread(writer: Writer, one: pulls.ReviewThread) -> None:
    words = [word for word, holds in (("outdated", one.outdated), ("resolved", one.resolved)) if holds]
    told = f"[{', '.join(words)}]" if words else ""
    more = " and more" if one.comments_truncated else ""
    count = f"{len(one.comments)}{more} comment{'s' * (len(one.comments) != 1)}" if one.resolved else ""
    writer.line(" ", writer.style("place", _place(one)), writer.style("waits", told), count)
    if one.resolved:
        return
    for comment in one.comments:
        _comment(writer, comment, 4)
    if more:
        writer.line("    The provider has more comments of this thread.")


def _place(one: pulls.ReviewThread) -> str:
    """``src/app.py:3-6``; where it was, if it has no place any more."""
    is_current = one.HasField("position")
    if not is_current and not one.HasField("original_position"):
        return "a place that is not told"
    place = one.position if is_current else one.original_position
    lines = f":{place.start_line}-{place.line}" if place.start_line else f":{place.line}" if place.line else ""
    side = " before the changes" if place.side == pulls.DIFF_SIDE_BASE else ""
    commit = f" of {_short(place.commit_sha)}" if place.commit_sha and not is_current else ""
    return f"{_one_line(place.path)}{lines}{side}{commit}{'' if is_current else ', as it was'}"


def _comment(writer: Writer, one: pulls.PullRequestComment, indent: int = 2) -> None:
    when = _time(one.created_at) if one.HasField("created_at") else ""
    writer.line(" " * (indent - 1), writer.style("bold", _user(one.author)), writer.style("soft", when))
    writer.prose(one.body, indent + 2)


def show_checks(client: ScmClient, repository: int, commit: str) -> None:
    """Prints what is reported on a commit: statuses with a state for all, check runs, pipelines. Raises ScmError."""
    writer = Writer()
    asked: dict[str, Any] = {"repository_id": repository, "commit_sha": commit}
    first = client.list_commit_statuses(**asked)
    rollup = pulls.PullRequestStatus(checks=first.rollup)
    writer.line(writer.style("bold", _short(first.commit_sha) or harmless(commit)), _styled_rollup(writer, rollup))
    _section(writer, "Statuses", _all(client, first, asked), _status)
    if first.incomplete:
        writer.line(f"  The provider gave only a part of the statuses: {harmless(first.incomplete_reason)}")
    _section(writer, "Check runs", client.iter_check_runs(**asked), _status)
    _section(writer, "Pipelines", client.iter_pipelines(**asked), _status)


def _all(client: ScmClient, page: Any, asked: dict[str, Any]) -> Iterator[checks.CommitStatus]:
    yield from page.statuses
    if page.next_page_token:
        yield from client.iter_commit_statuses(**asked, page_token=page.next_page_token)


def _status(writer: Writer, one: Any) -> None:
    """A line of a status, a check run or a pipeline: what each of them has."""
    kind, words = _CHECKS.get(one.state, ("soft", f"? {_one_line(one.vendor_state) or 'not known'}"))
    if one.derived:
        words += f" ({_one_line(one.vendor_state)})"
    fields = {field.name: value for field, value in one.ListFields()}
    name = fields.get("key") or fields.get("name") or f"#{fields.get('number') or fields['id']}"
    title = fields["title"] if fields.get("title") not in (None, name) else ""
    about = " · ".join(filter(None, [title, fields.get("summary", ""), fields.get("ref", "")]))
    may_fail = "may fail" if fields.get("allowed_to_fail") else ""
    line = [pad(words, 11), _one_line(name), may_fail, writer.style("soft", f"· {_one_line(about)}" if about else "")]
    writer.line(" ", writer.style(kind, line[0]), *line[1:])
    if url := fields.get("url") or fields.get("web_url"):
        writer.line(" " * 13, writer.style("soft", harmless(url)))


def _section(writer: Writer, title: str, items: Iterable[_Item], show: Callable[[Writer, _Item], None]) -> None:
    """Prints a heading and each item, or that there is none. What a provider does not have is a sentence."""
    writer.line()
    writer.line(writer.style("bold", title))
    is_empty = True
    try:
        for item in items:
            is_empty = False
            show(writer, item)
    except Unimplemented as error:
        return writer.prose(error.message, 2)
    if is_empty:
        writer.line("  none")


def _standing(client: ScmClient, repository: int, numbers: list[int]) -> dict[int, pulls.PullRequestStatus]:
    """How pull requests stand, by number. None of them if the site has this RPC off."""
    found: dict[int, pulls.PullRequestStatus] = {}
    try:
        for start in range(0, len(numbers), _BATCH):
            asked = numbers[start : start + _BATCH]
            answer = client.batch_get_pull_request_status(repository_id=repository, numbers=asked)
            found |= {one.number: one for one in answer.statuses}
    except Unimplemented:
        pass
    return found


def _rollup(status: pulls.PullRequestStatus) -> tuple[str, str]:
    if not status.HasField("checks"):
        return "soft", "checks not known"
    kind, words = _CHECKS.get(status.checks.state, ("soft", "no checks"))
    return kind, f"{words}, not all read" if status.checks.incomplete else words


def _styled_rollup(writer: Writer, status: pulls.PullRequestStatus | None) -> str:
    if status is None:
        return ""
    reason = f"({harmless(status.checks.incomplete_reason)})" if status.checks.incomplete else ""
    return f"{writer.style(*_rollup(status))} {reason}".rstrip()


def _state(one: pulls.PullRequest) -> tuple[str, str]:
    return ("soft", "draft") if one.draft else _STATES.get(one.state, ("soft", "state not known"))


def _review(one: pulls.Review | pulls.PullRequestReviewer) -> tuple[str, str]:
    return _REVIEWS.get(one.state, ("soft", _one_line(one.detail) or "answer not told"))


def _user(user: pulls.PullRequestUser) -> str:
    return _one_line(user.name or user.login or user.id) or "unknown"


def _short(sha: str) -> str:
    return harmless(sha[:_SHA])


def _one_line(text: str) -> str:
    return harmless(" ".join(text.split()))


def _time(stamp: Any) -> str:
    when: datetime = stamp.ToDatetime()
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _set(**fields: str) -> dict[str, Any]:
    """The fields that are not empty."""
    return {name: value for name, value in fields.items() if value}
