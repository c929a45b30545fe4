"""The table of scopes in docs/sentry.md is the contract's."""

from __future__ import annotations

import re
from pathlib import Path

from sentry_scm_grpc.service.policy import RPCS

PAGE = Path(__file__).parents[2] / "docs" / "sentry.md"


def test_every_rpc_is_listed_with_its_scopes_and_whether_it_wants_a_user():
    rows = {}
    for line in PAGE.read_text().splitlines():
        if found := re.fullmatch(r"\| ([A-Z]\w+) \| (`[a-z:`, ]+`) \| (user)? ?\|", line):
            rows[found[1]] = (frozenset(found[2].replace("`", "").split(", ")), found[3] == "user")
    assert rows == {name: (rpc.scopes, rpc.wants_user) for name, rpc in RPCS.items()}
