"""Serves the tools of ``scm mcp`` over HTTP, at /mcp of a port: the conformance suite speaks nothing else.

usage: over_http.py URL PORT, with SCM_GRPC_API_KEY in the environment.
"""

from __future__ import annotations

import asyncio
import os
import sys

import uvicorn

from sentry_scm_grpc.client.aio import AsyncScmClient
from sentry_scm_grpc.client.mcp_server import ScmTools


async def main(url: str, port: str) -> None:
    key = os.environ["SCM_GRPC_API_KEY"]
    async with AsyncScmClient(url, api_key=key) as client:
        tools = ScmTools(client, writes=False, limit=60_000, secrets=(key,))
        await uvicorn.Server(
            uvicorn.Config(tools.server().streamable_http_app(), port=int(port), log_level="warning")
        ).serve()


asyncio.run(main(*sys.argv[1:]))
