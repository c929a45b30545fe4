"""Branches, tags, comparisons and diffs of each vendor, as a client of the service sees them."""

from __future__ import annotations

import grpc
import pytest

from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.site import Site
from tests.vendors.world import AHEAD, BEHIND, MANY, ODD_BRANCHES, Change, hunks_of

pytestmark = pytest.mark.django_db

KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "modified": pb.FILE_CHANGE_KIND_MODIFIED,
    "deleted": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
}


def shown(changes: list[pb.FileChange]) -> set[tuple[str, int, str]]:
    return {(change.path, change.kind, change.previous_path) for change in changes}


def expected(changes: list[Change]) -> set[tuple[str, int, str]]:
    return {(change.path, KINDS[change.kind], change.previous) for change in changes}


@pytest.mark.rpcs("ListBranches")
@pytest.mark.parametrize("page_size", [100, 70, 1000])
def test_all_branches_page_by_page(vendor: Site, page_size: int) -> None:
    request = refs_pb2.ListBranchesRequest(page_size=page_size)
    branches = vendor.pages("ListBranches", request, "branches")
    assert {branch.name: branch.commit_sha for branch in branches} == vendor.fake.world.branches
    assert len(branches) == len(vendor.fake.world.branches) > MANY
    assert [branch.name for branch in branches if branch.is_default] == ["main"]
    protected = [branch.name for branch in branches if branch.is_protected]
    assert protected == (["main"] if branches[0].HasField("is_protected") else [])


@pytest.mark.rpcs("ListBranches")
@pytest.mark.parametrize("prefix", ["release/00", "RELEASE", *ODD_BRANCHES, "no-such"])
def test_branches_whose_names_begin_with_something(vendor: Site, prefix: str) -> None:
    request = refs_pb2.ListBranchesRequest(prefix=prefix)
    names = [branch.name for branch in vendor.pages("ListBranches", request, "branches")]
    assert sorted(names) == sorted(name for name in vendor.fake.world.branches if name.startswith(prefix))


@pytest.mark.rpcs("ListTags")
@pytest.mark.parametrize("prefix", ["", "v00", "V", "no-such"])
def test_tags_with_what_the_vendor_tells_of_annotated_ones(vendor: Site, prefix: str) -> None:
    world = vendor.fake.world
    tags = vendor.pages("ListTags", refs_pb2.ListTagsRequest(prefix=prefix), "tags")
    assert {tag.name: tag.commit_sha for tag in tags} == {
        name: tag.sha for name, tag in world.tags.items() if name.startswith(prefix)
    }
    for tag in tags:
        known = world.tags[tag.name]
        if tag.HasField("annotated"):
            assert tag.annotated is (known.message is not None)
        assert tag.message in ("", known.message)
        assert tag.tagger.name in ("", "Ada Lovelace")


@pytest.mark.rpcs("GetRef")
def test_what_a_text_names(vendor: Site) -> None:
    world = vendor.fake.world
    head = world.head
    for text, kind, name, sha in (
        ("", refs_pb2.REF_KIND_BRANCH, "main", head),
        ("HEAD", refs_pb2.REF_KIND_BRANCH, "main", head),
        ("topic", refs_pb2.REF_KIND_BRANCH, "topic", world.branches["topic"]),
        ("feature/x#1", refs_pb2.REF_KIND_BRANCH, "feature/x#1", world.branches["feature/x#1"]),
        ("heads/topic", refs_pb2.REF_KIND_BRANCH, "topic", world.branches["topic"]),
        ("v010", refs_pb2.REF_KIND_TAG, "v010", world.tags["v010"].sha),
        ("refs/tags/v011", refs_pb2.REF_KIND_TAG, "v011", world.tags["v011"].sha),
        (head, refs_pb2.REF_KIND_COMMIT, head, head),
    ):
        found = vendor.call("GetRef", refs_pb2.GetRefRequest(ref=text)).message
        assert (found.kind, found.name, found.commit_sha) == (kind, name, sha), text
    for text in ("no-such", "refs/heads/v010", "f" * 40):
        answer = vendor.call("GetRef", refs_pb2.GetRefRequest(ref=text))
        assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REF_NOT_FOUND"), text


@pytest.mark.rpcs("CompareCommits")
@pytest.mark.parametrize("page_size", [100, 70])
@pytest.mark.parametrize(("base", "head"), [("main", "topic"), ("topic", "main"), ("v000", "refs/heads/main")])
def test_the_commits_between_two(vendor: Site, base: str, head: str, page_size: int) -> None:
    world = vendor.fake.world
    shas = [world.resolve(ref.removeprefix("refs/heads/")) or "" for ref in (base, head)]
    between = world.between(*shas)
    request = refs_pb2.CompareCommitsRequest(base=base, head=head, page_size=page_size)
    first = vendor.call("CompareCommits", request).message
    # What comes between two pages shifts nothing.
    world.branches["topic"] = world.head
    if first.next_page_token:
        request.page_token = first.next_page_token
        rest = vendor.pages("CompareCommits", request, "commits")
    else:
        rest = []
    assert [commit.key for commit in (*first.commits, *rest)] == [commit.sha for commit in between]
    assert all(commit.repository_id == vendor.repository.id for commit in first.commits)
    assert [first.base_sha, first.head_sha] == shas
    assert first.merge_base_sha == world.merge_base(*shas)
    if first.HasField("ahead_by"):
        assert first.ahead_by == len(between)
    if first.HasField("behind_by"):
        assert first.behind_by == len(world.between(*reversed(shas)))
    assert not first.incomplete


@pytest.mark.rpcs("CompareCommits")
def test_two_names_of_one_commit(vendor: Site) -> None:
    request = refs_pb2.CompareCommitsRequest(base="main", head=vendor.fake.world.head)
    found = vendor.call("CompareCommits", request).message
    assert (list(found.commits), found.ahead_by, found.merge_base_sha) == ([], 0, vendor.fake.world.head)


@pytest.mark.rpcs("CompareCommits", "ListComparedFiles", "StreamDiff", "GetMergeBase")
def test_a_commit_that_does_not_exist_cannot_be_compared(vendor: Site) -> None:
    for missing in ("no-such", "f" * 40):
        for rpc, request in (
            ("CompareCommits", refs_pb2.CompareCommitsRequest(base=missing, head="main")),
            ("ListComparedFiles", refs_pb2.ListComparedFilesRequest(base="main", head=missing)),
            ("StreamDiff", refs_pb2.StreamDiffRequest(base="main", head=missing)),
            ("StreamDiff", refs_pb2.StreamDiffRequest(head=missing)),
            ("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=["main", missing])),
        ):
            answer = vendor.call(rpc, request)
            assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REF_NOT_FOUND"), (rpc, missing)


@pytest.mark.rpcs("GetMergeBase")
def test_the_merge_base(vendor: Site) -> None:
    world = vendor.fake.world
    parted = world.commits[BEHIND].sha
    for refs in (["main", "topic"], ["topic", "main"]):
        found = vendor.call("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=refs)).message
        assert found.commit_sha == parted
    same = vendor.call("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=["main", world.head])).message
    assert same.commit_sha == world.head
    one = vendor.call("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=["main"]))
    assert one.status is grpc.StatusCode.INVALID_ARGUMENT
    several = vendor.call("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=["main", "topic", "v003"]))
    if several.status is grpc.StatusCode.OK:
        assert several.message.commit_sha == world.tags["v003"].sha
    else:
        assert (several.status, several.reason) == (grpc.StatusCode.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")


@pytest.mark.rpcs("ListComparedFiles")
def test_the_files_that_differ(vendor: Site) -> None:
    world = vendor.fake.world
    main, topic = world.head, world.branches["topic"]
    request = refs_pb2.ListComparedFilesRequest(base="main", head="topic", page_size=60)
    changes = vendor.pages("ListComparedFiles", request, "file_changes")
    assert shown(changes) == expected(world.compared(main, topic))
    assert len(changes) == AHEAD + 3
    request = refs_pb2.ListComparedFilesRequest(base="topic", head="main", start=refs_pb2.COMPARISON_START_BASE)
    answer = vendor.call("ListComparedFiles", request)
    if answer.status is grpc.StatusCode.UNIMPLEMENTED:
        assert answer.reason == "PROVIDER_UNSUPPORTED"
        request.base = "v240"
        found = vendor.pages("ListComparedFiles", request, "file_changes")
        assert shown(found) == expected(world.compared(world.tags["v240"].sha, main))
    else:
        found = vendor.pages("ListComparedFiles", request, "file_changes")
        assert shown(found) == expected(world.compared(topic, main, from_merge_base=False))


@pytest.mark.rpcs("StreamDiff")
def test_the_patches_of_a_comparison(vendor: Site) -> None:
    world = vendor.fake.world
    compared = {change.path: change for change in world.compared(world.head, world.branches["topic"])}
    diffs = vendor.call("StreamDiff", refs_pb2.StreamDiffRequest(base="main", head="topic")).messages
    assert {diff.change.path for diff in diffs} == set(compared)
    for diff in diffs:
        change = compared[diff.change.path]
        assert diff.hunks.decode() == hunks_of(change), change
        assert (diff.change.kind, diff.change.previous_path) == (KINDS[change.kind], change.previous)
        assert (diff.change.additions, diff.change.deletions) == (change.additions, change.deletions)
        assert diff.header.startswith(b"diff --git a/")
        assert not diff.truncated


@pytest.mark.rpcs("StreamDiff")
def test_the_patches_of_one_commit_and_of_some_paths(vendor: Site) -> None:
    world = vendor.fake.world
    commit = world.commits[3]
    if hasattr(vendor.fake, "sides"):  # This vendor gives the files, not their differences.
        vendor.fake.sides = (commit.parents[0], commit.sha)
    diffs = vendor.call("StreamDiff", refs_pb2.StreamDiffRequest(head=commit.sha)).messages
    assert {(diff.change.path, diff.hunks.decode()) for diff in diffs} == {
        (change.path, hunks_of(change)) for change in commit.changes
    }
    request = refs_pb2.StreamDiffRequest(head=commit.sha, paths=["docs", "src/app.py"])
    some = vendor.call("StreamDiff", request).messages
    assert {diff.change.path for diff in some} == {"docs/new name.md", "src/app.py"}
    request = refs_pb2.StreamDiffRequest(head=commit.sha, paths=["./docs//", "src/./app.py"])
    assert vendor.call("StreamDiff", request).messages == some
    request = refs_pb2.StreamDiffRequest(head=commit.sha, paths=["no-such", "."])
    assert vendor.call("StreamDiff", request).messages == diffs
