"""``make live VENDOR=github``: asks a real vendor what its fake is asked, and writes a report (docs/how-to/live.md)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.live.cells import Cell
    from tests.live.recording import Recording
    from tests.live.report import Report
    from tests.live.site import Target
    from tests.vendors.fake import FakeVendor

#: A public repository of each vendor that has any: small, with files, issues and owners.
DEFAULTS = {
    "github": "getsentry/responses",
    "gitlab": "gitlab-org/gitlab-shell",
    "bitbucket": "tutorials/markdowndemo",
}
#: A rate limit that ends within so many seconds is waited for.
PATIENCE = 65.0


def main(arguments: list[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    if args.write and not args.repository:
        print("WRITE=1 creates issues. Name a scratch repository: WRITE=1 REPOSITORY=owner/name.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="scm-grpc-live-") as directory:
        _set_up(Path(directory))
        from sentry_scm_grpc.command_line import UsageError
        from sentry_scm_grpc.errors import ScmError

        try:
            target = read_target(args.vendor, args.repository, args.url, args.metadata)
        except (ScmError, UsageError, ValueError) as error:
            print(getattr(error, "message", error), file=sys.stderr)
            return 2
        report = run(target, args.write, args.patience, "given" if args.repository else DEFAULTS[args.vendor])
    args.out.mkdir(parents=True, exist_ok=True)
    stem = args.out / args.vendor
    stem.with_suffix(".json").write_text(json.dumps(report.as_json(), indent=1) + "\n")
    stem.with_suffix(".md").write_text(report.as_markdown())
    for cell in report.failed:
        print(f"{cell.rpc}: {cell.status} {cell.why}")
    print(f"{len(report.cells)} cells, {len(report.failed)} failed, {len(list(report.differing()))} routes differ.")
    print(f"The report: {stem}.md and {stem}.json")
    return 1 if report.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make live", description=__doc__)
    parser.add_argument("--vendor", required=True, help="a provider's key, such as github")
    parser.add_argument("--repository", default="", help="owner/name; default: a public repository of the vendor")
    parser.add_argument("--url", default="", help="the address of the web pages, if it is not the vendor's own")
    parser.add_argument("--metadata", default="", help="what a new issue needs, as a JSON object of texts")
    parser.add_argument("--write", action="store_true", help="also run what writes, in the repository that is named")
    parser.add_argument("--patience", type=float, default=PATIENCE, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=Path("build/live"), help="the directory of the report")
    return parser


def _set_up(directory: Path) -> None:
    """A data directory of the run's own. Settings of a server that is installed here do not count."""
    from sentry_scm_grpc.hosts.embedded.data import set_up

    for name in [name for name in os.environ if name.startswith("SCM_GRPC_") and name != "SCM_GRPC_VENDOR_CA_BUNDLE"]:
        del os.environ[name]
    # Answers are never kept: each cell asks the vendor.
    os.environ |= {"SCM_GRPC_LOG_LEVEL": "CRITICAL", "SCM_GRPC_VENDOR_CACHE_SECONDS": "0", "SCM_GRPC_RPCS": "*"}
    set_up(directory / "data", make=True)


def read_target(vendor: str, repository: str, url: str, metadata: str) -> Target:
    """Raises InvalidArgument, UsageError and ValueError, each with a text for people."""
    from sentry_scm_grpc.command_line import UsageError
    from sentry_scm_grpc.hosts.embedded import credentials
    from sentry_scm_grpc.hosts.embedded.commands.integrations import credential_of_environment
    from sentry_scm_grpc.providers.registry import ALIASES
    from tests.live.site import Target, read_metadata

    key = ALIASES.get(vendor, vendor)
    standalone = credentials.standalone_of(key)
    repository = repository or DEFAULTS.get(key, "")
    if not repository:
        raise UsageError(f"{vendor} has no public repository to try. Name one: REPOSITORY=owner/name.")
    account = ""
    if key == "vsts":
        account, _, repository = repository.partition("/")
    elif standalone.account_word:
        account = repository.rpartition("/")[0]
    text = f"{key}:{account}" if account else key
    place = credentials.Place.read(f"{text}@{url}" if url else text)
    credential = credential_of_environment(standalone, vendor)
    for variable, _ in standalone.variables.values():
        os.environ.pop(variable, None)
    return Target(place, credential, repository, read_metadata(metadata))


@dataclass(frozen=True)
class FakeSide:
    """What the vendor's fake answers to the same requests."""

    fake: FakeVendor
    cells: list[Cell]
    recording: Recording


def ask_fake(key: str, writes: bool) -> FakeSide:
    from tests.live import cells
    from tests.live.recording import Recording, Routes
    from tests.live.site import fake_target

    with fake_target(key) as (fake, target):
        recording = Recording(Routes(fake, _api(target)), writes)
        return FakeSide(fake, list(cells.run(fake, target, recording, 0)), recording)


def run(target: Target, writes: bool, patience: float, repository: str, side: FakeSide | None = None) -> Report:
    """Asks the fake, unless it was asked before, then the vendor. ``repository`` is what the report says of it."""
    from sentry_scm_grpc import __version__
    from tests.live import cells
    from tests.live.recording import Recording, Routes
    from tests.live.report import Report

    side = side or ask_fake(target.place.key, writes)
    vendor = Recording(Routes(side.fake, _api(target)), writes, side.recording)
    found = list(cells.run(side.fake, target, vendor, patience))
    about = {
        "vendor": target.place.key,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "sentry-scm-grpc": __version__,
        "Python": platform.python_version(),
        "repository": repository,
        "credential": target.credential.kind.replace("_", " "),
        "writes": "yes" if writes else "no",
    }
    return Report(about, found, side.cells, vendor, side.recording)


def _api(target: Target) -> str:
    """The address of the API, without asking the vendor."""
    from sentry_scm_grpc.hosts.embedded.sealing import SealedTokens
    from sentry_scm_grpc.providers.vendor.credentials import Access

    place = target.place
    return place.standalone(Access(0, "", place.address, place.account, target.credential, SealedTokens(0, ""))).api


if __name__ == "__main__":
    sys.exit(main())
