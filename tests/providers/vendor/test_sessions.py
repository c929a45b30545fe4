"""The sessions of installations without a Sentry: what they take from the machine that they run on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.providers.vendor.standalone import Client
from tests.providers.vendor.on_a_socket import Vendor, reply


def test_a_moved_repository_is_read_with_the_credential_and_not_with_one_of_the_machine(
    vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login me password of-the-machine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen = []

    def answer(handler: Any) -> None:
        seen.append((handler.path, handler.headers["Authorization"]))
        if handler.path == "/old":
            reply(handler, b"", 301, Location="/new")
        else:
            reply(handler, b"{}")

    vendor.answer = answer
    client = Client(vendor.url, lambda fresh: "Bearer of-the-integration")
    assert client.get("/old").status_code == 200
    assert seen == [("/old", "Bearer of-the-integration"), ("/new", "Bearer of-the-integration")]
