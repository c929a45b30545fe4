"""Whom to ask about a failure: reads a stack trace, finds its frames in your repositories, names people and owners.

usage: python whom_to_ask.py PROJECT_ID [--version REF] < TRACE

The project needs code mappings. The site is in SCM_GRPC_URL (default: http://127.0.0.1:8800), the API key in
SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import os
import re
import sys

from sentry_scm_client import ScmClient, ScmError
from sentry_scm_client.v1 import lookup_pb2

# Python's frames, Java's, and those of languages that write path:line.
FRAME = re.compile(
    r'File "(?P<python>[^"]+)", line (?P<python_line>\d+)'
    r"|at (?P<module>[\w.$/]+)\.[\w$<>]+\((?P<file>[\w.$]+\.\w+):(?P<file_line>\d+)\)"
    r"|(?P<path>(?:\w+:/{2,3})?[\w@.~/\\-]+\.\w+):(?P<line>\d+)"
)


def frame_of(found: re.Match[str]) -> lookup_pb2.StackFrame:
    return lookup_pb2.StackFrame(
        path=found["python"] or found["file"] or found["path"],
        module=found["module"] or "",
        line_number=int(found["python_line"] or found["file_line"] or found["line"]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Whom to ask about a stack trace, read from standard input.")
    parser.add_argument("project", type=int, help="id of the project from which the stack trace comes")
    parser.add_argument("--version", default="", help="the branch, tag or SHA that was running")
    args = parser.parse_args()

    text = sys.stdin.read()
    # Python writes the frame that failed last, most others write it first. One call takes 100 frames.
    newest_first = 'File "' not in text
    frames = [frame_of(found) for found in FRAME.finditer(text)]
    frames = frames[:100] if newest_first else frames[-100:]
    if not frames:
        sys.exit("There is no frame in what was read.")

    with ScmClient(
        os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800"), api_key=os.environ.get("SCM_GRPC_API_KEY")
    ) as scm:
        answer = scm.resolve_frames(
            project_id=args.project, version=args.version, frames=frames, newest_first=newest_first
        )

    for asked, frame in zip(frames, answer.frames, strict=True):
        if frame.reason:
            print(f"{asked.path}:{asked.line_number}: {frame.message}", file=sys.stderr)
            continue
        author = frame.blame.blame_author
        person = f"{author.name} <{author.email}>" if frame.HasField("blame") else frame.blame_error.message
        owners = f", owned by {' '.join(frame.owners.owners)}" if frame.owners.owners else ""
        mark = "ask first" if frame.topmost_own else "then"
        print(f"{mark}: {person} about {frame.path}:{asked.line_number}{owners}")


if __name__ == "__main__":
    try:
        main()
    except ScmError as error:
        sys.exit(str(error))
