"""Branches, tags, and what a text names."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pygit2.enums import ObjectType

from sentry_scm_grpc.errors import FailedPrecondition, ResourceExhausted, Unavailable
from sentry_scm_grpc.providers.git.commits import read_person, read_text
from sentry_scm_grpc.providers.git.ref_names import names
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.providers.git.text import decode
from sentry_scm_grpc.v1 import refs_pb2

HEADS, TAGS = "refs/heads/", "refs/tags/"
_KINDS = {HEADS: refs_pb2.REF_KIND_BRANCH, TAGS: refs_pb2.REF_KIND_TAG}
_MAX_MESSAGE = 64 * 1024


def branches(repository: GitRepository, prefix: str, after: bytes) -> Iterator[tuple[bytes, refs_pb2.Branch]]:
    """The full name and the branch. A ref that cannot be read is left out, as git does."""
    default = repository.default_branch()
    for full_name, sha in _listed(repository, HEADS, prefix, after):
        name = decode(full_name.removeprefix(HEADS.encode()))
        yield full_name, refs_pb2.Branch(name=name, commit_sha=sha, is_default=name == default)


def tags(repository: GitRepository, prefix: str, after: bytes) -> Iterator[tuple[bytes, refs_pb2.Tag]]:
    for full_name, sha in _listed(repository, TAGS, prefix, after):
        yield full_name, _tag(repository, decode(full_name.removeprefix(TAGS.encode())), sha)


def _listed(repository: GitRepository, namespace: str, prefix: str, after: bytes) -> Iterator[tuple[bytes, str]]:
    budget = repository.git.budget
    for full_name in names(repository.place.common_dir, namespace.encode(), prefix.encode(), after, budget):
        try:
            found = repository.follow(os.fsdecode(full_name))
        except Unavailable:  # Such as a pipe, or a link that leads out of the repository.
            continue
        if found is not None:
            yield full_name, found[1]


def _tag(repository: GitRepository, name: str, sha: str) -> refs_pb2.Tag:
    """What a tag lacks is unset, so that one damaged tag does not hide the others."""
    try:
        commit = repository.peeled(sha)
    except (FailedPrecondition, ResourceExhausted, Unavailable):
        commit = None
    if not repository.objects.has(sha):
        return refs_pb2.Tag(name=name)
    tag = refs_pb2.Tag(name=name, commit_sha="" if commit is None else commit.sha, annotated=False)
    if repository.objects.header(sha)[0] != ObjectType.TAG:
        return tag
    tag.annotated = True
    head, _, message = repository.objects.start(sha)[1].partition(b"\n\n")
    tag.message = read_text(message[:_MAX_MESSAGE], "")
    tagger = next((line for line in head.split(b"\n") if line.startswith(b"tagger ")), b"")
    if tagger:
        seconds = read_person(tag.tagger, tagger.removeprefix(b"tagger "), "")
        if seconds is not None:
            tag.tagged_at.seconds = seconds
    return tag


def named(repository: GitRepository, text: str) -> refs_pb2.Ref:
    """What a text names. Raises NotFound, InvalidArgument (AMBIGUOUS_SHA)."""
    commit = repository.commit(text)
    full_name = repository.full_name(text)
    ref = refs_pb2.Ref(kind=refs_pb2.REF_KIND_COMMIT, name=commit.sha, commit_sha=commit.sha)
    if full_name:
        ref.kind, ref.name, ref.full_name = refs_pb2.REF_KIND_UNSPECIFIED, full_name, full_name
        for namespace, kind in _KINDS.items():
            if full_name.startswith(namespace):
                ref.kind, ref.name = kind, full_name.removeprefix(namespace)
    return ref
