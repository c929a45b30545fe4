"""docs/how-to/sentry.md prints the scopes that the contract declares, and settings that work."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from sentry_scm_grpc.rpc.policy import RPCS

TEXT = (Path(__file__).parents[2] / "docs/how-to/sentry.md").read_text()


def test_each_rpc_is_printed_with_its_scopes() -> None:
    printed = {}
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 2 and cells[0].startswith("`") and ":" in cells[0]:
            scopes = frozenset(part.strip("` ") for part in cells[0].removesuffix(" (a user)").split(","))
            for name in cells[1].split(", "):
                printed[name] = (scopes, cells[0].endswith("(a user)"))
        elif cells[0] == "any credential":
            printed |= dict.fromkeys(cells[1].split(", "), (frozenset(), False))
    assert printed == {rpc.name: (rpc.scopes, rpc.wants_user) for rpc in RPCS.values()}


def test_the_lines_for_sentrys_settings_are_those_that_these_tests_run_with() -> None:
    assert 'MIDDLEWARE = ("sentry_scm_grpc.middleware.GrpcWebMiddleware", *MIDDLEWARE)' in TEXT
    assert settings.MIDDLEWARE[0] == "sentry_scm_grpc.middleware.GrpcWebMiddleware"
    assert str(settings.SCM_GRPC["AUTHENTICATORS"]).replace("'", '"') in TEXT
