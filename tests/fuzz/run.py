"""Coverage-guided fuzzing of the targets in tests/fuzz/targets.py, with atheris.

    python -m tests.fuzz.run [--seconds 15 | --runs N] [TARGET...]

With --runs it tries so many inputs, the same every time: for builds, which must not fail by chance.

Each target runs in a process of its own. An input that fails is written to tests/fuzz/crashes/<target>/, where the
tests find it; the exit code is 1 then. The last line is one JSON object: inputs tried per target.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMES = ("frames", "page_tokens", "json_door", "signatures", "signing_key_settings")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(NAMES))
    parser.add_argument("--seconds", type=int, default=15, help="for each target")
    parser.add_argument("--runs", type=int, default=0, help="inputs for each target, from a fixed seed")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        fuzz(options.targets[0], options.seconds, options.runs)
    tried, failed = {}, False
    print(f"{'target':<22} {'inputs':>10} {'edges':>7}  outcome")
    for name in options.targets or NAMES:
        command = [
            sys.executable,
            "-m",
            __spec__.name,
            "--inside",
            f"--seconds={options.seconds}",
            f"--runs={options.runs}",
            name,
        ]
        # libFuzzer ends the process without its clean-up, so what it writes goes into a directory of this one.
        with tempfile.TemporaryDirectory(prefix="scm-grpc-fuzz-") as directory:
            environment = {**os.environ, "TMPDIR": directory}
            ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace")
        inputs = re.search(r"Done (\d+) runs|stat::number_of_executed_units: (\d+)", ran.stderr)
        edges = re.findall(r"\bcov: (\d+)", ran.stderr)
        tried[name] = int(next(filter(None, inputs.groups()))) if inputs else 0
        ok = ran.returncode == 0 and inputs is not None
        print(f"{name:<22} {tried[name]:>10,} {edges[-1] if edges else '?':>7}  {'ok' if ok else 'FAILED'}", flush=True)
        if not ok:
            failed = True
            print(ran.stdout[-4000:], ran.stderr[-4000:], file=sys.stderr)
    print(json.dumps({"inputs": tried}))
    return int(failed)


def fuzz(name: str, seconds: int, runs: int) -> None:
    """Does not return: libFuzzer ends the process."""
    import atheris

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    with atheris.instrument_imports(include=["sentry_scm_grpc"]):
        import django

        django.setup()
        from tests.fuzz.targets import TARGETS, seeds

    import logging

    logging.disable(logging.CRITICAL)
    crashes = ROOT / "tests" / "fuzz" / "crashes" / name
    crashes.mkdir(parents=True, exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix="scm-grpc-fuzz-"))
    for number, seed in enumerate(seeds()[name]):
        (corpus / f"seed{number}").write_bytes(seed)
    amount = [f"-runs={runs}", "-seed=1"] if runs else [f"-max_total_time={seconds}"]
    limits = [*amount, "-max_len=8192", "-timeout=10", "-rss_limit_mb=2048"]
    atheris.Setup(
        [sys.argv[0], str(corpus), *limits, f"-artifact_prefix={crashes}/", "-print_final_stats=1"], TARGETS[name]
    )
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
