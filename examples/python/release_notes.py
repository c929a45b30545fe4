"""Release notes between two tags: the commits by kind, who wrote them, and how much changed, as Markdown.

usage: python release_notes.py REPOSITORY_ID OLD_TAG NEW_TAG

The site is in SCM_GRPC_URL (default: http://127.0.0.1:8800), the API key in SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from sentry_scm_client import ScmClient, ScmError

# Subjects of Conventional Commits, and those that begin with the same words.
KINDS = {"Features": re.compile(r"(feat|add)\b", re.IGNORECASE), "Fixes": re.compile(r"fix", re.IGNORECASE)}


def pages(call: Callable[..., Any], **fields: Any) -> Iterator[Any]:
    """All pages of a list; says so if the list is cut."""
    token = ""
    while True:
        page = call(**fields, page_size=1000, page_token=token)
        yield page
        token = page.next_page_token
        if not token:
            break
    if page.incomplete:
        print(f"The provider returned only a part of the list ({page.incomplete_reason}).", file=sys.stderr)


def kind(subject: str) -> str:
    return next((name for name, pattern in KINDS.items() if pattern.match(subject)), "Other changes")


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Release notes between two tags.")
    parser.add_argument("repository", type=int, help="id of the repository")
    parser.add_argument("old", help="the tag of the release before")
    parser.add_argument("new", help="the tag of the release")
    args = parser.parse_args()

    between = {"repository_id": args.repository, "base": args.old, "head": args.new}
    with ScmClient(
        os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800"), api_key=os.environ.get("SCM_GRPC_API_KEY")
    ) as scm:
        commits = [commit for page in pages(scm.compare_commits, **between) for commit in page.commits]
        files = [change for page in pages(scm.list_compared_files, **between) for change in page.file_changes]

    lines: dict[str, list[str]] = defaultdict(list)
    # A merge commit brings in commits that are in the list themselves.
    for commit in (commit for commit in commits if len(commit.parent_keys) < 2):
        subject = commit.message.partition("\n")[0]
        lines[kind(subject)].append(f"- {subject} ({commit.key[:8]}, {commit.author.name})")

    people = sorted({commit.author.name for commit in commits})
    added, deleted = sum(change.additions for change in files), sum(change.deletions for change in files)
    print(f"# {args.new}\n\n{count(len(commits), 'commit')} since {args.old}, by {', '.join(people) or 'nobody'}.")
    print(f"{count(len(files), 'file')} changed, {count(added, 'line')} added, {count(deleted, 'line')} deleted.")
    for name in [*KINDS, "Other changes"]:
        if lines[name]:
            print(f"\n## {name}\n")
            print("\n".join(lines[name]))


if __name__ == "__main__":
    try:
        main()
    except ScmError as error:
        sys.exit(str(error))
