"""The report of a run, as JSON and as Markdown. It has statuses, counts, keys and types: no values of the vendor's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.live.cells import OK, Cell
from tests.live.recording import Recording, Route
from tests.live.shapes import Shape, differences

#: So many new keys of a route are in the Markdown. The JSON has all.
_SHOWN = 8


@dataclass(frozen=True)
class Report:
    """``about`` has what was run: vendor, versions, date, options. Neither account nor repository are in it, unless it
    is the vendor's default."""

    about: dict[str, str]
    cells: Sequence[Cell]
    fake_cells: Sequence[Cell]
    vendor: Recording
    fake: Recording

    @property
    def failed(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.failed]

    def differing(self) -> Iterator[tuple[Route, list[dict[str, Any]]]]:
        """The routes of which the shape of the fake's answers is known and another."""
        for route, shape in self.vendor.shapes.items():
            if route in self.fake.shapes and (found := list(differences(shape, self.fake.shapes[route]))):
                yield route, [asdict(difference) for difference in found]

    def unknown(self) -> list[Route]:
        """The routes and statuses that the fake never answered. Errors of a failed call are among them."""
        return [route for route in self.vendor.shapes if route not in self.fake.shapes]

    def as_json(self) -> dict[str, Any]:
        differing = dict(self.differing())
        calls = {cell.rpc: len(cell.asked) for cell in self.fake_cells}
        return {
            "format": 1,
            "about": self.about,
            "cells": [
                {
                    "rpc": cell.rpc,
                    "status": cell.status,
                    "why": cell.why,
                    "calls": len(cell.asked),
                    "calls_of_the_fake": calls.get(cell.rpc, 0),
                    "routes": sorted({_text(route) for route in cell.asked}),
                    "differing": sorted({_text(route) for route in cell.asked if route in differing}),
                }
                for cell in self.cells
            ],
            "differences": {_text(route): found for route, found in differing.items()},
            "unknown_routes": sorted(map(_text, self.unknown())),
            "shapes": {_text(route): _listed(shape) for route, shape in self.vendor.shapes.items()},
        }

    def as_markdown(self) -> str:
        told = self.as_json()
        lines = [f"# {self.about['vendor']}, live", ""]
        lines += [f"- {name}: {value}" for name, value in self.about.items()]
        lines += ["", "| RPC | status | | calls | of the fake | shape |", "|---|---|---|--:|--:|---|"]
        for cell in told["cells"]:
            shape = ", ".join(f"`{route}`" for route in cell["differing"])
            if not shape and cell["status"] == OK:
                shape = "not known" if {*cell["routes"]} & {*told["unknown_routes"]} else "as the fake's"
            counts = f"{cell['calls']} | {cell['calls_of_the_fake']}"
            lines.append(f"| {cell['rpc']} | {cell['status']} | {cell['why']} | {counts} | {shape} |")
        for route, found in told["differences"].items():
            lines += ["", f"## `{route}`", ""]
            lines += [_line(one) for one in found if one["kind"] != "new"]
            new = [one["place"] for one in found if one["kind"] == "new"]
            if new:
                more = f" and {len(new) - _SHOWN} more" if len(new) > _SHOWN else ""
                lines.append(f"- not in the fake: {', '.join(f'`{place}`' for place in new[:_SHOWN])}{more}")
        if told["unknown_routes"]:
            lines += ["", "## Answers that the fake never gave", ""]
            lines += [f"- `{route}`" for route in told["unknown_routes"]]
        return "\n".join([*lines, ""])


def _line(one: dict[str, Any]) -> str:
    vendor, fake = (", ".join(one[side]) for side in ("vendor", "fake"))
    if one["kind"] == "missing":
        return f"- missing, at least once: `{one['place']}` ({fake} in the fake)"
    return f"- another type: `{one['place'] or 'the answer'}` is {vendor}, and {fake} in the fake"


def _text(route: Route) -> str:
    return f"{route.name} {route.status}"


def _listed(shape: Shape) -> dict[str, list[str]]:
    return {place: sorted(types) for place, types in sorted(shape.types.items())}
