"""One session with ``scm mcp`` over standard input and output, by the SDK's own client.

usage: session.py OPTIONS..., with what to ask on standard input, one JSON value a line, such as ``["tools"]``,
``["templates"]``, ``["read", URI]`` or a call, ``[TOOL, ARGUMENTS]``. Prints one JSON value for each.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError


async def main() -> None:
    module = os.environ.get("SCM_COMMAND", "sentry_scm_grpc.client.command")
    command = ["-m", module, "mcp", *sys.argv[1:]]
    environment = {name: value for name, value in os.environ.items() if name.startswith(("SCM_GRPC_", "PYTHON"))}
    server = StdioServerParameters(command=sys.executable, args=command, env=environment)
    async with Client(server) as client:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await answer(client, *json.loads(line))), flush=True)


async def answer(client: Client, what: str, given: Any = None) -> Any:
    try:
        if what == "tools":
            return (await client.list_tools()).model_dump(mode="json", by_alias=True)["tools"]
        if what == "templates":
            return (await client.list_resource_templates()).model_dump(mode="json", by_alias=True)["resourceTemplates"]
        if what == "read":
            return (await client.read_resource(given)).model_dump(mode="json", by_alias=True)["contents"]
        result = await client.call_tool(what, given)
        (content,) = result.content
        assert json.loads(content.text) == result.structured_content
        return {"failed": result.is_error, **result.structured_content}
    except MCPError as error:
        return {"code": error.code, "error": error.message}


asyncio.run(main())
