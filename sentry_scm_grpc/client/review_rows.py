"""The columns of tables of pull requests, reviews, threads, comments and checks: what a person looks for in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Message = Mapping[str, Any]


def _at(message: Message, *path: str) -> Any:
    found: Any = message
    for name in path:
        found = found.get(name, "") if isinstance(found, Mapping) else ""
    return found


def _word(message: Message, name: str, prefix: str) -> str:
    """A value of an enum as people say it, such as "open"."""
    return str(message.get(name, "")).removeprefix(prefix).replace("_", " ").lower()


def _user(found: Any) -> Any:
    return _at(found, "login") or _at(found, "name") or _at(found, "id")


def _branch(found: Any) -> str:
    fork = f"{_at(found, 'repository')}:" if _at(found, "is_fork") else ""
    return f"{fork}{_at(found, 'branch')}"


def _place(position: Message) -> str:
    lines = "-".join(str(position[name]) for name in ("start_line", "line") if position.get(name))
    side = _word(position, "side", "DIFF_SIDE_") if lines else ""
    path = ":".join(part for part in (str(position.get("path", "")), lines) if part)
    return f"{path} {side}".rstrip()


def _pull_request(one: Message) -> Message:
    state = _word(one, "state", "PULL_REQUEST_STATE_")
    return {
        "number": one.get("number", ""),
        "state": "draft" if one.get("draft") and state == "open" else state,
        "title": one.get("title", ""),
        "author": _user(one.get("author")),
        "branches": f"{_branch(one.get('head'))} -> {_branch(one.get('base'))}",
        "updated": one.get("updated_at", ""),
    }


def _review(one: Message) -> Message:
    return {
        "author": one.get("group") or _user(one.get("author")),
        "state": _word(one, "state", "REVIEW_STATE_"),
        "submitted": one.get("submitted_at", ""),
        "body": one.get("body", ""),
    }


def _comment(one: Message) -> Message:
    return {
        "id": one.get("id", ""),
        "author": _user(one.get("author")),
        "created": one.get("created_at", ""),
        "body": one.get("body", ""),
    }


def _thread(one: Message) -> Message:
    comments = one.get("comments") or [{}]
    told = "resolved" in one and ("resolved" if one["resolved"] else "open")
    return {
        "id": one.get("id", ""),
        "state": " ".join(word for word in (told, one.get("outdated") and "outdated") if word),
        "place": _place(one.get("position") or one.get("original_position") or {}),
        "author": _user(comments[0].get("author")),
        "comments": len(one.get("comments", ())),
        "body": comments[0].get("body", ""),
    }


def _status(one: Message) -> Message:
    if "key" not in one:  # Of a pull request.
        return one
    return {
        "state": _word(one, "state", "CHECK_STATE_"),
        "key": one.get("key", ""),
        "summary": one.get("summary") or one.get("title", ""),
        "updated": one.get("updated_at", ""),
        "url": one.get("url", ""),
    }


def _check_run(one: Message) -> Message:
    return {
        "id": one.get("id", ""),
        "state": _word(one, "state", "CHECK_STATE_"),
        "name": one.get("name", ""),
        "title": one.get("title", ""),
        "completed": one.get("completed_at", ""),
    }


#: The row of one item, by the name of the list in the answer.
ROWS: Mapping[str, Callable[[Message], Message]] = {
    "pull_requests": _pull_request,
    "reviews": _review,
    "comments": _comment,
    "threads": _thread,
    "statuses": _status,
    "check_runs": _check_run,
}
