"""A repository, opened for one call: it resolves refs, and finds the entry at a path of a commit."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import pygit2
from pygit2.enums import ConfigLevel, FileMode, ObjectType, Option, RepositoryOpenFlag

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, NotFound
from sentry_scm_grpc.providers.git.links import full_names, may_be_ref
from sentry_scm_grpc.providers.git.objects import Entry, Objects
from sentry_scm_grpc.providers.git.places import Place
from sentry_scm_grpc.providers.git.process import Git, unreadable
from sentry_scm_grpc.providers.git.sites import BRANCH, COMMIT, TAG, Ref
from sentry_scm_grpc.providers.git.text import decode, path_spellings
from sentry_scm_grpc.rpc.budget import too_large
from sentry_scm_grpc.rpc.paging import page_gone
from sentry_scm_grpc.rpc.validation import MAX_REF_BYTES

log = logging.getLogger(__name__)

_SHA_PREFIX = re.compile(r"[0-9a-fA-F]{4,40}\Z")
# The start of a tag object.
_TAGGED = re.compile(rb"object ([0-9a-f]{40})\n")
_NAMESPACES = {"refs/heads/": BRANCH, "refs/tags/": TAG}
#: The most tags that may follow one another before a commit.
MAX_TAG_DEPTH = 50
#: The most symbolic refs that may follow one another. This is git's limit.
MAX_SYMBOLIC_DEPTH = 5
_CACHE_BYTES = 16 * 1024 * 1024

# Options of libgit2 for the process. Only a repository's own configuration counts. Its owner does not matter, because
# the roots decide what is served. The cache of objects and the mapped parts of packs are limited.
for _level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL, ConfigLevel.PROGRAMDATA):
    pygit2.settings.search_path[_level] = ""
pygit2.option(Option.SET_OWNER_VALIDATION, 0)
# Open partial clones too. An object that a clone lacks has an error of its own.
pygit2.settings.set_extensions(["partialclone"])
pygit2.settings.cache_max_size(_CACHE_BYTES)
pygit2.settings.mwindow_size = 4 * 1024 * 1024
pygit2.settings.mwindow_mapped_limit = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as the bytes of its object (git-cat-file(1)). libgit2 refuses some commits of old tools."""

    sha: str
    raw: bytes
    #: Whether ``raw`` is only the start of the object.
    cut: bool = False

    @property
    def tree_id(self) -> pygit2.Oid:
        return pygit2.Oid(hex=self.raw[5:45].decode())

    @property
    def first_parent(self) -> str:
        """A SHA. Empty for a root commit."""
        line = self.raw.split(b"\n", 2)[1]
        return line.removeprefix(b"parent ").decode() if line.startswith(b"parent ") else ""


class GitRepository:
    """Raises FailedPrecondition if libgit2 cannot open the repository."""

    def __init__(self, place: Place, git: Git, default_branch: str = "") -> None:
        self.place = place
        self.git = git
        self._default_branch = default_branch
        try:
            self.libgit2 = pygit2.Repository(place.git_dir, RepositoryOpenFlag.NO_SEARCH)
        except pygit2.GitError:
            log.warning("libgit2 cannot open %s", place.git_dir, exc_info=True)
            raise FailedPrecondition(
                "The repository has a format that the server cannot read, such as SHA-256 objects or reftables. Serve a"
                " clone in git's default format.",
                reason="REPOSITORY_FORMAT_UNSUPPORTED",
            ) from None
        self.objects = Objects(self.libgit2.odb, git)

    @cached_property
    def shallow(self) -> frozenset[str]:
        """The commits at which a shallow clone ends. git treats them as commits without parents."""
        try:
            with open(os.path.join(self.place.common_dir, "shallow"), encoding="ascii", errors="replace") as file:
                return frozenset(line.strip() for line in file)
        except OSError:
            return frozenset()

    def default_branch(self) -> str:
        """The branch that HEAD names, even without commits. "HEAD" if HEAD is detached."""
        if self._default_branch and self._exists(f"refs/heads/{self._default_branch}"):
            return self._default_branch
        head = self.libgit2.lookup_reference("HEAD").target
        return head.removeprefix("refs/heads/") if isinstance(head, str) else "HEAD"

    def commit(self, ref: str, field: str = "ref") -> Commit:
        """The commit of a ref, a SHA or the start of a SHA. An empty ref means the default branch.

        ``field`` is the name of the request's field. Raises NotFound (REPOSITORY_EMPTY, REF_NOT_FOUND) and
        InvalidArgument (AMBIGUOUS_SHA).
        """
        found = self.commit_if_any(ref, field)
        if found is None:
            raise NotFound(
                "The default branch has no commit yet. Push one, or name a branch with commits.",
                reason="REPOSITORY_EMPTY",
            )
        return found

    def commit_if_any(self, ref: str, field: str = "ref") -> Commit | None:
        """As ``commit``, but None for a default branch without a commit."""
        if not ref or ref == "HEAD":
            branch = self.default_branch() if not ref else "HEAD"
            if branch == "HEAD" or not self._exists(f"refs/heads/{branch}"):
                head = self.follow("HEAD")
                return None if head is None else self._peel(head[1], ref)
            ref = f"refs/heads/{branch}"
        return self._lookup(ref, field)

    def commit_of_page(self, sha: str) -> Commit:
        """The commit of a list's first page, for a later page. Raises FailedPrecondition (PAGE_GONE)."""
        if not self.objects.has(sha):
            raise page_gone()
        return self._peel(sha, sha)

    def full_name(self, ref: str) -> str:
        """The full name of a ref that exists, after symbolic refs are followed. Empty if it names a commit by its SHA.

        An empty ref means the default branch.
        """
        if len(ref) == 40 and _SHA_PREFIX.match(ref):
            return ""
        if not ref:
            branch = self.default_branch()
            ref = branch if branch == "HEAD" else f"refs/heads/{branch}"
        found = self.follow(ref) if ref == "HEAD" else self._find(ref)
        return "" if found is None or found[0] == "HEAD" else found[0]

    def ref(self, ref: str) -> Ref:
        """A request's ref in the form for addresses, even if it does not exist. Empty means the default branch."""
        ref = ref or self.default_branch()
        if ref == "HEAD" and (head := self.follow("HEAD")) is not None and head[0] == "HEAD":
            return Ref(COMMIT, head[1])
        if len(ref) == 40 and _SHA_PREFIX.match(ref):
            return Ref(COMMIT, ref)
        full = ref
        if not ref.startswith("refs/"):
            found = self._find(ref)
            if found is None:
                return Ref(COMMIT if _SHA_PREFIX.match(ref) else BRANCH, ref)
            full = found[0]
        for namespace, kind in _NAMESPACES.items():
            if full.startswith(namespace):
                return Ref(kind, full.removeprefix(namespace))
        return Ref(BRANCH, ref)

    def longest_ref(self, names: Sequence[str], kinds: Sequence[str]) -> int:
        """How many of these names, joined by slashes, form the longest ref of these kinds. 0 if there is none.

        The contract limits the length of a ref, so longer ones are not tried.
        """
        longest, ref = 0, ""
        for count, name in enumerate(names, start=1):
            ref = f"{ref}/{name}" if ref else name
            if len(ref.encode()) > MAX_REF_BYTES:
                break
            self.git.budget.check()
            if any(self._has(namespace + ref) for namespace, kind in _NAMESPACES.items() if kind in kinds):
                longest = count
        return longest

    def _has(self, name: str) -> bool:
        try:
            return self._exists(name)
        except ValueError:  # The name is not valid for a ref.
            return False

    def likely_path(self, path: str, ref: str) -> bytes:
        """The exact path at a ref. If nothing is there, it is the bytes that responses would show as this path."""
        text, *others = path_spellings(path)
        try:
            commit = self.commit_if_any(ref) if others else None
            found = None if commit is None else self.entry(commit, path)
        except (NotFound, InvalidArgument, FailedPrecondition):
            found = None
        if found is not None:
            return found[0]
        return next((raw for raw in others if decode(raw).encode() == text), text)

    def _lookup(self, ref: str, field: str) -> Commit:
        if len(ref) == 40 and _SHA_PREFIX.match(ref):
            if not self.objects.has(ref):
                raise _no_such(ref)
            return self._peel(ref.lower(), ref)
        found = self._find(ref)
        if found is not None:
            return self._peel(found[1], ref)
        if _SHA_PREFIX.match(ref):
            return self._by_prefix(ref, field)
        raise _no_such(ref)

    def _find(self, ref: str) -> tuple[str, str] | None:
        """The full name and the SHA of a ref, or None."""
        self._check_ref(ref)
        return next(filter(None, map(self.follow, full_names(ref))), None)

    def _check_ref(self, name: str) -> None:
        """Raises Unavailable if libgit2 would open something that is not a ref of the repository."""
        if not may_be_ref(name, self.place.git_dir, self.place.common_dir):
            log.warning("%s has no ordinary file for the ref %r", self.place.git_dir, name)
            raise unreadable()

    def _exists(self, name: str) -> bool:
        self._check_ref(name)
        return name in self.libgit2.references

    def follow(self, name: str) -> tuple[str, str] | None:
        """The last name and the SHA of a ref, after symbolic refs are followed. None if there is no SHA yet."""
        for _ in range(MAX_SYMBOLIC_DEPTH + 1):
            self._check_ref(name)
            try:
                # Not lookup_reference_dwim() or resolve(): they open the target of a symbolic ref without a check.
                target = self.libgit2.lookup_reference(name).target
            except (KeyError, ValueError, pygit2.GitError):
                return None
            if not isinstance(target, str):
                return name, str(target)
            name = target
        return None

    def symbolic_target(self, name: str) -> str:
        """The name to which a symbolic ref points, whether that one exists or not. Empty for any other ref."""
        self._check_ref(name)
        try:
            target = self.libgit2.lookup_reference(name).target
        except (KeyError, ValueError, pygit2.GitError):
            return ""
        return target if isinstance(target, str) else ""

    def _by_prefix(self, prefix: str, field: str) -> Commit:
        # libgit2 reports a prefix as ambiguous if a commit shares it with a file. git's list shows which are commits.
        _, output = self.git.run("rev-parse", f"--disambiguate={prefix}")
        found = {commit.sha: commit for sha in output.decode().split() if (commit := self.peeled(sha)) is not None}
        if not found:
            raise _no_such(prefix)
        if len(found) > 1:
            raise InvalidArgument.of(
                (field, f"{prefix} is the start of {len(found)} commits; add more digits"),
                reason="AMBIGUOUS_SHA",
            )
        return next(iter(found.values()))

    def _peel(self, sha: str, ref: str) -> Commit:
        found = self.peeled(sha)
        if found is None:
            raise NotFound(
                f"{ref!r} is not a commit. Give the SHA of a commit, a branch or a tag.",
                reason="REF_NOT_FOUND",
                metadata={"ref": ref},
            )
        return found

    def peeled(self, sha: str) -> Commit | None:
        """The commit of an object, which may be a tag that points to a commit. None if it is neither."""
        # Check the type first, because a file may be larger than the memory.
        depth = 0
        while (type := self.objects.header(sha)[0]) == ObjectType.TAG:
            if (depth := depth + 1) > MAX_TAG_DEPTH:
                raise too_large("tags of tags", MAX_TAG_DEPTH, "tags in a row")
            self.git.budget.check()
            named = _TAGGED.match(self.objects.start(sha)[1])
            if named is None:
                raise unreadable()
            sha = named[1].decode()
        if type != ObjectType.COMMIT:
            return None
        raw = self.objects.start(sha)[1]
        return Commit(sha, raw, len(raw) < self.objects.header(sha)[1])

    def first_parent(self, commit: Commit) -> Commit | None:
        """None for a root commit, and at the end of a shallow clone."""
        sha = commit.first_parent
        return self.peeled(sha) if sha and commit.sha not in self.shallow else None

    def entry(self, commit: Commit, path: str) -> tuple[bytes, Entry] | None:
        """The exact path and the entry at a commit: a file, a directory or a submodule. None if there is no entry."""
        for raw in path_spellings(path):
            found: Entry | None = Entry(commit.tree_id, FileMode.TREE)
            for name in raw.split(b"/") if raw else ():
                self.git.budget.check()
                found = self._child(found, name)
                if found is None:
                    break
            if found is not None:
                return raw, found
        return None

    def _child(self, directory: Entry | None, name: bytes) -> Entry | None:
        if directory is None or directory.mode != FileMode.TREE:
            return None
        entries = self.objects.raw_entries(directory.id, name)
        return next((Entry.of(mode, id) for mode, found, id in entries if found == name), None)

    def file(self, commit: Commit, path: str) -> tuple[bytes, Entry]:
        """The exact path, and the file or symbolic link there. Raises NotFound, FailedPrecondition (NOT_A_FILE)."""
        found = self.entry(commit, path)
        if found is None:
            raise path_not_found(commit, path)
        if not found[1].is_file:
            kind = "a submodule" if found[1].mode == FileMode.COMMIT else "a directory"
            raise FailedPrecondition(f"{path!r} is {kind}. Name a file; ListTree lists them.", reason="NOT_A_FILE")
        return found

    def has_regular_file(self, commit: Commit, path: str) -> bool:
        """Whether there is a file that is not a symbolic link."""
        found = self.entry(commit, path)
        return found is not None and found[1].mode in (FileMode.BLOB, FileMode.BLOB_EXECUTABLE)

    def size(self, file: Entry) -> int:
        """The size of a file in bytes, without reading it."""
        return self.objects.header(file.id)[1]


@contextmanager
def opened(place: Place, git: Git, default_branch: str) -> Iterator[GitRepository]:
    """Opens the repository and closes it afterwards. Raises Unavailable if libgit2 cannot read something."""
    repository = GitRepository(place, git, default_branch)
    try:
        yield repository
    except (pygit2.GitError, KeyError, OSError, UnicodeError):
        log.warning("Cannot read %s", place.git_dir, exc_info=True)
        raise unreadable() from None
    finally:
        repository.libgit2.free()


def path_not_found(commit: Commit, path: str) -> NotFound:
    return NotFound(
        f"There is no {path!r} at {commit.sha[:12]}. Check the path, including its case, and the ref.",
        reason="PATH_NOT_FOUND",
    )


def _no_such(ref: str) -> NotFound:
    return NotFound(
        f"There is no branch, tag or commit {ref!r} in the repository. ListBranches and ListTags list the names.",
        reason="REF_NOT_FOUND",
        metadata={"ref": ref},
    )
