"""Addresses of files at GitHub, GitHub Enterprise and GitLab, in every form that their pages use."""

from __future__ import annotations

import pytest

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.fake_vendors import Vendor

SHA = "c" * 40
WEB = {
    "github": "https://github.com/acme/rocket",
    "github_enterprise": "https://ghe.example.com/acme/rocket",
    "gitlab": "https://gitlab.example.com/git/acme/sub/rocket",
}

LINES = {
    "": 0,
    "#L12": 12,
    "#L12-L15": 12,
    "#L12-15": 12,
    "#L12C1-L15C3": 12,
    "#L12C7": 12,
    "?plain=1#L12-L15": 12,
    "?ref_type=heads#L12-15": 12,
    "#L0": 0,
    "#L": 0,
    "#installation": 0,
    "#L1234567890": 0,
}


def resolved(key: str, url: str, branch: str = "main") -> tuple[str, str, int] | None:
    adapter = Vendor(key, url=WEB[key], default_branch=branch).adapter
    found: pb.ResolvedSourceUrl | None = adapter.parse_source_url(url)
    return None if found is None else (found.ref, found.path, found.line_number)


@pytest.mark.parametrize(("ending", "line"), LINES.items())
@pytest.mark.parametrize("kind", ["blob", "blame", "raw", "edit"])
@pytest.mark.parametrize("key", WEB)
def test_lines_and_ranges(key: str, kind: str, ending: str, line: int) -> None:
    between = "/-" if key == "gitlab" else ""
    assert resolved(key, f"{WEB[key]}{between}/{kind}/main/src/a.md{ending}") == ("main", "src/a.md", line)


REFS = {
    "main/src/a.py": "main",
    f"{SHA}/src/a.py": SHA,
    "v1.2%2Brc/src/a.py": "v1.2+rc",
    "feature%2Fx/src/a.py": "feature/x",
    "refs/heads/main/src/a.py": "main",
    "refs/tags/v1/src/a.py": "v1",
}


@pytest.mark.parametrize(("rest", "ref"), REFS.items())
@pytest.mark.parametrize("key", WEB)
def test_refs(key: str, rest: str, ref: str) -> None:
    assert resolved(key, f"{WEB[key]}/blob/{rest}#L3") == (ref, "src/a.py", 3)


@pytest.mark.parametrize("key", WEB)
def test_a_default_branch_with_a_slash(key: str) -> None:
    assert resolved(key, f"{WEB[key]}/blob/release/2.x/src/a.py", "release/2.x") == ("release/2.x", "src/a.py", 0)


@pytest.mark.parametrize("key", WEB)
def test_names_are_decoded(key: str) -> None:
    assert resolved(key, f"{WEB[key]}/blob/main/a%20b/%23%C3%BC%3F.py#L3") == ("main", "a b/#ü?.py", 3)


@pytest.mark.parametrize("key", WEB)
def test_hosts_are_the_same_whatever_their_spelling(key: str) -> None:
    host = WEB[key].split("/")[2]
    for other in (host.upper(), f"ada@{host}", f"{host}:443"):
        assert resolved(key, WEB[key].replace(host, other) + "/blob/main/a.py#L3") == ("main", "a.py", 3)


RAW = {
    "github": ("https://raw.githubusercontent.com/acme/rocket/",),
    "github_enterprise": ("https://raw.ghe.example.com/acme/rocket/", "https://ghe.example.com/raw/acme/rocket/"),
}


@pytest.mark.parametrize("ref", ["main", "refs/heads/main"])
@pytest.mark.parametrize(("key", "start"), [(key, start) for key, starts in RAW.items() for start in starts])
def test_the_addresses_of_bytes(key: str, start: str, ref: str) -> None:
    assert resolved(key, f"{start}{ref}/src/a.py?token=x") == ("main", "src/a.py", 0)


@pytest.mark.parametrize("key", WEB)
def test_other_addresses_are_not_parsed(key: str) -> None:
    web = WEB[key]
    for url in (
        web,
        f"{web}/blob/main",
        f"{web}/tree/main/src",
        f"{web}/commit/{SHA}",
        f"{web}-2/blob/main/a.py",
        f"{web}/issues/1",
        web.replace("example", "example2").replace("github.com", "github.org") + "/blob/main/a.py",
        "https://raw.githubusercontent.com/acme/other/main/a.py",
    ):
        assert resolved(key, url) is None, url


@pytest.mark.parametrize("line", [0, 12])
@pytest.mark.parametrize("key", WEB)
def test_a_built_address_is_parsed_back(key: str, line: int) -> None:
    adapter = Vendor(key, url=WEB[key], default_branch="main").adapter
    for path in ("src/a.py", "docs/ä ?#%.md"):
        assert resolved(key, adapter.url_of(path, "v1#x", line)) == ("v1#x", path, line)
