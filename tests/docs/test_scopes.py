"""The table of scopes in docs/how-to/sentry.md is the contract's."""

from __future__ import annotations

import re
from pathlib import Path

from sentry_scm_grpc.rpc.policy import RPCS

PAGE = Path(__file__).parents[2] / "docs/how-to/sentry.md"


def test_every_rpc_is_listed_with_its_scopes_and_whether_it_wants_a_user():
    listed = {}
    for scopes, user, names in re.findall(
        r"^\| (any credential|`[a-z:`, ]+`)( \(a user\))? \| (.+) \|$", PAGE.read_text(), re.MULTILINE
    ):
        for name in names.split(", "):
            listed[name] = (frozenset(re.findall(r"`([a-z:]+)`", scopes)), bool(user))
    assert listed == {name: (rpc.scopes, rpc.wants_user) for name, rpc in RPCS.items()}
