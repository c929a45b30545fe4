"""A Markdown table of the RPCs that each provider serves, made from the adapter classes."""

from __future__ import annotations

from collections.abc import Sequence

from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.rpc.policy import RPCS

BEGIN, END = "<!-- matrix: begin -->", "<!-- matrix: end -->"


def matrix(classes: Sequence[type[ProviderAdapter]]) -> str:
    """One row for each RPC that needs a provider, in the order of the contract."""
    head = ["RPC", *(adapter.name for adapter in classes)]
    lines = [_row(head), _row(["---", *([":-:"] * len(classes))])]
    for rpc in RPCS.values():
        if rpc.needs:
            lines.append(_row([f"`{rpc.name}`", *(_cell(adapter, rpc.needs) for adapter in classes)]))
    return "\n".join([*lines, *_notes(classes)])


def with_matrix(page: str, table: str) -> str:
    """The page with the table between the two marks replaced. Raises ValueError if the page lacks a mark."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page must hold {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def _notes(classes: Sequence[type[ProviderAdapter]]) -> list[str]:
    """The reasons for empty cells, if the adapters give any."""
    lines = []
    for adapter in classes:
        for why in dict.fromkeys(adapter.missing.values()):
            rpcs = [f"`{rpc.name}`" for rpc in RPCS.values() if rpc.needs and adapter.missing.get(rpc.needs) == why]
            served = [f"`{rpc.name}`" for rpc in RPCS.values() if rpc.needs and adapter.supports(rpc.needs)]
            # The shorter list.
            told = f"only {', '.join(served)}" if len(served) < len(rpcs) else f"no {', '.join(rpcs)}"
            lines += ["", f"{adapter.name} serves {told}: {why}"]
    return lines


def _cell(adapter: type[ProviderAdapter], operation: str) -> str:
    if not adapter.supports(operation):
        return ""
    return "derived" if operation in adapter.derived else "yes"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
