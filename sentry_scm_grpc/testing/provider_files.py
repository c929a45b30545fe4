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
