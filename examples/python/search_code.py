"""Searches the code of all repositories of an organization, many at a time.

usage: python search_code.py QUERY [--organization ID] [--path PATH] [--max COUNT]

The site is in SCM_GRPC_URL (default: http://127.0.0.1:8800), the API key in SCM_GRPC_API_KEY.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from sentry_scm_client import AsyncScmClient, ScmError, errors
from sentry_scm_client.v1 import scm_pb2

# Providers limit searches, so few at a time.
AT_A_TIME = 4


async def search(scm: AsyncScmClient, repository: scm_pb2.Repository, args: argparse.Namespace) -> list[str]:
    found: list[str] = []
    matches = scm.iter_search_code(repository_id=repository.id, query=args.query, path=args.path)
    try:
        async for match in matches:
            found.append(f"{repository.name}/{match.path}:{match.line_number}: {match.line.strip()}")
            if len(found) == args.max:
                break
    except (errors.Unimplemented, errors.FailedPrecondition) as error:
        # One provider that cannot search, or is not connected, is no reason to give up on the others.
        print(f"{repository.name}: {error.message}", file=sys.stderr)
    return found


async def main() -> int:
    parser = argparse.ArgumentParser(description="Searches the code of all repositories of an organization.")
    parser.add_argument("query")
    parser.add_argument("--organization", type=int, default=1, metavar="ID", help="default: 1")
    parser.add_argument("--path", default="", help="only in this file or directory")
    parser.add_argument("--max", type=int, default=50, metavar="COUNT", help="the most in a repository; default: 50")
    args = parser.parse_args()

    free = asyncio.Semaphore(AT_A_TIME)

    async def in_turn(repository: scm_pb2.Repository) -> list[str]:
        async with free:
            return await search(scm, repository, args)

    url = os.environ.get("SCM_GRPC_URL", "http://127.0.0.1:8800")
    async with AsyncScmClient(url, api_key=os.environ.get("SCM_GRPC_API_KEY")) as scm:
        repositories = [repository async for repository in scm.iter_repositories(organization_id=args.organization)]
        results = await asyncio.gather(*map(in_turn, repositories))
    for line in (line for lines in results for line in lines):
        print(line)
    return 0 if any(results) else 1


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except ScmError as error:
        sys.exit(str(error))
