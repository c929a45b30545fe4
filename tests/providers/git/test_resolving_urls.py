"""ResolveSourceUrl and GetSourceUrl over the wire: kinds of refs, odd paths, and urls built to take long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.providers.git import adapter, base
from sentry_scm_grpc.providers.git.repository import GitRepository
from tests.hosts.embedded.conftest import Caller
from tests.providers.git.work_tree import WorkTree

WEB = "https://codeberg.org/o/r"


@pytest.fixture
def repository_id(add: Callable[..., int], tree: WorkTree) -> int:
    tree.with_commits(branches_and_tags)
    return add(tree.path, url=WEB)


def branches_and_tags(tree: WorkTree) -> None:
    tree.commit("Root", {"README.md": "x\n", "src/a.py": "x\n"})
    tree.git("branch", "feature/x")
    tree.git("branch", "feature.y/z")
    tree.git("tag", "v1")
    tree.git("tag", "-a", "-m", "Two", "release/v2")
    tree.git("pack-refs", "--all")
    tree.git("branch", "feature/loose")


@pytest.mark.parametrize(
    ("rest", "ref", "path"),
    [
        ("src/branch/main/README.md", "main", "README.md"),
        ("src/branch/feature/x/src/a.py", "feature/x", "src/a.py"),
        ("src/branch/feature/loose/src/a.py", "feature/loose", "src/a.py"),
        ("src/branch/feature/gone/src/a.py", "feature", "gone/src/a.py"),
        ("src/tag/v1/README.md", "v1", "README.md"),
        ("src/tag/release/v2/src/a.py", "release/v2", "src/a.py"),
        ("src/tag/feature/x/src/a.py", "feature", "x/src/a.py"),
        ("raw/branch/main/README.md", "main", "README.md"),
        ("blame/branch/main/README.md", "main", "README.md"),
    ],
)
def test_addresses_of_gitea(call: Caller, repository_id: int, rest: str, ref: str, path: str) -> None:
    found = call("ResolveSourceUrl", url=f"{WEB}/{rest}#L2-L3").message
    assert (found.repository_id, found.ref, found.path, found.line_number) == (repository_id, ref, path, 2)


def test_the_kind_of_a_ref_is_in_addresses_of_gitea(call: Caller, repository_id: int, tree: WorkTree) -> None:
    sha = tree.sha()
    for ref, at in {
        "": "branch/main",
        "main": "branch/main",
        "refs/heads/feature/x": "branch/feature/x",
        "v1": "tag/v1",
        "release/v2": "tag/release/v2",
        "refs/tags/v1": "tag/v1",
        sha: f"commit/{sha}",
        sha[:10]: f"commit/{sha[:10]}",
        "nowhere": "branch/nowhere",
    }.items():
        made = call("GetSourceUrl", repository_id=repository_id, path="README.md", ref=ref).message.url
        assert made == f"{WEB}/src/{at}/README.md", ref
        found = call("ResolveSourceUrl", url=made).message
        assert (found.ref, found.path) == (at.partition("/")[2], "README.md")
    tree.git("checkout", "-q", "--detach")
    made = call("GetSourceUrl", repository_id=repository_id, path="README.md", ref="HEAD").message.url
    assert made == f"{WEB}/src/commit/{sha}/README.md"


def test_a_path_in_latin_1_over_the_wire(call: Caller, add: Callable[..., int], tree: WorkTree) -> None:
    tree.commit("Names", {b"caf\xe9": "needle\n", b"lit\\xe9": "needle\n", b"mix\\x41\xe9": "needle\n"})
    id = add(tree.path, url=WEB)
    paths = {"caf\\xe9": "caf%E9", "lit\\xe9": "lit%5Cxe9", "mix\\x41\\xe9": "mix%5Cx41%E9"}
    for path, quoted in paths.items():
        url = f"{WEB}/src/branch/main/{quoted}"
        assert call("GetSourceUrl", repository_id=id, path=path, line_number=1).message.url == f"{url}#L1"
        assert call("CheckFile", repository_id=id, path=path).message.url == url
        assert call("GetFile", repository_id=id, path=path).message.content == b"needle\n"
        assert call("GetStacktraceLink", repository_id=id, filepath=path, line_number=1).message.url == f"{url}#L1"
        (match,) = call("SearchCode", repository_id=id, query="needle", path=path).message.matches
        assert match.url.endswith(f"/{quoted}#L1")
        assert call("ResolveSourceUrl", url=url).message.path == path
        assert len(call("ListCommits", repository_id=id, path=path).message.commits) == 1
        assert [entry.path for entry in call("ListTree", repository_id=id, path=path).message.entries] == [path]
        asked = {"commit_sha": "main", "filepath": path, "line_number": 1}
        assert call("GetCommitContext", repository_id=id, **asked).message.blame_filename == path
    # Where nothing is at the path, or at the ref, bytes are meant that answers show so.
    for fields in ({"path": "gone\\xe9"}, {"path": "gone\\xe9", "ref": "nowhere"}):
        assert call("GetSourceUrl", repository_id=id, **fields).message.url.endswith("/gone%E9")
    assert call("GetSourceUrl", repository_id=id, path="gone\\x41").message.url.endswith("/gone%5Cx41")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often repositories are opened, and refs looked for."""
    counts = {"opened": 0, "refs": 0}
    open_repository, look_for = base.opened, GitRepository._has

    def opened(*args: Any) -> Any:
        counts["opened"] += 1
        return open_repository(*args)

    def has(repository: GitRepository, name: str) -> bool:
        counts["refs"] += 1
        return look_for(repository, name)

    monkeypatch.setattr(adapter, "opened", opened)
    monkeypatch.setattr(base, "opened", opened)
    monkeypatch.setattr(GitRepository, "_has", has)
    return counts


@pytest.mark.parametrize("kind", ["blob", "src", "src/branch", "src/tag", "raw"])
@pytest.mark.parametrize("name", ["a", "abcd", "%41", "feature"])
def test_a_long_url_is_read_in_few_steps(
    call: Caller, repository_id: int, counted: dict[str, int], kind: str, name: str
) -> None:
    start = f"{WEB}/{kind}/"
    names = (8192 - len(start)) // (len(name) + 1)
    call("ResolveSourceUrl", url=start + "/".join([name] * names))
    assert counted["opened"] <= 1
    # Twice, as branch and as tag, for each start that is not longer than a ref may be.
    assert counted["refs"] <= 2 * 128


def test_a_long_url_in_an_organization_with_many_repositories(
    call: Caller, add: Callable[..., int], repository_id: int, counted: dict[str, int], tree: WorkTree
) -> None:
    for number in range(30):
        add(tree.path, url=f"https://codeberg.org/o/r{number}", external_id=f"other {number}")
    found = call("ResolveSourceUrl", url=f"{WEB}/src/branch/" + "/".join("a" * 4000)).message
    assert (found.repository_id, found.ref) == (repository_id, "a")
    assert (counted["opened"], counted["refs"]) == (1, 128)


def test_a_deadline_ends_the_search_for_a_ref(
    call: Caller, repository_id: int, counted: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    call.metadata = {**call.metadata, "grpc-timeout": "1u"}
    answer = call("ResolveSourceUrl", url=f"{WEB}/src/branch/" + "/".join("a" * 4000))
    assert answer.status is grpc.StatusCode.DEADLINE_EXCEEDED
    assert counted["refs"] == 0


def test_a_repository_that_is_damaged_or_gone_does_not_hide_another(
    call: Caller, add: Callable[..., int], repository_id: int, tree: WorkTree
) -> None:
    damaged = WorkTree(tree.path.parent / "damaged")
    damaged.commit("Root")
    (damaged.path / ".git" / "packed-refs").mkdir()
    # Of several with one address, that with the longest is looked at first.
    add(tree.path.parent / "nowhere", url=f"{WEB}.git/")
    add(damaged.path, url=f"{WEB}/")
    url = f"{WEB}/src/branch/feature/x/src/a.py"
    found = call("ResolveSourceUrl", url=url).message
    assert (found.repository_id, found.ref) == (repository_id, "feature/x")
    # That the only one cannot be read is no "not found".
    call("DeleteRepository", repository_id=repository_id)
    assert call("ResolveSourceUrl", url=url).status is grpc.StatusCode.UNAVAILABLE


STORED = [
    "https://github.com/acme/rocket",
    "https://xn--bcher-kva.example/o/r",
    "https://dev.azure.com/Org/My%20Project/_git/Repo",
]
BLOB = "acme/rocket/blob/main/src/a.py"


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        (f"https://github.com:443/{BLOB}", 0),
        (f"http://github.com:80/{BLOB}", 0),
        (f"https://github.com:/{BLOB}", 0),
        (f"https://GitHub.com./{BLOB}", 0),
        (f"https://user:secret@github.com:443/{BLOB}", 0),
        ("https://github.com/acme/rocket/blob/main/docs/../src/./a.py", 0),
        ("https://github.com/acme/other/../rocket/blob/main/docs/%2e%2E/src/a.py", 0),
        ("https://b\u00fccher.example/o/r/blob/main/src/a.py", 1),
        ("https://B\u00dcCHER.example:443/o/r/blob/main/src/a.py", 1),
        ("https://dev.azure.com/org/my%20project/_git/repo?path=/src/a.py", 2),
        ("https://org.visualstudio.com/My%20Project/_git/Repo?path=/src/a.py", 2),
        ("https://Org.visualstudio.com/DefaultCollection/My%20Project/_git/Repo?path=/src/a.py&version=GBmain", 2),
    ],
)
def test_another_spelling_of_an_address(
    call: Caller, add: Callable[..., int], tree: WorkTree, url: str, stored: int
) -> None:
    tree.commit("Root", {"src/a.py": "x\n"})
    ids = [add(tree.path, url=address, name=address, external_id=address) for address in STORED]
    found = call("ResolveSourceUrl", url=url).message
    assert (found.repository_id, found.ref, found.path) == (ids[stored], "main", "src/a.py")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/rocket/blob/main/../../../../other",
        "https://github.com/acme/rocket/blob/main/a%00b",
        "https://github.com/acme/rocket/blob/main/..%2Fa",
        "https://github.com:8443/acme/rocket/blob/main/src/a.py",
        "https://dev.azure.com/Org/My%20Project/_git/Repo?path=/../a",
        "https://other.visualstudio.com/My%20Project/_git/Repo?path=/src/a.py",
    ],
)
def test_an_address_that_names_no_file(call: Caller, add: Callable[..., int], tree: WorkTree, url: str) -> None:
    tree.commit("Root", {"src/a.py": "x\n"})
    for address in STORED:
        add(tree.path, url=address, name=address, external_id=address)
    answer = call("ResolveSourceUrl", url=url)
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "URL_NOT_KNOWN")
