"""The pull requests of the World (``tests.vendors.world``), in no vendor's form: one of each kind, and many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

OLDEST = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
MANY = 250
#: The pull request of the branch "topic", which has many commits and files.
TOPIC = 8
#: One from a fork, one whose fork was deleted, one with conflicts, one that a rule blocks, and one that changed last.
FORK, LOST_FORK, CONFLICTS, BLOCKED, CHANGED_LAST = 11, 22, 13, 14, 2
#: One with a long body.
LONG = 17
ODD_TITLE = "Fix `a < b` & “quotes” 🚀 #7"
ODD_BODY = "Closes #7\r\n\r\n- [ ] **bold** <b>tag</b>\r\n```py\nprint('é')\n```\n🚀"
LABELS = ("bug", "needs review", "ünï: 50%")


@dataclass
class PullRequest:
    """``state`` is open, closed or merged. ``reviewers`` has an answer by login: pending, approved or changes."""

    number: int
    title: str
    body: str
    author: str
    state: str
    head: str
    head_sha: str
    base: str
    base_sha: str
    merge_sha: str = ""
    fork: str = ""
    draft: bool = False
    labels: list[str] = field(default_factory=list)
    reviewers: dict[str, str] = field(default_factory=dict)
    #: clean, conflicts or blocked.
    merge: str = "clean"
    created: datetime = OLDEST
    updated: datetime = OLDEST
    closed: datetime | None = None
    #: Rises with each change, at Bitbucket Server.
    version: int = 1


def pull_requests(sha: Callable[[int], str], topic: str) -> dict[int, PullRequest]:
    """By number. ``sha`` is that of the n-th commit of main, from the oldest on."""
    return {number: _pull_request(number, sha, topic) for number in range(1, MANY + 1)}


def _pull_request(number: int, sha: Callable[[int], str], topic: str) -> PullRequest:
    state = "open" if number < 10 else ("merged", "closed", "open", "open", "open")[number % 5]
    if number in (FORK, LOST_FORK, CONFLICTS, BLOCKED):
        state = "open"
    created = OLDEST + timedelta(hours=number)
    pull = PullRequest(
        number=number,
        title=ODD_TITLE if number == 1 else f"Change {number}",
        body=ODD_BODY if number == 1 else "x" * 70_000 if number == LONG else f"Why: {number}" if number % 3 else "",
        author=("ada", "bob")[number % 2],
        state=state,
        head="topic" if number == TOPIC else "feature/x#1" if number == 9 else f"change/{number}",
        head_sha=topic if number == TOPIC else sha(max(number % MANY, 1)),
        base="release/001" if number % 9 == 0 else "main",
        base_sha=sha(MANY - 1),
        merge_sha=sha((number + 1) % MANY) if state == "merged" else "",
        fork={FORK: "zoe/rocket", LOST_FORK: "?"}.get(number, ""),
        draft=state == "open" and number % 7 == 0,
        labels=list(LABELS[: number % 4]),
        created=created,
        updated=OLDEST + timedelta(days=60) if number == CHANGED_LAST else created + timedelta(minutes=30),
        closed=None if state == "open" else created + timedelta(minutes=20),
        merge={CONFLICTS: "conflicts", BLOCKED: "blocked"}.get(number, "clean"),
    )
    if number % 4 == 0:
        pull.reviewers = {"bob": "approved", "eve": "changes", "zoe": "pending"}
    return pull


@dataclass
class Comment:
    """``parent`` is the comment to which it answers. 0 for none."""

    id: int
    author: str
    body: str
    parent: int = 0


@dataclass
class Thread:
    """``side`` is head or base. A start of 0 is a single line, and a line of 0 the whole file."""

    id: int
    path: str
    side: str
    start: int
    line: int
    outdated: bool
    resolved: bool
    comments: list[Comment]


def remarks() -> list[Comment]:
    """The conversation of the pull request of "topic"."""
    return [Comment(n, ("ada", "bob")[n % 2], ODD_BODY if n == 1 else f"Remark {n}") for n in range(1, MANY + 1)]


def threads() -> list[Thread]:
    """The threads of the pull request of "topic"."""
    found = []
    for n in range(1001, 1121):
        comments = [Comment(n * 10 + index, ("ada", "bob")[index], f"Line {n}.{index}") for index in range(1 + n % 2)]
        line = 0 if n == 1007 else 4 + n % 3
        side = "base" if n % 5 == 0 else "head"
        path = "docs/a b.md" if n % 6 == 0 else "src/app.py"
        start = 3 if n % 4 == 0 else 0
        found.append(Thread(n, path, side, start, line, n % 10 == 9, n % 3 == 0, comments))
    return found
