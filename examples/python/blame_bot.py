"""Whom to ask about a failure or a change: reads a stack trace or a diff, blames its lines, names people.

usage: python blame_bot.py REPOSITORY_ID [--ref REF] [--strip PREFIX] < TRACE_OR_DIFF

The site is in SCM_GRPC_URL (default: http://127.0.0.1:8800), the API key in SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator

from sentry_scm_client import ScmClient, ScmError
from sentry_scm_client.v1 import scm_pb2

# Python's frames, then those of languages that write path:line.
FRAME = re.compile(r'File "(?P<python>[^"]+)", line (?P<line>\d+)|(?P<path>[\w@./-]+\.\w+):(?P<number>\d+)')
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? ")


def lines_of_trace(text: str) -> Iterator[tuple[str, int]]:
    for frame in FRAME.finditer(text):
        yield frame["python"] or frame["path"], int(frame["line"] or frame["number"])


def lines_of_diff(text: str) -> Iterator[tuple[str, int]]:
    """The lines that the diff takes away or replaces, by their numbers before it."""
    path, number, left = "", 0, 0
    for line in text.splitlines():
        if left and line[:1] in ("-", " "):
            if line[0] == "-":
                yield path, number
            number, left = number + 1, left - 1
        elif line.startswith("--- "):
            path = line.removeprefix("--- ").removeprefix("a/").partition("\t")[0]
        elif hunk := HUNK.match(line):
            number, left = int(hunk[1]), int(hunk[2] or 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Whom to ask about a stack trace or a diff, read from standard input.")
    parser.add_argument("repository", type=int, help="id of the repository")
    parser.add_argument("--ref", default="HEAD", help="what runs, or what the diff is against; default: HEAD")
    parser.add_argument("--strip", default="", help="what the paths of the trace have before those of the repository")
    args = parser.parse_args()

    text = sys.stdin.read()
    found = lines_of_diff(text) if re.search(r"^--- ", text, re.MULTILINE) else lines_of_trace(text)
    wanted = dict.fromkeys((path.removeprefix(args.strip).lstrip("/"), number) for path, number in found)
    if not wanted:
        sys.exit("The input must be a stack trace with lines of code, or a diff that changes or deletes a line.")
    lines = [scm_pb2.SourceLine(commit_sha=args.ref, filepath=path, line_number=n) for path, n in wanted]

    with ScmClient(
        os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800"), api_key=os.environ.get("SCM_GRPC_API_KEY")
    ) as scm:
        # One call of the service takes up to 1000 lines.
        answer = scm.batch_get_commit_context(repository_id=args.repository, lines=lines[:1000])

    people: dict[str, list[scm_pb2.CommitContext]] = defaultdict(list)
    for line, result in zip(lines, answer.results, strict=False):
        if result.HasField("error"):
            print(f"{line.filepath}:{line.line_number}: {result.error.message}", file=sys.stderr)
        else:
            author = result.context.blame_author
            people[f"{author.name} <{author.email}>"].append(result.context)
    for person, contexts in sorted(people.items(), key=lambda item: -len(item[1])):
        print(f"{person} wrote {len(contexts)} of {len(lines)} lines")
        for context in contexts:
            subject = context.message.partition("\n")[0]
            print(f"  {context.filename}:{context.line_number}  {context.blame_commit_id[:8]} {subject}")


if __name__ == "__main__":
    try:
        main()
    except ScmError as error:
        sys.exit(str(error))
