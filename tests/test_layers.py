"""The order of floors: an import goes down or stays on its floor, and no two modules import each other.

Type hints count: an import for a type checker alone is still a reader's way from one module to the other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = "sentry_scm_grpc"
ROOT = Path(__file__).parents[1] / PACKAGE

#: From the ground up. What shares a line shares a floor.
FLOORS = (
    ("errors", "conf", "command_line", "models", "migrations", "v1", "contract"),
    ("rpc",),
    ("auth", "telemetry", "source"),
    ("providers",),
    ("hosts",),
    ("dispatch",),
    ("interceptors",),
    ("server",),
    ("apps", "middleware", "wsgi", "checks", "explorer", "management", "testing", "clients"),
)
#: Modules with which a process starts stand above all floors. The commands of the command line are among them.
ENTRY_POINTS = frozenset({"__main__", "hosts.embedded.cli", "hosts.embedded.demo", "hosts.embedded.wsgi"})
COMMANDS = "hosts.embedded.commands"
#: The client is installed without the server: it knows the contract and what every layer knows of a call.
CLIENT_USES = frozenset({"client", "command_line", "contract", "rpc", "v1"})


def modules() -> dict[str, Path]:
    """Every module by its dotted name within the package."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] != "v1":
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def imports_of(name: str) -> Iterator[str]:
    """The package's modules that a module imports, anywhere in its text."""
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            targets = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for target in targets:
            if target.split(".")[0] == PACKAGE:
                yield _module_in(target.removeprefix(f"{PACKAGE}").removeprefix("."))


def _module_in(target: str) -> str:
    """The module that an imported name is, or is in."""
    while target and target not in MODULES and not target.startswith("v1"):
        target = target.rpartition(".")[0]
    return "v1" if target.startswith("v1") else target


def is_entry_point(name: str) -> bool:
    return name in ENTRY_POINTS or name.startswith(COMMANDS)


def floor_of(name: str) -> int:
    if is_entry_point(name):
        return len(FLOORS)
    top = name.split(".")[0]
    return next(index for index, floor in enumerate(FLOORS) if top in floor)


@cache
def imports() -> dict[str, list[str]]:
    """Of every module the modules that it imports. Reads them all: too long for the collection of tests."""
    return {name: sorted(set(imports_of(name)) - {name, ""}) for name in MODULES if name}


@pytest.mark.parametrize("name", [name for name in MODULES if name and name.split(".")[0] != "client"])
def test_imports_go_down(name: str) -> None:
    server = [target for target in imports()[name] if target.split(".")[0] != "client"]
    assert not [target for target in server if floor_of(target) > floor_of(name)]
    if not is_entry_point(name):
        assert not [target for target in imports()[name] if target.split(".")[0] == "client"]


def test_the_client_needs_no_server() -> None:
    used = {target.split(".")[0] for name in imports() if name.split(".")[0] == "client" for target in imports()[name]}
    assert used <= CLIENT_USES


def test_no_two_modules_import_each_other() -> None:
    assert list(cycles(imports())) == []


def cycles(graph: dict[str, list[str]]) -> Iterator[list[str]]:
    """Every group of modules of which each reaches all others (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(name: str) -> Iterator[list[str]]:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in graph.get(name, ()):
            if target not in index:
                yield from visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                yield sorted(group)

    for name in graph:
        if name not in index:
            yield from visit(name)


def test_a_cycle_is_found() -> None:
    assert list(cycles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})) == [["a", "b", "c"]]
