"""Indexes a repository: which identifiers are in which file. A second run reads only the files that have changed.

usage: python indexer.py REPOSITORY_ID INDEX.json [--ref REF]

The site is in SCM_GRPC_URL (default: http://127.0.0.1:8800), the API key in SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from sentry_scm_client import ScmClient, ScmError
from sentry_scm_client.v1 import scm_pb2

IDENTIFIER = re.compile(r"[A-Za-z_]\w{2,}")
# Larger files are seldom written by people.
MAX_FILE = 512 * 1024
# One call of BatchGetFiles takes up to so many paths, and returns up to so many bytes.
MAX_PATHS, MAX_BYTES = 100, 3 * 1024 * 1024


def wanted(entry: scm_pb2.TreeEntry) -> bool:
    is_file = entry.kind in (scm_pb2.TREE_ENTRY_KIND_FILE, scm_pb2.TREE_ENTRY_KIND_EXECUTABLE)
    return is_file and not entry.raw_path and entry.size_bytes <= MAX_FILE


def batch_of(entries: list[scm_pb2.TreeEntry]) -> list[scm_pb2.TreeEntry]:
    """The first entries, so many that one call should return them."""
    batch: list[scm_pb2.TreeEntry] = []
    size = 0
    for entry in entries[:MAX_PATHS]:
        size += entry.size_bytes
        if batch and size > MAX_BYTES:
            break
        batch.append(entry)
    return batch


def words(content: bytes) -> list[str]:
    """Of a text; none of a binary file."""
    return [] if b"\0" in content else sorted(set(IDENTIFIER.findall(content.decode(errors="replace"))))


def main() -> None:
    parser = argparse.ArgumentParser(description="Index which identifiers are in which file of a repository.")
    parser.add_argument("repository", type=int, help="id of the repository")
    parser.add_argument("index", type=Path, help="the file with the index; it is made or brought up to date")
    parser.add_argument("--ref", default="", help="the branch, tag or SHA; default: the default branch")
    args = parser.parse_args()

    known: dict[str, Any] = json.loads(args.index.read_text())["files"] if args.index.exists() else {}
    files: dict[str, Any] = {}
    changed: list[scm_pb2.TreeEntry] = []
    with ScmClient(
        os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800"), api_key=os.environ.get("SCM_GRPC_API_KEY")
    ) as scm:
        # All further calls name the commit, so a push in between changes nothing.
        commit = scm.get_ref(repository_id=args.repository, ref=args.ref).commit_sha
        for entry in filter(wanted, scm.stream_tree(repository_id=args.repository, ref=commit)):
            old = known.get(entry.path)
            if old and entry.sha and old["sha"] == entry.sha:
                files[entry.path] = old
            else:
                changed.append(entry)
        left = list(changed)
        while left:
            batch = batch_of(left)
            left = left[len(batch) :]
            paths = [entry.path for entry in batch]
            answer = scm.batch_get_files(repository_id=args.repository, ref=commit, paths=paths)
            for entry, result in zip(batch, answer.results, strict=True):
                # Where the provider tells no sizes, a batch may be too large.
                if result.error.reason == "BATCH_FULL":
                    left.append(entry)
                elif result.HasField("error"):
                    print(f"{entry.path}: {result.error.message}", file=sys.stderr)
                else:
                    files[entry.path] = {"sha": entry.sha, "words": words(result.file.content)}

    # The old index is there until the new one is whole.
    part = args.index.with_suffix(".part")
    part.write_text(json.dumps({"commit": commit, "files": files}, indent=1, sort_keys=True))
    part.replace(args.index)
    print(f"{commit[:8]}: {len(files)} files indexed, {len(changed)} read")


if __name__ == "__main__":
    try:
        main()
    except ScmError as error:
        sys.exit(str(error))
