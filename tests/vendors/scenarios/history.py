"""Blame of whole files, archives and search in commits of each vendor, as a client of the service sees them."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from django.core.cache import cache
from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.archive import files_in
from tests.vendors.fake import Reply
from tests.vendors.site import Site, is_only_standalone
from tests.vendors.world import BOB

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode
PATH = "src/app.py"
TAR_GZ, ZIP = files_pb2.ARCHIVE_FORMAT_TAR_GZ, files_pb2.ARCHIVE_FORMAT_ZIP
KINDS = {TAR_GZ: "tar.gz", ZIP: "zip"}
#: Where derived blame has found a line: it stops at its budget.
DERIVED = ("bitbucket", "vsts")


# ---- blame


@pytest.mark.rpcs("StreamBlame")
def test_the_hunks_of_a_file(vendor: Site) -> None:
    for start, end in ((0, 0), (3, 7), (99, 2**31 - 1)):
        check_hunks(vendor, start, end)


def check_hunks(vendor: Site, start: int, end: int) -> None:
    world = vendor.fake.world
    request = files_pb2.StreamBlameRequest(path=PATH, ref="main", start_line=start, end_line=end)
    hunks = vendor.call("StreamBlame", request).messages
    lines = [line for hunk in hunks for line in range(hunk.start_line, hunk.start_line + hunk.line_count)]
    assert lines == list(range(max(start, 1), min(end or 100, 100) + 1))
    known = [hunk for hunk in hunks if not hunk.HasField("error")]
    assert known
    assert len(known) == len(hunks) or vendor.fake.key in DERIVED
    for hunk in known:
        commit = world.blame(hunk.start_line)
        found = hunk.commit
        assert (found.sha, found.summary) == (commit.sha, commit.title)
        assert (found.author.name, found.author.email) == (commit.author.name, commit.author.email)
        assert found.committed_at.ToDatetime(commit.date.tzinfo) == commit.date
        assert hunk.derived is (vendor.fake.key in DERIVED)
        if hunk.HasField("original_start_line"):
            assert (hunk.original_start_line, hunk.original_path) == (hunk.start_line, PATH)


@pytest.mark.rpcs("StreamBlame")
def test_what_cannot_be_blamed(vendor: Site) -> None:
    for fields, status, reason in (
        ({"path": "no-such"}, Status.NOT_FOUND, "PATH_NOT_FOUND"),
        ({"path": "src"}, Status.FAILED_PRECONDITION, "NOT_A_FILE"),
        ({"path": PATH, "ref": "no-such"}, Status.NOT_FOUND, "REF_NOT_FOUND"),
        ({"path": PATH, "start_line": 101}, Status.INVALID_ARGUMENT, "LINE_OUT_OF_RANGE"),
        ({"path": PATH, "start_line": 3, "end_line": 2}, Status.INVALID_ARGUMENT, "INVALID_FIELDS"),
        ({"path": PATH, "use_ignore_revs_file": True}, Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED"),
        ({"path": PATH, "ignore_revs": ["1234abcd"]}, Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED"),
    ):
        answer = vendor.call("StreamBlame", files_pb2.StreamBlameRequest(**fields))
        assert (answer.status, answer.reason) == (status, reason), fields


# ---- archives


def archive(vendor: Site, **fields: Any) -> tuple[files_pb2.ArchiveInfo, dict[str, bytes]]:
    first, *pieces = vendor.call("StreamArchive", files_pb2.StreamArchiveRequest(**fields)).messages
    assert first.data == b""
    assert not any(piece.HasField("info") for piece in pieces)
    content = b"".join(piece.data for piece in pieces)
    assert first.info.size_bytes in (0, len(content))
    return first.info, files_in(content, KINDS[first.info.format])


def has_archives(vendor: Site) -> bool:
    """Sentry's credentials for Bitbucket are good for its API alone."""
    if not is_only_standalone(vendor, "stream_archive"):
        return True
    answer = vendor.call("StreamArchive", files_pb2.StreamArchiveRequest())
    assert (answer.status, answer.reason) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
    told = vendor.call("GetCapabilities", pb.GetCapabilitiesRequest()).message
    (cell,) = (one for one in told.capabilities if one.rpc == "StreamArchive")
    assert (cell.supported, cell.reason, cell.message) == (False, "PROVIDER_UNSUPPORTED", answer.text)
    return False


@pytest.mark.rpcs("StreamArchive")
def test_archives_hold_the_files(vendor: Site) -> None:
    if not has_archives(vendor):
        return
    world, served = vendor.fake.world, vendor.fake.key
    for format in (files_pb2.ARCHIVE_FORMAT_UNSPECIFIED, TAR_GZ, ZIP):
        if served == "vsts" and format == TAR_GZ:
            answer = vendor.call("StreamArchive", files_pb2.StreamArchiveRequest(format=format))
            assert (answer.status, answer.reason) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
            assert "ZIP" in answer.text
            continue
        info, files = archive(vendor, format=format, ref="main")
        assert info.format == format or (ZIP if served == "vsts" else TAR_GZ)
        assert info.commit_sha == world.head
        assert info.filename == f"rocket-{world.head[:12]}.{KINDS[info.format]}"
        top = "" if served in ("vsts", "bitbucket_server") else next(iter(files)).split("/")[0] + "/"
        assert {name.removeprefix(top): content for name, content in files.items()} == world.files


@pytest.mark.rpcs("StreamArchive")
def test_archives_of_a_directory_and_with_a_prefix(vendor: Site) -> None:
    served = vendor.fake.key
    answer = vendor.call("StreamArchive", files_pb2.StreamArchiveRequest(path="./src//"))
    if served in ("gitlab", "bitbucket_server", "vsts"):
        _, files = archive(vendor, path="./src//")
        expected = {path: content for path, content in vendor.fake.world.files.items() if path.startswith("src/")}
        top = next(iter(files)).split("/")[0] + "/" if served == "gitlab" else ""
        assert {name.removeprefix(top): content for name, content in files.items()} == expected
        for path, reason in ((PATH, "NOT_A_DIRECTORY"), ("no-such", "PATH_NOT_FOUND")):
            assert vendor.call("StreamArchive", files_pb2.StreamArchiveRequest(path=path)).reason == reason
    else:
        assert (answer.status, answer.reason) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
    for prefix, top in (("a//b/", "a/b/"), ("", "")):
        request = files_pb2.StreamArchiveRequest(prefix=prefix)
        if served == "bitbucket_server":
            assert set(archive(vendor, prefix=prefix)[1]) == {top + path for path in vendor.fake.world.files}
        else:
            assert vendor.call("StreamArchive", request).status is Status.UNIMPLEMENTED


@pytest.mark.rpcs("StreamArchive")
def test_an_archive_that_is_cut_is_no_success(vendor: Site) -> None:
    """Even if the vendor's HTTP says that all is there."""
    if not has_archives(vendor):
        return
    fake = vendor.fake
    for format in (TAR_GZ, ZIP) if fake.key != "vsts" else (ZIP,):
        request = files_pb2.StreamArchiveRequest(format=format, ref=fake.world.head)
        for change, reason in (
            (lambda body: body[:-20], "ARCHIVE_CUT"),
            (lambda body: b"", "ARCHIVE_CUT"),
            (lambda body: b"{}" + body, "BAD_VENDOR_RESPONSE"),
        ):

            def answer(asked: Any, change: Any = change) -> Reply:
                reply = fake._route(asked)
                if isinstance(reply.body, bytes) and reply.status == 200:
                    reply.body = change(reply.body)
                return reply

            cache.clear()
            fake.forced = answer
            found = vendor.call("StreamArchive", request)
            assert (found.status, found.reason) == (Status.UNAVAILABLE, reason)
    fake.forced = None
    missing = vendor.call("StreamArchive", files_pb2.StreamArchiveRequest(ref="f" * 40))
    assert (missing.status, missing.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND")


@pytest.mark.rpcs("StreamArchive")
def test_a_redirect_to_another_site_is_not_followed(vendor: Site) -> None:
    if not has_archives(vendor):
        return
    for target in ("https://evil.example.com/a", "http://127.0.0.1:9/a", "//169.254.169.254/a"):
        vendor.fake.forced = lambda asked, target=target: Reply(b"", 302, {"Location": target})
        found = vendor.call("StreamArchive", files_pb2.StreamArchiveRequest(ref=vendor.fake.world.head))
        assert (found.status, found.reason) == (Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"), target


# ---- search in commits


def searched(vendor: Site, **fields: Any) -> list[str]:
    request = files_pb2.SearchCommitsRequest(**fields)
    return [commit.key for commit in vendor.pages("SearchCommits", request, "commits")]


@pytest.mark.rpcs("SearchCommits")
def test_commits_are_searched_by_every_criterion(vendor: Site) -> None:
    world = vendor.fake.world
    shas = {commit.sha: commit for commit in world.commits}
    since, until = Timestamp(), Timestamp()
    since.FromDatetime(world.commits[200].date)
    until.FromDatetime(world.commits[20].date)
    for fields in (
        {"message": "CLOSES #24"},
        {"message": "commit 24", "ref": "v245"},
        {"message": "closes", "author": "übel"},
        {"message": "“because”.\ncloses #1", "page_size": 7},
        {"message": "Commit", "since": since, "until": until},
        {"author": "bob@EXAMPLE", "path": "src/many"},
        {"message": ".*.*"},
    ):
        found = searched(vendor, **fields)
        expected = [
            commit.sha
            for commit in world.log(fields.get("ref", ""), fields.get("path", ""))
            if fields.get("message", "").casefold() in commit.message.casefold()
            and ("author" not in fields or commit.author == BOB)
            and ("since" not in fields or world.commits[200].date <= commit.date <= world.commits[20].date)
        ]
        if vendor.fake.key.startswith("github") and not fields.get("path") and "ref" not in fields:
            # Whole words only.
            assert set(found) <= set(expected), fields
            assert found == sorted(found, key=lambda sha: shas[sha].date, reverse=True)
            assert found or not expected or fields["message"] in ("CLOSES #24", "“because”.\ncloses #1"), fields
        else:
            assert found == expected, fields


@pytest.mark.rpcs("SearchCommits")
def test_a_ref_without_commits_is_no_empty_result(vendor: Site) -> None:
    for message in ("closes", ""):
        answer = vendor.call("SearchCommits", files_pb2.SearchCommitsRequest(ref="no-such", message=message))
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND"), message
