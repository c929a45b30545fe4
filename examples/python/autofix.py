"""Proposes files of a working directory as a pull request with a label, such as what a formatter changed in a checkout.

usage: python autofix.py REPOSITORY_ID TITLE PATH ... [--base BRANCH] [--label LABEL] [--root DIRECTORY]

A path without a file is deleted. The same changes make one pull request, however often the program runs and wherever it
is interrupted. If somebody has closed it, none is opened again. The site is in SCM_GRPC_URL (default:
http://127.0.0.1:8800), the API key in SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import sys
from pathlib import Path

from sentry_scm_client import ScmClient, ScmError, errors
from sentry_scm_client.v1 import pull_requests_pb2 as pulls
from sentry_scm_client.v1 import refs_pb2 as refs

# One commit takes up to 100 actions, and BatchGetFiles as many paths.
MAX_PATHS = 100


def changes(scm: ScmClient, repository: int, base: str, paths: list[str], root: Path) -> list[refs.CommitAction]:
    """What makes the files of the base those of the working directory."""
    actions = []
    for path, result in zip(
        paths, scm.batch_get_files(repository_id=repository, ref=base, paths=paths).results, strict=True
    ):
        missing = result.error.reason == "PATH_NOT_FOUND"
        if result.HasField("error") and not missing:
            sys.exit(f"{path}: {result.error.message}")
        file = root / path
        if not file.exists():
            if not missing:
                actions.append(refs.CommitAction(kind=refs.COMMIT_ACTION_KIND_DELETE, path=path))
        elif missing or file.read_bytes() != result.file.content:
            kind = refs.COMMIT_ACTION_KIND_WRITE
            actions.append(refs.CommitAction(kind=kind, path=path, content=file.read_bytes()))
    return actions


def identity(actions: list[refs.CommitAction]) -> str:
    """The same for the same changes, whatever else happens on the base."""
    parts = [f"{action.kind} {len(action.content)} {action.path}\0".encode() + action.content for action in actions]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def proposed(
    scm: ScmClient, repository: int, title: str, base: str, actions: list[refs.CommitAction]
) -> pulls.PullRequest:
    """The pull request with these changes. Each step finds what an earlier run has made."""
    name = identity(actions)
    branch = f"autofix-{name}"
    for pull in scm.iter_pull_requests(repository_id=repository, head=branch):
        return pull
    with contextlib.suppress(errors.AlreadyExists):
        scm.create_branch(
            repository_id=repository, name=branch, ref=base, request_id=f"autofix-{repository}-{name}-branch"
        )
    if not scm.compare_commits(repository_id=repository, base=base, head=branch, page_size=1).commits:
        scm.create_commit(
            repository_id=repository,
            branch=branch,
            # Of two runs at the same time, one commits, and the other fails with HEAD_MOVED.
            expected_head_sha=scm.get_ref(repository_id=repository, ref=branch).commit_sha,
            message=title,
            actions=actions,
            request_id=f"autofix-{repository}-{name}-commit",
        )
    return scm.create_pull_request(
        repository_id=repository,
        title=title,
        body="These changes were made by a program.",
        head=branch,
        base=base,
        request_id=f"autofix-{repository}-{name}-pull",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Propose files of a working directory as a pull request.")
    parser.add_argument("repository", type=int, help="id of the repository")
    parser.add_argument("title")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--base", default="", metavar="BRANCH", help="default: the default branch")
    parser.add_argument("--label", default="autofix", help="default: autofix")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIRECTORY", help="default: this directory")
    args = parser.parse_args()
    if len(args.paths) > MAX_PATHS:
        parser.error(f"at most {MAX_PATHS} paths fit one commit")

    with ScmClient(
        os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800"), api_key=os.environ.get("SCM_GRPC_API_KEY")
    ) as scm:
        base = args.base or scm.get_ref(repository_id=args.repository).name
        actions = changes(scm, args.repository, base, args.paths, args.root)
        if not actions:
            print("There is nothing to fix.")
            return
        pull = proposed(scm, args.repository, args.title, base, actions)
        if pull.state == pulls.PULL_REQUEST_STATE_OPEN and args.label not in pull.labels:
            # Some providers have no labels.
            with contextlib.suppress(errors.Unimplemented):
                pull = scm.update_pull_request(
                    repository_id=args.repository,
                    number=pull.number,
                    labels=[*pull.labels, args.label],
                    update_mask=["labels"],
                )
    state = pulls.PullRequestState.Name(pull.state).removeprefix("PULL_REQUEST_STATE_").lower()
    print(f"#{pull.number} {pull.title} ({state}): {', '.join(pull.labels)} {pull.web_url}".rstrip())


if __name__ == "__main__":
    try:
        main()
    except ScmError as error:
        sys.exit(str(error))
