"""Files of a repository: whether they exist, their bytes, trees in pages and streams, code owners, source urls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.hosts.embedded import models
from tests.hosts.embedded.conftest import Caller
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]


@pytest.fixture
def sha(tree: WorkTree) -> str:
    return tree.with_commits(files)


def files(tree: WorkTree) -> str:
    tree.write({"run.sh": "#!/bin/sh\n", "a.txt": "one\n", "dir/b.txt": "b\n", "dir.txt": "c\n", "dir/sub/d": "d\n"})
    (tree.path / "run.sh").chmod(0o755)
    (tree.path / "link").symlink_to("dir/b.txt")
    return tree.commit("Files")


@pytest.mark.parametrize(
    ("path", "exists"),
    [
        ("a.txt", True),
        ("dir", True),
        ("dir/", True),
        ("./dir//b.txt", True),
        ("dir/sub/d", True),
        ("link", True),
        ("A.txt", False),
        ("a.txt/b", False),
        ("link/b.txt", False),
        ("nowhere", False),
        ("--help", False),
        ("*", False),
    ],
)
def test_whether_a_path_exists(ask: Ask, sha: str, path: str, exists: bool) -> None:
    answer = ask("CheckFile", path=path).message
    assert (answer.exists, bool(answer.url)) == (exists, exists)


def test_a_path_is_looked_up_at_the_ref(ask: Ask, tree: WorkTree, sha: str) -> None:
    tree.git("rm", "-q", "a.txt")
    tree.commit("Gone")
    assert not ask("CheckFile", path="a.txt").message.exists
    assert ask("CheckFile", path="a.txt", ref=sha[:9]).message.exists
    assert ask("CheckFile", path="a.txt", ref="nowhere").status is grpc.StatusCode.NOT_FOUND


def test_the_bytes_of_a_file(ask: Ask, tree: WorkTree, sha: str) -> None:
    content = bytes(range(256)) + b"\r\n"
    head = tree.commit("Binary", {"binary": content})
    answer = ask("GetFile", path="binary").message
    assert (answer.path, answer.commit_sha, answer.content, answer.size_bytes) == (
        "binary",
        head,
        content,
        len(content),
    )
    assert ask("GetFile", path="link").message.content == b"dir/b.txt"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"path": "nowhere"}, "PATH_NOT_FOUND"),
        ({"path": "dir"}, "NOT_A_FILE"),
        ({"path": "a.txt", "ref": "nowhere"}, "REF_NOT_FOUND"),
        ({"path": "a.txt", "max_bytes": 3}, "FILE_TOO_LARGE"),
    ],
)
def test_errors_of_a_file(ask: Ask, sha: str, asked: dict[str, Any], reason: str) -> None:
    assert ask("GetFile", **asked).reason == reason


def test_the_limit_of_a_files_size(ask: Ask, tree: WorkTree) -> None:
    mebibyte = 1024 * 1024
    tree.commit("Large", {"large": b"x" * (mebibyte + 1), "larger": b"x" * (3 * mebibyte + 1)})
    answer = ask("GetFile", path="large")
    assert answer.status is grpc.StatusCode.FAILED_PRECONDITION
    assert (answer.reason, answer.metadata) == ("FILE_TOO_LARGE", {"size_bytes": str(mebibyte + 1)})
    assert len(ask("GetFile", path="large", max_bytes=mebibyte + 1).message.content) == mebibyte + 1
    assert ask("GetFile", path="larger", max_bytes=2**40).reason == "FILE_TOO_LARGE"


def test_a_tree_by_path_in_byte_order(ask: Ask, tree: WorkTree, sha: str) -> None:
    found = ask("ListTree").message
    assert [(entry.path, entry.kind, entry.size_bytes) for entry in found.entries] == [
        ("a.txt", 1, 4),
        ("dir.txt", 1, 2),
        ("dir/b.txt", 1, 2),
        ("dir/sub/d", 1, 2),
        ("link", 3, 9),
        ("run.sh", 2, 10),
    ]
    assert found.entries[0].sha == tree.sha("HEAD:a.txt")
    assert not found.next_page_token
    assert ask("StreamTree").messages == list(found.entries)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("dir", ["dir/b.txt", "dir/sub/d"]),
        ("dir/sub/", ["dir/sub/d"]),
        ("a.txt", ["a.txt"]),
        ("di", []),
        ("link", ["link"]),
        ("dir/*", []),
    ],
)
def test_the_tree_below_a_path(ask: Ask, sha: str, path: str, found: list[str]) -> None:
    assert [entry.path for entry in ask("ListTree", path=path).message.entries] == found
    assert [entry.path for entry in ask("StreamTree", path=path).messages] == found


@pytest.mark.parametrize("page_size", [1, 2, 3, 7])
def test_pages_of_a_tree_stay_at_the_commit_of_the_first(ask: Ask, tree: WorkTree, page_size: int) -> None:
    files = dict.fromkeys(("a", "a-b", "a.b", "b/a/a", "b/a/b", "b/a-", "b-", "b0", "c/d/e/f/g", "ü", "\\xff"), "x")
    tree.commit("Files", {**files, b"z\xff": "x", b"z\xfe/\xff": "x"})
    whole = [entry.path for entry in ask("StreamTree").messages]
    assert len(whole) == len(files) + 2
    paths, token = [], ""
    while True:
        page = ask("ListTree", page_size=page_size, page_token=token).message
        paths += [entry.path for entry in page.entries]
        token = page.next_page_token
        if not token:
            break
        tree.commit("Later", {"0 later": token})
    assert paths == whole


def test_code_owners(ask: Ask, tree: WorkTree) -> None:
    text = "# Owners\n*  @acme/all\n/docs/ writer@example.com @bob # both\n/docs/api/\n"
    tree.commit("Owners", {".github/CODEOWNERS": text, "CODEOWNERS": "* @nobody\n"})
    found = ask("GetCodeOwners", paths=["a.py", "docs/x.md", "docs/api/y.md"]).message
    assert (found.path, found.raw) == (".github/CODEOWNERS", text)
    assert [(rule.pattern, list(rule.owners), rule.line_number) for rule in found.rules] == [
        ("*", ["@acme/all"], 2),
        ("/docs/", ["writer@example.com", "@bob"], 3),
        ("/docs/api/", [], 4),
    ]
    assert [(owned.path, list(owned.owners), owned.line_number) for owned in found.path_owners] == [
        ("a.py", ["@acme/all"], 2),
        ("docs/x.md", ["writer@example.com", "@bob"], 3),
        ("docs/api/y.md", [], 4),
    ]


def test_code_owners_are_in_a_regular_file(ask: Ask, tree: WorkTree) -> None:
    """The target of a link would be read as a rule that takes owners away."""
    (tree.path / "CODEOWNERS").symlink_to("docs/CODEOWNERS")
    tree.commit("Owners", {".github/CODEOWNERS/a": "", "docs/CODEOWNERS": "* @all\n"})
    found = ask("GetCodeOwners", paths=["a"]).message
    assert (found.path, list(found.path_owners[0].owners)) == ("docs/CODEOWNERS", ["@all"])


@pytest.mark.parametrize(
    ("remote", "place", "owners"),
    [
        ("https://github.com/o/r.git", "CODEOWNERS", [["@all"], []]),
        ("https://gitlab.com/o/r.git", "CODEOWNERS", [[], ["@all", "@rest"]]),
        ("", "CODEOWNERS", [[], ["@all", "@rest"]]),
        ("https://github.com/o/r.git", ".gitlab/CODEOWNERS", [[], ["@all", "@rest"]]),
        ("https://gitlab.com/o/r.git", ".github/CODEOWNERS", [["@all"], []]),
    ],
)
def test_code_owners_follow_the_rules_of_the_forge(
    ask: Ask, tree: WorkTree, remote: str, place: str, owners: list[list[str]]
) -> None:
    tree.commit("Owners", {place: "* @all\n/docs/ docteam\n[Rest] @rest\nx/docs\n"})
    models.Repository.objects.update(url=remote)
    found = ask("GetCodeOwners", paths=["docs/a.md", "x/docs"]).message
    assert (found.path, [list(owned.owners) for owned in found.path_owners]) == (place, owners)


def test_each_forge_looks_in_its_own_order(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Owners", {".github/CODEOWNERS": "* @github\n", "docs/CODEOWNERS": "* @docs\n"})
    for remote, place in (
        ("https://github.com/o/r", ".github/CODEOWNERS"),
        ("https://gitlab.com/o/r", "docs/CODEOWNERS"),
    ):
        models.Repository.objects.update(url=remote)
        assert ask("GetCodeOwners").message.path == place


def test_no_code_owners(ask: Ask, sha: str) -> None:
    answer = ask("GetCodeOwners")
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "CODE_OWNERS_NOT_FOUND")


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://github.com/acme/rocket", "https://github.com/acme/rocket/blob/feature/x/dir/a%20%23.txt#L7"),
        ("https://gitlab.com/acme/rocket", "https://gitlab.com/acme/rocket/-/blob/feature/x/dir/a%20%23.txt#L7"),
        ("https://bitbucket.org/a/rocket", "https://bitbucket.org/a/rocket/src/feature/x/dir/a%20%23.txt#lines-7"),
        ("", "file://{path}/dir/a%20%23.txt?ref=feature/x#L7"),
    ],
)
def test_source_urls_and_back(call: Caller, add: Callable[..., int], tree: WorkTree, remote: str, url: str) -> None:
    tree.commit("Root", {"dir/a #.txt": "x\n"})
    tree.git("branch", "feature/x")
    tree.git("branch", "feature-y")
    id = add(tree.path, url=remote)
    asked = {"path": "dir/a #.txt", "ref": "feature/x", "line_number": 7}
    made = call("GetSourceUrl", repository_id=id, **asked).message.url
    assert made == url.format(path=tree.path)
    if remote:
        found = call("ResolveSourceUrl", url=made).message
        assert (found.repository_id, found.ref, found.path, found.line_number) == (id, "feature/x", "dir/a #.txt", 7)


def test_a_url_has_the_exact_path(call: Caller, add: Callable[..., int], tree: WorkTree) -> None:
    sha = tree.commit("Root", {b"dir/bad\xff": "needle\n"})
    id = add(tree.path, url="https://github.com/acme/rocket")
    url = "https://github.com/acme/rocket/blob/main/dir/bad%FF"
    assert call("CheckFile", repository_id=id, path="./dir//bad\\xff").message.url == url
    assert call("GetFile", repository_id=id, path="dir/bad\\xff").message.url == url
    (match,) = call("SearchCode", repository_id=id, query="needle").message.matches
    assert match.url == f"https://github.com/acme/rocket/blob/{sha}/dir/bad%FF#L1"
    assert call("ResolveSourceUrl", url=url).message.path == "dir/bad\\xff"


def test_urls_that_name_no_file_of_the_repository(call: Caller, add: Callable[..., int], tree: WorkTree) -> None:
    tree.commit("Root")
    add(tree.path, url="https://github.com/acme/rocket")
    for url in (
        "https://github.com/acme/rocket-2/blob/main/a",
        "https://github.com/acme/rocket/issues/1",
        "https://evil.example/acme/rocket/blob/main/a",
    ):
        assert call("ResolveSourceUrl", url=url).status is grpc.StatusCode.NOT_FOUND


def test_a_stack_traces_file_at_its_version(call: Caller, add: Callable[..., int], tree: WorkTree) -> None:
    sha = tree.commit("Old", {"old.py": "x\n"})
    tree.git("rm", "-q", "old.py")
    tree.commit("New", {"new.py": "x\n"})
    id = add(tree.path, url="https://github.com/acme/rocket")
    found = call("GetStacktraceLink", repository_id=id, filepath="old.py", version=sha).message
    assert found.url == f"https://github.com/acme/rocket/blob/{sha}/old.py"
    found = call("GetStacktraceLink", repository_id=id, filepath="new.py", version=sha).message
    assert found.url == "https://github.com/acme/rocket/blob/main/new.py"
