"""Waits for the checks of a commit or of a pull request: exits with 0 if they pass, 1 if not, 2 if it takes too long.

usage: python gate.py REPOSITORY_ID (COMMIT | --pull-request NUMBER) [--require NAME ...] [--timeout SECONDS]

If they do not pass, it prints those that failed, and the end of the log of a job that failed. An error, such as a
credential that is not accepted, also exits with 1. The site is in SCM_GRPC_URL (default: http://127.0.0.1:8800), the
API key in SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import sys
import time
from collections.abc import Iterator

from sentry_scm_client import ScmClient, ScmError, errors
from sentry_scm_client.v1 import checks_pb2 as checks

# Nothing is reported yet, or something still runs.
WAITING = (checks.CHECK_STATE_UNSPECIFIED, checks.CHECK_STATE_PENDING, checks.CHECK_STATE_RUNNING)
FAILED = (checks.CHECK_STATE_FAILURE, checks.CHECK_STATE_ERROR, checks.CHECK_STATE_CANCELLED)
# In seconds. Each pause is longer than the one before by half.
LONGEST_PAUSE = 60.0
LOG_LINES, LOG_BYTES = 20, 8192
TERMINAL_CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def word(state: checks.CheckState.ValueType) -> str:
    return checks.CheckState.Name(state).removeprefix("CHECK_STATE_").lower()


def current(scm: ScmClient, repository: int, commit: str, number: int) -> tuple[str, checks.CheckRollup]:
    """The commit, and one state for everything that is reported on it."""
    if not number:
        page = scm.list_commit_statuses(repository_id=repository, commit_sha=commit)
        return page.commit_sha, page.rollup
    (status,) = scm.batch_get_pull_request_status(repository_id=repository, numbers=[number]).statuses
    if status.HasField("error"):
        sys.exit(status.error.message)
    return status.head_sha, status.checks


def reported(scm: ScmClient, repository: int, sha: str) -> Iterator[tuple[str, checks.CheckState.ValueType, str]]:
    """The name, the state and a line about everything that is reported on a commit."""
    for status in scm.iter_commit_statuses(repository_id=repository, commit_sha=sha):
        if not status.allowed_to_fail:
            yield status.key, status.state, f"{status.summary} {status.url}"
    # Some providers have no check runs.
    with contextlib.suppress(errors.Unimplemented):
        for run in scm.iter_check_runs(repository_id=repository, commit_sha=sha):
            yield run.name, run.state, f"{run.title} {run.url}"


def failed_log(scm: ScmClient, repository: int, sha: str) -> Iterator[str]:
    """The end of the log of a failed job. Nothing if the provider runs no CI of its own, or has no such log."""
    with contextlib.suppress(errors.Unimplemented, errors.NotFound, errors.FailedPrecondition):
        for pipeline in scm.iter_pipelines(repository_id=repository, commit_sha=sha):
            if pipeline.state not in FAILED:
                continue
            for job in scm.iter_pipeline_jobs(repository_id=repository, pipeline_id=pipeline.id):
                if job.state not in FAILED or job.allowed_to_fail:
                    continue
                end = b""
                for piece in scm.stream_job_log(repository_id=repository, job_id=job.id):
                    end = (end + piece.data)[-LOG_BYTES:]
                text = TERMINAL_CODE.sub("", end.decode(errors="replace"))
                yield f"\nThe job {job.name} ends with:"
                for line in text.splitlines()[-LOG_LINES:]:
                    yield "  " + "".join(letter for letter in line if letter.isprintable() or letter == "\t")
                return


def waits_for(scm: ScmClient, repository: int, sha: str, state: checks.CheckState.ValueType, required: set[str]) -> str:
    """What the gate has to wait for. Empty if the checks have ended."""
    if state in WAITING:
        return word(state)
    if state == checks.CHECK_STATE_SUCCESS and required:
        missing = required - {name for name, _, _ in reported(scm, repository, sha)}
        return f"not reported yet: {', '.join(sorted(missing))}" if missing else ""
    return ""


def ended(scm: ScmClient, args: argparse.Namespace) -> tuple[str, checks.CheckRollup]:
    """Waits until the checks have ended. Exits if that takes too long."""
    end, pause = time.monotonic() + args.timeout, args.pause
    while True:
        wait = pause
        try:
            sha, rollup = current(scm, args.repository, args.commit, args.pull_request)
            missing = waits_for(scm, args.repository, sha, rollup.state, set(args.require))
            if not missing:
                return sha, rollup
            print(f"{sha[:8]}: {missing}", file=sys.stderr)
        except (errors.Unavailable, errors.DeadlineExceeded, errors.ResourceExhausted) as error:
            # The client has repeated the call already. The provider or the site may want a longer pause.
            wait = max(pause, error.retry_after or 0)
            print(error, file=sys.stderr)
        if time.monotonic() + wait > end:
            print("The time is up.", file=sys.stderr)
            sys.exit(2)
        # A little longer for each, so that many gates do not return at once.
        time.sleep(wait * random.uniform(1, 1.1))
        pause = min(pause * 1.5, LONGEST_PAUSE)


def main() -> None:
    parser = argparse.ArgumentParser(description="Wait for the checks of a commit or of a pull request.")
    parser.add_argument("repository", type=int, help="id of the repository")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("commit", nargs="?", default="", help="a SHA, a branch or a tag")
    what.add_argument("--pull-request", type=int, default=0, metavar="NUMBER")
    parser.add_argument("--require", action="append", default=[], metavar="NAME", help="wait until it is reported")
    parser.add_argument("--timeout", type=float, default=3600, metavar="SECONDS", help="default: 3600")
    parser.add_argument("--pause", type=float, default=5, metavar="SECONDS", help="the first pause; default: 5")
    args = parser.parse_args()

    with ScmClient(
        os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800"), api_key=os.environ.get("SCM_GRPC_API_KEY")
    ) as scm:
        sha, rollup = ended(scm, args)
        passed = rollup.state == checks.CHECK_STATE_SUCCESS
        print(f"{sha[:8]}: {word(rollup.state)}")
        if passed and rollup.incomplete:
            sys.exit(f"Not everything that is reported could be read ({rollup.incomplete_reason}).")
        if passed:
            return
        for name, state, about in reported(scm, args.repository, sha):
            if state in FAILED:
                print(f"- {name}: {word(state)} {about}".rstrip())
        for line in failed_log(scm, args.repository, sha):
            print(line)
    sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except ScmError as error:
        sys.exit(str(error))
