"""Web addresses: those of remotes, and source urls that are parsed back for any path and ref."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.providers.git import urls
from sentry_scm_grpc.providers.git.sites import BRANCH, COMMIT, TAG, Ref

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/acme/rocket.git", "https://github.com/acme/rocket"),
        ("https://user:token@github.com/acme/rocket.git/", "https://github.com/acme/rocket"),
        ("https://token@github.com/acme/rocket", "https://github.com/acme/rocket"),
        ("https://github.com/acme/rocket.git?private_token=hunter2#x", "https://github.com/acme/rocket"),
        ("HTTPS://GitHub.com/acme/rocket", "https://GitHub.com/acme/rocket"),
        ("http://git.example.com:8080/acme/rocket", "http://git.example.com:8080/acme/rocket"),
        ("https://[2001:db8::1]:8443/acme/rocket.git", "https://[2001:db8::1]:8443/acme/rocket"),
        ("git@github.com:acme/rocket.git", "https://github.com/acme/rocket"),
        ("git@github.com:/acme/rocket.git", "https://github.com/acme/rocket"),
        ("github.com:acme/rocket", "https://github.com/acme/rocket"),
        ("ssh://git@ssh.github.com:443/acme/rocket.git", "https://github.com/acme/rocket"),
        ("ssh://git@altssh.gitlab.com:443/acme/sub/rocket.git", "https://gitlab.com/acme/sub/rocket"),
        ("ssh://git@gitlab.example.com:2222/acme/rocket.git", "https://gitlab.example.com/acme/rocket"),
        ("git@gitlab:acme/rocket.git", "https://gitlab/acme/rocket"),
        ("git+ssh://git@github.com/acme/rocket.git", "https://github.com/acme/rocket"),
        ("git://example.com/rocket.git", "https://example.com/rocket"),
        ("git@codeberg.org:acme/rocket.git", "https://codeberg.org/acme/rocket"),
        ("git@git.sr.ht:~ada/rocket", "https://git.sr.ht/~ada/rocket"),
        (
            "git://git.kernel.org/pub/scm/git/git.git",
            "https://git.kernel.org/pub/scm/git/git.git",
        ),
        # Azure DevOps
        ("git@ssh.dev.azure.com:v3/o/p/r", "https://dev.azure.com/o/p/_git/r"),
        ("ssh.dev.azure.com:v3/o/p/r", "https://dev.azure.com/o/p/_git/r"),
        ("ssh://git@ssh.dev.azure.com/v3/o/p/r", "https://dev.azure.com/o/p/_git/r"),
        ("ssh://git@ssh.dev.azure.com:22/v3/o/My%20Project/My%20r", "https://dev.azure.com/o/My%20Project/_git/My%20r"),
        ("git@ssh.dev.azure.com:v3/o/My Project/r", "https://dev.azure.com/o/My%20Project/_git/r"),
        ("o@vs-ssh.visualstudio.com:v3/o/p/r", "https://dev.azure.com/o/p/_git/r"),
        ("o@vs-ssh.visualstudio.com:22/p/_ssh/r", ""),
        ("https://o@dev.azure.com/o/p/_git/r", "https://dev.azure.com/o/p/_git/r"),
        ("https://o:hunter2@dev.azure.com/o/p/_git/r.git", "https://dev.azure.com/o/p/_git/r.git"),
        (
            "https://o.visualstudio.com/DefaultCollection/p/_git/r",
            "https://o.visualstudio.com/DefaultCollection/p/_git/r",
        ),
        ("https://tfs.example.com/tfs/Collection/p/_git/r", "https://tfs.example.com/tfs/Collection/p/_git/r"),
        # Bitbucket Server
        ("https://h/scm/proj/r.git", "https://h/projects/proj/repos/r"),
        ("https://user:hunter2@h/scm/proj/r.git", "https://h/projects/proj/repos/r"),
        ("https://h:8443/bitbucket/scm/PROJ/r.git", "https://h:8443/bitbucket/projects/PROJ/repos/r"),
        ("https://h/scm/~user/r.git", "https://h/users/user/repos/r"),
        ("ssh://git@h:7999/proj/r.git", "https://h/projects/proj/repos/r"),
        ("ssh://git@h:7999/~user/r.git", "https://h/users/user/repos/r"),
        ("ssh://git@bitbucket.example.com/proj/r.git", "https://bitbucket.example.com/projects/proj/repos/r"),
        ("git@bitbucket.org:acme/rocket.git", "https://bitbucket.org/acme/rocket"),
        # Of these nothing is known, or they are no sites.
        ("git@[::1]:r", ""),
        ("git@[::1]:acme/rocket.git", ""),
        ("ssh://git@[2001:db8::1]:2222/o/r.git", ""),
        ("ssh://git@[2001:db8::1]:7999/o/r.git", ""),
        ("ssh://git@10.0.0.1/o/r.git", ""),
        ("work:acme/rocket", ""),
        ("localhost:acme/rocket", ""),
        ("ssh://git@git.example.com/~ada/rocket.git", ""),
        ("git.example.com:/srv/git/rocket.git", ""),
        ("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/rocket", ""),
        ("codecommit::eu-west-1://rocket", ""),
        ("/srv/git/rocket.git", ""),
        ("../rocket", ""),
        ("file:///srv/git/rocket.git", ""),
        ("ftp://example.com/rocket.git", ""),
        ("ext::sh -c true", ""),
        ("C:\\rocket", ""),
        ("C:/rocket", ""),
        ("\\\\server\\share\\rocket", ""),
        ("http://[broken", ""),
        ("https://h:port/a/b", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_the_web_address_of_a_remote(remote: str, address: str) -> None:
    assert urls.web_address(remote) == address


_SECRETS = st.text("hunter2/@:?#%[]\\ &", min_size=1, max_size=12)
_REMOTES = st.sampled_from(
    [
        "https://u:{0}@github.com/a/b",
        "https://{0}@h/scm/p/r.git",
        "https://u:{0}@dev.azure.com/o/p/_git/r",
        "ssh://u:{0}@gitlab.com/a/b",
        "https://x-token-auth:{0}@bitbucket.org/a/b.git",
        "http://u:{0}@h/a/b?t={0}",
        "https://h/gitweb/?p=r.git;token={0}",
        "u:{0}@gitlab.com:a/b",
        "{0}@gitlab.com:a/b",
    ]
)


@examples(deadline=None)
@given(remote=_REMOTES, noise=_SECRETS)
def test_no_address_has_credentials(remote: str, noise: str) -> None:
    remote = remote.format(f"s3cret{noise}s3cret")
    sha = "0" * 40
    for made in (
        urls.web_address(remote),
        urls.commit_url(remote, sha),
        urls.source_url(remote, b"f", Ref(BRANCH, "m"), 1, ""),
    ):
        assert "s3cret" not in made


_NAMES = st.text(
    st.characters(exclude_characters="/\0\n\r", exclude_categories=("Cs",)), min_size=1, max_size=8
).filter(lambda name: name not in (".", ".."))
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)
_REFS = st.one_of(
    st.builds(Ref, st.sampled_from([BRANCH, TAG]), _PATHS.filter(lambda ref: not ref.startswith("refs/"))),
    st.just(Ref(COMMIT, SHA)),
)
SITES = {
    "https://github.com/acme/rocket": "GitHub",
    "https://gitlab.com/acme/sub/rocket/": "GitLab",
    "https://bitbucket.org/a/b.git": "Bitbucket",
    "https://h/projects/P/repos/r": "Bitbucket Server",
    "https://h/bitbucket/users/ada/repos/r": "Bitbucket Server, a user's",
    "https://dev.azure.com/o/My%20Project/_git/r": "Azure DevOps",
    "https://codeberg.org/o/r": "Gitea",
    "https://git.sr.ht/~ada/r": "sourcehut",
    "https://git.kernel.org/pub/scm/git/git.git": "cgit",
    "https://h/gitweb/?p=r.git": "gitweb",
    "https://android.googlesource.com/platform/art": "Gitiles",
    "https://git.example.com/o/r": "unknown",
    "": "none",
}


@examples(deadline=None)
@given(url=st.sampled_from(list(SITES)), path=_PATHS, ref=_REFS, line=st.integers(0, 10**6))
def test_a_source_url_is_read_back(url: str, path: str, ref: Ref, line: int) -> None:
    def longest_ref(names: Sequence[str], kinds: Sequence[str]) -> int:
        length = ref.name.count("/") + 1
        return length if "/".join(names[:length]) == ref.name and ref.kind in kinds else 0

    made = urls.source_url(url, path.encode(), ref, line, "/srv/a b/rocket")
    found = urls.parse(url, made, "/srv/a b/rocket", longest_ref)
    assert found is not None
    assert (found.path, found.ref, found.line_number) == (path, ref.name, line)


def no_ref(names: Sequence[str], kinds: Sequence[str]) -> int:
    return 0


def parsed(repository: str, source: str, *refs: str) -> tuple[str, str, int] | None:
    def longest_ref(names: Sequence[str], kinds: Sequence[str]) -> int:
        return max((n for n in range(1, len(names) + 1) if "/".join(names[:n]) in refs), default=0)

    found = urls.parse(repository, source, "", longest_ref)
    return None if found is None else (found.ref, found.path, found.line_number)


MAIN = ("main", "src/a.py", 12)
ADDRESSES = [
    ("https://codeberg.org/o/r", "/src/branch/main/src/a.py#L12", MAIN),
    ("https://codeberg.org/o/r", "/src/branch/feature/x/src/a.py#L12-L15", ("feature/x", "src/a.py", 12)),
    ("https://codeberg.org/o/r", "/src/tag/v1/src/a.py#L12-L15", ("v1", "src/a.py", 12)),
    ("https://codeberg.org/o/r", f"/src/commit/{SHA}/src/a.py", (SHA, "src/a.py", 0)),
    ("https://codeberg.org/o/r", "/raw/branch/main/src/a.py", ("main", "src/a.py", 0)),
    ("https://codeberg.org/o/r", "/blame/branch/main/src/a.py#L12", MAIN),
    ("https://codeberg.org/o/r", "/media/tag/v1/a.png", ("v1", "a.png", 0)),
    ("https://codeberg.org/o/r", "/src/branch/main/src/a.py?display=source#L12", MAIN),
    ("https://codeberg.org/o/r", "/src/main/src/a.py", ("main", "src/a.py", 0)),
    ("https://codeberg.org/o/r", "/src/branch/branch/a.py", ("branch", "a.py", 0)),
    ("https://git.example.com/o/r", "/src/branch/main/src/a.py#L12", MAIN),
    ("https://git.example.com/sub/o/r", "/src/commit/abcdef1/src/a.py#L12", ("abcdef1", "src/a.py", 12)),
    ("https://git.example.com/o/r", "/-/blob/main/src/a.py#L12-15", MAIN),
    ("https://git.example.com/o/r", "/blob/main/src/a.py#L12", MAIN),
    ("https://github.com/o/r", "/blob/main/src/a.py#L12", MAIN),
    ("https://github.com/o/r", "/blob/main/src/a.py#L12-L15", MAIN),
    ("https://github.com/o/r", "/blob/main/src/a.py#L12C3-L15C1", MAIN),
    ("https://github.com/o/r", "/blob/main/src/a.py?plain=1#L12", MAIN),
    ("https://github.com/o/r", "/blob/feature%2Fx/src/a.py#L12", ("feature/x", "src/a.py", 12)),
    ("https://github.com/o/r", "/blame/main/src/a.py#L12", MAIN),
    ("https://github.com/o/r", "/raw/refs/heads/main/src/a.py#L12", MAIN),
    ("https://github.com/o/r", "/blob/branch/main/src/a.py", ("branch", "main/src/a.py", 0)),
    ("https://GitHub.com/O/R", "/blob/main/src/a.py#L12", MAIN),
    ("https://gitlab.com/g/sub/r", "/-/blob/main/src/a.py#L12-15", MAIN),
    ("https://gitlab.com/g/sub/r", "/blob/main/src/a.py#L12", MAIN),
    ("https://gitlab.com/g/sub/r", "/-/blob/main/src/a.py?ref_type=heads#L12", MAIN),
    ("https://gitlab.com/g/sub/r", "/-/raw/main/src/a.py?inline=false", ("main", "src/a.py", 0)),
    ("https://bitbucket.org/o/r", "/src/main/src/a.py#lines-12", MAIN),
    ("https://bitbucket.org/o/r", "/src/main/src/a.py#lines-12:15", MAIN),
    ("https://bitbucket.org/o/r", "/src/branch/main/a.py", ("branch", "main/a.py", 0)),
    ("https://bitbucket.org/o/r", f"/annotate/{SHA}/src/a.py?at=main#lines-12", (SHA, "src/a.py", 12)),
    ("https://h/projects/proj/repos/r", "/browse/src/a.py?at=refs%2Fheads%2Fmain#12", MAIN),
    ("https://h/projects/proj/repos/r", "/browse/src/a.py?at=main#12-15", MAIN),
    ("https://h/projects/proj/repos/r", "/browse/src/a.py", ("", "src/a.py", 0)),
    ("https://h/projects/proj/repos/r", "/raw/src/a.py?at=refs/tags/v1", ("v1", "src/a.py", 0)),
    ("https://dev.azure.com/o/p/_git/r", "?path=/src/a.py&version=GBmain&line=12&lineEnd=15", MAIN),
    ("https://dev.azure.com/o/p/_git/r", "?path=%2Fsrc%2Fa.py&version=GTv1", ("v1", "src/a.py", 0)),
    ("https://dev.azure.com/o/p/_git/r", "?path=/src/a.py", ("", "src/a.py", 0)),
    ("https://dev.azure.com/o/My%20Project/_git/r", f"?path=/src/a.py&version=GC{SHA}", (SHA, "src/a.py", 0)),
    ("https://git.sr.ht/~ada/r", "/tree/main/item/src/a.py#L12-15", MAIN),
    ("https://git.sr.ht/~ada/r", "/tree/main/src/a.py#L12", MAIN),
    ("https://git.sr.ht/~ada/r", "/blame/main/src/a.py#L12", MAIN),
    ("https://git.kernel.org/pub/scm/git/git.git", "/tree/src/a.py?h=main#n12", MAIN),
    ("https://git.kernel.org/pub/scm/git/git.git", f"/plain/src/a.py?h=main&id={SHA}", (SHA, "src/a.py", 0)),
    ("https://h/cgit/r.git", "/tree/src/a.py#n12", ("", "src/a.py", 12)),
    ("https://h/gitweb/?p=r.git", ";a=blob;f=src/a.py;hb=main#l12", MAIN),
    ("https://h/gitweb/?p=r.git", ";a=blob;f=src/a.py;hb=refs/heads/main#l12", MAIN),
    ("https://android.googlesource.com/platform/art", "/+/refs/heads/main/src/a.py#12", MAIN),
    ("https://android.googlesource.com/platform/art", "/+blame/main/src/a.py#12", MAIN),
]


@pytest.mark.parametrize(("repository", "rest", "found"), ADDRESSES)
def test_addresses_as_people_copy_them(repository: str, rest: str, found: tuple[str, str, int]) -> None:
    assert parsed(repository, repository + rest, "main", "v1", "feature/x") == found


@pytest.mark.parametrize(
    ("fragment", "line"),
    [
        ("L12", 12),
        ("L", 0),
        ("L12x", 0),
        ("L10n-guide", 0),
        ("12", 0),
        ("L1234567890", 0),
        ("LL12", 0),
        ("", 0),
        ("L12-L15-L16", 12),
        ("L12-", 0),
        ("lines-12", 0),
        ("L0", 0),
    ],
)
def test_the_line_of_an_address(fragment: str, line: int) -> None:
    assert parsed("https://github.com/o/r", f"https://github.com/o/r/blob/main/a#{fragment}") == ("main", "a", line)


@pytest.mark.parametrize(
    "url",
    [
        "https://[broken/a/blob/main/f",
        "https://github.com/a/b",
        "https://github.com/a/b/",
        "https://github.com/a/b/blob/main",
        "https://github.com/a/b/blob/main/",
        "https://github.com/a/b/issues/1",
        "https://github.com/a/bb/blob/main/f",
        "https://github.com/a/b/c/blob/main/f",
        "https://github.com:444/a/b/blob/main/f",
        "https://evil.example/a/b/blob/main/f",
        "https://github.com@evil.example/a/b/blob/main/f",
    ],
)
def test_urls_that_are_not_source_urls(url: str) -> None:
    assert urls.parse("https://github.com/a/b", url, "", no_ref) is None
    assert urls.parse("http://[broken", url, "", no_ref) is None


def test_the_address_of_another_repository_of_gitweb() -> None:
    assert parsed("https://h/?p=a.git", "https://h/?p=b.git;a=blob;f=x;hb=main") is None
    assert parsed("https://h/?p=a.git", "https://h/?p=a.git;a=blob;f=x;hb=main") == ("main", "x", 0)


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("https://github.com/a/b", "https://github.com/a/b/blob/main/caf%E9#L7"),
        ("https://gitlab.com/a/b", "https://gitlab.com/a/b/-/blob/main/caf%E9#L7"),
        ("https://codeberg.org/a/b", "https://codeberg.org/a/b/src/branch/main/caf%E9#L7"),
        ("https://bitbucket.org/a/b", "https://bitbucket.org/a/b/src/main/caf%E9#lines-7"),
        ("https://h/projects/p/repos/b", "https://h/projects/p/repos/b/browse/caf%E9?at=refs%2Fheads%2Fmain#7"),
        (
            "https://dev.azure.com/o/p/_git/r",
            "https://dev.azure.com/o/p/_git/r?path=/caf%E9&version=GBmain"
            "&line=7&lineEnd=8&lineStartColumn=1&lineEndColumn=1",
        ),
        ("https://git.sr.ht/~a/b", "https://git.sr.ht/~a/b/tree/main/item/caf%E9#L7"),
        ("https://h/cgit/b", "https://h/cgit/b/tree/caf%E9?h=main#n7"),
        ("https://h/?p=b.git", "https://h/?p=b.git;a=blob;f=caf%E9;hb=main#l7"),
        ("https://a.googlesource.com/b", "https://a.googlesource.com/b/+/main/caf%E9#7"),
        ("", "file:///d/caf%E9?ref=main#L7"),
    ],
)
def test_a_path_that_is_not_utf8(url: str, made: str) -> None:
    assert urls.source_url(url, b"caf\xe9", Ref(BRANCH, "main"), 7, "/d") == made
    found = urls.parse(url, made, "/d", no_ref)
    assert found is not None
    assert (found.path, found.ref, found.line_number) == ("caf\\xe9", "main", 7)


@pytest.mark.parametrize(
    ("url", "commit"),
    [
        ("https://github.com/a/b.git", f"https://github.com/a/b/commit/{SHA}"),
        ("https://gitlab.com/a/b", f"https://gitlab.com/a/b/-/commit/{SHA}"),
        ("https://h/projects/p/repos/b", f"https://h/projects/p/repos/b/commits/{SHA}"),
        ("https://dev.azure.com/o/p/_git/r", f"https://dev.azure.com/o/p/_git/r/commit/{SHA}"),
        ("https://h/?p=b.git", f"https://h/?p=b.git;a=commit;h={SHA}"),
        ("https://h/cgit/b.git/", f"https://h/cgit/b.git/commit/?id={SHA}"),
        ("", ""),
    ],
)
def test_the_page_of_a_commit(url: str, commit: str) -> None:
    assert urls.commit_url(url, SHA) == commit


def test_the_longest_existing_ref_with_slashes_is_meant() -> None:
    address = "https://GITHUB.com/a/b/blob/x/y/z/f.py"
    assert parsed("https://github.com/a/b", address, "x", "x/y") == ("x/y", "z/f.py", 0)
    assert parsed("https://github.com/a/b", address, "x") == ("x", "y/z/f.py", 0)
    assert parsed("https://github.com/a/b", address) == ("x", "y/z/f.py", 0)
    assert parsed("https://github.com/a/b", address, "x/y/z/f.py") == ("x", "y/z/f.py", 0)
