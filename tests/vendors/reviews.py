"""What reviewers write on the World's pull requests, in no vendor's form. The fakes' credentials are those of ME."""

from __future__ import annotations

from tests.vendors.pulls import Comment, Thread
from tests.vendors.world import Change, World

ME = "zoe"
#: The first ids of what is written.
COMMENT, THREAD = 90_001, 2001


def add_remark(world: World, number: int, body: str, parent: int = 0) -> Comment:
    comment = Comment(_next(world, COMMENT), ME, body, parent)
    world.remarks.setdefault(number, []).append(comment)
    return comment


def start_thread(world: World, number: int, path: str, side: str, start: int, line: int, body: str) -> Thread:
    """``side`` is head or base. A start of 0 is a single line, and a line of 0 the whole file."""
    comment = Comment(_next(world, COMMENT), ME, body)
    thread = Thread(_next(world, THREAD), path, side, start, line, False, False, [comment])
    world.threads.setdefault(number, []).append(thread)
    return thread


def answer_thread(world: World, thread: Thread, body: str) -> Comment:
    comment = Comment(_next(world, COMMENT), ME, body, thread.comments[0].id)
    thread.comments.append(comment)
    return comment


def remark(world: World, number: int, id: int) -> Comment | None:
    return next((one for one in world.remarks.get(number, []) if one.id == id), None)


def thread_of(world: World, number: int, id: int) -> Thread | None:
    """The thread that has a comment."""
    threads = world.threads.get(number, [])
    return next((one for one in threads if any(comment.id == id for comment in one.comments)), None)


def thread(world: World, number: int, id: int) -> Thread | None:
    return next((one for one in world.threads.get(number, []) if one.id == id), None)


def comment(world: World, number: int, id: int) -> Comment | None:
    """A comment on the whole or in a thread."""
    found = thread_of(world, number, id)
    in_thread = (one for one in found.comments if one.id == id) if found else iter(())
    return remark(world, number, id) or next(in_thread, None)


def delete(world: World, number: int, id: int) -> None:
    """A thread goes with its last comment."""
    world.remarks[number] = [one for one in world.remarks.get(number, []) if one.id != id]
    for found in world.threads.get(number, []):
        found.comments = [one for one in found.comments if one.id != id]
    world.threads[number] = [one for one in world.threads.get(number, []) if one.comments]


def kind_of(change: Change, side: str, line: int) -> str:
    """added, removed or context for a line in the hunk of a change. Empty for a line that is not in it."""
    kept = 0 if change.kind in ("added", "deleted") else 1
    changed = {"head": change.additions, "base": change.deletions}[side]
    if not 1 <= line <= kept + changed:
        return ""
    return "context" if line <= kept else {"head": "added", "base": "removed"}[side]


def _next(world: World, first: int) -> int:
    """An id that nothing had before."""
    last: dict[int, int] = world.__dict__.setdefault("_last_ids", {})
    last[first] = last.get(first, first - 1) + 1
    return last[first]
