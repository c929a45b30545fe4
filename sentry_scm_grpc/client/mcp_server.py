"""A server of the Model Context Protocol: each RPC of a site is a tool, each file of its repositories a resource.

It speaks over standard input and output (modelcontextprotocol.io), by the official SDK, which the extra ``mcp`` brings.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
import sys
from base64 import b64encode
from contextlib import aclosing
from typing import Any
from urllib.parse import unquote

import mcp_types as types
from google.protobuf.descriptor_pb2 import MethodOptions
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from sentry_scm_grpc import __version__
from sentry_scm_grpc.client.aio import AsyncScmClient
from sentry_scm_grpc.client.described import contract, words
from sentry_scm_grpc.client.errors import ScmError
from sentry_scm_grpc.client.mcp_answers import bounded, readable, size_of
from sentry_scm_grpc.client.mcp_schemas import request_schema
from sentry_scm_grpc.client.requests import request_from_json
from sentry_scm_grpc.rpc.policy import RPCS, Rpc

FILES = "scm://repositories/{repository_id}/files/{ref}/{+path}"
_FILE = re.compile(r"scm://repositories/([1-9][0-9]{0,18})/files/([^/?#]+)/([^?#]+)\Z")
ABOUT = (
    "Reads source code through the integrations of a Sentry: repositories, commits, blame, files and more. Begin with"
    " list_repositories: other tools take a repository_id. A file is also a resource, {files} with each part"
    " percent-encoded; the ref may be HEAD. If an answer has a next_page_token, call again with it as page_token"
    " to read on. An answer that has _cut is not complete. Bytes that are text are in a field whose name ends in _text."
)
PAGE_OF_STREAM = 100
# Of a stream. The contract's own page_size says the same of a list.
_OF_STREAM = {
    "page_size": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
        "description": f"The most messages of the stream to return. The default is {PAGE_OF_STREAM}.",
    },
    "page_token": {
        "type": "string",
        "pattern": "^[0-9]{1,9}$",
        "description": "The next_page_token of the page before. The stream is read again, up to what follows.",
    },
}
#: RPCs that add and take nothing away.
_ADDS = ("Create", "Link")


class ScmTools:
    """``limit`` is the most characters of an answer, ``secrets`` what must never stand in one."""

    def __init__(self, client: AsyncScmClient, *, writes: bool, limit: int, secrets: tuple[str, ...]) -> None:
        self._client = client
        self._limit = limit
        self._secrets = tuple(filter(None, secrets))
        rpcs = [RPCS[rpc["name"]] for rpc in contract()["rpcs"]]
        self._offered = {rpc.operation: rpc for rpc in rpcs if writes or not rpc.writes}
        self._known_off: set[str] | None = None

    def server(self) -> Server[Any]:
        return Server(
            "sentry-scm-grpc",
            version=__version__,
            instructions=ABOUT.replace("{files}", FILES),
            on_list_tools=self.list_tools,
            on_call_tool=self.call_tool,
            on_list_resources=self.list_resources,
            on_list_resource_templates=self.list_templates,
            on_read_resource=self.read_resource,
        )

    async def list_tools(self, _context: Any, _params: Any) -> types.ListToolsResult:
        off = await self._off()
        return types.ListToolsResult(tools=[_tool(rpc) for rpc in self._offered.values() if rpc.name not in off])

    async def call_tool(self, _context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        rpc = self._offered.get(params.name)
        if rpc is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name!r}.")
        try:
            answer = await self._answer(rpc, dict(params.arguments or {}))
        except ScmError as error:
            return self._result(_failure(error), failed=True)
        except ValueError as error:
            return self._result({"status": "INVALID_ARGUMENT", "message": str(error)}, failed=True)
        return self._result(bounded(rpc, answer, self._limit))

    async def list_resources(self, _context: Any, _params: Any) -> types.ListResourcesResult:
        """None by name: a repository may have a million files. list_tree and search_code find them."""
        return types.ListResourcesResult(resources=[])

    async def list_templates(self, _context: Any, _params: Any) -> types.ListResourceTemplatesResult:
        about = "A file of a repository at a branch, a tag, a SHA or HEAD. Slashes in the ref are written %2F."
        template = types.ResourceTemplate(name="file", title="File", uri_template=FILES, description=about)
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(self, _context: Any, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        uri = str(params.uri)
        found = _FILE.match(uri)
        if found is None:
            raise MCPError(types.INVALID_PARAMS, f"A resource is {FILES}.")
        repository, ref, path = map(unquote, found.groups())
        try:
            file = await self._client.get_file(repository_id=int(repository), path=path, ref=ref)
        except ScmError as error:
            raise MCPError(types.INVALID_PARAMS, self._clean(str(error))) from None
        except ValueError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None
        return types.ReadResourceResult(contents=[self._contents(uri, path, file.content)])

    def _contents(self, uri: str, path: str, data: bytes) -> types.TextResourceContents | types.BlobResourceContents:
        mime, _ = mimetypes.guess_type(path)
        try:
            text = self._clean(data.decode())
        except UnicodeDecodeError:
            blob = b64encode(data).decode()
            return types.BlobResourceContents(uri=uri, mime_type=mime or "application/octet-stream", blob=blob)
        return types.TextResourceContents(uri=uri, mime_type=mime or "text/plain", text=text)

    async def _answer(self, rpc: Rpc, arguments: dict[str, Any]) -> dict[str, Any]:
        """Raises ScmError, ValueError."""
        if rpc.streams:
            return await self._page_of_stream(rpc, arguments)
        method = getattr(self._client, rpc.operation)
        return readable(await method(request_from_json(rpc, arguments)))

    async def _page_of_stream(self, rpc: Rpc, arguments: dict[str, Any]) -> dict[str, Any]:
        size, skip = _page(arguments.pop("page_size", PAGE_OF_STREAM), arguments.pop("page_token", "0"))
        messages: list[dict[str, Any]] = []
        used, position = 0, 0
        async with aclosing(getattr(self._client, rpc.operation)(request_from_json(rpc, arguments))) as stream:
            async for message in stream:
                position += 1
                if position <= skip:
                    continue
                made = readable(message)
                used += size_of(made)
                # A first message that is too large is cut like any answer.
                if len(messages) == size or (messages and used > self._limit * 3 // 4):
                    return {"messages": messages, "next_page_token": str(skip + len(messages))}
                messages.append(made)
        return {"messages": messages}

    async def _off(self) -> set[str]:
        """The RPCs that the site has off, by what it says of them. Asked until it has told."""
        if self._known_off is None:
            try:
                self._known_off = await self._told_off()
            except ScmError as error:
                print(self._clean(f"The site did not tell which RPCs are on: {error}"), file=sys.stderr)
                return set()
        return self._known_off

    async def _told_off(self) -> set[str]:
        """Raises ScmError."""
        integrations = (await self._client.list_integrations(page_size=1)).integrations
        if not integrations:
            return set()
        told = await self._client.get_capabilities(integration_id=integrations[0].id)
        return {each.rpc for each in told.capabilities if each.reason == "RPC_DISABLED"}

    def _result(self, answer: dict[str, Any], *, failed: bool = False) -> types.CallToolResult:
        text = self._clean(json.dumps(answer, ensure_ascii=False))
        content = types.TextContent(type="text", text=text)
        return types.CallToolResult(content=[content], structured_content=json.loads(text), is_error=failed)

    def _clean(self, text: str) -> str:
        """Without the credential, which a file of a repository may hold too."""
        for secret in self._secrets:
            text = text.replace(secret, "[credential]")
        return text


def _tool(rpc: Rpc) -> types.Tool:
    schema = request_schema(rpc)
    about = words(rpc.name)
    if rpc.streams:
        schema["properties"] |= _OF_STREAM
        about += "\n\nThe answer is a page: messages of the stream, and next_page_token where there are more."
    return types.Tool(
        name=rpc.operation,
        title=rpc.name,
        description=about,
        input_schema=schema,
        annotations=types.ToolAnnotations(
            read_only_hint=not rpc.writes,
            destructive_hint=rpc.writes and not rpc.name.startswith(_ADDS),
            idempotent_hint=rpc.method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN,
            open_world_hint=bool(rpc.needs),
        ),
    )


def _page(size: Any, token: Any) -> tuple[int, int]:
    """Raises ValueError."""
    if not isinstance(size, int) or not 1 <= size <= 1000:
        raise ValueError("page_size must be a number from 1 to 1000.")
    if not re.fullmatch(r"[0-9]{1,9}", str(token)):
        raise ValueError("page_token must be the next_page_token of the page before.")
    return size, int(token)


def _failure(error: ScmError) -> dict[str, Any]:
    told = {
        "status": error.status.name,
        "reason": error.reason,
        "message": error.message,
        "metadata": error.metadata,
        "violations": [each._asdict() for each in error.violations],
        "retry_after_seconds": error.retry_after,
        "request_id": error.request_id,
    }
    return {name: value for name, value in told.items() if value}


def serve(client: AsyncScmClient, *, writes: bool, limit: int, secrets: tuple[str, ...]) -> None:
    """Serves standard input until it ends."""

    async def run() -> None:
        async with client, stdio_server() as (read, write):
            server = ScmTools(client, writes=writes, limit=limit, secrets=secrets).server()
            await server.run(read, write, server.create_initialization_options())

    asyncio.run(run())
