"""Files, trees, code owners, code search and web addresses of each vendor, as a client of the service sees them."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.lost import LOST, LOST_GRAPH
from tests.vendors.fake import Reply
from tests.vendors.site import Site
from tests.vendors.world import NEEDLE, ODD_BRANCHES, ODD_PATHS

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


@pytest.mark.rpcs("CheckFile")
@pytest.mark.parametrize("path", ["src/app.py", *ODD_PATHS])
@pytest.mark.parametrize("ref", ["", "main"])
def test_a_path_that_exists_by_one_call(vendor: Site, path: str, ref: str) -> None:
    answer = vendor.call("CheckFile", pb.CheckFileRequest(path=path, ref=ref)).message
    assert answer.exists
    assert answer.url.startswith("https://")
    assert len(vendor.fake.calls) == 1


@pytest.mark.rpcs("CheckFile")
@pytest.mark.parametrize("ref", ODD_BRANCHES)
def test_a_path_on_an_odd_branch(vendor: Site, ref: str) -> None:
    assert vendor.call("CheckFile", pb.CheckFileRequest(path="src/app.py", ref=ref)).message.exists


@pytest.mark.rpcs("CheckFile")
def test_that_a_path_does_not_exist_is_an_answer_but_not_that_a_ref_does_not(vendor: Site) -> None:
    absent = vendor.call("CheckFile", pb.CheckFileRequest(path="src/no-such.py", ref="main")).message
    assert not absent.exists
    assert absent.url == ""
    answer = vendor.call("CheckFile", pb.CheckFileRequest(path="src/app.py", ref="no-such-branch"))
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REF_NOT_FOUND")


@pytest.mark.rpcs("GetFile")
@pytest.mark.parametrize(
    "path", ["src/app.py", "assets/logo.png", "assets/page.html", "assets/data.json", "assets/large.bin", *ODD_PATHS]
)
def test_the_bytes_of_a_file(vendor: Site, path: str) -> None:
    request = pb.GetFileRequest(path=path, ref=vendor.fake.world.head, max_bytes=3_000_000)
    found = vendor.call("GetFile", request).message
    assert found.content == vendor.fake.world.files[path]
    assert found.path == path
    assert found.size_bytes == len(found.content)


@pytest.mark.rpcs("GetFile")
@pytest.mark.parametrize(
    ("path", "ref", "status", "reason"),
    [
        ("assets/large.bin", "main", Status.FAILED_PRECONDITION, "FILE_TOO_LARGE"),
        ("src", "main", Status.FAILED_PRECONDITION, "NOT_A_FILE"),
        ("src/no-such.py", "main", Status.NOT_FOUND, None),
        ("src/app.py", "no-such-branch", Status.NOT_FOUND, None),
    ],
)
def test_a_file_that_cannot_be_had(vendor: Site, path: str, ref: str, status: Status, reason: str | None) -> None:
    answer = vendor.call("GetFile", pb.GetFileRequest(path=path, ref=ref))
    assert answer.status is status
    assert reason is None or answer.reason == reason


@pytest.mark.rpcs("FindFiles")
@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        (["*.py", "!/src/module*"], ["src/app.py"]),
        (["docs/**/*.txt", "/CODEOWNERS"], ["CODEOWNERS", "docs/ünï/文件.txt"]),
        (["assets/"], ["assets/data.json", "assets/large.bin", "assets/logo.png", "assets/page.html"]),
        (["no-such"], []),
    ],
)
def test_files_that_globs_find(vendor: Site, globs: list[str], expected: list[str]) -> None:
    found = vendor.pages("FindFiles", files_pb2.FindFilesRequest(globs=globs, page_size=2), "entries")
    assert sorted(entry.path for entry in found) == expected


@pytest.mark.rpcs("FindFiles")
def test_globs_that_cannot_be_searched(vendor: Site) -> None:
    for globs, ref, status in (
        (["*"], "no-such-branch", Status.NOT_FOUND),
        (["# a comment", ""], "main", Status.INVALID_ARGUMENT),
        (["a\nb"], "main", Status.INVALID_ARGUMENT),
        ([], "main", Status.INVALID_ARGUMENT),
    ):
        assert vendor.call("FindFiles", files_pb2.FindFilesRequest(globs=globs, ref=ref)).status is status


@pytest.mark.rpcs("StreamFile")
@pytest.mark.parametrize("path", ["src/app.py", "assets/logo.png", "assets/page.html", "assets/large.bin", "empty"])
def test_a_file_as_a_stream(vendor: Site, path: str) -> None:
    world = vendor.fake.world
    world.files["empty"] = b""
    first, *rest = vendor.call("StreamFile", files_pb2.StreamFileRequest(path=path)).messages
    assert (first.file.path, first.content) == (path, b"")
    if first.file.HasField("size_bytes"):
        assert first.file.size_bytes == len(world.files[path])
    else:
        assert vendor.fake.key in ("bitbucket_server", "vsts")
    assert first.file.commit_sha in (world.head, "")
    assert first.file.url.startswith("https://")
    assert b"".join(piece.content for piece in rest) == world.files[path]
    assert all(0 < len(piece.content) <= 256 * 1024 for piece in rest)


@pytest.mark.rpcs("StreamFile")
@pytest.mark.parametrize(
    ("path", "ref", "reason"),
    [
        ("src", "main", "NOT_A_FILE"),
        ("src/no-such.py", "main", "PATH_NOT_FOUND"),
        ("src/app.py", "no-such-branch", "REF_NOT_FOUND"),
    ],
)
def test_a_file_that_cannot_be_streamed(vendor: Site, path: str, ref: str, reason: str) -> None:
    answer = vendor.call("StreamFile", files_pb2.StreamFileRequest(path=path, ref=ref))
    assert (answer.reason, answer.messages) == (reason, [])


@pytest.mark.rpcs("BatchGetFiles")
def test_many_files_with_their_bytes_or_their_errors(vendor: Site) -> None:
    world = vendor.fake.world
    world.files |= {"latin.txt": b"caf\xe9\n", "marked.txt": b"\xef\xbb\xbfx\r\n", "empty": b""}
    good = ["src/app.py", "assets/logo.png", "latin.txt", "marked.txt", "empty", *ODD_PATHS]
    bad = {"src/no-such.py": "PATH_NOT_FOUND", "src": "NOT_A_FILE"}
    paths = [*good, *bad, "src/app.py"]
    results = vendor.call("BatchGetFiles", files_pb2.BatchGetFilesRequest(paths=paths)).message.results
    assert [result.path for result in results] == paths
    for result in results:
        if result.path in bad:
            assert (result.error.reason, result.HasField("file")) == (bad[result.path], False)
        else:
            found = result.file
            assert (found.path, found.content) == (result.path, world.files[result.path])
            assert (found.size_bytes, found.commit_sha) == (len(found.content), world.head)


@pytest.mark.rpcs("BatchGetFiles")
def test_files_above_the_limit_are_left_out_and_said_to_be(vendor: Site) -> None:
    world = vendor.fake.world
    paths = ["assets/large.bin", "src/app.py", "assets/logo.png", "src/module000.py"]
    limit = len(world.files["src/app.py"]) + len(world.files["src/module000.py"])
    request = files_pb2.BatchGetFilesRequest(paths=paths, max_total_bytes=limit)
    results = vendor.call("BatchGetFiles", request).message.results
    found = {result.path: result.error.reason for result in results}
    assert found == {
        "assets/large.bin": "FILE_TOO_LARGE",
        "src/app.py": "",
        "assets/logo.png": "BATCH_FULL",
        "src/module000.py": "",
    }
    whole = vendor.call("BatchGetFiles", files_pb2.BatchGetFilesRequest(paths=paths)).message.results
    assert [len(result.file.content) for result in whole] == [len(world.files[path]) for path in paths]


@pytest.mark.rpcs("BatchGetFiles")
def test_a_hundred_files_in_bounded_calls(vendor: Site) -> None:
    count = 100 if vendor.fake.key.startswith("github") else 20
    paths = [f"src/module{number:03}.py" for number in range(count)]
    results = vendor.call("BatchGetFiles", files_pb2.BatchGetFilesRequest(paths=paths)).message.results
    assert [result.file.content for result in results] == [vendor.fake.world.files[path] for path in paths]
    # GitHub says in one call what is at the paths, and has all texts in another.
    limit = 2 if count == 100 else 2 * count + 1
    assert len(vendor.fake.calls) <= limit
    missing = files_pb2.BatchGetFilesRequest(paths=paths, ref="no-such-branch")
    assert vendor.call("BatchGetFiles", missing).reason == "REF_NOT_FOUND"


@pytest.mark.rpcs("ListTree")
@pytest.mark.parametrize("page_size", [60, 1000])
def test_all_files_page_by_page(vendor: Site, page_size: int) -> None:
    entries = vendor.pages("ListTree", pb.ListTreeRequest(page_size=page_size), "entries")
    assert sorted(entry.path for entry in entries) == sorted(vendor.fake.world.files)
    assert {entry.kind for entry in entries} == {pb.TREE_ENTRY_KIND_FILE}


@pytest.mark.rpcs("ListTree")
def test_a_page_of_ten_thousand_files_in_few_calls(vendor: Site) -> None:
    vendor.fake.world.files = {f"src/{number:05}.py": b"" for number in range(10_000)}
    request = pb.ListTreeRequest(ref=vendor.fake.world.head)
    assert len(vendor.call("ListTree", request).message.entries) == 100
    assert len(vendor.fake.calls) <= vendor.fake.tree_calls


@pytest.mark.rpcs("ListTree")
def test_the_files_of_a_directory(vendor: Site) -> None:
    entries = vendor.pages("ListTree", pb.ListTreeRequest(path="assets"), "entries")
    assert sorted(entry.path for entry in entries) == [
        "assets/data.json",
        "assets/large.bin",
        "assets/logo.png",
        "assets/page.html",
    ]


@pytest.mark.rpcs("StreamTree")
def test_all_files_as_a_stream(vendor: Site) -> None:
    entries = vendor.call("StreamTree", pb.StreamTreeRequest()).messages
    assert sorted(entry.path for entry in entries) == sorted(vendor.fake.world.files)


@pytest.mark.rpcs("ListTree")
def test_the_tree_of_a_ref_that_does_not_exist(vendor: Site) -> None:
    assert vendor.call("ListTree", pb.ListTreeRequest(ref="no-such-branch")).status is Status.NOT_FOUND


@pytest.mark.rpcs("ListDirectory")
@pytest.mark.parametrize("path", ["", "src", "docs", "docs/ünï", "./docs//ünï/"])
def test_one_level_of_a_directory_page_by_page(vendor: Site, path: str) -> None:
    world = vendor.fake.world
    world.files["deep/er/file.txt"] = b"deep\n"
    entries = vendor.pages("ListDirectory", files_pb2.ListDirectoryRequest(path=path, page_size=60), "entries")
    plain = "/".join(part for part in path.split("/") if part not in ("", "."))
    expected = world.children(plain)
    assert {entry.name: entry.kind == pb.TREE_ENTRY_KIND_DIRECTORY for entry in entries} == expected
    assert len(entries) == len(expected)
    for entry in entries:
        assert entry.path == (f"{plain}/{entry.name}" if plain else entry.name)
        if entry.kind == pb.TREE_ENTRY_KIND_DIRECTORY:
            assert not entry.HasField("size_bytes")
        elif entry.HasField("size_bytes"):
            assert entry.size_bytes == len(world.files[entry.path])
        else:
            assert vendor.fake.key in ("gitlab", "vsts")


@pytest.mark.rpcs("ListDirectory")
@pytest.mark.parametrize(
    ("path", "ref", "status", "reason"),
    [
        ("src/app.py", "main", Status.FAILED_PRECONDITION, "NOT_A_DIRECTORY"),
        ("assets/logo.png", "main", Status.FAILED_PRECONDITION, "NOT_A_DIRECTORY"),
        ("src/no-such", "main", Status.NOT_FOUND, "PATH_NOT_FOUND"),
        ("src", "no-such-branch", Status.NOT_FOUND, "REF_NOT_FOUND"),
        ("", "no-such-branch", Status.NOT_FOUND, "REF_NOT_FOUND"),
    ],
)
def test_a_directory_that_cannot_be_listed(vendor: Site, path: str, ref: str, status: Status, reason: str) -> None:
    answer = vendor.call("ListDirectory", files_pb2.ListDirectoryRequest(path=path, ref=ref))
    assert (answer.status, answer.reason) == (status, reason)


@pytest.mark.rpcs("ListDirectory")
def test_the_pages_of_a_directory_show_one_commit(vendor: Site) -> None:
    world = vendor.fake.world
    request = files_pb2.ListDirectoryRequest(path="src", page_size=100)
    request.page_token = vendor.call("ListDirectory", request).message.next_page_token
    vendor.fake.forget_calls()
    assert vendor.call("ListDirectory", request).message.entries
    if vendor.fake.key != "github" and vendor.fake.key != "github_enterprise":
        assert all(world.head in call.path or world.head in call.params.values() for call in vendor.fake.calls)


@pytest.mark.rpcs("GetCodeOwners")
def test_who_owns_a_path(vendor: Site) -> None:
    request = pb.GetCodeOwnersRequest(paths=["docs/x.md", "src/app.py"])
    found = vendor.call("GetCodeOwners", request).message
    assert [list(owned.owners) for owned in found.path_owners] == [["@ada"], ["@acme/all"]]
    assert found.path == "CODEOWNERS"


@pytest.mark.rpcs("GetCodeOwners")
def test_a_repository_without_code_owners(vendor: Site) -> None:
    del vendor.fake.world.files["CODEOWNERS"]
    answer = vendor.call("GetCodeOwners", pb.GetCodeOwnersRequest())
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "CODE_OWNERS_NOT_FOUND")


@pytest.mark.rpcs("GetCodeOwners")
def test_a_directory_is_no_code_owners_file(vendor: Site) -> None:
    world = vendor.fake.world
    world.files = {"CODEOWNERS/read.me": b"x\n", "docs/CODEOWNERS": b"* @ada\n", "src/app.py": b"x\n"}
    answer = vendor.call("GetCodeOwners", pb.GetCodeOwnersRequest())
    assert answer.reason == "CODE_OWNERS_NOT_FOUND" or answer.message.path == "docs/CODEOWNERS"


@pytest.mark.rpcs("GetSourceUrl", "ResolveSourceUrl")
@pytest.mark.parametrize("path", ["src/app.py", *ODD_PATHS])
@pytest.mark.parametrize("line", [0, 7])
def test_a_web_address_and_back(vendor: Site, path: str, line: int) -> None:
    request = pb.GetSourceUrlRequest(path=path, ref=vendor.fake.world.head, line_number=line)
    url = vendor.call("GetSourceUrl", request).message.url
    assert url.startswith(vendor.fake.web)
    assert not vendor.fake.calls
    found = vendor.call("ResolveSourceUrl", pb.ResolveSourceUrlRequest(url=url)).message
    assert found.repository_id == vendor.repository.id
    assert (found.path, found.ref, found.line_number) == (path, vendor.fake.world.head, line)


@pytest.mark.rpcs("GetCodeOwners")
def test_code_owners_follow_the_vendors_own_rules(vendor: Site) -> None:
    """GitHub and those like it skip a line with an invalid owner; GitLab leaves the owner out."""
    vendor.fake.world.files["CODEOWNERS"] = b"* @all\n/docs/ docteam\n[Rest] @rest\nx/docs\n"
    request = pb.GetCodeOwnersRequest(paths=["docs/a.md", "x/docs"])
    found = vendor.call("GetCodeOwners", request).message
    answered = [list(owned.owners) for owned in found.path_owners]
    if vendor.fake.key == "gitlab":
        assert answered == [[], ["@all", "@rest"]]
    else:
        assert answered == [["@all"], []]
        assert [(line.line_number, line.reason) for line in found.skipped_lines] == [
            (2, "INVALID_OWNER"),
            (3, "INVALID_PATTERN"),
        ]


@pytest.mark.rpcs("GetCodeOwners")
def test_a_code_owners_file_that_is_too_large(vendor: Site) -> None:
    vendor.fake.world.files["CODEOWNERS"] = b"* @all\n" * 500_000
    answer = vendor.call("GetCodeOwners", pb.GetCodeOwnersRequest())
    if vendor.fake.key in ("github", "github_enterprise"):
        assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "CODE_OWNERS_NOT_FOUND")
    else:
        assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "FILE_TOO_LARGE")


@pytest.mark.rpcs("GetStacktraceLink")
@pytest.mark.parametrize("version", ["", "main", "c" * 40])
def test_a_link_into_a_lost_repository_is_no_missing_file(vendor: Site, version: str) -> None:
    key = vendor.fake.key
    vendor.fake.forced = lambda asked: (
        Reply(LOST_GRAPH) if asked.path == "/graphql" else Reply(b"" if asked.method == "HEAD" else LOST[key], 404)
    )
    request = pb.GetStacktraceLinkRequest(filepath="src/app.py", version=version, default_branch="main")
    answer = vendor.call("GetStacktraceLink", request)
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, "VENDOR_NOT_FOUND")


@pytest.mark.rpcs("GetStacktraceLink")
def test_a_stack_traces_file_at_its_version_or_else_on_the_default_branch(vendor: Site) -> None:
    request = pb.GetStacktraceLinkRequest(filepath="src/app.py", version=vendor.fake.world.head, default_branch="main")
    assert vendor.call("GetStacktraceLink", request).message.ref == vendor.fake.world.head
    request.version = "no-such-version"
    assert vendor.call("GetStacktraceLink", request).message.ref == "main"


@pytest.mark.rpcs("SearchCode")
def test_all_matches_page_by_page_whatever_the_case(vendor: Site) -> None:
    matches = vendor.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE.upper(), page_size=70), "matches")
    assert {match.path for match in matches} == {match.path for match in vendor.fake.world.matches(NEEDLE)}
    assert all(match.url.startswith("https://") for match in matches)


@pytest.mark.rpcs("SearchCode")
def test_matches_below_a_path(vendor: Site) -> None:
    matches = vendor.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE, path="docs"), "matches")
    assert {match.path for match in matches} == set(ODD_PATHS)


@pytest.mark.rpcs("SearchCode")
@pytest.mark.parametrize(
    "query",
    [
        "repo:other/private password",
        "org:other x",
        'a" repo:other/private "b',
        "x OR repo:other/private",
        "-repo:acme/rocket",
        "NOT x",
    ],
)
def test_a_searchers_text_never_widens_the_search(vendor: Site, query: str) -> None:
    """The fake looks for the text as one literal, and asserts that the vendor would."""
    vendor.fake.world.files["src/odd.txt"] = f"before {query} after\n".encode()
    matches = vendor.pages("SearchCode", pb.SearchCodeRequest(query=query), "matches")
    assert {match.path for match in matches} <= {"src/odd.txt"}


@pytest.mark.rpcs("DeriveCodeMappings")
def test_code_mappings_from_the_vendors_tree(vendor: Site) -> None:
    repository = vendor.repository
    request = pb.DeriveCodeMappingsRequest(
        project_id=vendor.rows.project.id, stacktrace_paths=["/srv/code/src/module007.py", "/srv/code/src/app.py"]
    )
    (mapping,) = vendor.call("DeriveCodeMappings", request).message.mappings
    assert mapping.repository_id == repository.id
    assert "/srv/code/src/app.py".replace(mapping.stack_root, mapping.source_root, 1) == "src/app.py"


@pytest.mark.rpcs("DeriveCodeMappings")
def test_derived_code_mappings_are_stored_only_when_asked_and_replace_none(vendor: Site) -> None:
    assert vendor.repository
    stored = vendor.stored_mappings()
    request = pb.DeriveCodeMappingsRequest(
        project_id=vendor.rows.project.id, stacktrace_paths=["/srv/code/src/module007.py", "/srv/code/src/app.py"]
    )
    assert vendor.call("DeriveCodeMappings", request).message.mappings[0].id == 0
    assert not stored.exists()
    request.store = True
    made = vendor.call("DeriveCodeMappings", request).message.mappings[0]
    row = stored.get()
    assert row.id == made.id
    vendor.update(row, source_root="elsewhere/")
    assert vendor.call("DeriveCodeMappings", request).message.mappings[0].id == 0
    assert stored.get().source_root == "elsewhere/"


@pytest.mark.rpcs("GetFile")
@pytest.mark.parametrize("path", ["../secret", "a/../../b", "a//b", "a\nb", "/etc/passwd"])
def test_paths_that_would_lead_elsewhere_are_refused_before_the_vendor_hears_of_them(vendor: Site, path: Any) -> None:
    assert vendor.call("GetFile", pb.GetFileRequest(path=path)).status is Status.INVALID_ARGUMENT
    assert not vendor.fake.calls


@pytest.mark.rpcs("DeriveCodeMappings")
@pytest.mark.parametrize(("status", "reason"), [(401, "INTEGRATION_UNAUTHORIZED"), (429, "VENDOR_RATE_LIMITED")])
def test_a_repository_that_cannot_be_read_is_named_and_nothing_is_unmatched(
    vendor: Site, status: int, reason: str
) -> None:
    vendor.fake.forced = lambda asked: Reply({"message": "?"}, status)
    repository = vendor.repository
    request = pb.DeriveCodeMappingsRequest(
        project_id=vendor.rows.project.id, stacktrace_paths=["/srv/code/src/app.py"], store=True
    )
    answer = vendor.call("DeriveCodeMappings", request).message
    assert (answer.incomplete, answer.incomplete_reason) == (True, "REPOSITORIES_SKIPPED")
    assert [(one.repository_id, one.reason) for one in answer.skipped_repositories] == [(repository.id, reason)]
    assert (list(answer.mappings), list(answer.unmatched_paths)) == ([], [])


@pytest.mark.rpcs("DeriveCodeMappings", "GetStacktraceLink")
def test_a_windows_path_leads_back_to_its_file(vendor: Site) -> None:
    frame = "C:\\build\\src\\app.py"
    request = pb.DeriveCodeMappingsRequest(
        project_id=vendor.rows.project.id, stacktrace_paths=[frame, "C:\\build\\src\\module007.py"], store=True
    )
    assert vendor.repository
    (mapping,) = vendor.call("DeriveCodeMappings", request).message.mappings
    link = pb.GetStacktraceLinkRequest(filepath=frame, code_mapping_id=mapping.id)
    assert vendor.call("GetStacktraceLink", link).message.path == "src/app.py"
    link = pb.GetStacktraceLinkRequest(filepath="src\\app.py")
    assert vendor.call("GetStacktraceLink", link).message.path == "src/app.py"
