"""Comments on the lines that a pull request adds with what a linter says about them. It says nothing twice.

usage: ruff check --output-format concise | python review_bot.py REPOSITORY_ID NUMBER

It reads lines such as "src/app.py:12:5: F401 unused import" or "src/app.py:12: ...", which most linters print for the
head of the pull request. The site is in SCM_GRPC_URL (default: http://127.0.0.1:8800), the API key in SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sentry_scm_client import ScmClient, ScmError
from sentry_scm_client.v1 import pull_requests_pb2 as pulls

FINDING = re.compile(r"(?:\./)?(?P<path>[^\s:][^:]*):(?P<line>\d+)(?::\d+)?:\s*(?P<message>\S.*)")
HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)")
# Each comment ends with the mark of its finding.
MARK = re.compile(r"\(finding ([0-9a-f]{12})\)")
# One review takes up to 100 comments.
MAX_COMMENTS = 100


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    message: str
    mark: str


def added_lines(hunks: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that hunks add, by their numbers after the change."""
    number = 0
    for line in hunks.split(b"\n"):
        if hunk := HUNK.match(line):
            number = int(hunk[1])
        elif line.startswith(b"+"):
            yield number, line[1:]
            number += 1
        elif line.startswith(b" "):
            number += 1


def findings(text: str, added: dict[tuple[str, int], bytes]) -> Iterator[Finding]:
    """What is said about added lines.

    The mark has neither the number of the line nor the commit, so a finding keeps it when lines above it change.
    """
    seen: Counter[tuple[str, bytes, str]] = Counter()
    for found in map(FINDING.fullmatch, text.splitlines()):
        if found is None or (code := added.get((found["path"], int(found["line"])))) is None:
            continue
        same = found["path"], code.strip(), found["message"]
        seen[same] += 1
        parts = (same[0].encode(), same[1], same[2].encode(), str(seen[same]).encode())
        mark = hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
        yield Finding(found["path"], int(found["line"]), found["message"], mark)


def main() -> None:
    parser = argparse.ArgumentParser(description="Comment on the lines of a pull request, once for each finding.")
    parser.add_argument("repository", type=int, help="id of the repository")
    parser.add_argument("number", type=int, help="number of the pull request")
    args = parser.parse_args()

    text = sys.stdin.read()
    which = {"repository_id": args.repository, "number": args.number}
    with ScmClient(
        os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800"), api_key=os.environ.get("SCM_GRPC_API_KEY")
    ) as scm:
        head = scm.get_pull_request(**which).head.commit_sha
        added: dict[tuple[str, int], bytes] = {}
        for diff in scm.stream_pull_request_diff(**which):
            added |= {(diff.change.path, number): line for number, line in added_lines(diff.hunks)}
            if diff.truncated:
                print(f"{diff.change.path}: only a part of its diff is known", file=sys.stderr)
        said = {
            mark
            for thread in scm.iter_review_threads(**which)
            for comment in thread.comments
            for mark in MARK.findall(comment.body)
        }
        new = [finding for finding in findings(text, added) if finding.mark not in said]
        review = new[:MAX_COMMENTS]
        if review:
            marks = "".join(sorted(finding.mark for finding in review))
            same = f"{args.repository} {args.number} {head} {marks}"
            scm.create_review(
                **which,
                state=pulls.REVIEW_STATE_COMMENTED,
                # If somebody pushes meanwhile, the lines may be others: the call fails with HEAD_MOVED.
                expected_head_sha=head,
                comments=[
                    {
                        "position": {"path": found.path, "side": pulls.DIFF_SIDE_HEAD, "line": found.line},
                        "body": f"{found.message}\n\n(finding {found.mark})",
                    }
                    for found in review
                ],
                # A run that was killed, or runs twice at the same time, makes the same review.
                request_id=f"review-bot-{hashlib.sha256(same.encode()).hexdigest()[:40]}",
            )
    for found in review:
        print(f"{found.path}:{found.line}: {found.message}")
    print(f"{len(review)} of {len(new)} new findings are commented on")


if __name__ == "__main__":
    try:
        main()
    except ScmError as error:
        sys.exit(str(error))
