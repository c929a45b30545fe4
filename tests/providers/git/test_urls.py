"""Web urls: what a remote's address is on the web, and that source urls can be read back whatever path and ref."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentry_scm_grpc.providers.git import urls


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/acme/rocket.git", "https://github.com/acme/rocket"),
        ("https://user:token@github.com/acme/rocket.git/", "https://github.com/acme/rocket"),
        ("http://git.example.com:8080/acme/rocket", "http://git.example.com:8080/acme/rocket"),
        ("git@github.com:acme/rocket.git", "https://github.com/acme/rocket"),
        ("github.com:acme/rocket", "https://github.com/acme/rocket"),
        ("ssh://git@gitlab.example.com:2222/acme/rocket.git", "https://gitlab.example.com/acme/rocket"),
        ("git://example.com/rocket.git", "https://example.com/rocket"),
        ("/srv/git/rocket.git", ""),
        ("../rocket", ""),
        ("file:///srv/git/rocket.git", ""),
        ("ext::sh -c true", ""),
        ("C:\\rocket", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_the_web_address_of_a_remote(remote: str, address: str) -> None:
    assert urls.web_address(remote) == address


_NAMES = st.text(
    st.characters(exclude_characters="/\0\n\r", exclude_categories=("Cs",)), min_size=1, max_size=8
).filter(lambda name: name not in (".", ".."))
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)
_ADDRESSES = st.sampled_from(
    ["https://github.com/acme/rocket", "https://gitlab.com/acme/rocket/", "https://bitbucket.org/a/b.git", ""]
)


@given(url=_ADDRESSES, path=_PATHS, ref=_PATHS, line=st.integers(0, 10**6))
def test_a_source_url_is_read_back(url: str, path: str, ref: str, line: int) -> None:
    made = urls.source_url(url, path.encode(), ref, line, "/srv/a b/rocket")
    found = urls.parse(url, made, "/srv/a b/rocket", lambda name: name == ref)
    assert found is not None
    assert (found.path, found.ref, found.line_number) == (path, ref, line)


@pytest.mark.parametrize(
    "url", ["https://[broken/a/blob/main/f", "https://github.com/a/b", "https://github.com/a/b/blob/main"]
)
def test_what_is_no_source_url(url: str) -> None:
    assert urls.parse("https://github.com/a/b", url, "", lambda ref: True) is None
    assert urls.parse("http://[broken", url, "", lambda ref: True) is None


def test_a_path_that_is_no_utf8() -> None:
    made = urls.source_url("https://github.com/a/b", b"bad\xff", "main", 0, "")
    assert made == "https://github.com/a/b/blob/main/bad%FF"
    found = urls.parse("https://github.com/a/b", made, "", lambda ref: True)
    assert found is not None
    assert found.path == "bad\\xff"


def test_of_refs_with_slashes_the_longest_that_exists_is_meant() -> None:
    def parse(*refs: str) -> tuple[str, str]:
        found = urls.parse(
            "https://github.com/a/b", "https://GITHUB.com/a/b/blob/x/y/z/f.py", "", lambda ref: ref in refs
        )
        assert found is not None
        return found.ref, found.path

    assert parse("x", "x/y") == ("x/y", "z/f.py")
    assert parse("x") == ("x", "y/z/f.py")
    assert parse() == ("x", "y/z/f.py")
