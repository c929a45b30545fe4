"""Compares the ratios of a benchmark, the last line that it printed, with those of the last release.

    benchmarks/run rows | tee out; python -m benchmarks.compare rows <out            shows what got worse by over 10 %
    python -m benchmarks.compare rows --keep <out                                    keeps them for this release

The ratios are kept in benchmarks/ratios.json.
Exit code 1: something got worse. It is explained in the changelog.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

KEPT = Path(__file__).with_name("ratios.json")
WORSE = 0.10
#: Times are better when they are lower, rates when they are higher.
HIGHER = ("rows", "transport", "sentry_rest")


def worse(kept: Mapping[str, float], found: Mapping[str, float], higher: bool) -> list[str]:
    """A line for each ratio that is missing or got worse by more than 10 %."""
    lines = []
    for name, before in kept.items():
        after = found.get(name)
        if after is None:
            lines.append(f"{name}: {before}, now missing")
        elif (before - after if higher else after - before) > WORSE * before:
            lines.append(f"{name}: {before}, now {after} ({(after / before - 1) * 100:+.0f} %)")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmark")
    parser.add_argument("--keep", action="store_true", help="these are the ratios of this release")
    options = parser.parse_args()
    found = json.loads(sys.stdin.read().strip().splitlines()[-1])
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if options.keep:
        kept[options.benchmark] = found
        KEPT.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
        return
    if options.benchmark not in kept:
        raise SystemExit(f"No ratios of {options.benchmark} are kept.")
    lines = worse(kept[options.benchmark], found, options.benchmark in HIGHER)
    print("\n".join(lines) or f"None of {len(kept[options.benchmark])} ratios got worse by more than 10 %.")
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
