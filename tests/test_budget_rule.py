"""Every loop over what a repository holds asks the budget of the call, or is known to be short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sentry_scm_grpc

PACKAGE = Path(sentry_scm_grpc.__file__).parent
MODULES = sorted(
    str(path.relative_to(PACKAGE))
    for path in (
        *PACKAGE.glob("providers/git/*.py"),
        *PACKAGE.glob("source/*.py"),
        PACKAGE / "providers/vendor/derived_blame.py",
    )
)
#: What ends a loop with the call: methods of the budget, and of the watch of code owners, which asks it.
ASKING = {"check", "keep", "read", "spend"}
ASKED = ("budget", "watch", "current()", "check", "self.check")

#: Functions whose loops need not ask, by the reason.
SHORT = {
    "loops over what the request holds, or one page of the answer": """
        hunks._ignored
        adapter.search_repositories adapter._fill_repository_ids adapter.search_code blame.contexts blame._blame_all
        codeowners._add_owners derived_blame.blame_all derived_blame._blame line_history._see globs.__init__
        stack_frames.written stack_paths.derive stack_paths._group stack_paths._one_per_stack_root sites.fields_of
        web_urls._without_dots new_objects._changed""",
    "loops over a constant": """
        adapter.get_code_owners bounds.bound codeowners.rules_for frames._anchor links.of_files links.may_be_ref
        places.locate places.find places._git_dir places._stays_below process._empty_repository repository.follow
        ref_writes.check_write ref_writes._checked_out
        repository.ref sites.marked refs.named""",
    "loops over an iterator that asks": """
        adapter.list_commits adapter.stream_commits adapter.stream_tree blame._read changes._merged
        commits._read_dated diff.file_diffs diff._records diff._next diff_output.__iter__
        ref_names.names ref_names._packed
        tree.fill commit_search.search commit_search._fill commit_search._matches hunks.read
        history_service.search_commits
        ref_service.compare_commits ref_service._page refs.branches refs.tags refs._listed
        objects.entries places._directories search._grep stack_paths._best codeowners.answer""",
    "loops over an object that is read in this process, of 64 KiB at most, or the 3 MiB of a commit": """
        changes._unlike commits.read_commit renames._pieces""",
    "loops over the at most 100 files of a small commit": """
        renames.run renames._find_same renames._find_similar""",
    "loops over names in one directory of objects": "links.of_objects links._links_in places._borrowed",
    "loops over a path or pattern, whose length the contract or the reader limits": """
        gitignore.verdict gitignore.finds gitignore.made gitignore._stars gitignore._class gitignore.of_request
        frames.of globs.__init__ globs.likely globs._segments globs._names globs._class
        stack_paths._candidate new_objects.put ref_writes._check_conflict""",
    "loops over one response of a vendor, or the header of one file": """
        patches.taken_apart patches._file patches._told""",
    "loops over a line of CODEOWNERS, whose length is limited": """
        codeowners._rule codeowners._owners codeowners.__init__ codeowners._decide codeowners.read""",
    "loops over calls of a vendor, each of which asks": """
        derived_blame.previous_path line_history._follow line_history._settle""",
    "ends with the processes that it watches": "bounds._watch",
    "works for no call, in the background": "graphs._work graphs.forget_deleted",
    "loops over a file of 1 MiB at most": "line_history.carried stack_paths._files_by_name",
}
KNOWN = {name for names in SHORT.values() for name in names.split()}


def loops(module: str) -> Iterator[tuple[str, ast.For | ast.While]]:
    """The loops of a module, each with the name of its function."""
    tree = ast.parse((PACKAGE / module).read_text())
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.For | ast.While):
                    yield f"{Path(module).stem}.{function.name}", node


def asks(loop: ast.For | ast.While) -> bool:
    for node in ast.walk(loop):
        if isinstance(node, ast.Call):
            called = node.func
            if ast.unparse(called) in ("check", "self.check"):
                return True
            if isinstance(called, ast.Attribute) and called.attr in ASKING and _is_asked(called.value):
                return True
    return False


def _is_asked(value: ast.expr) -> bool:
    return ast.unparse(value).endswith(ASKED)


@pytest.mark.parametrize("module", MODULES)
def test_a_loop_asks_the_budget(module: str) -> None:
    silent = {f"{name}, line {loop.lineno}" for name, loop in loops(module) if not asks(loop) and name not in KNOWN}
    assert not silent, "let these call budget.check() in each turn, or say in SHORT why they are short"


def test_what_is_known_to_be_short_is_there() -> None:
    silent = {name for module in MODULES for name, loop in loops(module) if not asks(loop)}
    assert not KNOWN - silent


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("for a in b:\n    pass", False),
        ("for a in b:\n    self.check_all()", False),
        ("for a in b:\n    file.read(5)", False),
        ("while a:\n    git.budget.check()", True),
        ("for a in b:\n    if a:\n        budget.keep()", True),
    ],
)
def test_the_test_tells_them_apart(text: str, good: bool) -> None:
    (loop,) = ast.parse(text).body
    assert isinstance(loop, ast.For | ast.While)
    assert asks(loop) is good
