"""The part of ``provider_contract`` about FileService."""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.errors import FailedPrecondition, NotFound
from sentry_scm_grpc.testing.provider_calls import ContractCalls, claims
from sentry_scm_grpc.testing.provider_facts import Facts
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class FilesContract(ContractCalls):
    @claims("list_directory")
    def test_a_directory_comes_in_pages(self, adapter: Any, facts: Facts) -> None:
        def listed(path: str, page_size: int) -> dict[str, Any]:
            request = files_pb2.ListDirectoryRequest(ref=facts.branch, path=path)
            found = list(self.pages(adapter, "ListDirectory", request, "entries", page_size))
            assert len({entry.path for entry in found}) == len(found)
            assert all(entry.path.rpartition("/")[2] == entry.name for entry in found)
            return {entry.path: entry for entry in found}

        parts = facts.path.split("/")
        for depth in range(len(parts)):
            entry = listed("/".join(parts[:depth]), 2)["/".join(parts[: depth + 1])]
            is_directory = depth + 1 < len(parts)
            assert (entry.kind == pb.TREE_ENTRY_KIND_DIRECTORY) is is_directory
            assert not entry.HasField("size_bytes") or entry.size_bytes == len(facts.content)
        assert listed(facts.directory, 2) == listed(facts.directory, 100)

    @claims("list_directory")
    def test_what_is_no_directory(self, adapter: Any, facts: Facts) -> None:
        with pytest.raises(FailedPrecondition) as raised:
            self.call(adapter, "ListDirectory", files_pb2.ListDirectoryRequest(path=facts.path))
        assert raised.value.reason == "NOT_A_DIRECTORY"
        for path, ref, reason in (
            ("no-such/directory", "", "PATH_NOT_FOUND"),
            (facts.directory, "no-such-branch", "REF_NOT_FOUND"),
        ):
            with pytest.raises(NotFound) as missing:
                self.call(adapter, "ListDirectory", files_pb2.ListDirectoryRequest(path=path, ref=ref))
            assert missing.value.reason == reason

    @claims("stream_blame")
    def test_the_blame_of_a_file_covers_its_lines(self, adapter: Any, facts: Facts) -> None:
        def lines_of(start: int = 0, end: int = 0) -> list[int]:
            request = files_pb2.StreamBlameRequest(path=facts.path, ref=facts.branch, start_line=start, end_line=end)
            found = list(self.call(adapter, "StreamBlame", request))
            assert all(hunk.HasField("error") or hunk.commit.sha for hunk in found)
            return [n for hunk in found for n in range(hunk.start_line, hunk.start_line + hunk.line_count)]

        count = facts.content.count(b"\n") + (not facts.content.endswith(b"\n"))
        assert lines_of() == list(range(1, count + 1))
        assert lines_of(count, count + 5) == [count]
        for path, ref, reason in (
            ("no/such/file", facts.branch, "PATH_NOT_FOUND"),
            (facts.path, "no-such-branch", "REF_NOT_FOUND"),
        ):
            with pytest.raises(NotFound) as missing:
                list(self.call(adapter, "StreamBlame", files_pb2.StreamBlameRequest(path=path, ref=ref)))
            assert missing.value.reason == reason

    @claims("stream_archive")
    def test_an_archive_begins_with_what_it_is(self, adapter: Any, facts: Facts) -> None:
        first, *pieces = self.call(adapter, "StreamArchive", files_pb2.StreamArchiveRequest(ref=facts.branch))
        assert (first.info.commit_sha, first.data) == (facts.head, b"")
        assert not any(piece.HasField("info") for piece in pieces)
        starts = {files_pb2.ARCHIVE_FORMAT_TAR_GZ: b"\x1f\x8b", files_pb2.ARCHIVE_FORMAT_ZIP: b"PK"}
        assert b"".join(piece.data for piece in pieces).startswith(starts[first.info.format])
        assert "/" not in first.info.filename
        with pytest.raises(NotFound):
            list(self.call(adapter, "StreamArchive", files_pb2.StreamArchiveRequest(ref="no-such-branch")))

    @claims("search_commits", "get_commit")
    def test_a_commit_is_found_by_its_message(self, adapter: Any, facts: Facts) -> None:
        commit = self.call(adapter, "GetCommit", pb.GetCommitRequest(commit_sha=facts.head))
        title = commit.message.partition("\n")[0].strip()
        request = files_pb2.SearchCommitsRequest(ref=facts.branch, message=title.upper())
        found = list(self.pages(adapter, "SearchCommits", request, "commits", 100))
        assert facts.head in {one.key for one in found}
        request = files_pb2.SearchCommitsRequest(message="no commit says this: 8f14e45f")
        assert not list(self.pages(adapter, "SearchCommits", request, "commits", 100))

    @claims("stream_file")
    def test_a_file_as_a_stream(self, adapter: Any, facts: Facts) -> None:
        request = files_pb2.StreamFileRequest(path=facts.path, ref=facts.branch)
        first, *rest = self.call(adapter, "StreamFile", request)
        assert (first.file.path, first.content) == (facts.path, b"")
        assert not first.file.HasField("size_bytes") or first.file.size_bytes == len(facts.content)
        assert b"".join(piece.content for piece in rest) == facts.content
        for path, kind in ((facts.directory, FailedPrecondition), ("no-such/file", NotFound)):
            with pytest.raises(kind):
                list(self.call(adapter, "StreamFile", files_pb2.StreamFileRequest(path=path)))

    @claims("batch_get_files")
    def test_many_files_at_once(self, adapter: Any, facts: Facts) -> None:
        request = files_pb2.BatchGetFilesRequest(paths=[facts.path, "no-such/file", facts.directory])
        whole, missing, directory = self.call(adapter, "BatchGetFiles", request).results
        assert (whole.file.content, whole.file.commit_sha) == (facts.content, facts.head)
        assert (missing.error.reason, directory.error.reason) == ("PATH_NOT_FOUND", "NOT_A_FILE")
        request.max_total_bytes = len(facts.content) - 1
        assert self.call(adapter, "BatchGetFiles", request).results[0].error.reason == "FILE_TOO_LARGE"

    @claims("find_files")
    def test_files_are_found_by_globs(self, adapter: Any, facts: Facts) -> None:
        def found(*globs: str) -> list[str]:
            request = files_pb2.FindFilesRequest(globs=globs, ref=facts.branch)
            return [entry.path for entry in self.pages(adapter, "FindFiles", request, "entries", 2)]

        name = facts.path.rpartition("/")[2]
        assert facts.path in found(name)
        assert found(f"/{facts.path}") == [facts.path]
        assert facts.path in found(f"/{facts.directory}/")
        assert facts.path not in found(name, f"!{name}")
        assert not found("no-such-file")
        with pytest.raises(NotFound):
            self.call(adapter, "FindFiles", files_pb2.FindFilesRequest(globs=["*"], ref="no-such-branch"))
