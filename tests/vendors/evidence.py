"""Which tests are evidence that our adapters read what a vendor sends: the second table of docs/reference/providers.md.

A test says so by ``@pytest.mark.evidence(kind, *rpcs)``, for the vendors in its argument ``vendors`` or
in its module's constant ``VENDORS``:

- ``schema``: the vendor's own description of its API allows the answers that were read
- ``recording``: the answers have the shape of ones that the vendor once sent
- ``client``: a client that others wrote reads the same

``.venv-vendors/bin/python -m tests.vendors.evidence`` writes the table into the page;
``tests/vendors/test_evidence.py`` compares it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.rpc.policy import RPCS

KINDS = ("schema", "recording", "client")
MARK = "evidence(kind, *rpcs): our reading is compared for these RPCs: see tests/vendors/evidence.py"
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/providers.md"
BEGIN, END = "<!-- evidence: begin -->", "<!-- evidence: end -->"

#: RPCs that read a vendor's answers by the same methods as another.
SAME_READING = {
    "StreamCommits": "ListCommits",
    "StreamTree": "ListTree",
    "DeriveCodeMappings": "ListTree",
    "BatchGetCommitContext": "GetCommitContext",
    "ResolveFrames": "GetCommitContext",
    "GetStacktraceLink": "CheckFile",
    "GetCodeOwners": "GetFile",
    "LinkExternalIssue": "GetExternalIssue",
    "SyncRepository": "CreateRepository",
    "SyncRepositories": "SearchRepositories",
}
#: No vendor answers these: the addresses of web pages are made and read here.
NOT_ASKED = {"GetSourceUrl", "ResolveSourceUrl"}

Evidence = Mapping[tuple[str, str], set[str]]


def evidence(root: Path = ROOT) -> Evidence:
    """The kinds of evidence by vendor and RPC."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for directory in ("tests/vendors", "tests/sentry_host/providers"):
        for path in sorted((root / directory).glob("test_*.py")):
            for vendor, kind, rpc in _declared(ast.parse(path.read_text())):
                found[vendor, rpc].add(kind)
    for rpc, other in SAME_READING.items():
        for vendor, known in list(found):
            if known == other:
                found[vendor, rpc] |= found[vendor, other]
    return found


def _declared(module: ast.Module) -> Iterator[tuple[str, str, str]]:
    vendors: Sequence[str] = ()
    for node in module.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "VENDORS":
            vendors = ast.literal_eval(node.value)
    for node in ast.walk(module):
        for call in getattr(node, "decorator_list", ()):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.evidence":
                kind, *rpcs = (ast.literal_eval(argument) for argument in call.args)
                of = next((ast.literal_eval(each.value) for each in call.keywords if each.arg == "vendors"), vendors)
                if kind not in KINDS or not of or not set(rpcs) <= set(RPCS):
                    raise ValueError(f"{ast.unparse(call)}, for the vendors {of}, is no evidence")
                yield from ((vendor, kind, rpc) for vendor in of for rpc in rpcs)


def table(classes: Sequence[type[ProviderAdapter]], found: Evidence) -> str:
    """One row for each RPC that asks a vendor for something, in the order of the contract."""
    lines = [_row(["RPC", *(adapter.name for adapter in classes)]), _row(["---"] * (len(classes) + 1))]
    for rpc in RPCS.values():
        if rpc.needs and rpc.name not in NOT_ASKED:
            cells = [_cell(adapter, rpc, found) for adapter in classes]
            lines.append(_row([f"`{rpc.name}`", *cells]))
    return "\n".join(lines)


def _cell(adapter: type[ProviderAdapter], rpc: Any, found: Evidence) -> str:
    if not adapter.supports(rpc.needs):
        return ""
    kinds = found.get((adapter.key, rpc.name), set())
    return ", ".join(kind for kind in KINDS if kind in kinds) or "reading"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def vendors() -> list[type[ProviderAdapter]]:
    from sentry_scm_grpc.management.commands.scm_grpc_providers import own_adapters
    from tests.vendors import FAKES

    return [adapter for adapter in own_adapters() if adapter.key in FAKES]


def page_with_table(page: str) -> str:
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page must hold {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{table(vendors(), evidence())}\n\n{END}{after}"


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    PAGE.write_text(page_with_table(PAGE.read_text()))
